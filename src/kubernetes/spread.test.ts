import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reader } from './objects.ts';
import { readPodSpec } from './pod-spec.ts';
import { countsItself, countsNothing, isAboutItself, largestPile, roomAfterLoss } from './spread.ts';

const spread = (constraint: object) => {
  const [read] = readPodSpec(
    reader({
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...constraint },
      ],
    }),
  ).spread;
  if (read === undefined) throw new Error('no constraint was read');
  return read;
};
const pod = { namespace: 'shop', labels: { app: 'web' }, namespaceLabels: { team: 'a' } };

describe('a spread constraint', () => {
  it('counts nothing without a selector and with an empty one', () => {
    expect(countsNothing(spread({}))).toBe(true);
    expect(countsNothing(spread({ labelSelector: {} }))).toBe(true);
    expect(countsItself(spread({ labelSelector: {} }), pod)).toBe(false);
    expect(countsItself(spread({ labelSelector: { matchLabels: { app: 'web' } } }), pod)).toBe(true);
    expect(countsItself(spread({ labelSelector: { matchLabels: { app: 'api' } } }), pod)).toBe(false);
  });

  it('leaves the rest of a lost zone out only when its nodes count no more', () => {
    expect(roomAfterLoss(spread({}), 3, [])).toBe(2);
    expect(roomAfterLoss(spread({ nodeTaintsPolicy: 'Honor' }), 3, [])).toBeUndefined();
    expect(roomAfterLoss(spread({ nodeTaintsPolicy: 'Honor', minDomains: 3 }), 3, [])).toBe(2);
    expect(roomAfterLoss(spread({ nodeTaintsPolicy: 'Honor', minDomains: 2 }), 3, [])).toBeUndefined();
    expect(roomAfterLoss(spread({ whenUnsatisfiable: 'ScheduleAnyway' }), 3, [])).toBeUndefined();
    const every = { key: '', operator: 'Exists', value: '', effect: undefined, seconds: undefined } as const;
    expect(roomAfterLoss(spread({ nodeTaintsPolicy: 'Honor' }), 3, [every])).toBe(2);
    const evictions = { ...every, effect: 'NoExecute' } as const;
    expect(roomAfterLoss(spread({ nodeTaintsPolicy: 'Honor' }), 3, [evictions])).toBeUndefined();
  });

  it('piles up to the skew, then one more for each round of the other domains', () => {
    expect([largestPile(3, 3, 1), largestPile(3, 3, 3), largestPile(6, 3, 1), largestPile(7, 2, 2)]).toEqual([
      1, 3, 2, 4,
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 5 }),
        (replicas, domains, skew) => {
          const needs = (pile: number): number => pile + (domains - 1) * Math.max(0, pile - skew);
          const pile = largestPile(replicas, domains, skew);
          expect(needs(pile)).toBeLessThanOrEqual(replicas);
          expect(needs(pile + 1)).toBeGreaterThan(replicas);
        },
      ),
    );
  });
});

describe('an affinity term', () => {
  const term = (written: object) => {
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'host', ...written }] },
    };
    const [read] = readPodSpec(reader({ affinity })).podAntiAffinity.required;
    if (read === undefined) throw new Error('no term was read');
    return read;
  };
  const labelSelector = { matchLabels: { app: 'web' } };

  it('is about its own pods by labels and by namespace', () => {
    expect(isAboutItself(term({ labelSelector }), pod)).toBe(true);
    expect(isAboutItself(term({}), pod)).toBe(false);
    expect(isAboutItself(term({ labelSelector, namespaces: ['other'] }), pod)).toBe(false);
    expect(isAboutItself(term({ labelSelector, namespaces: ['other', 'shop'] }), pod)).toBe(true);
    expect(isAboutItself(term({ labelSelector, namespaceSelector: {} }), pod)).toBe(true);
    expect(isAboutItself(term({ labelSelector, namespaceSelector: { matchLabels: { team: 'b' } } }), pod)).toBe(false);
  });
});
