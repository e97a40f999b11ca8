import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Facts, SystemId } from '../facts.ts';
import { baseSpec, type Cluster } from '../spec/cluster.ts';
import { parseDocument } from '../spec/parse.ts';
import type { AnySystem, Decision, Need, SystemPlan } from '../system.ts';
import { estimateAvailability } from './availability.ts';
import { contradictionsIn } from './contradictions.ts';
import { diffPlans } from './diff.ts';
import { judgedAs } from './judge-as.ts';
import { orderSystems } from './order.ts';
import { listedPrices } from './price-table.ts';
import { planCluster } from './run.ts';
import { headline } from './sentences.ts';
import type { Plan, Verdict } from './types.ts';
import { judges, verdictsOn } from './verdicts/index.ts';
import { verdictOn } from './verdicts/judge.ts';

const GIB = 2 ** 30;
const zones = ['a', 'b', 'c'];

function clusterOf(spec: Record<string, unknown> = {}): Cluster {
  const base = z.object(baseSpec).parse({ provider: 'aws', regions: [{ name: 'us-west-2', zones }], ...spec });
  return { ...base, name: 'shop', controlPlane: { kind: 'kubeadm' } };
}

const members = zones.map((zone, index) => ({
  name: `m${index}`,
  region: 'us-west-2',
  zone,
  address: `10.0.0.${index}`,
}));
const instances = ['a', 'b'].map((zone) => ({ name: `lb-${zone}`, region: 'us-west-2', zone, address: '10.0.9.1' }));
const pool = {
  taints: [],
  cpu: 4_000,
  memory: 16 * GIB,
  minNodesPerZone: 3,
  maxNodesPerZone: 20,
  places: [{ region: 'us-west-2', zones }],
};

/** Facts of three members in three zones, as far as verdicts read them. */
function factsOf(given: { [Id in SystemId]?: Partial<Facts[Id]> } = {}): Facts {
  const facts = {
    scheduling: {
      nodeMonitorPeriod: 5_000,
      nodeMonitorGracePeriod: 50_000,
      nodeEvictionRate: 0.1,
      toleration: 30_000,
      reservations: [],
      nodeFailureRecovery: { least: 70_600, most: 110_000 },
      zoneFailureRecovery: { least: 90_000, most: 170_000 },
      ...given.scheduling,
    },
    etcd: {
      topology: 'stacked',
      members,
      quorum: 2,
      snapshotInterval: 3_600_000,
      longestSnapshotGap: 3_600_000,
      snapshotPlace: 'bucket',
      leaderLoss: { least: 900, most: 3_000 },
      ...given.etcd,
    },
    'control-plane': {
      kind: 'kubeadm',
      members,
      balancer: {
        kind: 'haproxy',
        instances,
        ejection: { least: 500, most: 3_500 },
        takeover: { least: 2_600, most: 5_600 },
        healthCheck: { interval: 1_000, fall: 2 },
      },
      leaderElection: { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 },
      scheduler: { qps: 50, burst: 100 },
      nodeRepair: { by: 'node-healthcheck', after: 300_000, maxUnhealthy: 0.4 },
      ...given['control-plane'],
    },
    autoscaling: {
      engine: 'karpenter',
      pools: [pool],
      headroom: { replicas: 4, cpu: 1_000, memory: 4 * GIB },
      nodeReady: { least: 41_000, most: 100_000 },
      scaleUpRate: 1,
      ...given.autoscaling,
    },
  };
  return facts as unknown as Facts;
}

const price = { rows: [], perMonth: { amount: 3_000, currency: 'USD' }, lacks: [] };

function judge(
  name: Verdict['name'],
  promise: string | undefined,
  given: { facts?: Partial<Facts>; spec?: Record<string, unknown>; price?: Plan['price']; wrote?: boolean } = {},
): Verdict {
  const cluster = clusterOf({ ...given.spec, objectives: promise === undefined ? {} : { [name]: promise } });
  const facts = given.facts ?? factsOf();
  const evidence = {
    cluster,
    facts,
    price: given.price ?? price,
    availability: estimateAvailability(facts),
    wrote: () => given.wrote ?? true,
  };
  const verdict = verdictsOn(evidence, () => promise).find((one) => one.name === name);
  if (!verdict) throw new Error(`no verdict on ${name}`);
  return verdict;
}

