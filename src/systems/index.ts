/** The list of systems, in the article's order. A system is here only when it is real. */
import type { AnySystem } from '../system.ts';

export const systems: readonly AnySystem[] = [];
