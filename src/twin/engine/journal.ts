/** Numbers by index whose changes are logged, so that a run of a scenario can be taken back in the time that it took. */

export class Journal {
  readonly #columns: Column[] = [];
  readonly #places: number[] = [];
  readonly #before: number[] = [];

  column(initial = 0): Column {
    return new Column(this, initial);
  }

  log(column: Column, place: number, before: number): void {
    this.#columns.push(column);
    this.#places.push(place);
    this.#before.push(before);
  }

  mark(): number {
    return this.#columns.length;
  }

  undo(mark: number): void {
    for (let at = this.#columns.length - 1; at >= mark; at -= 1) {
      this.#columns[at]?.restore(this.#places[at] ?? 0, this.#before[at] ?? 0);
    }
    this.#columns.length = mark;
    this.#places.length = mark;
    this.#before.length = mark;
  }

  /** Forgets how to go back behind this point. */
  settle(): void {
    this.#columns.length = 0;
    this.#places.length = 0;
    this.#before.length = 0;
  }
}

export class Column {
  readonly #journal: Journal;
  readonly #initial: number;
  #cells: Float64Array = new Float64Array(0);
  /** Changes from this place on need not be taken back. */
  #free = Number.POSITIVE_INFINITY;

  constructor(journal: Journal, initial: number) {
    this.#journal = journal;
    this.#initial = initial;
  }

  /** Places from here on are filled anew by whoever uses them: their changes are not logged. */
  freeFrom(place: number): void {
    this.#free = place;
  }

  get(place: number): number {
    return this.#cells[place] ?? this.#initial;
  }

  set(place: number, value: number): void {
    if (place >= this.#cells.length) this.#grow(place);
    const before = this.#cells[place] ?? 0;
    if (before === value) return;
    if (place < this.#free) this.#journal.log(this, place, before);
    this.#cells[place] = value;
  }

  add(place: number, change: number): void {
    this.set(place, this.get(place) + change);
  }

  restore(place: number, value: number): void {
    this.#cells[place] = value;
  }

  #grow(place: number): void {
    const wider = new Float64Array(Math.max(64, this.#cells.length * 2, place + 1)).fill(this.#initial);
    wider.set(this.#cells);
    this.#cells = wider;
  }
}