describe('the rule of verdicts', () => {
  it('keeps only what the worst case keeps', () => {
    expect(verdictOn(10, { worst: 10 }, 'smaller')).toBe('kept');
    expect(verdictOn(10, { worst: 11, floor: 1 }, 'smaller')).toBe('missed');
    expect(verdictOn(10, { worst: null }, 'smaller')).toBe('missed');
    expect(verdictOn(10, { floor: 9 }, 'smaller')).toBe('unknown');
    expect(verdictOn(10, { floor: 11 }, 'smaller')).toBe('missed');
    expect(verdictOn(10, {}, 'smaller')).toBe('unknown');
    expect(verdictOn(0.999, { worst: 0.9995 }, 'larger')).toBe('kept');
    expect(verdictOn(0.9999, { worst: 0.9995 }, 'larger')).toBe('missed');
  });
  it('never turns kept into missed or unknown by a laxer promise', () => {
    const figure = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
    const number = fc.double({ min: 0, max: 100, noNaN: true });
    const some = fc.record({ worst: figure, floor: figure, promised: number, laxer: number, smaller: fc.boolean() });
    fc.assert(
      fc.property(some, ({ worst, floor, promised, laxer, smaller }) => {
        const known = { ...(worst === undefined ? {} : { worst }), ...(floor === undefined ? {} : { floor }) };
        const better = smaller ? 'smaller' : 'larger';
        const strict = verdictOn(promised, known, better);
        const lax = verdictOn(smaller ? promised + laxer : promised - laxer, known, better);
        if (strict === 'kept') expect(lax).toBe('kept');
        if (lax === 'missed') expect(strict).toBe('missed');
      }),
    );
  });
  it('is monotone for the real objectives with the same facts', () => {
    const durations = [
      'apiLatencyP99',
      'podStartP99',
      'crossZoneLatency',
      'controlPlaneRecovery',
      'nodeFailureRecovery',
      'zoneFailureRecovery',
      'rpo',
      'rto',
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...durations),
        fc.integer({ min: 1, max: 400_000 }),
        fc.integer({ min: 0, max: 400_000 }),
        (name, strict, more) => {
          const rank = { missed: 0, unknown: 1, kept: 2, 'not-promised': 3 };
          expect(rank[judge(name, `${strict + more}ms`).verdict]).toBeGreaterThanOrEqual(
            rank[judge(name, `${strict}ms`).verdict],
          );
        },
      ),
    );
  });
  it('gives every objective a verdict with evidence, promised or not, planned or not', () => {
    expect(new Set(judges.map(({ name }) => name)).size).toBe(judges.length);
    expect(new Set(judges.map(({ name }) => name))).toEqual(new Set(Object.keys(baseSpec.objectives.unwrap().shape)));
    for (const facts of [factsOf(), {}]) {
      for (const { name } of judges) {
        const verdict = judge(name, undefined, { facts });
        expect(verdict.verdict).toBe('not-promised');
        expect(verdict.promised).toBeUndefined();
        expect(verdict.evidence, name).toMatch(/[.)]$/);
      }
    }
  });
});

