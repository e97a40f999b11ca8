/** The oracle itself: answers to small clusters whose truth was read in the scheduler's source. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureOracle } from '../oracle/binary.ts';
import { type Manifest, explainByOracle, followByOracle } from '../oracle/oracle.ts';

beforeAll(async () => {
  await ensureOracle();
});

function node(name: string, more: { labels?: object; spec?: object; cpu?: string } = {}): Manifest {
  const allocatable = { cpu: more.cpu ?? '4', memory: '8Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: more.labels ?? {} },
    spec: more.spec ?? {},
    status: { allocatable },
  };
}

function pod(name: string, spec: object = {}, more: { cpu?: string; status?: object } = {}): Manifest {
  const resources = more.cpu === undefined ? {} : { requests: { cpu: more.cpu } };
  const containers = [{ name: 'c', image: 'example/app', resources }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers, ...spec },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

const high = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 };

describe('the oracle', () => {
  it('gives verdicts, reasons and weighted scores', async () => {
    const { pods } = await explainByOracle([
      node('n1'),
      node('n2', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }),
      node('n3', { spec: { unschedulable: true } }),
      node('n4', { cpu: '8' }),
      pod('placed', { nodeName: 'n1' }, { cpu: '3' }),
      pod('plain', {}, { cpu: '1' }),
    ]);
    // 1 of 4 + 3 = all CPU of n1 gives 0, memory (8192 - 400) / 8192 gives 95: (0 + 95) / 2.
    // On n4: CPU 7/8 = 87, memory 97: 92.
    expect(pods).toEqual([
      {
        pod: 'default/plain',
        nodes: [
          expect.objectContaining({
            node: 'n1',
            fits: true,
            scores: expect.objectContaining({ NodeResourcesFit: 47 }),
          }),
          {
            node: 'n2',
            fits: false,
            plugin: 'TaintToleration',
            code: 'UnschedulableAndUnresolvable',
            reasons: ['node(s) had untolerated taint(s)'],
          },
          {
            node: 'n3',
            fits: false,
            plugin: 'NodeUnschedulable',
            code: 'UnschedulableAndUnresolvable',
            reasons: ['node(s) were unschedulable'],
          },
          expect.objectContaining({
            node: 'n4',
            fits: true,
            scores: expect.objectContaining({ NodeResourcesFit: 92, TaintToleration: 300 }),
          }),
        ],
        best: ['n4'],
      },
    ]);
  });

  it('says whom preemption would remove, and what refuses a pod as a whole', async () => {
    const { pods } = await explainByOracle([
      high,
      node('n1'),
      pod('low', { nodeName: 'n1' }, { cpu: '3', status: { startTime: '2026-01-01T00:00:00Z' } }),
      pod('urgent', { priorityClassName: 'high' }, { cpu: '2' }),
      pod('gated', { schedulingGates: [{ name: 'example.com/quota' }] }),
      pod('claimless', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'none' } }] }),
    ]);
    expect(pods.map(({ pod, preFilter, preemption }) => ({ pod, preFilter, preemption }))).toEqual([
      {
        pod: 'default/urgent',
        preemption: { candidates: [{ node: 'n1', victims: ['default/low'], pdbViolations: 0 }], best: ['n1'] },
      },
      { pod: 'default/gated', preFilter: 'SchedulingGates: waiting for scheduling gates: [example.com/quota]' },
      {
        pod: 'default/claimless',
        preFilter: 'VolumeRestrictions: persistentvolumeclaim "none" not found',
        preemption: { candidates: [], best: [] },
      },
    ]);
  });

  it('refuses what no API server would accept, by name', async () => {
    await expect(explainByOracle([pod('bad', { restartPolicy: 'Sometimes' })])).rejects.toThrow(
      /Pod default\/bad.*Sometimes/s,
    );
    await expect(explainByOracle([pod('bad', { conatiners: [] })])).rejects.toThrow(/conatiners/);
    await expect(explainByOracle([node('twice'), node('twice')])).rejects.toThrow('Node twice is there twice');
  });
});

describe('a sequence', () => {
  const cluster = [
    high,
    node('n1'),
    node('n2', { labels: { disk: 'ssd' } }),
    pod('low', { nodeName: 'n2' }, { cpu: '3', status: { startTime: '2026-01-01T00:00:00Z' } }),
    pod('urgent', { priorityClassName: 'high', nodeSelector: { disk: 'ssd' } }, { cpu: '2' }),
    pod('plain', {}, { cpu: '3' }),
    pod('next', {}, { cpu: '3' }),
  ];

  it('lets each choice change what the next pod finds', async () => {
    const steps = await followByOracle(cluster, [
      { pod: 'default/plain', node: 'n1' },
      { pod: 'default/next' },
      { pod: 'default/urgent', nominated: 'n2', victims: ['default/low'] },
      { pod: 'default/next' },
      { pod: 'default/urgent', node: 'n2' },
    ]);
    expect(steps.map(({ problem }) => problem)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(steps.map(({ verdict }) => verdict.best)).toEqual([['n1'], [], [], [], ['n2']]);
  });

  it('says which choice the scheduler could not have made', async () => {
    const steps = await followByOracle(cluster, [
      { pod: 'default/plain', node: 'n2' },
      { pod: 'default/urgent' },
      { pod: 'default/urgent', nominated: 'n2', victims: [] },
    ]);
    expect(steps.map(({ problem }) => problem)).toEqual([
      'n2 is not one of [n1]',
      'it could preempt on [n2]',
      'on n2 it would remove [default/low], not []',
    ]);
  });
});
