/** HF: Holdfast's own bookkeeping. It is the engine that finds these, after all rules. */
import type { Rule } from '../rule.ts';

export const expiredWaiver: Rule = {
  id: 'HF01',
  family: 'HF',
  title: 'A waiver has expired',
  severity: 'warning',
  whySeverity: 'What it covered counts again by itself; this only says that somebody promised to look.',
  takesDown: 'Nothing by itself: the defect that it covered is as it was.',
  remedy: 'Mend the defect and delete the waiver, or have its owner decide on another day.',
  source: 'Holdfast',
  needs: 'manifests',
  reads: [],
  *check() {},
};