describe('recovery of the control plane', () => {
  it('is the longest of the hand-overs, which run side by side', () => {
    expect(judge('controlPlaneRecovery', '1m')).toMatchObject({
      verdict: 'kept',
      value: 5_600,
      measured: '5.6 s (500 ms to 5.6 s)',
    });
    expect(judge('controlPlaneRecovery', '5s')).toMatchObject({
      verdict: 'missed',
      remedy: expect.stringContaining('healthCheck') as string,
    });
    expect(judge('controlPlaneRecovery', '1m').evidence).toContain('13 s to 23.8 s');
  });
  it('never comes when one member is the quorum', () => {
    const [first] = members;
    const facts = factsOf({ etcd: { members: first ? [first] : [], quorum: 1 } });
    expect(judge('controlPlaneRecovery', '1h', { facts })).toMatchObject({
      verdict: 'missed',
      measured: 'until the machine is back',
    });
    const two = factsOf({ etcd: { members: members.slice(0, 2), quorum: 2 } });
    expect(judge('controlPlaneRecovery', '1h', { facts: two }).verdict).toBe('missed');
  });
  it('is not known where the provider tells nothing, and only its floor behind a cloud balancer', () => {
    const managed = factsOf({
      etcd: { topology: 'managed', members: [] },
      'control-plane': { kind: 'eks', members: [] },
    });
    expect(judge('controlPlaneRecovery', '1h', { facts: managed }).verdict).toBe('unknown');
    const balancer = {
      kind: 'nlb',
      instances: [],
      ejection: { least: 5_000, most: 14_000 },
      takeover: { least: 0, most: 60_000 },
      healthCheck: { interval: 5_000, fall: 2 },
    } as const;
    const nlb = factsOf({ 'control-plane': { balancer } });
    expect(judge('controlPlaneRecovery', '1m', { facts: nlb }).verdict).toBe('unknown');
    expect(judge('controlPlaneRecovery', '10s', { facts: nlb }).verdict).toBe('missed');
  });
  it('of an external etcd counts with the keep-alive of its clients', () => {
    expect(judge('controlPlaneRecovery', '30s', { facts: factsOf({ etcd: { topology: 'external' } }) })).toMatchObject({
      verdict: 'missed',
      value: 40_000,
    });
  });
});

describe('recovery of pods', () => {
  it('stands when headroom covers the loss', () => {
    expect(judge('nodeFailureRecovery', '2m')).toMatchObject({ verdict: 'kept', value: 110_000 });
    expect(judge('zoneFailureRecovery', '3m')).toMatchObject({ verdict: 'missed', value: 270_000 });
    const room = (replicas: number, more: Partial<Facts['autoscaling']> = {}) =>
      factsOf({
        autoscaling: { headroom: { replicas, cpu: 1_000, memory: 4 * GIB }, ...more },
      });
    expect(judge('zoneFailureRecovery', '3m', { facts: room(240) })).toMatchObject({ verdict: 'kept', value: 170_000 });
    const fixed = room(12, { pools: [{ ...pool, maxNodesPerZone: 3 }] as never });
    expect(judge('zoneFailureRecovery', '3m', { facts: fixed })).toMatchObject({ verdict: 'kept', value: 170_000 });
  });
  it('counts with the wait of pods on machines that the load has added', () => {
    const headroom = { replicas: 12, cpu: 1_000, memory: 4 * GIB };
    const verdict = judge('zoneFailureRecovery', '3m', { facts: factsOf({ autoscaling: { headroom } }) });
    expect(verdict).toMatchObject({ verdict: 'missed', value: 270_000, measured: '4 m 30 s (1 m 30 s to 4 m 30 s)' });
    expect(verdict.remedy).toContain('nodesPerZone');
  });
  it('measures room by what machines leave to pods', () => {
    const kept = { cpu: 100, memory: GIB };
    const reservations = [{ pool: 'general', kube: kept, system: kept, evictionMemory: 0 }];
    const headroom = { replicas: 4, cpu: 950, memory: 3.5 * GIB };
    const facts = (scheduling: object) =>
      factsOf({ autoscaling: { headroom, pools: [{ ...pool, name: 'general' }] as never }, scheduling });
    expect(judge('nodeFailureRecovery', '2m', { facts: facts({ reservations }) }).verdict).toBe('kept');
    expect(judge('nodeFailureRecovery', '2m', { facts: facts({}) }).verdict).toBe('missed');
  });
  it('waits for machines when nothing keeps room, and says what would', () => {
    const verdict = judge('nodeFailureRecovery', '2m', { facts: factsOf({ autoscaling: { headroom: null } }) });
    expect(verdict).toMatchObject({ verdict: 'missed', value: 210_000 });
    expect(verdict.remedy).toContain('headroom');
  });
  it('is unknown when nothing keeps room and nothing adds machines, but never better than with room', () => {
    const fixed = factsOf({ autoscaling: { headroom: null, engine: 'none', nodeReady: null } });
    expect(judge('nodeFailureRecovery', '2m', { facts: fixed })).toMatchObject({ verdict: 'unknown' });
    expect(judge('nodeFailureRecovery', '1m', { facts: fixed }).verdict).toBe('missed');
    const full = factsOf({ autoscaling: { headroom: null, pools: [{ ...pool, maxNodesPerZone: 3 }] as never } });
    expect(judge('nodeFailureRecovery', '2m', { facts: full }).verdict).toBe('unknown');
  });
  it('is missed when nothing brings the pods back', () => {
    const facts = factsOf({ scheduling: { zoneFailureRecovery: { least: 50_000, most: null } } });
    expect(judge('zoneFailureRecovery', '1h', { facts })).toMatchObject({
      verdict: 'missed',
      measured: 'without end (1 m 31 s at best)',
    });
  });
  it('names a promise that would be kept', () => {
    const { remedy } = judge('nodeFailureRecovery', '1m');
    const named = /promise ([0-9ms ]+)\./
      .exec(remedy ?? '')?.[1]
      ?.replaceAll(' ', '')
      .trim();
    expect(judge('nodeFailureRecovery', named).verdict).toBe('kept');
  });
});

