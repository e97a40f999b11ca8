/** Units in types: a number of one of these is never mixed up silently in a signature. */

/** A time span in milliseconds. */
export type Millis = number;
/** An amount of memory, storage or traffic in bytes. */
export type Bytes = number;
/** CPU in thousandths of a core, as Kubernetes counts it. */
export type MilliCpu = number;
/** A share: 0 is none, 1 is all. */
export type Fraction = number;
/** Nodes, pods or requests per second. */
export type PerSecond = number;

/** An amount of money; never add two of different currencies. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}
