import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { at } from '../../kubernetes/objects.ts';
import { baseSpec, type Cluster } from '../../spec/cluster.ts';
import type { KubernetesObject } from '../../system.ts';
import type { PodSecurity } from '../../kubernetes/pod-security.ts';
import { scheduling } from './index.ts';
import type { Context } from './model.ts';

type Written = Record<string, unknown>;

const gpuPool = {
  name: 'gpu',
  nodesPerZone: 0,
  maxNodesPerZone: 3,
  machine: { type: 'g6.2xlarge' },
  labels: { workload: 'ai' },
  taints: [{ key: 'dedicated', value: 'ai', effect: 'NoSchedule' }],
};
const three = { regions: [{ name: 'r', zones: ['ra', 'rb', 'rc'] }] };

function clusterOf(spec: Written, kind: Cluster['controlPlane']['kind'] = 'kubeadm'): Cluster {
  return { ...z.object(baseSpec).parse({ ...three, ...spec }), name: 'shop', controlPlane: { kind } };
}

const podSecurity: PodSecurity = {
  mode: 'enforce',
  version: 'v1.36',
  level: 'baseline',
  namespaces: [{ name: 'pay', level: 'restricted' }],
};

function made(spec: Written = {}, section: Written = {}, kind?: Cluster['controlPlane']['kind']) {
  const policy = { facts: { podSecurity } };
  const context = { cluster: clusterOf(spec, kind), plans: { policy } } as unknown as Context;
  const parsed = scheduling.section.parse(section);
  const plan = scheduling.plan(parsed, context);
  const artifacts = scheduling.render(plan, context);
  const objects = artifacts.flatMap((one) => (one.form === 'object' ? [one.object] : []));
  const decision = (field: string) => plan.decisions.find((one) => one.field === field);
  return {
    plan,
    artifacts,
    objects,
    decision,
    contradictions: scheduling.contradictions?.(parsed, context.cluster) ?? [],
  };
}

function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((one) => one.kind === kind && one.metadata?.name === name);
  if (!found) throw new Error(`${kind} ${name} is not rendered`);
  return found;
}

function expressions(objects: readonly KubernetesObject[], name: string): string {
  const validations = at(find(objects, 'ValidatingAdmissionPolicy', name), 'spec', 'validations') as readonly {
    expression: string;
  }[];
  return validations.map(({ expression }) => expression).join('\n');
}

/** Documents that a runbook tells people to copy. */
function forms(plan: ReturnType<typeof made>['plan'], runbook: string): readonly Written[] {
  const run = plan.runbooks.find(({ id }) => id === runbook)?.steps[0]?.run ?? '';
  return parseAllDocuments(run.replace(/^.*<<'EOF'\n/, '').replace(/EOF$/, '')).map(
    (document) => document.toJSON() as Written,
  );
}