describe('what cannot be planned', () => {
  it('is unknown until it is measured', () => {
    expect(judge('apiLatencyP99', '500ms')).toMatchObject({ verdict: 'unknown' });
    expect(judge('apiLatencyP99', '500ms').evidence).toContain('apiserver_request_sli_duration_seconds_bucket');
    expect(judge('apiLatencyP99', '500ms').evidence).toContain('subresource!~"proxy|exec|log|attach|portforward"');
    expect(judge('podStartP99', '5s').evidence).toContain('of more than 350 pods created together');
    expect(judge('rto', '1h').verdict).toBe('unknown');
  });
  it('is missed below what a commit over zones takes', () => {
    const spec = { regions: [{ name: 'us-west-2', zones, zoneRoundTrip: '8ms' }] };
    expect(judge('apiLatencyP99', '5ms', { spec })).toMatchObject({
      verdict: 'missed',
      evidence: expect.stringContaining('2 of 3 members') as string,
    });
    expect(judge('apiLatencyP99', '8ms', { spec }).verdict).toBe('unknown');
    expect(judge('podStartP99', '20ms', { spec }).verdict).toBe('missed');
  });
  it('has no floor from zones when one zone holds the quorum, and that of regions when no region does', () => {
    const one = factsOf({ etcd: { members: members.map((member) => ({ ...member, zone: 'a' })) } });
    expect(judge('apiLatencyP99', '1ms', { facts: one }).verdict).toBe('unknown');
    const wide = factsOf({ etcd: { members: members.map((member, at) => ({ ...member, region: `r${at}` })) } });
    expect(judge('apiLatencyP99', '50ms', { facts: wide }).verdict).toBe('missed');
  });
  it('takes the distance of zones from the document, if the document says it', () => {
    const spec = { regions: [{ name: 'us-west-2', zones, zoneRoundTrip: '3ms' }] };
    expect(judge('crossZoneLatency', '10ms', { spec })).toMatchObject({ verdict: 'kept', measured: '3 ms' });
    expect(judge('crossZoneLatency', '2ms', { spec }).verdict).toBe('missed');
    expect(judge('crossZoneLatency', '10ms', { spec, wrote: false }).verdict).toBe('unknown');
    expect(
      judge('crossZoneLatency', '10ms', { spec: { regions: [{ name: 'r', zones: ['z'] }], survive: 'node' } }).verdict,
    ).toBe('unknown');
  });
  it('misses an RPO that snapshots cannot keep, and is silent about data', () => {
    expect(judge('rpo', '30m')).toMatchObject({ verdict: 'missed' });
    expect(judge('rpo', '2h')).toMatchObject({
      verdict: 'unknown',
      evidence: expect.stringContaining('workloads') as string,
    });
    const local = factsOf({ etcd: { snapshotPlace: 'members' } });
    expect(judge('rpo', '2h', { facts: local }).verdict).toBe('missed');
  });
});

