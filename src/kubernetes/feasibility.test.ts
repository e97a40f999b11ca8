import { describe, expect, it } from 'vitest';
import { createdPod } from './defaulting.ts';
import type { NodeFacts, NodeUse } from './feasibility.ts';
import { EMPTY_USE, demandOf, hostPortsOf, portsCollide, rejection } from './feasibility.ts';
import { reader } from './objects.ts';
import { readPodSpec } from './pod-spec.ts';

const GI = 2 ** 30;
const node = (more: Partial<NodeFacts> = {}): NodeFacts => ({
  name: 'n1',
  labels: { 'kubernetes.io/hostname': 'n1', disk: 'ssd' },
  taints: [],
  unschedulable: false,
  allocatable: { cpu: 4_000, memory: 16 * GI, pods: 10 },
  ...more,
});
const pod = (spec: object) => demandOf(createdPod(readPodSpec(reader({ containers: [{}], ...spec })), {}));
const asking = (requests: object) => pod({ containers: [{ resources: { requests } }] });
const use = (more: Partial<NodeUse>): NodeUse => ({ ...EMPTY_USE, ...more });

describe('one pod on one node', () => {
  it('fits when nothing speaks against it', () => {
    expect(rejection(asking({ cpu: '4', memory: '16Gi' }), node())).toBeUndefined();
  });

  it('does not fit on a cordoned node unless it tolerates that', () => {
    expect(rejection(pod({}), node({ unschedulable: true }))).toMatchObject({
      plugin: 'NodeUnschedulable',
      code: 'UnschedulableAndUnresolvable',
      reasons: ['node(s) were unschedulable'],
    });
    const tolerant = pod({
      tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }],
    });
    expect(rejection(tolerant, node({ unschedulable: true }))).toBeUndefined();
  });

  it('fits only on the node that it names', () => {
    expect(rejection(pod({ nodeName: 'n2' }), node())).toMatchObject({
      plugin: 'NodeName',
      reasons: ["node(s) didn't match the requested node name"],
    });
    expect(rejection(pod({ nodeName: 'n1' }), node())).toBeUndefined();
  });

  it('is kept away by taints that it does not tolerate, and the taint is told', () => {
    const taints = [{ key: 'dedicated', value: 'ai', effect: 'NoSchedule' }] as const;
    expect(rejection(pod({}), node({ taints }))).toEqual({
      plugin: 'TaintToleration',
      code: 'UnschedulableAndUnresolvable',
      reasons: ['node(s) had untolerated taint(s)'],
      details: ['the pod does not tolerate dedicated=ai:NoSchedule'],
    });
    expect(rejection(pod({}), node({ taints: [{ key: 'x', value: '', effect: 'PreferNoSchedule' }] }))).toBeUndefined();
  });

  it('needs its nodeSelector and one term of its affinity', () => {
    expect(rejection(pod({ nodeSelector: { disk: 'hdd' } }), node())).toMatchObject({
      plugin: 'NodeAffinity',
      code: 'UnschedulableAndUnresolvable',
      reasons: ["node(s) didn't match Pod's node affinity/selector"],
      details: ['its nodeSelector asks for disk=hdd, the node has disk=ssd'],
    });
    const terms = (nodeSelectorTerms: unknown) =>
      pod({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });
    const ssd = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
    const hdd = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['hdd'] }] };
    expect(rejection(terms([hdd, ssd]), node())).toBeUndefined();
    expect(rejection(terms([hdd]), node())?.plugin).toBe('NodeAffinity');
    expect(rejection(terms([]), node())?.plugin).toBe('NodeAffinity');
    expect(rejection(terms([{}]), node())?.plugin).toBe('NodeAffinity');
  });

  it('needs its host ports, which removing another pod could free', () => {
    const wanting = pod({ containers: [{ ports: [{ containerPort: 80, hostPort: 80 }] }] });
    expect(rejection(wanting, node(), use({ ports: [{ ip: '10.0.0.1', protocol: 'TCP', port: 80 }] }))).toMatchObject({
      plugin: 'NodePorts',
      code: 'Unschedulable',
      reasons: ["node(s) didn't have free ports for the requested pod ports"],
      details: ['host port 80/TCP is taken'],
    });
    expect(rejection(wanting, node(), use({ ports: [{ ip: '0.0.0.0', protocol: 'UDP', port: 80 }] }))).toBeUndefined();
  });

  it('needs room: every shortage is told, in the order of the scheduler', () => {
    const full = use({ pods: 10, requested: { cpu: 3_500, memory: 15 * GI } });
    expect(rejection(asking({ cpu: '1', memory: '2Gi', 'nvidia.com/gpu': '1' }), node(), full)).toEqual({
      plugin: 'NodeResourcesFit',
      code: 'UnschedulableAndUnresolvable',
      reasons: ['Too many pods', 'Insufficient cpu', 'Insufficient memory', 'Insufficient nvidia.com/gpu'],
      details: [
        'the node takes 10 pods and has 10',
        'asks for 1 of cpu, 500m of 4 is free',
        'asks for 2Gi of memory, 1Gi of 16Gi is free',
        'asks for 1 of nvidia.com/gpu, 0 of 0 is free',
      ],
    });
  });

  it('could fit after others leave, unless it is larger than the whole node', () => {
    expect(rejection(asking({ cpu: '2' }), node(), use({ requested: { cpu: 3_000 } }))?.code).toBe('Unschedulable');
    expect(rejection(asking({ cpu: '5' }), node())?.code).toBe('UnschedulableAndUnresolvable');
  });

  it('asks for nothing that is written as 0', () => {
    expect(rejection(asking({ 'nvidia.com/gpu': '0' }), node(), use({ requested: { cpu: 9_000 } }))).toBeUndefined();
  });

  it('is told the first filter that fails, in the order of the scheduler', () => {
    const worst = node({
      unschedulable: true,
      taints: [{ key: 'a', value: '', effect: 'NoSchedule' }],
      allocatable: {},
    });
    expect(rejection(pod({ nodeName: 'n2' }), worst)?.plugin).toBe('NodeUnschedulable');
    expect(rejection(pod({ nodeSelector: { a: 'b' } }), node({ taints: worst.taints }))?.plugin).toBe(
      'TaintToleration',
    );
  });
});

describe('host ports', () => {
  it('are those of containers and sidecars, not of init containers that end', () => {
    const spec = readPodSpec(
      reader({
        initContainers: [{ ports: [{ hostPort: 1 }] }, { restartPolicy: 'Always', ports: [{ hostPort: 2 }] }],
        containers: [{ ports: [{ hostPort: 3, hostIP: '10.0.0.1', protocol: 'UDP' }, { containerPort: 4 }] }],
      }),
    );
    expect(hostPortsOf(spec)).toEqual([
      { ip: '0.0.0.0', protocol: 'TCP', port: 2 },
      { ip: '10.0.0.1', protocol: 'UDP', port: 3 },
    ]);
  });

  it('collide on equal addresses or when one is any', () => {
    const port = (ip: string) => ({ ip, protocol: 'TCP', port: 80 });
    expect(portsCollide(port('10.0.0.1'), port('10.0.0.2'))).toBe(false);
    expect(portsCollide(port('10.0.0.1'), port('10.0.0.1'))).toBe(true);
    expect(portsCollide(port('0.0.0.0'), port('10.0.0.1'))).toBe(true);
  });
});
