/** Real documents through the real systems: what a plan owes to whoever reads it. */
import { describe, expect, it } from 'vitest';
import { bases } from '../../test/unit/bases.ts';
import { planRaw } from '../../test/unit/plan-fixtures.ts';
import { parseDuration } from '../core/duration.ts';
import { stableJson } from '../core/json.ts';
import { parseDocument } from '../spec/parse.ts';
import { sectionSchemas } from '../systems/document.ts';
import { systems } from '../systems/index.ts';
import { stringify } from 'yaml';
import { contradictionsIn } from './contradictions.ts';
import { diffPlans } from './diff.ts';
import type { ListedPrice } from './price-table.ts';
import { planCluster } from './run.ts';
import { headline } from './sentences.ts';
import type { Plan, Verdict } from './types.ts';

interface Raw {
  readonly spec: { readonly objectives?: Readonly<Record<string, string>> };
}

function planOf(raw: unknown): Plan {
  const { plan, refused } = planRaw(raw);
  if (!plan) throw new Error(refused);
  return plan;
}

/** The document with other promises. */
function promising(raw: unknown, objectives: Readonly<Record<string, string>>): unknown {
  const document = raw as Raw;
  return { ...document, spec: { ...document.spec, objectives } };
}

function verdictOf(plan: Plan, name: string): Verdict {
  const found = plan.verdicts.find((one) => one.name === name);
  if (!found) throw new Error(`no verdict on ${name}`);
  return found;
}

const documents = Object.entries(bases);

describe.each(documents)('the plan of "%s"', (_, raw) => {
  const plan = planOf(raw);
  it('judges every promise, with evidence, and says the result in one sentence', () => {
    const promised = Object.keys((raw as Raw).spec.objectives ?? {});
    for (const { name, verdict, evidence, remedy, promised: as } of plan.verdicts) {
      expect(verdict === 'not-promised', name).toBe(!promised.includes(name));
      expect(as, name).toBe((raw as Raw).spec.objectives?.[name]);
      expect(evidence, name).toMatch(/[.)]$/);
      expect(evidence, name).not.toMatch(/undefined|NaN|null|Infinity|\s\s/);
      expect(remedy === undefined, name).toBe(verdict !== 'missed');
    }
    expect(headline(plan)).toMatch(/^[A-Z].*\.$/);
  });
  it('is data: it survives JSON, and the same document gives the same bytes and no difference', () => {
    expect(JSON.parse(JSON.stringify(plan.verdicts))).toEqual(plan.verdicts);
    expect(JSON.parse(JSON.stringify(plan.price))).toEqual(plan.price);
    expect(stableJson(planOf(raw))).toBe(stableJson(plan));
    expect(diffPlans(plan, planOf(raw))).toEqual([]);
  });
  it('has availability whose causes add up to its downtime', () => {
    const { expected, causes, downtimePerYear, assumptions } = plan.availability;
    expect(expected).toBeGreaterThan(0.9);
    expect(causes.reduce((sum, one) => sum + one.downtimePerYear, 0)).toBeCloseTo(downtimePerYear, 3);
    expect(assumptions.length).toBeGreaterThan(0);
  });
  it('has a price whose known rows have source and date, and that a table of the user completes', () => {
    for (const row of plan.price.rows) {
      expect(row.quantity, row.component).toBeGreaterThan(0);
      expect(
        [row.source, row.date].every((one) => one !== undefined),
        row.component,
      ).toBe(row.perMonth !== undefined);
    }
    const offers = [...new Set(plan.price.rows.map(({ offer }) => offer))];
    const prices = offers.map((offer): ListedPrice => ({
      offer,
      per: 'month',
      amount: 1,
      source: 'test',
      date: '2026-01-01',
    }));
    const { document } = parseDocument({ text: stringify(raw), file: 'x.yaml' }, sectionSchemas());
    if (!document) throw new Error('refused');
    const priced = planCluster(document, systems, { prices: { name: 'own', currency: 'EUR', prices } }).price;
    expect(priced.lacks).toEqual([]);
    const units = priced.rows.reduce((sum, { quantity }) => sum + Math.round(quantity * 100) / 100, 0);
    expect(priced.perMonth?.amount).toBeCloseTo(units, 6);
  });
  it('names a promise that is kept, wherever it misses one', () => {
    for (const { name, verdict, remedy } of plan.verdicts) {
      const named = /promise (?:at most )?([0-9][^,.]*(?:\.\d+(?:%| USD))?)/.exec(remedy ?? '')?.[1]?.trim();
      if (verdict !== 'missed' || named === undefined) continue;
      const written = parseDuration(named.replaceAll(' ', '')) === undefined ? named : named.replaceAll(' ', '');
      const others = (raw as Raw).spec.objectives ?? {};
      const again = verdictOf(planOf(promising(raw, { ...others, [name]: written })), name);
      expect(again.verdict, `${name}: ${written}: ${again.evidence}`).not.toBe('missed');
    }
  });
  it('keeps what it missed for want of room once the headroom is as the remedy says', () => {
    for (const { name, verdict, remedy } of plan.verdicts) {
      const [, field, value] = /spec\.autoscaling\.headroom\.(\w+): (\w+)/.exec(remedy ?? '') ?? [];
      if (verdict !== 'missed' || field === undefined || value === undefined) continue;
      const { spec, ...rest } = raw as { spec: { autoscaling?: object } };
      const headroom = { [field]: /^\d+$/.test(value) ? Number(value) : value };
      const again = verdictOf(
        planOf({ ...rest, spec: { ...spec, autoscaling: { ...spec.autoscaling, headroom } } }),
        name,
      );
      expect(again.evidence, name).toContain('Placeholder pods keep room for all that');
      expect(again.evidence, name).not.toContain('wait until');
    }
  });
  it.each(['nodeFailureRecovery', 'zoneFailureRecovery', 'controlPlaneRecovery', 'rpo'])(
    'never keeps a strict %s and misses a laxer one',
    (name) => {
      const rank = { missed: 0, unknown: 1, kept: 2, 'not-promised': 3 };
      const results = ['10s', '45s', '90s', '2m', '3m', '5m', '8m', '15m', '40m', '3h', '30d'].map(
        (promise) => rank[verdictOf(planOf(promising(raw, { [name]: promise })), name).verdict],
      );
      expect(results).toEqual(results.toSorted((a, b) => a - b));
    },
  );
});

