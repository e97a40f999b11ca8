/** Every rule, in the order of the catalogue. A family is one line here. */
import type { Rule } from '../rule.ts';
import { disruption } from './disruption.ts';
import { redundancy } from './redundancy.ts';

export const rules: readonly Rule[] = [...redundancy, ...disruption];
