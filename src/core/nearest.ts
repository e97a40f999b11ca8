/** "Did you mean": the known word closest to what was written. */
import { distance } from 'fastest-levenshtein';

/** The closest of `known` if it is near enough to be a slip (a third of the word, at least two letters), else undefined. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const cost = distance(word.toLowerCase(), candidate.toLowerCase());
    if (cost < least) [best, least] = [candidate, cost];
  }
  return best;
}
