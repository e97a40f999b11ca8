/** A small cluster as manifests: workers over zones, machines of the control plane as kubeadm runs them. */
import { readInventory } from '../inventory/inventory.ts';
import type { World } from '../inventory/world.ts';
import { worldOfInventory } from '../inventory/world-of.ts';

export interface ExampleCluster {
  /** Zones of the control-plane machines, by their last letter: `['a', 'a', 'b']` is two in west-a and one in west-b. */
  readonly members: readonly string[];
  /** Workers in each of west-a, west-b, west-c. */
  readonly workers: number;
  /** More objects. */
  readonly more?: string;
  /** Flags of every controller manager and scheduler. */
  readonly controllerFlags?: readonly string[];
}

export function exampleWorld({ members, workers, more = '', controllerFlags = [] }: ExampleCluster): World {
  const nodes = ['a', 'b', 'c'].flatMap((zone) =>
    Array.from({ length: workers }, (_, index) => worker(zone, index + 1)),
  );
  const counts = new Map<string, number>();
  const machines = members.map((zone) => {
    const number = (counts.get(zone) ?? 0) + 1;
    counts.set(zone, number);
    return machine(`cp-${zone}${number === 1 ? '' : number}`, zone, controllerFlags);
  });
  const text = [...nodes, ...machines, more].join('');
  return worldOfInventory(readInventory([{ file: 'world.yaml', text, named: true }]));
}

function worker(zone: string, number: number): string {
  const capacity = number === 1 ? 'spot' : 'on-demand';
  const labels = `topology.example.com/rack: r${number}, karpenter.sh/nodepool: general, karpenter.sh/capacity-type: ${capacity}`;
  return node(`worker-${zone}-${number}`, zone, labels);
}

function machine(name: string, zone: string, controllerFlags: readonly string[]): string {
  const components = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'];
  return [
    node(name, zone, 'node-role.kubernetes.io/control-plane: ""'),
    ...components.map((component) => staticPod(component, name, component.endsWith('r') ? controllerFlags : [])),
  ].join('');
}

function node(name: string, zone: string, labels: string): string {
  return `---
apiVersion: v1
kind: Node
metadata:
  name: ${name}
  labels: {topology.kubernetes.io/region: west, topology.kubernetes.io/zone: west-${zone}, kubernetes.io/hostname: ${name}, ${labels}}
`;
}

function staticPod(component: string, machineName: string, flags: readonly string[]): string {
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${component}-${machineName}, namespace: kube-system, labels: {component: ${component}}}
spec: {nodeName: ${machineName}, containers: [{name: a, image: registry.k8s.io/${component}, command: ${JSON.stringify([component, ...flags])}}]}
`;
}