describe('figures', () => {
  it('of availability come with their assumptions and largest cause', () => {
    const kept = judge('apiAvailability', '99.9%');
    expect(kept.verdict).toBe('kept');
    expect(kept.evidence).toContain('Assumed:');
    expect(kept.measured).toMatch(/^99\.9+\d+% \(.* down a year\)$/);
    const eks = factsOf({
      etcd: { topology: 'managed', members: [] },
      'control-plane': { kind: 'eks', members: [], providerAvailability: 0.9995 },
    });
    expect(judge('apiAvailability', '99.99%', { facts: eks })).toMatchObject({
      verdict: 'missed',
      measured: '99.95% (4 h 23 m down a year)',
      value: expect.closeTo(0.9995, 12) as number,
    });
    expect(judge('apiAvailability', '99.9%', { facts: {} }).verdict).toBe('unknown');
  });
  it('of the scale-up are bounded by how far pools may grow', () => {
    expect(judge('scaleUpRate', '50/min')).toMatchObject({ verdict: 'kept', measured: '51/min' });
    expect(judge('scaleUpRate', '55/min')).toMatchObject({
      verdict: 'missed',
      remedy: 'Raise spec.pools[].maxNodesPerZone.',
    });
    const none = factsOf({ autoscaling: { engine: 'none', scaleUpRate: null } });
    expect(judge('scaleUpRate', '1/min', { facts: none }).verdict).toBe('missed');
  });
  it('of the budget are kept only when every price is known', () => {
    const gaps = { rows: [], perMonth: { amount: 3_000, currency: 'USD' }, lacks: ['gpu'] };
    expect(judge('budget', '5000 USD').verdict).toBe('kept');
    const cluster = clusterOf({ objectives: { budget: '5000 USD' } });
    expect(planCluster({ cluster, sections: {} }, []).verdicts.find(({ name }) => name === 'budget')?.promised).toBe(
      '5000 USD',
    );
    expect(judge('budget', '2000 USD').verdict).toBe('missed');
    expect(judge('budget', '5000 USD', { price: gaps })).toMatchObject({
      verdict: 'unknown',
      evidence: expect.stringContaining('gpu') as string,
    });
    expect(judge('budget', '2000 USD', { price: gaps }).verdict).toBe('missed');
    expect(judge('budget', '2000 EUR').verdict).toBe('unknown');
    expect(judge('budget', '2000 USD', { price: { rows: [], lacks: ['members'] } })).toMatchObject({
      verdict: 'unknown',
    });
  });
});

describe('the headline', () => {
  const verdict = (name: string, kind: Verdict['verdict'], more: Partial<Verdict> = {}): Verdict => ({
    name: name as Verdict['name'],
    title: name,
    verdict: kind,
    evidence: '.',
    ...more,
  });
  it('says in one sentence what is kept, missed and unknown', () => {
    const verdicts = [
      verdict('budget', 'kept'),
      verdict('rpo', 'unknown'),
      verdict('nodeFailureRecovery', 'missed', { promised: '2m', measured: '5 m 50 s (4 m to 5 m 50 s)' }),
      verdict('rto', 'not-promised'),
    ];
    expect(headline({ verdicts })).toBe(
      'Keeps 1 of 3 promises; misses nodeFailureRecovery (5 m 50 s, promised 2m); 1 is unknown.',
    );
    expect(headline({ verdicts: [verdict('budget', 'kept'), verdict('rpo', 'kept')] })).toBe('Keeps all 2 promises.');
    expect(headline({ verdicts: [verdict('budget', 'kept')] })).toBe('Keeps the one promise.');
    expect(headline({ verdicts: [verdict('budget', 'not-promised')] })).toContain('promises nothing');
    expect(headline({ verdicts: [verdict('rpo', 'unknown'), verdict('rto', 'unknown')] })).toBe(
      'Keeps none of 2 promises for sure; 2 are unknown.',
    );
  });
});

