/** Builds the state of a world: nodes, shapes, pods where they are. Written moves can be taken back. */
import { stableJson } from '../../core/json.ts';
import { seededState } from '../../core/random.ts';
import { controllerKey } from '../../inventory/controllers.ts';
import type { PodTemplate, World, WorldNode, WorldPod } from '../../inventory/world.ts';
import { labelsOfPod, podsAsGiven } from '../../inventory/world.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { Requirement, Selector } from '../../kubernetes/selectors.ts';
import { equalities, narrowed, selects } from '../../kubernetes/selectors.ts';
import type { Taint } from '../../kubernetes/tolerations.ts';
import { failureOf } from '../scheduler/failures.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import { SureRoom } from '../scheduler/sure-room.ts';
import { schedulerVersion } from '../scheduler/version.ts';
import type { Weights } from '../scheduler/weights.ts';
import { DEFAULT_WEIGHTS } from '../scheduler/weights.ts';
import type { ClusterState, Mark, NodeIndex, PodIndex, ShapeIndex, ShapeSource } from './cluster-state.ts';
import { Cluster } from './cluster.ts';
import type { Compiling } from './compile-shape.ts';
import { compileShape } from './compile-shape.ts';
import { AskingIndex } from './label-pairs.ts';
import { MoveLog } from './move-log.ts';
import type { Shape } from './shape.ts';
import { readablePin } from './node-pin.ts';

export interface StateSettings {
  readonly seed?: number;
  readonly weights?: Weights;
  /** 0: adaptive. */
  readonly percentageOfNodesToScore?: number;
  /** Claims and volumes are what their objects say, as the scheduler sees them; else their controllers do their work at once. */
  readonly exactVolumes?: boolean;
}

/** The state with what explanations need beside the interface. */
export interface ExplainableState extends ClusterState {
  readonly cluster: Cluster;
  readonly scheduler: Scheduler;
}

const SPARE_NODES = 64;

export function createClusterState(world: World, settings: StateSettings = {}): ExplainableState {
  const podCount = world.workloads.reduce((sum, { pods }) => sum + pods.length, 0);
  const version = schedulerVersion(world.kubernetesVersion);
  const capacity = { nodes: world.nodes.length + SPARE_NODES, pods: podCount + SPARE_NODES };
  const cluster = new Cluster(world, capacity, { exact: settings.exactVolumes ?? false });
  cluster.readsDeclaredFeatures = version.readsDeclaredFeatures;
  const random = seededState(settings.seed ?? 1);
  const scheduler = new Scheduler(
    cluster,
    {
      weights: settings.weights ?? DEFAULT_WEIGHTS,
      percentageOfNodesToScore: settings.percentageOfNodesToScore ?? 0,
      version,
    },
    random,
  );
  for (const node of world.nodes) cluster.addNode(node);
  const shapes = new ShapeBook(world, cluster);
  const byWorldPod = placeWorld(world, cluster, shapes);
  const log = new MoveLog(cluster, scheduler, random);
  return stateOf({ cluster, scheduler, shapes, log, byWorldPod });
}

interface Parts {
  readonly cluster: Cluster;
  readonly scheduler: Scheduler;
  readonly shapes: ShapeBook;
  readonly log: MoveLog;
  readonly byWorldPod: ReadonlyMap<WorldPod, PodIndex>;
}

