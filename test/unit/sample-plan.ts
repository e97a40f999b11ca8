/** A small plan made by hand, for tests of what shows or renders plans: it changes only when they do. */
import { z } from 'zod';
import type { Plan } from '../../src/plan/types.ts';
import { baseSpec, type Cluster } from '../../src/spec/cluster.ts';
import type { AnySystem, Artifact, SystemPlan } from '../../src/system.ts';

const spec = z.object(baseSpec).parse({
  provider: 'bare-metal',
  regions: [{ name: 'site', zones: ['row-a', 'row-b', 'row-c'] }],
  objectives: { nodeFailureRecovery: '2m', apiAvailability: '99.99%', budget: '900 USD' },
});

export const sampleCluster = { ...spec, name: 'shop', controlPlane: { kind: 'kubeadm' } } as Cluster;

const member = (zone: string, at: number, kind: string) => ({
  name: `shop-${kind}-${zone}`,
  region: 'site',
  zone,
  address: `10.0.0.${at}`,
});
const masters = ['row-a', 'row-b', 'row-c'].map((zone, at) => member(zone, 11 + at, 'control'));

function systemPlan(parts: Partial<SystemPlan>): SystemPlan {
  return {
    decisions: [],
    needs: [],
    alerts: [],
    verify: [],
    runbooks: [],
    facts: {} as never,
    settings: { note: 'Nobody but the renderer reads this.' },
    limits: [],
    ...parts,
  };
}

const etcd = systemPlan({
  decisions: [
    {
      field: 'members',
      value: 3,
      because: 'Three zones hold one member each. Quorum is 2 of 3, so one zone may be lost.',
      source: { project: 'etcd v3.6.14', where: 'docs faq, failure tolerance' },
      from: ['spec.regions[].zones', 'spec.survive'],
    },
    {
      field: 'heartbeatInterval',
      value: '100ms',
      because: 'The round trip between zones is 2 ms; 100 ms is the default and above it.',
      source: { project: 'etcd v3.6.14', where: 'server/embed/config.go' },
      from: ['spec.regions[].zoneRoundTrip'],
    },
  ],
  needs: [
    {
      component: 'etcd',
      form: 'machine',
      replicas: 3,
      zones: ['row-a', 'row-b', 'row-c'],
      cpu: 2_000,
      memory: 8 * 2 ** 30,
      storage: 50 * 2 ** 30,
      trafficPerMonth: 0,
    },
  ],
  alerts: [
    {
      name: 'EtcdMemberDown',
      expr: 'up{job="etcd"} == 0',
      for: 60_000,
      severity: 'critical',
      summary: 'Member {{ $labels.instance }} does not answer; one more loss ends writes.',
      runbook: 'replace-member',
      source: { project: 'etcd v3.6.14', where: 'contrib/mixin' },
      test: {
        interval: 15_000,
        at: 180_000,
        firing: [{ series: 'up{job="etcd",instance="shop-control-row-a"}', values: '0x20' }],
        quiet: [{ series: 'up{job="etcd",instance="shop-control-row-a"}', values: '1x20' }],
        labels: { job: 'etcd', instance: 'shop-control-row-a' },
      },
    },
  ],
  verify: [
    {
      title: 'All members answer',
      command: 'etcdctl endpoint health --cluster',
      expect: 'three lines with is healthy',
    },
  ],
  runbooks: [
    {
      id: 'replace-member',
      title: 'Replace a member of etcd',
      when: 'A member is lost for good.',
      steps: [
        { say: 'See who is left.', run: 'etcdctl member list', expect: 'two members started' },
        { say: 'Remove the dead one, then add its successor.' },
      ],
    },
  ],
  facts: { topology: 'stacked', members: masters, quorum: 2 } as never,
});

const scheduling = systemPlan({
  decisions: [
    {
      field: 'toleration',
      value: '30s',
      because: '2 m is promised; 50 s until detection leave 30 s of toleration.',
      source: { project: 'holdfast', where: 'src/availability/recovery.ts' },
      from: ['spec.objectives.nodeFailureRecovery'],
    },
  ],
  limits: ['Pods that set their own toleration keep it.'],
});

const autoscaling = systemPlan({
  decisions: [
    {
      field: 'engine',
      value: 'none',
      because: 'Machines of bare metal cannot be bought by a controller.',
      source: { project: 'holdfast', where: 'arithmetic' },
      from: ['spec.provider'],
    },
  ],
});

