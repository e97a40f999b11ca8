/**
 * Writes the mixed stream that twin and scheduler both take: 5,000 nodes of 20 types, placed pods, and a stream of pods of
 * 500 random shapes with every feature that the oracle's generator draws. Arguments: the file, pods in the stream, seed.
 */
import { writeFileSync } from 'node:fs';
import { readInventory } from '../src/inventory/inventory.ts';
import { worldOfInventory } from '../src/inventory/world-of.ts';
import { pendingPods } from '../src/twin/explain-pods.ts';
import { createClusterState } from '../src/twin/model/create-state.ts';
import { randomCluster } from '../test/oracle/generator/cluster.ts';

const NODES = 5_000;
const NODE_TYPES = 20;
const SHAPES = 500;
const PLACED = 30_000;
const [file = '', pods = '5000', seed = '1'] = process.argv.slice(2);

type Fields = Record<string, unknown>;
interface Drawn {
  readonly kind: string;
  readonly metadata: Fields & { readonly name: string; readonly labels?: Fields };
  readonly spec?: Fields;
  readonly status?: Fields;
}

const drawn = draw(Number(seed), SHAPES);
const types = drawn.filter(({ kind }) => kind === 'Node');
const others = drawn.filter(({ kind }) => kind !== 'Node' && kind !== 'Pod' && kind !== 'CSINode');
const running = drawn.filter(({ kind, spec }) => kind === 'Pod' && spec?.['nodeName'] !== undefined);

const nodes = Array.from({ length: NODES }, (_, at) => {
  const type = types[at % types.length] as Drawn;
  const name = `node-${at}`;
  const labels = { ...type.metadata.labels, 'kubernetes.io/hostname': name };
  // Ten times the machine, so that the stream finds room.
  return { ...type, metadata: { ...type.metadata, name, labels }, status: larger(type.status) };
});
const placed = copies(running, PLACED, (spec, at) => ({ ...spec, nodeName: `node-${at % NODES}` }));
const shapes = fittingShapes();
const stream = copies(shapes, Number(pods), (spec) => spec);
const items = [...others, ...nodes, ...placed, ...stream];
writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

function draw(from: number, pending: number): readonly Drawn[] {
  const sizes = { nodes: NODE_TYPES, placed: SHAPES, pending, focus: 'mixed' } as const;
  return randomCluster(from, sizes).objects as unknown as readonly Drawn[];
}

/** Most random shapes fit nowhere; the stream is of those that fit on some node at its start. */
function fittingShapes(): readonly Drawn[] {
  const found: Drawn[] = [];
  for (let turn = 0; found.length < SHAPES; turn += 1) {
    const waiting = draw(Number(seed) + turn, SHAPES).filter(
      ({ kind, spec }) => kind === 'Pod' && spec?.['nodeName'] === undefined && spec?.['schedulingGates'] === undefined,
    );
    const bare = copies(waiting, waiting.length, (spec) => spec);
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...others, ...nodes, ...placed, ...bare] });
    const world = worldOfInventory(readInventory([{ file: 'stream.json', text, named: true }]));
    const state = createClusterState(world);
    for (const pod of pendingPods(world)) {
      const fits = state.scheduler.schedule(state.podOf(pod) as number, false).kind === 'bound';
      const shape = waiting.find(({ metadata }) => pod.name.startsWith(`${metadata.name}-`));
      if (fits && shape !== undefined && found.length < SHAPES) found.push(shape);
    }
  }
  return found;
}

/** So many pods of these shapes in turn. Volumes stay out: one claim cannot be shared by so many. */
function copies(of: readonly Drawn[], count: number, spec: (spec: Fields, at: number) => Fields): readonly object[] {
  return Array.from({ length: count }, (_, at) => {
    const shape = of[at % of.length] as Drawn;
    const { volumes: _volumes, ...kept } = shape.spec ?? {};
    const name = `${shape.metadata.name}-${at}`;
    return {
      ...shape,
      metadata: { ...shape.metadata, name, uid: `uid-${name}` },
      spec: spec(kept, at),
      status: { phase: kept['nodeName'] === undefined ? 'Pending' : 'Running' },
    };
  });
}

function larger(status: Fields | undefined): Fields {
  const amounts = { cpu: '64', memory: '256Gi', pods: '500', 'ephemeral-storage': '1Ti', 'example.com/gpu': '64' };
  const grown = (written: unknown): unknown =>
    written === undefined ? undefined : { ...(written as Fields), ...amounts };
  return { ...status, capacity: grown(status?.['capacity']), allocatable: grown(status?.['allocatable']) };
}
