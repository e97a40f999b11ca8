/**
 * One measurement of the twin's scheduling cycle: schedule and place, pod after pod. Arguments: the case, nodes, placed
 * pods, pods to schedule; for `stream` a file of manifests in place of the numbers, and one for the choices. The clusters
 * are those of `oracle bench`: equal nodes in three zones, equal small pods spread over them in turn.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readInventory } from '../src/inventory/inventory.ts';
import { worldOfInventory } from '../src/inventory/world-of.ts';
import type { World } from '../src/inventory/world.ts';
import { pendingPods } from '../src/twin/explain-pods.ts';
import type { PodIndex } from '../src/twin/model/cluster-state.ts';
import { createClusterState } from '../src/twin/model/create-state.ts';
import type { ExplainableState } from '../src/twin/model/create-state.ts';

const CARRIERS = 1_000;
const [name = 'plain', ...rest] = process.argv.slice(2);
if (name === 'stream') stream(rest[0] ?? '', rest[1] ?? '');
else repeated(name, rest.map(Number));

function repeated(kind: string, [nodes = 5_000, placed = 150_000, pods = 20_000]: number[]): void {
  const started = performance.now();
  const world = worldOf(cluster(kind, nodes, placed));
  const read = performance.now();
  const state = createClusterState(world);
  const ready = performance.now();
  const [sample] = pendingPods(world);
  const shape = state.shapeOfPod(state.podOf(sample as never) as PodIndex);
  const mark = state.mark();
  // The first turn is for the compiler; the state is then the same again.
  place(state, shape, Math.min(pods, 2_000));
  state.undo(mark);
  const from = performance.now();
  const bound = place(state, shape, pods);
  const seconds = (performance.now() - from) / 1_000;
  print({
    case: kind,
    nodes,
    placed,
    pods,
    fitting: bound,
    seconds,
    podsPerSecond: pods / seconds,
    worldMillis: read - started,
    stateMillis: ready - read,
  });
}

function place(state: ExplainableState, shape: number, pods: number): number {
  let bound = 0;
  for (let left = pods; left > 0; left -= 1) {
    const pod = state.addPod(shape, 0);
    const result = state.schedule(pod);
    if (result.kind !== 'bound') continue;
    state.place(pod, result.node);
    bound += 1;
  }
  return bound;
}

/** Every pending pod of the file once, in its order, as the oracle takes them. */
function stream(file: string, choicesFile: string): void {
  const world = worldOfInventory(readInventory([{ file, text: readFileSync(file, 'utf8'), named: true }]));
  const state = createClusterState(world);
  const pods = pendingPods(world);
  // The oracle's loop is SchedulePod alone, without preemption.
  const choices: { pod: string; node?: string }[] = [];
  const from = performance.now();
  for (const pod of pods) {
    const index = state.podOf(pod) as PodIndex;
    const result = state.scheduler.schedule(index, false);
    const choice = { pod: `${pod.template.namespace}/${pod.name}` };
    if (result.kind === 'bound') {
      state.place(index, result.node);
      choices.push({ ...choice, node: state.nodeName(result.node) });
    } else choices.push(choice);
  }
  const seconds = (performance.now() - from) / 1_000;
  if (choicesFile !== '') writeFileSync(choicesFile, JSON.stringify(choices));
  print({
    case: 'stream',
    nodes: world.nodes.length,
    pods: pods.length,
    shapes: state.shapeCount,
    fitting: choices.filter(({ node }) => node !== undefined).length,
    seconds,
    podsPerSecond: pods.length / seconds,
  });
}

function print(measured: object): void {
  process.stdout.write(`${JSON.stringify({ ...measured, peakBytes: process.resourceUsage().maxRSS * 1_024 })}\n`);
}

function worldOf(objects: readonly object[]): World {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const world = worldOfInventory(readInventory([{ file: 'cluster.json', text, named: true }]));
  if (world.problems.length > 0) throw new Error(world.problems[0]?.message);
  return world;
}

function cluster(kind: string, nodes: number, placed: number): readonly object[] {
  const objects: object[] = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }];
  const amounts = { cpu: '4', memory: '32Gi', pods: '110' };
  for (let at = 0; at < nodes; at += 1)
    objects.push({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: `node-${at}`,
        labels: { 'kubernetes.io/hostname': `node-${at}`, 'topology.kubernetes.io/zone': `zone-${at % 3}` },
      },
      status: { capacity: amounts, allocatable: amounts },
    });
  if (kind === 'service') {
    const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
    objects.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec });
  }
  for (let at = 0; at < placed; at += 1) {
    const constrained = at < CARRIERS ? kind : 'plain';
    objects.push(pod(`placed-${at}`, constrained, { nodeName: `node-${at % nodes}` }));
  }
  objects.push(pod('new', kind, {}));
  return objects;
}

function pod(podName: string, kind: string, more: object): object {
  const app = kind === 'anti-affinity' ? 'lonely' : 'web';
  const labelSelector = { matchLabels: { app } };
  const requests = { cpu: '100m', memory: '500Mi' };
  const required = (topologyKey: string) => ({
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector }],
  });
  const zone = 'topology.kubernetes.io/zone';
  const constraint = { maxSkew: 5, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace: 'default', labels: { app } },
    spec: {
      containers: [{ name: 'app', image: 'example/web:1', resources: { requests } }],
      ...(kind === 'spread' ? { topologySpreadConstraints: [constraint] } : {}),
      ...(kind === 'anti-affinity' ? { affinity: { podAntiAffinity: required('kubernetes.io/hostname') } } : {}),
      ...(kind === 'affinity' ? { affinity: { podAffinity: required(zone) } } : {}),
      ...more,
    },
  };
}
