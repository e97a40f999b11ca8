import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Requirement } from '../../kubernetes/selectors.ts';
import { holds } from '../../kubernetes/selectors.ts';
import type { Asking } from './label-pairs.ts';
import { AskedIndex, AskingIndex } from './label-pairs.ts';
import type { Matched } from './terms.ts';

const value = fc.constantFrom('a', 'b', 'c');
const key = fc.constantFrom('app', 'tier', '__proto__');
const namespace = fc.constantFrom('shop', 'bank');
const requirement = fc.record({
  key,
  operator: fc.constantFrom<Requirement['operator']>('In', 'NotIn', 'Exists', 'DoesNotExist'),
  values: fc.array(value, { minLength: 1, maxLength: 2 }),
});
const asking: fc.Arbitrary<Asking> = fc.record({
  namespace: fc.option(namespace, { nil: undefined }),
  requirements: fc.array(requirement, { maxLength: 3 }),
});
const pod: fc.Arbitrary<Matched> = fc.record({ namespace, labels: fc.dictionary(key, value) });

function asksFor(who: Asking, { namespace: space, labels }: Matched): boolean {
  return (who.namespace ?? space) === space && who.requirements.every((one) => holds(one, labels));
}

describe('shapes and what asks for them', () => {
  it('find each other, once', () => {
    fc.assert(
      fc.property(fc.array(asking), fc.array(pod), (askings, pods) => {
        const asks = new AskingIndex<Asking>();
        const asked = new AskedIndex<Matched>();
        for (const one of askings) asks.add(one, one);
        for (const one of pods) asked.add(one);
        for (const one of pods) {
          const seen: Asking[] = [];
          asks.visit(one, (who) => seen.push(who));
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(expect.arrayContaining(askings.filter((who) => asksFor(who, one))));
        }
        for (const who of askings) {
          const seen: Matched[] = [];
          asked.visit(who, (one) => seen.push(one));
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(expect.arrayContaining(pods.filter((one) => asksFor(who, one))));
        }
      }),
    );
  });
});