describe('item 4, topology spread', () => {
  const { plan, objects, decision } = made();
  const [deployment] = forms(plan, 'write-a-workload');
  const constraints = at(deployment, 'spec', 'template', 'spec', 'topologySpreadConstraints') as readonly Written[];
  const [zonal, hosts] = constraints;

  it('4.1 every constraint has a labelSelector that matches its own pods, and a policy tells of one without', () => {
    const labels = at(deployment, 'spec', 'template', 'metadata', 'labels');
    for (const constraint of constraints) expect(at(constraint, 'labelSelector', 'matchLabels')).toEqual(labels);
    expect(expressions(objects, 'holdfast-spread')).toContain('has(c.labelSelector)');
  });
  it('4.2 a hard zone spread honours taints and sets no minDomains, and a policy tells of others', () => {
    expect(zonal).toMatchObject({
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
    });
    expect(zonal).not.toHaveProperty('minDomains');
    expect(expressions(objects, 'holdfast-spread')).toContain("c.nodeTaintsPolicy == 'Honor'");
    expect(expressions(objects, 'holdfast-spread')).toContain('c.minDomains < 3');
  });
  it('4.3 pods of the old ReplicaSet do not count: matchLabelKeys pod-template-hash', () => {
    for (const constraint of constraints) expect(constraint['matchLabelKeys']).toEqual(['pod-template-hash']);
    expect(expressions(objects, 'holdfast-spread')).toContain("'pod-template-hash' in c.matchLabelKeys");
  });
  it('4.4 there are a host constraint and a disruption budget, and the limits say that nothing rebalances', () => {
    expect(hosts).toMatchObject({ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' });
    expect(forms(plan, 'write-a-workload')[1]).toMatchObject({
      kind: 'PodDisruptionBudget',
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    });
    expect(plan.limits.join(' ')).toContain('nothing moves pods there');
    expect(plan.runbooks.find(({ id }) => id === 'lose-a-zone')?.steps.at(-1)?.run).toContain('rollout restart');
  });
  it('is soft over zones when only a node has to be survived, and absent with one zone', () => {
    expect(made({ survive: 'node' }).decision('spread')?.value).toEqual([
      expect.stringContaining('zone: ScheduleAnyway'),
      expect.stringContaining('hostname'),
    ]);
    const one = made({ survive: 'node', regions: [{ name: 'r', zones: ['ra'] }] });
    expect(one.decision('spread')?.value).toEqual(['kubernetes.io/hostname: ScheduleAnyway, maxSkew 1']);
    expect(expressions(one.objects, 'holdfast-spread')).not.toContain('minDomains');
    expect(decision('spread')?.because).toContain('Honor');
  });
  it('is refused, warned of or left alone as the document says', () => {
    const actions = (admission: string) =>
      at(
        find(made({}, { admission }).objects, 'ValidatingAdmissionPolicyBinding', 'holdfast-spread'),
        'spec',
        'validationActions',
      );
    expect(actions('warn')).toEqual(['Warn', 'Audit']);
    expect(actions('deny')).toEqual(['Deny']);
    expect(made({}, { admission: 'off' }).objects.filter(({ kind }) => kind.startsWith('Validating'))).toEqual([]);
  });
});

describe('item 5, GPU machines', () => {
  const { plan, objects, decision } = made({ provider: 'aws', pools: [{ name: 'general' }, gpuPool] });
  const [pod] = forms(plan, 'use-gpus');

  it('5.1 a pod has the toleration and the selector, other namespaces are kept off, one without selector is told', () => {
    expect(at(pod, 'spec', 'tolerations')).toEqual([
      { key: 'dedicated', operator: 'Equal', value: 'ai', effect: 'NoSchedule' },
    ]);
    expect(at(pod, 'spec', 'nodeSelector')).toEqual({ workload: 'ai' });
    const guard = find(objects, 'ValidatingAdmissionPolicyBinding', 'holdfast-gpu-guard');
    expect(at(guard, 'spec', 'validationActions')).toEqual(['Deny']);
    expect(at(guard, 'spec', 'matchResources', 'namespaceSelector', 'matchExpressions')).toEqual([
      { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['ai', 'kube-system'] },
    ]);
    expect(expressions(objects, 'holdfast-gpu-selector')).toContain("object.spec.nodeSelector['workload'] == 'ai'");
  });
  it('5.2 the taint that pods tolerate is the taint that the pool registers with, said once', () => {
    const other = made({ provider: 'aws', pools: [{ ...gpuPool, taints: [{ key: 'dedicated', value: 'gpu' }] }] });
    expect(at(forms(other.plan, 'use-gpus')[0], 'spec', 'tolerations', 0, 'value')).toBe('gpu');
    expect(other.decision('gpuAccess')?.value).toMatchObject({
      taints: ['dedicated=gpu:NoSchedule'],
      namespaces: ['gpu'],
    });
    expect(expressions(other.objects, 'holdfast-gpu-guard')).not.toContain("'ai'");
  });
  it('5.3 no command labels or taints a node for GPUs; the runbook says where labels and taints live', () => {
    const commands = plan.runbooks.flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));
    expect(commands.filter((run) => /kubectl (label|taint)/.test(run) && !run.includes('out-of-service'))).toEqual([]);
    expect(JSON.stringify(plan.runbooks)).toContain('set on a node by hand they are gone with the machine');
  });
  it('5.4 says that NoSchedule leaves what already runs', () => {
    expect(decision('gpuAccess')?.because).toContain('NoSchedule leaves pods that already run there');
    const evicting = made({
      provider: 'aws',
      pools: [{ ...gpuPool, taints: [{ key: 'dedicated', value: 'ai', effect: 'NoExecute' }] }],
    });
    expect(evicting.decision('gpuAccess')?.because).toContain('NoExecute also evicts');
  });
  it('5.5 pods of DaemonSets pass the guard: device plugin, logs and monitoring run on GPU machines', () => {
    const conditions = at(
      find(objects, 'ValidatingAdmissionPolicy', 'holdfast-gpu-guard'),
      'spec',
      'matchConditions',
    ) as readonly { expression: string }[];
    expect(conditions[0]?.expression).toContain("o.kind == 'DaemonSet'");
  });
  it('5.6 the form is a whole pod: container with name, image and an integer limit', () => {
    expect(at(pod, 'spec', 'containers', 0)).toMatchObject({
      name: 'train',
      image: expect.stringContaining('@sha256:') as string,
      resources: { limits: { 'nvidia.com/gpu': 1 } },
    });
  });
  it('gives each namespace its share of the GPUs, or what the document says', () => {
    expect(decision('gpuQuota')?.value).toBe(9);
    expect(at(find(objects, 'ResourceQuota', 'holdfast-gpu'), 'spec', 'hard')).toEqual({
      'requests.nvidia.com/gpu': '9',
    });
    const two = made({ provider: 'aws', pools: [gpuPool] }, { gpuNamespaces: ['ai', 'vision'] });
    expect(two.decision('gpuQuota')?.value).toBe(4);
    expect(two.objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata?.name)).toEqual([
      'ai',
      'vision',
    ]);
    expect(made({ provider: 'aws', pools: [gpuPool] }, { gpusPerNamespace: 2 }).decision('gpuQuota')?.value).toBe(2);
  });
  it('of a pool without taint and labels is closed all the same', () => {
    const { plan: bare } = made({ provider: 'aws', pools: [{ ...gpuPool, taints: [], labels: {} }] });
    expect(bare.settings.gpu).toMatchObject({
      taints: [{ key: 'nvidia.com/gpu', value: 'present' }],
      selectors: [{ 'nvidia.com/gpu.present': 'true' }],
      namespaces: ['gpu'],
    });
  });
});