/** A system that says what it was given. */
function systemOf(id: SystemId, after: readonly SystemId[], made: Partial<SystemPlan> = {}): AnySystem {
  const plan = (_: never, context: { plans: object }): SystemPlan => ({
    decisions: [
      {
        field: 'saw',
        value: Object.keys(context.plans),
        because: 'It was given these plans.',
        source: { project: 'test', where: 'test' },
        from: ['metadata.name'],
      },
    ],
    needs: [],
    alerts: [],
    verify: [],
    runbooks: [],
    facts: factsOf()[id],
    settings: undefined,
    limits: [`${id} has a limit.`],
    ...made,
  });
  const words = { title: id, summary: `${id}.`, limits: 'none' };
  return {
    id,
    seedItems: [1],
    words,
    after,
    section: z.strictObject({}) as never,
    plan,
    render: () => [],
  };
}

const all = [
  systemOf('control-plane', ['etcd', 'scheduling']),
  systemOf('etcd', []),
  systemOf('autoscaling', ['control-plane']),
  systemOf('scheduling', []),
];
const sections = { controlPlane: {}, etcd: {}, autoscaling: {}, scheduling: {} };

describe('planning', () => {
  it('orders systems after those they read, else as listed', () => {
    expect(orderSystems(all).map(({ id }) => id)).toEqual(['etcd', 'scheduling', 'control-plane', 'autoscaling']);
    expect(orderSystems([systemOf('etcd', []), systemOf('scheduling', [])]).map(({ id }) => id)).toEqual([
      'etcd',
      'scheduling',
    ]);
  });
  it('asserts on cycles, strangers and twins', () => {
    expect(() => orderSystems([systemOf('etcd', ['scheduling']), systemOf('scheduling', ['etcd'])])).toThrow(
      'etcd → scheduling → etcd',
    );
    expect(() => orderSystems([systemOf('etcd', ['scheduling'])])).toThrow('not in the list');
    expect(() => orderSystems([systemOf('etcd', []), systemOf('etcd', [])])).toThrow('twice');
  });
  it('gives each system the plans that it declares and no others, and keeps the order of the list', () => {
    const plan = planCluster({ cluster: clusterOf(), sections }, all);
    expect(Object.keys(plan.systems)).toEqual(['control-plane', 'etcd', 'autoscaling', 'scheduling']);
    const saw = Object.entries(plan.systems).map(([id, { decisions }]) => [id, decisions[0]?.value]);
    expect(Object.fromEntries(saw)).toEqual({
      'control-plane': ['etcd', 'scheduling'],
      etcd: [],
      autoscaling: ['control-plane'],
      scheduling: [],
    });
    expect(plan.verdicts).toHaveLength(11);
  });
  it('says what is not covered: limits, areas without a system, parts of the document', () => {
    const cluster = clusterOf({ workloads: ['manifests/'], pools: [{ name: 'cheap', capacity: 'spot' }] });
    const { notCovered } = planCluster({ cluster, sections }, all);
    expect(notCovered).toContain('etcd has a limit.');
    expect(notCovered.join('\n')).toMatch(
      /^Not planned by this version: .*pod network.*; .*restore in another region; /m,
    );
    expect(notCovered.join('\n')).not.toMatch(/^Not planned by this version: .*\betcd\b/m);
    expect(notCovered.join('\n')).toContain('spec.workloads (manifests/)');
    expect(notCovered.join('\n')).toContain('spot pool (cheap)');
  });
  it('plans with any part of the list, and with none', () => {
    const plan = planCluster({ cluster: clusterOf({ objectives: { apiAvailability: '99.9%' } }), sections: {} }, []);
    expect(plan.verdicts.find(({ name }) => name === 'apiAvailability')?.verdict).toBe('unknown');
    expect(plan.availability.expected).toBe(0);
  });
  it('shows a promise as the document writes it', () => {
    const cluster = clusterOf({ objectives: { nodeFailureRecovery: '120s' } });
    const raw = { spec: { objectives: { nodeFailureRecovery: '120s' } } };
    const promised = (document: { raw?: unknown }) =>
      planCluster({ cluster, sections, ...document }, all).verdicts.find(({ name }) => name === 'nodeFailureRecovery')
        ?.promised;
    expect(promised({ raw })).toBe('120s');
    expect(promised({})).toBe('2 m');
  });
  it('judges a plan by the promises of another document', () => {
    const own = { cluster: clusterOf(), sections, raw: { spec: {} } };
    const promising = {
      cluster: clusterOf({ objectives: { controlPlaneRecovery: '1m', crossZoneLatency: '10ms' } }),
      sections,
      raw: { spec: { objectives: { controlPlaneRecovery: '60s' }, regions: [{ zoneRoundTrip: '2ms' }] } },
    };
    const judged = judgedAs(planCluster(own, all), own, promising).verdicts;
    expect(judged.find(({ name }) => name === 'controlPlaneRecovery')).toMatchObject({
      verdict: 'kept',
      promised: '60s',
    });
    expect(judged.find(({ name }) => name === 'crossZoneLatency')?.verdict).toBe('unknown');
    expect(judged.find(({ name }) => name === 'rpo')?.verdict).toBe('not-promised');
  });
  it('takes the prices of the user in place of the built-in ones', () => {
    const need: Need = {
      component: 'cluster',
      form: 'service',
      replicas: 1,
      zones: [],
      cpu: 0,
      memory: 0,
      storage: 0,
      trafficPerMonth: 0,
      offer: 'eks/cluster',
    };
    const systems = [systemOf('etcd', [], { needs: [need] })];
    const document = { cluster: clusterOf(), sections };
    expect(planCluster(document, systems).price.perMonth).toEqual({ amount: 73, currency: 'USD' });
    const prices = {
      ...listedPrices,
      currency: 'EUR',
      prices: [{ offer: 'eks/cluster', per: 'month', amount: 50, source: 'contract', date: '2026-01-01' }],
    } as const;
    expect(planCluster(document, systems, { prices }).price.perMonth).toEqual({ amount: 50, currency: 'EUR' });
  });
});

