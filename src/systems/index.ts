/** The list of systems, in the article's order. A system is here only when it is real. */
import type { System } from '../system.ts';

export const systems: readonly System<never, never, never>[] = [];
