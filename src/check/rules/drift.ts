/** HF02: a live cluster against what its document renders. The comparison comes in with the context. */
import { driftsOf } from '../drift/drift.ts';
import type { Rule } from '../rule.ts';

export const drift: Rule = {
  id: 'HF02',
  family: 'HF',
  title: 'The cluster differs from what its document renders',
  severity: 'warning',
  whySeverity: 'Plan and verdicts count on what is rendered; what differs decides whether anything goes down.',
  takesDown: 'Nothing by itself: what was planned to survive is not what runs, and the next apply will change it.',
  remedy: 'Render and apply again, or write the change into the document.',
  source: 'Kubernetes v1.36 documentation, Server-Side Apply and dry run; structured-merge-diff v6',
  needs: 'comparison',
  // It asks the cluster itself, object by object.
  reads: [],
  check: (_, { drift: inputs }) => (inputs === undefined ? [] : driftsOf(inputs)),
};