describe('the difference of two plans', () => {
  const decision = (field: string, value: Decision['value']): Decision => ({
    field,
    value,
    because: 'Because.',
    source: { project: 'test', where: 'test' },
    from: ['spec.survive'],
  });
  const need = (component: string, replicas: number): Need => ({
    component,
    form: 'machine',
    replicas,
    zones: ['a'],
    cpu: 1_000,
    memory: GIB,
    storage: 0,
    trafficPerMonth: 0,
    offer: 'ec2/m7i.large',
  });
  const planOf = (decisions: readonly Decision[], needs: readonly Need[]) =>
    planCluster({ cluster: clusterOf(), sections }, [systemOf('etcd', [], { decisions, needs })]);
  it('is empty for the same plan', () => {
    const some = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(9)), { maxLength: 6 });
    fc.assert(
      fc.property(some, (pairs) => {
        const make = () =>
          planOf(
            [...new Map(pairs)].map(([field, value]) => decision(field, value)),
            pairs.map(([name, copies]) => need(name, copies)),
          );
        expect(diffPlans(make(), make())).toEqual([]);
      }),
    );
  });
  it('names what was added, removed and changed, with its reason, needs and price', () => {
    const before = planOf([decision('members', 3), decision('quota', '2Gi')], [need('member', 3)]);
    const after = planOf([decision('members', 5), decision('events', true)], [need('member', 5)]);
    const changes = diffPlans(before, after);
    expect(changes.map(({ kind, subject, id }) => `${kind} ${subject} ${id}`)).toEqual([
      'changed verdict budget',
      'changed decision etcd.members',
      'added decision etcd.events',
      'removed decision etcd.quota',
      'changed need etcd.member',
      'changed price total',
      'changed price member (ec2/m7i.large)',
    ]);
    expect(changes[1]).toEqual({
      kind: 'changed',
      subject: 'decision',
      id: 'etcd.members',
      before: 3,
      after: 5,
      because: 'Because.',
      from: ['spec.survive'],
    });
  });
  it('swaps its signs when the plans are swapped', () => {
    const [one, other] = [
      planOf([decision('a', 1), decision('b', 1)], []),
      planOf([decision('b', 2), decision('c', 1)], []),
    ];
    const flip = { added: 'removed', removed: 'added', changed: 'changed' } as const;
    const key = (list: ReturnType<typeof diffPlans>) =>
      list.map(({ kind, id, before, after }) => JSON.stringify([kind, id, before, after])).sort();
    const flipped = diffPlans(other, one).map((change) => ({
      ...change,
      kind: flip[change.kind],
      before: change.after,
      after: change.before,
    }));
    expect(key(diffPlans(one, other))).toEqual(key(flipped as ReturnType<typeof diffPlans>));
  });
});

