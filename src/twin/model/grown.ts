/** Typed arrays that get longer: nodes are added while the clock runs. */
type Typed = Int32Array | Int16Array | Int8Array | Uint8Array | Float64Array;

/** A longer copy, with `fill` in the new places. */
export function grown<T extends Typed>(array: T, capacity: number, fill = 0): T {
  const longer = new (array.constructor as new (length: number) => T)(capacity);
  longer.set(array);
  if (fill !== 0) longer.fill(fill, array.length);
  return longer;
}
