/** Every rule, in the order of the catalogue. A family is one line here. */
import type { Rule } from '../rule.ts';
import { disruption } from './disruption.ts';
import { redundancy } from './redundancy.ts';
import { expiredWaiver } from './waivers.ts';

export const rules: readonly Rule[] = [...redundancy, ...disruption];

/** With those that the engine itself finds: what may be named, explained and waived. */
export const allRules: readonly Rule[] = [...rules, expiredWaiver];