export const samplePlan: Plan = {
  cluster: sampleCluster,
  sections: { etcd: {}, scheduling: {} },
  systems: {
    scheduling,
    etcd,
    autoscaling,
    'control-plane': systemPlan({
      facts: {
        kind: 'kubeadm',
        members: masters,
        endpoint: { host: 'api.shop.internal', port: 6443 },
        balancer: { kind: 'haproxy', instances: masters },
      } as never,
    }),
  } as Plan['systems'],
  verdicts: [
    {
      name: 'apiAvailability',
      title: 'API availability',
      verdict: 'kept',
      promised: '99.99%',
      measured: '99.996% (21 m a year)',
      value: 0.99996,
      evidence: 'Three members, one of which may fail; repair takes 4 h.',
    },
    {
      name: 'nodeFailureRecovery',
      title: 'Recovery from the loss of a node',
      verdict: 'missed',
      promised: '2m',
      measured: '2 m 22 s (1 m 32 s to 2 m 22 s)',
      value: 142_000,
      evidence: 'Detection 50 s + toleration 30 s + start 62 s.',
      remedy: 'Promise nodeFailureRecovery: 2m30s, or make the images smaller.',
    },
    {
      name: 'budget',
      title: 'Budget',
      verdict: 'unknown',
      promised: '900 USD',
      evidence: 'No price of the machines is known. Give one with --prices.',
    },
    {
      name: 'rto',
      title: 'Recovery time objective',
      verdict: 'not-promised',
      evidence: 'The document promises no rto.',
    },
  ],
  availability: {
    expected: 0.99996,
    downtimePerYear: 1_262_304,
    causes: [
      { cause: 'two zones at once', downtimePerYear: 1_000_000, share: 0.792 },
      { cause: 'leader elections', downtimePerYear: 262_304, share: 0.208 },
    ],
    assumptions: ['A machine fails once in three years and is back after 4 h (holdfast, src/availability).'],
  },
  price: {
    rows: [
      { component: 'etcd', offer: 'bare-metal/large', quantity: 3 },
      {
        component: 'balancer',
        offer: 'bare-metal/small',
        quantity: 2,
        unitPerMonth: { amount: 30, currency: 'USD' },
        perMonth: { amount: 60, currency: 'USD' },
        source: 'prices.yaml',
        date: '2026-11-01',
      },
    ],
    perMonth: { amount: 60, currency: 'USD' },
    lacks: ['etcd'],
  },
  notCovered: ['Pods that set their own toleration keep it.', 'The power supply of the site is not modelled.'],
};

const chart = {
  name: 'metrics-server',
  version: '3.13.1',
  repository: 'https://kubernetes-sigs.github.io/metrics-server',
  release: 'metrics-server',
  namespace: 'kube-system',
};

const artifacts: Readonly<Record<string, readonly Artifact[]>> = {
  scheduling: [
    {
      form: 'object',
      path: 'objects/priorityclass-shop-critical.yaml',
      purpose: 'Pods that must run even when room is short.',
      decisions: ['scheduling.toleration'],
      object: {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: 'shop-critical' },
        value: 1_000_000,
        description: 'on',
      },
    },
    {
      form: 'object',
      path: 'objects/namespace-shop.yaml',
      purpose: 'Where the shop runs.',
      decisions: [],
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'yes' } } },
    },
  ],
  etcd: [
    {
      form: 'text',
      path: 'hosts/snapshot.sh',
      purpose: 'Saves a snapshot.',
      decisions: ['etcd.members'],
      syntax: 'shell',
      text: '#!/bin/sh\nset -eu\netcdctl snapshot save /var/backups/etcd.db\n',
    },
    {
      form: 'configuration',
      path: 'hosts/kubeadm.yaml',
      purpose: 'What kubeadm reads.',
      decisions: ['etcd.heartbeatInterval'],
      documents: [
        { apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'InitConfiguration' },
        {
          apiVersion: 'kubeadm.k8s.io/v1beta4',
          kind: 'ClusterConfiguration',
          etcd: { local: { extraArgs: [{ name: 'heartbeat-interval', value: '100' }] } },
        },
      ],
    },
  ],
  autoscaling: [
    {
      form: 'values',
      path: 'values/metrics-server.yaml',
      purpose: 'CPU and memory of pods, for the autoscaler.',
      decisions: ['autoscaling.engine'],
      chart,
      values: { replicas: 2, args: ['--metric-resolution=15s'] },
    },
    {
      form: 'object',
      path: 'objects/horizontalpodautoscaler-web.yaml',
      purpose: 'Scales the web.',
      decisions: [],
      object: {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { maxReplicas: 9, minReplicas: 3 },
      },
    },
  ],
};

function sampleSystem(id: string, title: string, after: readonly string[] = []): AnySystem {
  return {
    id,
    seedItems: [1],
    words: { title, summary: `${title} of the sample.`, limits: 'It decides nothing real.' },
    after,
    section: z.strictObject({}).prefault({}),
    plan: () => systemPlan({}),
    render: () => artifacts[id] ?? [],
  } as unknown as AnySystem;
}

export const sampleSystems: readonly AnySystem[] = [
  sampleSystem('control-plane', 'Control plane', ['etcd']),
  sampleSystem('etcd', 'etcd'),
  sampleSystem('autoscaling', 'Autoscaling', ['scheduling']),
  sampleSystem('scheduling', 'Scheduling'),
];