describe('recovery', () => {
  it('section 11: with defaults a lost node takes five to six and a half minutes, nothing is promised', () => {
    const { plan } = made();
    expect(plan.facts).toMatchObject({
      toleration: 300_000,
      nodeMonitorGracePeriod: 50_000,
      nodeEvictionRate: 0.1,
      tolerationByApiServer: true,
    });
    expect(plan.facts.nodeFailureRecovery.least).toBeGreaterThan(300_000);
    expect(plan.facts.nodeFailureRecovery.most).toBeLessThan(405_000);
  });
  it('a promise of two minutes sets the toleration, with the arithmetic', () => {
    const { plan, decision } = made({ objectives: { nodeFailureRecovery: '2m' } });
    expect(plan.facts.toleration).toBe(19_000);
    expect(plan.facts.nodeFailureRecovery.most).toBeLessThanOrEqual(120_000);
    expect(decision('toleration')?.because).toContain(
      'detection 39.6 s–55 s + taint queue 0 ms–10 s + toleration 19 s',
    );
  });
  it('a promise for a zone raises the eviction rate where the zone is large', () => {
    const { plan } = made({
      objectives: { zoneFailureRecovery: '5m' },
      pools: [{ name: 'general', nodesPerZone: 40 }],
    });
    expect(plan.facts.nodeEvictionRate).toBeGreaterThan(0.1);
    expect(plan.facts.zoneFailureRecovery.most).toBeLessThanOrEqual(300_000);
  });
  it('a promise that is out of reach gets the best, said as a limit', () => {
    const { plan, decision } = made({ objectives: { nodeFailureRecovery: '1m' } });
    expect(plan.facts.toleration).toBe(10_000);
    expect(plan.limits.join(' ')).toContain('is out of reach; the best that is safe is 1 m 51 s');
    expect(decision('nodeFailureRecovery')?.because).toContain('are missed');
  });
  it('on EKS only pods are touched: no flags, a policy from 1.36 on, templates before', () => {
    const spec = { provider: 'aws', objectives: { nodeFailureRecovery: '2m' } };
    const eks = made(spec, {}, 'eks');
    expect(eks.plan.facts.tolerationByApiServer).toBe(false);
    expect(eks.decision('nodeEvictionRate')?.value).toBeNull();
    expect(eks.decision('nodeMonitorGracePeriod')?.because).toContain('lets nobody set its flags');
    const mutation = at(
      find(eks.objects, 'MutatingAdmissionPolicy', 'holdfast-toleration'),
      'spec',
      'mutations',
      0,
      'jsonPatch',
      'expression',
    );
    expect(mutation).toContain("path: '/spec/tolerations/0'");
    expect(mutation).toContain('tolerationSeconds: 19');
    const older = made({ ...spec, versions: { kubernetes: '1.35.2' } }, {}, 'eks');
    expect(older.objects.some(({ kind }) => kind === 'MutatingAdmissionPolicy')).toBe(false);
    expect(
      at(forms(older.plan, 'write-a-workload')[0], 'spec', 'template', 'spec', 'tolerations', 0, 'tolerationSeconds'),
    ).toBe(19);
    expect(older.plan.limits.join(' ')).toContain('every pod template');
  });
  it('of a zone of one is never, and the small-zone stop is a limit', () => {
    const one = made({
      survive: 'node',
      regions: [{ name: 'r', zones: ['ra'] }],
      pools: [{ name: 'general', nodesPerZone: 10 }],
    });
    expect(one.plan.facts.zoneFailureRecovery.most).toBeNull();
    expect(one.plan.limits.join(' ')).toContain('When 9 or more, but not all, of the 15 nodes of ra are lost');
    expect(made({ pools: [{ name: 'general', nodesPerZone: 60 }] }).plan.limits.join(' ')).toContain(
      'one node per 100 s',
    );
  });
});