function stateOf({ cluster, scheduler, shapes, log, byWorldPod }: Parts): ExplainableState {
  const { nodes, pods } = cluster;
  const sureRoom = new SureRoom(cluster);
  return {
    cluster,
    scheduler,
    get nodeCount() {
      return nodes.count;
    },
    nodeName: (node) => nodes.names[node] ?? '',
    nodeNamed: (name) => {
      const node = nodes.named(name);
      return node !== undefined && nodes.exists[node] === 1 ? node : undefined;
    },
    nodeExists: (node) => nodes.exists[node] === 1,
    nodeSource: (node) => nodes.sources[node] as WorldNode,
    taintsOf: (node) => nodes.taints[node] ?? [],
    addNode: (node) => log.addNode(node),
    removeNode: (node) => log.removeNode(node),
    setTaints: (node: NodeIndex, taints: readonly Taint[]) => log.setTaints(node, taints),
    setUnschedulable: (node, unschedulable) => log.setUnschedulable(node, unschedulable),
    shapeOfPod: (pod) => pods.shape[pod] as ShapeIndex,
    nodeOfPod: (pod) => pods.node[pod] as NodeIndex,
    isTerminating: (pod) => pods.isTerminating(pod),
    podsOn: (node) => {
      const found: PodIndex[] = [];
      for (let pod = nodes.firstPod[node] as number; pod >= 0; pod = pods.next[pod] as number) found.push(pod);
      return found;
    },
    podsOnCount: (node) => nodes.pods[node] as number,
    addPod: (shape, at) => log.addPod(shape, at),
    place: (pod, node) => log.place(pod, node),
    terminate: (pod, toMakeRoom) => log.terminate(pod, toMakeRoom ?? false),
    removePod: (pod) => log.removePod(pod),
    nominate: (pod, node) => log.nominate(pod, node ?? -1),
    get shapeCount() {
      return cluster.shapes.length;
    },
    shapeSource: (shape) => cluster.shapes[shape]?.source as ShapeSource,
    priorityOf: (shape) => cluster.shapes[shape]?.priority ?? 0,
    shapeFor: (template, pod) => shapes.shapeFor(template, pod),
    placedOnMissingNode: (pod) => pods.node[pod] === -1 && cluster.worldPods[pod]?.node !== undefined,
    podOf: (pod) => byWorldPod.get(pod),
    worldPod: (pod) => cluster.worldPods[pod],
    setDisruptionsAllowed: (budget, allowed) => log.setDisruptionsAllowed(budget, allowed),
    assumed: () => cluster.volumes.assumed(),
    schedule: (pod) => scheduler.schedule(pod),
    fits: (pod, node) => scheduler.fits(pod, node),
    surelyFit: (asked, except) =>
      sureRoom.holds(
        asked.map((shape) => cluster.shapes[shape] as Shape),
        except,
      ),
    mark: () => log.mark(),
    undo: (mark: Mark) => log.undo(mark),
  };
}

/** Pods of the world, each where it is. Those that have ended take no part. */
function placeWorld(world: World, cluster: Cluster, shapes: ShapeBook): ReadonlyMap<WorldPod, PodIndex> {
  const byWorldPod = new Map<WorldPod, PodIndex>();
  const now = newestStart(world) + 1;
  const placing: { readonly pod: PodIndex; readonly node: NodeIndex; readonly terminating: boolean }[] = [];
  for (const pod of podsAsGiven(world)) {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue;
    const started = pod.status?.started;
    const index = cluster.pods.add(shapes.shapeFor(pod.template, pod), started === undefined ? now : started * 1_000);
    cluster.worldPods[index] = pod;
    byWorldPod.set(pod, index);
    const node = pod.node === undefined ? undefined : cluster.nodes.named(pod.node);
    if (node !== undefined) placing.push({ pod: index, node, terminating: pod.terminating });
    else if (pod.terminating) cluster.pods.setTerminating(index, true);
    if (pod.terminating && pod.status?.disruption === 'PreemptionByScheduler') cluster.pods.victim[index] = 1;
    nominateAsGiven(cluster, pod, index);
  }
  for (const { pod, node, terminating } of placing) {
    if (terminating) cluster.pods.setTerminating(pod, true);
    cluster.volumes.assume(cluster.shapeOf(pod), node, true);
    cluster.place(pod, node);
  }
  return byWorldPod;
}

/** Only pods in the scheduler's queue keep their nomination: not those with gates, nor another scheduler's. */
function nominateAsGiven(cluster: Cluster, { node, status }: WorldPod, index: PodIndex): void {
  if (status?.nominatedNode === undefined || node !== undefined) return;
  if (cluster.shapeOf(index).barred !== undefined) return;
  const target = cluster.nodes.named(status.nominatedNode);
  if (target !== undefined) cluster.nominate(index, target);
}

/** The latest start of any pod, in milliseconds: pods that do not say when they started count as younger. */
function newestStart(world: World): number {
  let newest = 0;
  for (const { pods } of world.workloads)
    for (const { status } of pods) newest = Math.max(newest, (status?.started ?? 0) * 1_000);
  return newest;
}

/** A Service that may select pods, with its place among all. */
interface SelectingService {
  readonly place: number;
  readonly selector: Selector;
  readonly requirements: readonly Requirement[];
}

/** Shapes by what makes them: the template, labels of the pod's own that some selector asks for, volumes, what it holds. */
class ShapeBook {
  readonly #world: World;
  readonly #cluster: Cluster;
  readonly #compiling: Compiling;
  readonly #known = new Map<PodTemplate, Map<string, ShapeIndex>>();
  readonly #byContent = new Map<string, Map<string, ShapeIndex>>();
  readonly #askedLabels: ReadonlySet<string>;
  readonly #services = new AskingIndex<SelectingService>();

