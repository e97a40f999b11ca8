/** Every rule, in the order of the catalogue. A family's file is one line here. */
import { FAMILIES } from '../families.ts';
import type { Rule } from '../rule.ts';
import { disruption } from './disruption.ts';
import { redundancy } from './redundancy.ts';
import { redundancyFloor } from './redundancy-floor.ts';
import { redundancyLive } from './redundancy-live.ts';
import { redundancyReach } from './redundancy-reach.ts';

const place = ({ family }: Rule): number => FAMILIES.findIndex(({ id }) => id === family);

export const rules: readonly Rule[] = [
  ...redundancy,
  ...redundancyFloor,
  ...redundancyLive,
  ...redundancyReach,
  ...disruption,
].sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