describe('contradictions', () => {
  const codes = (spec: Written, section: Written, kind?: Cluster['controlPlane']['kind']) =>
    made(spec, section, kind).contradictions.map(({ path, code }) => `${path} ${code}`);
  it.each([
    [{}, { toleration: '1500ms' }, 'spec.scheduling.toleration not-whole-seconds'],
    [{}, { nodeMonitorGracePeriod: '15s' }, 'spec.scheduling.nodeMonitorGracePeriod grace-too-short'],
    [{}, { nodeEvictionRate: '0/min' }, 'spec.scheduling.nodeEvictionRate no-evictions'],
    [{}, { shutdownGracePeriod: '10s' }, 'spec.scheduling.shutdownGracePeriodCriticalPods no-time-for-ordinary-pods'],
    [
      { provider: 'aws', pools: [{ name: 'a', capacity: 'spot' }] },
      { shutdownGracePeriod: '3m' },
      'spec.scheduling.shutdownGracePeriod longer-than-the-notice',
    ],
    [{}, { priorities: { critical: 5 } }, 'spec.scheduling.priorities.critical priority-order'],
    [{}, { priorities: { headroom: -11 } }, 'spec.scheduling.priorities.headroom priority-order'],
    [{}, { gpuNamespaces: ['ai'] }, 'spec.scheduling.gpuNamespaces no-gpus'],
    [{}, { namespaces: [{ name: 'a' }, { name: 'a' }] }, 'spec.scheduling.namespaces[1].name twice'],
    [
      { objectives: { nodeFailureRecovery: '2m' } },
      { toleration: '5m' },
      'spec.objectives.nodeFailureRecovery below-its-timers',
    ],
  ] as const)('%j with %j is %s', (spec, section, expected) => expect(codes(spec, section)).toEqual([expected]));
  it('EKS has no timers to set', () => {
    expect(codes({ provider: 'aws' }, { nodeMonitorGracePeriod: '40s', nodeEvictionRate: '1/s' }, 'eks')).toEqual([
      'spec.scheduling.nodeMonitorGracePeriod not-settable',
      'spec.scheduling.nodeEvictionRate not-settable',
    ]);
  });
  it('a promise below what can be reached is no contradiction while the timers are free', () => {
    expect(codes({ objectives: { nodeFailureRecovery: '1s' } }, {})).toEqual([]);
  });
});