  constructor(world: World, cluster: Cluster) {
    this.#world = world;
    this.#cluster = cluster;
    this.#askedLabels = labelsThatAreAskedFor(world);
    for (const [place, { namespace, spec }] of world.services.entries()) {
      if (spec.selector.matches !== 'all-of') continue;
      const { requirements } = spec.selector;
      this.#services.add({ place, selector: spec.selector, requirements }, { namespace, requirements });
    }
    this.#compiling = {
      nodes: cluster.nodes,
      registry: cluster.registry,
      namespaceLabels: new Map([...world.namespaces].map(([name, { labels }]) => [name, labels])),
      volumes: cluster.volumes,
      numberOf: numbers(),
      defaultSelector: (source, labels) => this.#defaultSelector(source, labels),
    };
  }

  shapeFor(template: PodTemplate, sample: WorldPod): ShapeIndex {
    const ofTemplate = this.#known.get(template) ?? this.#alike(template);
    const source = { template, sample };
    const pin = readablePin(sample);
    const key = this.#keyOf(source, pin);
    const known = ofTemplate.get(key);
    if (known !== undefined) return known;
    const index = this.#cluster.shapes.length;
    const labels = this.#labelsOf(source);
    this.#cluster.addShape(compileShape(index, { source, labels, pin }, this.#compiling));
    ofTemplate.set(key, index);
    return index;
  }

  /** Bare pods have a template each; equal ones share their shapes. */
  #alike(template: PodTemplate): Map<string, ShapeIndex> {
    const content = JSON.stringify([template.namespace, template.labels, template.spec]);
    const shapes = this.#byContent.get(content) ?? new Map<string, ShapeIndex>();
    this.#byContent.set(content, shapes);
    this.#known.set(template, shapes);
    return shapes;
  }

  #keyOf(source: ShapeSource, pin: ReturnType<typeof readablePin>): string {
    const { sample } = source;
    const own = this.#ownLabels(sample);
    const volumes = source.template.spec.volumes.length === 0 ? '' : this.#cluster.volumes.keyOf(source);
    const owner = sample.owner === undefined ? '' : `${sample.owner.kind}/${sample.owner.name}`;
    const held = sample.held === undefined ? '' : stableJson(sample.held);
    return own === undefined && volumes === '' && held === '' && pin === undefined
      ? owner
      : `${owner}|${own === undefined ? '' : stableJson(own)}|${volumes}|${held}|${pin === undefined ? '' : stableJson(pin)}`;
  }

  #labelsOf({ template, sample }: ShapeSource): Labels {
    return this.#ownLabels(sample) === undefined ? template.labels : labelsOfPod({ ...sample, template });
  }

  #ownLabels({ ownLabels }: WorldPod): Labels | undefined {
    if (ownLabels === undefined) return undefined;
    const asked = Object.entries(ownLabels).filter(([key]) => this.#askedLabels.has(key));
    return asked.length === 0 ? undefined : Object.fromEntries(asked);
  }

  /** plugins/helper/spread.go (DefaultSelector): Services that select the pod, and its controller's selector. */
  #defaultSelector({ sample, template }: ShapeSource, labels: Labels): Selector | undefined {
    const { namespace } = template;
    const merged: Record<string, string> = {};
    const selecting: SelectingService[] = [];
    this.#services.visit({ namespace, labels }, (service) => {
      if (selects(service.selector, labels)) selecting.push(service);
    });
    // Of two that name a label, the later wins.
    for (const { requirements } of selecting.sort((one, other) => one.place - other.place))
      for (const { key, values } of requirements) merged[key] = values[0] ?? '';
    const ofServices: Selector = { matches: 'all-of', requirements: equalities(merged) };
    const owner = sample.owner === undefined ? undefined : controllerKey(sample.owner, namespace);
    const ofOwner = owner === undefined ? undefined : this.#world.controllerSelectors.get(owner);
    const all = ofOwner?.matches === 'all-of' ? narrowed(ofServices, ofOwner.requirements) : ofServices;
    return all.matches === 'nothing' || all.requirements.length === 0 ? undefined : all;
  }
}

function numbers(): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const number = known.get(text) ?? known.size;
    known.set(text, number);
    return number;
  };
}

/** Keys of labels that single pods carry and some selector of the world names. */
function labelsThatAreAskedFor(world: World): ReadonlySet<string> {
  const asked = new Set<string>();
  const ask = (selector: Selector): void => {
    if (selector.matches === 'all-of') for (const { key } of selector.requirements) asked.add(key);
  };
  for (const { spec } of world.services) ask(spec.selector);
  for (const { spec } of world.budgets) ask(spec.selector);
  for (const selector of world.controllerSelectors.values()) ask(selector);
  for (const { templates } of world.workloads) {
    for (const { spec } of templates) {
      for (const { selector } of spec.spread) ask(selector);
      for (const { required, preferred } of [spec.podAffinity, spec.podAntiAffinity]) {
        for (const { selector } of required) ask(selector);
        for (const { term } of preferred) ask(term.selector);
      }
    }
  }
  return asked;
}

export { failureOf };