describe('what the plan says of the differences between documents', () => {
  const own = bases['bare metal, nothing promised'];
  it('names the promise, the decisions that follow it, and nothing of other systems', () => {
    const before = planOf(own);
    const after = planOf(promising(own, { nodeFailureRecovery: '2m' }));
    const changes = diffPlans(before, after);
    expect(changes[0]).toMatchObject({ subject: 'verdict', id: 'nodeFailureRecovery' });
    expect(changes.map(({ id }) => id)).toContain('scheduling.toleration');
    for (const { subject, from, id } of changes)
      if (subject === 'decision') expect(from, id).toContain('spec.objectives.nodeFailureRecovery');
  });
});

describe('timers against promises', () => {
  it('refuses checks of the balancer that are slower than the promise', () => {
    const raw = {
      apiVersion: 'holdfast.dev/v1',
      kind: 'Cluster',
      metadata: { name: 'slow' },
      spec: {
        provider: 'aws',
        regions: [{ name: 'us-west-2', zones: ['a', 'b', 'c'] }],
        objectives: { controlPlaneRecovery: '4s' },
        controlPlane: { healthCheck: { interval: '10s' } },
      },
    };
    const text = stringify(raw);
    const { document } = parseDocument({ text, file: 'slow.yaml' }, sectionSchemas());
    if (!document) throw new Error('refused');
    const [problem, ...others] = contradictionsIn(document, planCluster(document, systems));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'objective-below-timers', path: 'spec.objectives.controlPlaneRecovery' });
    expect(text.split('\n')[(problem?.at?.line ?? 0) - 1]).toContain('controlPlaneRecovery');
  });
});
