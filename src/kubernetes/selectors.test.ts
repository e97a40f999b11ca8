import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Refusal } from './objects.ts';
import { reader } from './objects.ts';
import {
  EVERYTHING,
  NOTHING,
  equalities,
  formatSelector,
  holds,
  readMapSelector,
  readNodeSelectorTerm,
  readSelector,
  selects,
  termMatches,
} from './selectors.ts';

const selector = (value: unknown) => readSelector(reader({ s: value }), 's');

describe('a label selector', () => {
  it('selects nothing when it is absent or null, everything when it is empty', () => {
    expect(readSelector(reader({}), 's')).toEqual(NOTHING);
    expect(selector(null)).toEqual(NOTHING);
    expect(selector({})).toEqual(EVERYTHING);
    expect(selects(selector({}), {})).toBe(true);
    expect(selects(selector(null), { app: 'web' })).toBe(false);
  });

  it('needs every label and every expression', () => {
    const both = selector({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['cache'] }],
    });
    expect(selects(both, { app: 'web' })).toBe(true);
    expect(selects(both, { app: 'web', tier: 'cache' })).toBe(false);
    expect(selects(both, { tier: 'front' })).toBe(false);
  });

  it('holds NotIn and DoesNotExist where the label is missing', () => {
    expect(holds({ key: 'a', operator: 'NotIn', values: ['1'] }, {})).toBe(true);
    expect(holds({ key: 'a', operator: 'DoesNotExist', values: [] }, {})).toBe(true);
    expect(holds({ key: 'a', operator: 'In', values: ['1'] }, {})).toBe(false);
  });

  it('reads no label from the prototype of an object', () => {
    expect(holds({ key: 'constructor', operator: 'Exists', values: [] }, {})).toBe(false);
  });

  it.each([
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: [] }] }, 'at least one value for In'],
    [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }, 'no values for Exists'],
    [{ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] }, 'one of In, NotIn, Exists, DoesNotExist'],
    [{ matchExpressions: [{ operator: 'Exists' }] }, 'a label key'],
    [{ matchLabels: { app: 'no spaces' } }, 'a label key and a label value'],
    [{ matchExpressions: [{ key: 'a b', operator: 'Exists' }] }, 'a label key'],
    [['app'], 'a label selector with matchLabels or matchExpressions'],
  ])('selects nothing and says so when it cannot be read: %j', (written, expected) => {
    const refused: Refusal[] = [];
    expect(
      readSelector(
        reader({ s: written }, (refusal) => refused.push(refusal)),
        's',
      ),
    ).toEqual(NOTHING);
    expect(refused.map((refusal) => refusal.expected)).toEqual([expected]);
    expect(refused[0]?.path[0]).toBe('s');
  });

  it('is the same as looking labels up one by one', () => {
    const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
    fc.assert(
      fc.property(labels, labels, (wanted, has) => {
        const all = Object.entries(wanted).every(([key, value]) => has[key] === value);
        expect(selects(selector({ matchLabels: wanted }), has)).toBe(all);
        expect(equalities(wanted).every((requirement) => holds(requirement, has))).toBe(all);
      }),
    );
  });

  it('is written as kubectl writes it', () => {
    const expressions = [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'canary', operator: 'DoesNotExist' },
      { key: 'x', operator: 'NotIn', values: ['1'] },
    ];
    expect(formatSelector(selector({ matchLabels: { app: 'web' }, matchExpressions: expressions }))).toBe(
      'app=web,tier in (a,b),!canary,x!=1',
    );
    expect(formatSelector(NOTHING)).toBe('nothing');
    expect(formatSelector(EVERYTHING)).toBe('everything');
  });
});

describe("a Service's selector", () => {
  it('selects nothing by itself when it is absent or empty', () => {
    expect(readMapSelector(reader({}), 'selector')).toEqual(NOTHING);
    expect(readMapSelector(reader({ selector: {} }), 'selector')).toEqual(NOTHING);
    expect(selects(readMapSelector(reader({ selector: { app: 'web' } }), 'selector'), { app: 'web', x: '1' })).toBe(
      true,
    );
  });
});

describe('a node selector term', () => {
  const node = { name: 'n1', labels: { cores: '16', zone: 'a', text: 'x' } };
  const matches = (term: unknown) => termMatches(readNodeSelectorTerm(reader(term)), node);

  it('fits no node when it is empty', () => {
    expect(matches({})).toBe(false);
    expect(matches({ matchExpressions: [] })).toBe(false);
  });

  it('compares whole numbers with Gt and Lt', () => {
    expect(matches({ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['15'] }] })).toBe(true);
    expect(matches({ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['16'] }] })).toBe(false);
    expect(matches({ matchExpressions: [{ key: 'cores', operator: 'Lt', values: ['17'] }] })).toBe(true);
    expect(matches({ matchExpressions: [{ key: 'text', operator: 'Lt', values: ['17'] }] })).toBe(false);
    expect(matches({ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['1.5'] }] })).toBe(false);
  });

  it("knows the node's name by matchFields, one value only", () => {
    expect(matches({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] })).toBe(true);
    expect(matches({ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['n1'] }] })).toBe(false);
    expect(matches({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1', 'n2'] }] })).toBe(false);
  });

  it('needs labels and fields together', () => {
    const term = {
      matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }],
      matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }],
    };
    expect(matches(term)).toBe(false);
  });
});
