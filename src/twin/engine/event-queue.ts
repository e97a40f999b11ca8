/**
 * Events by time, those of one time in the order in which they were added. A binary heap over plain columns: hundreds of
 * thousands of events live and die without an object each.
 */
import type { Millis } from '../../core/units.ts';

export interface QueuedEvent {
  time: Millis;
  kind: number;
  a: number;
  b: number;
}

export class EventQueue {
  #heap: Int32Array;
  #time: Float64Array;
  #sequence: Float64Array;
  #kind: Int32Array;
  #a: Int32Array;
  #b: Int32Array;
  readonly #free: number[] = [];
  #used = 0;
  #added = 0;
  size = 0;

  constructor(room = 512) {
    this.#heap = new Int32Array(room);
    this.#kind = new Int32Array(room);
    this.#a = new Int32Array(room);
    this.#b = new Int32Array(room);
    this.#time = new Float64Array(room);
    this.#sequence = new Float64Array(room);
  }

  add(time: Millis, kind: number, a: number, b: number): void {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#time[slot] = time;
    this.#sequence[slot] = this.#added;
    this.#kind[slot] = kind;
    this.#a[slot] = a;
    this.#b[slot] = b;
    this.#added += 1;
    this.#heap[this.size] = slot;
    this.size += 1;
    this.#up(this.size - 1);
  }

  /** Time of the earliest event; Infinity when there is none. */
  next(): Millis {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#time[this.#heap[0] ?? 0] ?? 0);
  }

  /** Takes the earliest event out, into the object that is given. Call it only while there is one. */
  take(into: QueuedEvent): void {
    const slot = this.#heap[0] ?? 0;
    into.time = this.#time[slot] ?? 0;
    into.kind = this.#kind[slot] ?? 0;
    into.a = this.#a[slot] ?? 0;
    into.b = this.#b[slot] ?? 0;
    this.size -= 1;
    this.#free.push(slot);
    if (this.size > 0) {
      this.#heap[0] = this.#heap[this.size] ?? 0;
      this.#down(0);
    }
  }

  clear(): void {
    this.size = 0;
    this.#used = 0;
    this.#free.length = 0;
  }

  #newSlot(): number {
    if (this.#used === this.#time.length) this.#grow();
    this.#used += 1;
    return this.#used - 1;
  }

  #grow(): void {
    const size = this.#time.length * 2;
    const ints = (old: Int32Array): Int32Array => {
      const wider = new Int32Array(size);
      wider.set(old);
      return wider;
    };
    const floats = (old: Float64Array): Float64Array => {
      const wider = new Float64Array(size);
      wider.set(old);
      return wider;
    };
    this.#heap = ints(this.#heap);
    this.#kind = ints(this.#kind);
    this.#a = ints(this.#a);
    this.#b = ints(this.#b);
    this.#time = floats(this.#time);
    this.#sequence = floats(this.#sequence);
  }

  #before(one: number, other: number): boolean {
    const [first, second] = [this.#time[one] ?? 0, this.#time[other] ?? 0];
    return first === second ? (this.#sequence[one] ?? 0) < (this.#sequence[other] ?? 0) : first < second;
  }

  #up(from: number): void {
    const slot = this.#heap[from] ?? 0;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent] ?? 0;
      if (!this.#before(slot, above)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = slot;
  }

  #down(from: number): void {
    const slot = this.#heap[from] ?? 0;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.#before(this.#heap[child + 1] ?? 0, this.#heap[child] ?? 0)) child += 1;
      const below = this.#heap[child] ?? 0;
      if (!this.#before(below, slot)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = slot;
  }
}