describe('promises below the timers that the document writes', () => {
  const schemas = {
    etcd: z.record(z.string(), z.number()).prefault({}),
    controlPlane: z
      .object({ kind: z.string().prefault('kubeadm'), healthCheck: z.record(z.string(), z.number()).optional() })
      .prefault({}),
  };
  const problems = (spec: string, facts: Facts) => {
    const text = `apiVersion: holdfast.dev/v1\nkind: Cluster\nmetadata: {name: shop}\nspec:\n  regions: [{name: r, zones: [a, b, c]}]\n${spec}`;
    const { document, problems: wrong } = parseDocument({ text, file: 'holdfast.yaml' }, schemas);
    if (!document) throw new Error(JSON.stringify(wrong));
    const systems = Object.fromEntries(Object.entries(facts).map(([id, one]) => [id, { facts: one as unknown }]));
    return contradictionsIn(document, { systems } as never);
  };
  const checks = factsOf({
    'control-plane': {
      balancer: {
        kind: 'nlb',
        instances: [],
        ejection: { least: 90_000, most: 310_000 },
        takeover: { least: 0, most: 0 },
        healthCheck: { interval: 90_000, fall: 2 },
      },
    },
  });
  const election = factsOf({ etcd: { electionTimeout: 50_000, leaderLoss: { least: 49_000, most: 101_000 } } });
  it('are problems with their place', () => {
    const found = problems(
      '  objectives: {controlPlaneRecovery: 1m}\n  controlPlane: {healthCheck: {interval: 90000}}\n',
      checks,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      code: 'objective-below-timers',
      path: 'spec.objectives.controlPlaneRecovery',
      at: { line: 6 },
    });
    expect(found[0]?.message).toContain('spec.controlPlane.healthCheck.interval');
    expect(found[0]?.expected).toContain('1 m 30 s');
    expect(
      problems('  objectives: {controlPlaneRecovery: 30s}\n  etcd: {electionTimeout: 50000}\n', election)[0]?.message,
    ).toContain('spec.etcd.electionTimeout');
  });
  it('are none when the timers allow the promise, when nothing is promised, or when the plan chose the timers', () => {
    expect(
      problems('  objectives: {controlPlaneRecovery: 2m}\n  controlPlane: {healthCheck: {interval: 90000}}\n', checks),
    ).toEqual([]);
    expect(problems('  controlPlane: {healthCheck: {interval: 90000}}\n', checks)).toEqual([]);
    expect(problems('  objectives: {controlPlaneRecovery: 1m}\n', checks)).toEqual([]);
    expect(problems('  objectives: {controlPlaneRecovery: 30s}\n', election)).toEqual([]);
    expect(
      problems('  objectives: {controlPlaneRecovery: 30s}\n  etcd: {electionTimeout: 50000}\n', {} as Facts),
    ).toEqual([]);
  });
});

describe('size', () => {
  it('plans a thousand pools in twenty-five zones with work that grows in proportion', () => {
    const regions = Array.from({ length: 5 }, (_, at) => ({
      name: `r${at}`,
      zones: zones.map((zone) => `r${at}${zone}`),
    }));
    const cluster = clusterOf({
      regions,
      pools: Array.from({ length: 1_000 }, (_, at) => ({ name: `pool-${at}`, nodesPerZone: 1 })),
    });
    const all = regions.flatMap((region) => region.zones);
    let reads = 0;
    const needs = cluster.pools.map(({ name }): Need => ({
      component: name,
      form: 'machine',
      replicas: 15,
      cpu: 4_000,
      memory: GIB,
      storage: GIB,
      trafficPerMonth: 0,
      offer: 'ec2/m7i.large',
      get zones() {
        reads += 1;
        return all;
      },
    }));
    const plan = planCluster({ cluster, sections }, [systemOf('etcd', [], { needs })]);
    expect(plan.price.rows).toHaveLength(2_000);
    expect(reads).toBeLessThan(10 * needs.length);
  });
});
