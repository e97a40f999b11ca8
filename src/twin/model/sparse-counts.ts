/**
 * Numbers by place, most of them 0: a short list while there are few, a table when there are many. A count of five pods on
 * 5,000 nodes is then five entries, and one of a thousand is looked up as fast as before.
 */
import { grown } from './grown.ts';

/** Few places are a table from the start. */
const FEW_PLACES = 256;
/** A list becomes a table when it holds more than this part of the places, or more than LEAST_LIST. */
const PART = 128;
const LEAST_LIST = 8;

/** The list that is written out as a table, for loops over many places. */
let scratch = new Int32Array(64);
const written: number[] = [];

export class SparseCounts {
  /** Place, amount, place, amount, …; no amount is 0. */
  readonly #list: number[] = [];
  #table: Int32Array | undefined;
  readonly #places: number;

  /** `places`: how many there are now, or about; more may come. */
  constructor(places: number) {
    this.#places = places;
    if (places <= FEW_PLACES) this.#table = new Int32Array(Math.max(places, 8));
  }

  at(place: number): number {
    const table = this.#table;
    if (table !== undefined) return place < table.length ? (table[place] as number) : 0;
    const list = this.#list;
    for (let index = 0; index < list.length; index += 2) if (list[index] === place) return list[index + 1] as number;
    return 0;
  }

  add(place: number, amount: number): void {
    if (amount === 0) return;
    if (this.#table === undefined && !this.#addToList(place, amount)) this.#becomeTable();
    const table = this.#table;
    if (table === undefined) return;
    if (place < table.length) table[place] = (table[place] as number) + amount;
    else this.#addBeyond(table, place, amount);
  }

  /** Every place whose amount is not 0, in no order. */
  forEach(visit: (place: number, amount: number) => void): void {
    const list = this.#list;
    for (let index = 0; index < list.length; index += 2) visit(list[index] as number, list[index + 1] as number);
    const table = this.#table;
    if (table === undefined) return;
    for (let place = 0; place < table.length; place += 1) if (table[place] !== 0) visit(place, table[place] as number);
  }

  /** All amounts by place, at least up to `places`. To be read at once: the next call of any writes over it. */
  asTable(places: number): Int32Array {
    if (this.#table !== undefined && this.#table.length >= places) return this.#table;
    for (const place of written) scratch[place] = 0;
    written.length = 0;
    if (scratch.length < places) scratch = new Int32Array(places);
    this.forEach((place, amount) => {
      if (place >= scratch.length) scratch = grown(scratch, place + 1);
      scratch[place] = amount;
      written.push(place);
    });
    return scratch;
  }

  /** False when the list is full. */
  #addToList(place: number, amount: number): boolean {
    const list = this.#list;
    let index = 0;
    while (index < list.length && list[index] !== place) index += 2;
    if (index === list.length) {
      if (list.length >= 2 * Math.max(LEAST_LIST, this.#places / PART)) return false;
      list.push(place, amount);
      return true;
    }
    const now = (list[index + 1] as number) + amount;
    if (now !== 0) {
      list[index + 1] = now;
      return true;
    }
    const lastAmount = list.pop() as number;
    const lastPlace = list.pop() as number;
    if (index < list.length) {
      list[index] = lastPlace;
      list[index + 1] = lastAmount;
    }
    return true;
  }

  #becomeTable(): void {
    let longest = this.#places;
    for (let index = 0; index < this.#list.length; index += 2)
      longest = Math.max(longest, (this.#list[index] as number) + 1);
    const table = new Int32Array(longest);
    for (let index = 0; index < this.#list.length; index += 2)
      table[this.#list[index] as number] = this.#list[index + 1] as number;
    this.#list.length = 0;
    this.#table = table;
  }

  #addBeyond(table: Int32Array, place: number, amount: number): void {
    const longer = grown(table, Math.max(place + 1, table.length * 2));
    longer[place] = amount;
    this.#table = longer;
  }
}
