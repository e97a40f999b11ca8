/** Every rule that may be named, explained and waived: those that look at worlds, and those that the engine itself finds. */
import type { Rule } from './rule.ts';
import { drift } from './rules/drift.ts';
import { rules } from './rules/index.ts';
import { expiredWaiver } from './rules/waivers.ts';

export const allRules: readonly Rule[] = [...rules, expiredWaiver, drift];