describe('what is rendered', () => {
  it('names quotas, defaults and reservations as planned', () => {
    const { objects, artifacts } = made(
      { pools: [{ name: 'general', machine: { cpu: '16', memory: '64Gi' } }] },
      { namespaces: [{ name: 'shop', cpu: '20', memory: '64Gi', pods: 200 }] },
    );
    expect(at(find(objects, 'ResourceQuota', 'holdfast'), 'spec', 'hard')).toEqual({
      'requests.cpu': '20',
      'requests.memory': '64Gi',
      pods: '200',
    });
    expect(at(find(objects, 'LimitRange', 'holdfast'), 'spec', 'limits', 0, 'defaultRequest')).toEqual({
      cpu: '100m',
      memory: '128Mi',
    });
    const patch = artifacts.find(({ path }) => path === 'nodes/general/kubeletconfiguration0+strategic.yaml');
    expect(patch).toMatchObject({
      documents: [
        { kind: 'KubeletConfiguration', shutdownGracePeriod: '1m', kubeReserved: { cpu: '110m', memory: '1465Mi' } },
      ],
    });
  });
  it('gives namespaces their Pod Security level, and leaves those to the policy that it names', () => {
    const { objects } = made(
      {},
      {
        namespaces: [
          { name: 'shop', cpu: '20' },
          { name: 'pay', cpu: '2' },
        ],
      },
    );
    const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
    expect(namespaces.map(({ metadata }) => metadata)).toEqual([
      {
        name: 'shop',
        labels: {
          'pod-security.kubernetes.io/audit': 'baseline',
          'pod-security.kubernetes.io/audit-version': 'v1.36',
          'pod-security.kubernetes.io/warn': 'baseline',
          'pod-security.kubernetes.io/warn-version': 'v1.36',
          'pod-security.kubernetes.io/enforce': 'baseline',
          'pod-security.kubernetes.io/enforce-version': 'v1.36',
        },
      },
    ]);
    expect(objects.filter(({ kind }) => kind === 'ResourceQuota')).toHaveLength(2);
  });
  it('uses every label and taint of a GPU pool as it is written', () => {
    const { objects } = made({
      provider: 'aws',
      pools: [
        {
          ...gpuPool,
          labels: { 'gpu.example.com/tier_1': 'A-b_c.9' },
          taints: [{ key: 'example.com/gpu.x', value: 'O_k-1.z' }],
        },
      ],
    });
    expect(expressions(objects, 'holdfast-gpu-selector')).toContain(
      "object.spec.nodeSelector['gpu.example.com/tier_1'] == 'A-b_c.9'",
    );
    expect(expressions(objects, 'holdfast-gpu-guard')).toContain("== 'O_k-1.z'");
  });
  it('has no place for a quote: the document refuses it before it could reach an expression', () => {
    expect(() => made({ provider: 'aws', pools: [{ ...gpuPool, labels: { "it's": 'a' } }] })).toThrow('label key');
    expect(() => made({ provider: 'aws', pools: [{ ...gpuPool, taints: [{ key: 'x', value: "o'k" }] }] })).toThrow(
      'label value',
    );
  });
  it('plans and renders every combination without a crash, and only known decisions are named', () => {
    const combination = fc.record({
      provider: fc.constantFrom('aws', 'bare-metal', 'lab'),
      kind: fc.constantFrom('eks', 'kubeadm', 'cluster-api'),
      survive: fc.constantFrom('node', 'zone', 'region'),
      zones: fc.constantFrom(1, 2, 3, 5),
      regions: fc.constantFrom(1, 2),
      nodes: fc.constantFrom(0, 1, 3, 60),
      node: fc.constantFrom(undefined, '10s', '2m', '10m'),
      zone: fc.constantFrom(undefined, '1m', '6m', '1h'),
    });
    fc.assert(
      fc.property(combination, ({ provider, kind, survive, zones, regions, nodes, node, zone }) => {
        const spec = {
          provider,
          survive,
          regions: Array.from({ length: regions }, (_, r) => ({
            name: `r${r}`,
            zones: Array.from({ length: zones }, (__, at) => `r${r}z${at}`),
          })),
          pools: [{ name: 'general', nodesPerZone: nodes }],
          objectives: {
            ...(node ? { nodeFailureRecovery: node } : {}),
            ...(zone ? { zoneFailureRecovery: zone } : {}),
          },
        };
        const { plan, artifacts } = made(spec, {}, kind);
        const ids = new Set(plan.decisions.map(({ field }) => `scheduling.${field}`));
        for (const { decisions } of artifacts) expect(decisions.filter((id) => !ids.has(id))).toEqual([]);
        for (const { because } of plan.decisions) expect(because).not.toMatch(/NaN|undefined|Infinity|\[object/);
        for (const text of plan.limits) expect(text).toMatch(/\.$/);
        const { least, most } = plan.facts.nodeFailureRecovery;
        expect(most === null || most >= least).toBe(true);
        for (const runbook of ['write-a-workload'])
          for (const one of forms(plan, runbook)) expect(parse(JSON.stringify(one))).toEqual(one);
      }),
    );
  });
});
