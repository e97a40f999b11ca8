import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Requirement } from '../../kubernetes/selectors.ts';
import { holds } from '../../kubernetes/selectors.ts';
import { LabelIndex } from './label-index.ts';

const value = fc.constantFrom('a', 'b', 'c');
const key = fc.constantFrom('zone', 'host');
const requirement = fc.record({
  key,
  operator: fc.constantFrom<Requirement['operator']>('In', 'NotIn', 'Exists'),
  values: fc.array(value, { minLength: 1, maxLength: 2 }),
});
const alternatives = fc.option(fc.array(fc.array(requirement, { maxLength: 2 }), { maxLength: 2 }), { nil: undefined });

it('leaves out nothing that reaches a node', () => {
  fc.assert(
    fc.property(fc.array(alternatives), fc.dictionary(key, value), (list, labels) => {
      const index = new LabelIndex<number>();
      list.forEach((one, item) => index.add(item, one));
      const seen = new Set<number>();
      index.some(labels, (item) => {
        seen.add(item);
        return false;
      });
      list.forEach((one, item) => {
        const reaches = one === undefined || one.some((all) => all.every((part) => holds(part, labels)));
        if (reaches) expect(seen.has(item)).toBe(true);
      });
    }),
  );
});
