/** Makes a shape of a pod template: everything that can be known before a node is looked at. */
import { stableJson } from '../../core/json.ts';
import { matchesNodeSelection } from '../../kubernetes/feasibility.ts';
import type { Labels } from '../../kubernetes/objects.ts';
import type { PodAffinityTerm, PodSpec, SpreadConstraint } from '../../kubernetes/pod-spec.ts';
import { nonZeroRequests, placedNonZeroRequests, placedRequests } from '../../kubernetes/requests.ts';
import type { Resources } from '../../kubernetes/resources.ts';
import type { NodeSelectorTerm, Selector } from '../../kubernetes/selectors.ts';
import { selects } from '../../kubernetes/selectors.ts';
import { HOSTNAME, ZONE } from '../../kubernetes/nodes.ts';
import type { Toleration } from '../../kubernetes/tolerations.ts';
import { firstUntolerated } from '../../kubernetes/tolerations.ts';
import type { ShapeSource } from './cluster-state.ts';
import type { DomainCount, Inclusion } from './counters.ts';
import type { NodeTable } from './node-table.ts';
import { EPHEMERAL_STORAGE } from './node-table.ts';
import type { Registry } from './registry.ts';
import type { Amounts, HardSpread, Shape, SoftSpread, WeightedCount } from './shape.ts';
import type { VolumeTable } from './volume-table.ts';
import type { Matcher, NamespaceLabels } from './terms.ts';
import { allOfMatcher, existingTermMatcher, incomingTermMatcher, spreadMatcher } from './terms.ts';

/** What shapes are compiled against. */
export interface Compiling {
  readonly nodes: NodeTable;
  readonly registry: Registry;
  readonly namespaceLabels: NamespaceLabels;
  readonly volumes: VolumeTable;
  /** Equal texts, equal numbers. */
  readonly numberOf: (text: string) => number;
  /** The selector by which the scheduler spreads pods that say nothing: helper.DefaultSelector; undefined when it is empty. */
  readonly defaultSelector: (source: ShapeSource, labels: Labels) => Selector | undefined;
}

export interface ShapeInput {
  readonly source: ShapeSource;
  readonly labels: Labels;
  /** Required node terms in place of the template's: a DaemonSet's pod that waits for its node. */
  readonly pin: readonly NodeSelectorTerm[] | undefined;
}

/** Constraints of every pod without its own, in the scheduler's default configuration: podtopologyspread/plugin.go. */
const DEFAULT_CONSTRAINTS = [
  { topologyKey: HOSTNAME, maxSkew: 3 },
  { topologyKey: ZONE, maxSkew: 5 },
] as const;

/** HardPodAffinityWeight: what a required affinity term of a running pod is worth to a pod that it matches. */
const HARD_AFFINITY_WEIGHT = 1;

/** The shape with the next index; it must still join the registry. */
export function compileShape(index: number, { source, labels, pin }: ShapeInput, compiling: Compiling): Shape {
  const { template, sample } = source;
  const { demand, namespace } = template;
  const spec = pin === undefined ? template.spec : { ...template.spec, requiredNodeTerms: pin };
  const nonZero = nonZeroRequests(spec);
  const requests = amountsOf(demand.requests, compiling.nodes);
  const bare = { namespace, labels, spec };
  const parts = new AffinityCompiler(bare, compiling);
  const soft = softSpread(source, bare, compiling);
  const held = sample.held ?? { requests: placedRequests(spec), nonZero: placedNonZeroRequests(spec) };
  const images = imagesOf(spec);
  const volumes = spec.volumes.length === 0 ? undefined : compiling.volumes.compile(source);
  const containers = spec.containers.length + spec.initContainers.length;
  const local = volumes === undefined ? localKey({ spec, demand, nonZero }) : `volumes of ${index}`;
  return {
    index,
    local: compiling.numberOf(local),
    localWithImages: compiling.numberOf(`${local} ${JSON.stringify([images, containers])}`),
    selection: compiling.numberOf(selectionKey(spec)),
    source,
    ...bare,
    tolerations: schedulingTolerations(spec),
    priority: template.priority,
    neverPreempts: spec.preemptionPolicy === 'Never',
    barred: barredBy(spec),
    requests,
    requestedCpu: demand.requests['cpu'] ?? 0,
    requestedMemory: demand.requests['memory'] ?? 0,
    nonZeroCpu: nonZero['cpu'] ?? 0,
    nonZeroMemory: nonZero['memory'] ?? 0,
    placed: amountsOf(held.requests, compiling.nodes),
    placedNonZeroCpu: held.nonZero['cpu'] ?? 0,
    placedNonZeroMemory: held.nonZero['memory'] ?? 0,
    hostPorts: demand.hostPorts,
    images,
    containers,
    volumes,
    hardSpread: hardSpread(bare, compiling),
    softSpread: soft,
    softNeedsAllKeys: spec.spread.length > 0,
    affinity: parts.affinity(),
    affinityToSelf: parts.matchesItself(),
    antiAffinity: parts.antiAffinity(),
    refusedBy: [],
    preferences: parts.preferences(),
    terms: parts.tellOthers(),
    counters: [],
    activeCounters: [],
  };
}

/**
 * Without what DefaultTolerationSeconds adds. It would matter on a node with a NoExecute taint of a lost node and no
 * NoSchedule one, which the node lifecycle controller never leaves.
 */
function schedulingTolerations({ tolerations }: PodSpec): readonly Toleration[] {
  return tolerations.some(({ byAdmission }) => byAdmission)
    ? tolerations.filter(({ byAdmission }) => !byAdmission)
    : tolerations;
}

/** The scheduler that the twin is. */
export const SCHEDULER_NAME = 'default-scheduler';

function barredBy({ schedulingGates, schedulerName }: PodSpec): Shape['barred'] {
  if (schedulerName !== SCHEDULER_NAME)
    return { plugin: 'Scheduler', message: `its scheduler ${schedulerName} is not modelled` };
  if (schedulingGates.length === 0) return undefined;
  return { plugin: 'SchedulingGates', message: `waiting for scheduling gates: [${schedulingGates.join(' ')}]` };
}

/** Everything that filters and scores read which look at one node alone, but for the images that it has. */
function localKey({ spec, demand, nonZero }: LocalParts): string {
  return JSON.stringify([
    demand.requests,
    nonZero,
    demand.hostPorts,
    schedulingTolerations(spec),
    spec.nodeSelector,
    spec.requiredNodeTerms,
    spec.preferredNodeTerms,
  ]);
}

function selectionKey(spec: PodSpec): string {
  return JSON.stringify(['selection', schedulingTolerations(spec), spec.nodeSelector, spec.requiredNodeTerms]);
}

interface LocalParts {
  readonly spec: PodSpec;
  readonly demand: ShapeSource['template']['demand'];
  readonly nonZero: Resources;
}

interface Bare {
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
}

function amountsOf(resources: Resources, nodes: NodeTable): Amounts {
  const named = Object.entries(resources).filter(([, amount]) => amount > 0);
  const columns = named.map(([resource, amount]) => ({ column: nodes.column(resource), resource, amount }));
  columns.sort((a, b) => rank(a.column) - rank(b.column) || (a.resource < b.resource ? -1 : 1));
  return {
    columns: Int32Array.from(columns, ({ column }) => column),
    amounts: Float64Array.from(columns, ({ amount }) => amount),
  };
}

/** Reasons come in this order: cpu, memory, ephemeral-storage, then the others by name; the scheduler's own come as a map gives them. */
function rank(column: number): number {
  return column <= EPHEMERAL_STORAGE ? column : EPHEMERAL_STORAGE + 1;
}

/** imagelocality/image_locality.go, normalizedImageName: without a tag, latest. */
function imagesOf(spec: PodSpec): readonly string[] {
  const mounted = spec.volumes.flatMap(({ source }) => (source.kind === 'image' ? [source.reference] : []));
  return [...[...spec.initContainers, ...spec.containers].map(({ image }) => image), ...mounted].map((image) =>
    image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image,
  );
}

function hardSpread(bare: Bare, compiling: Compiling): readonly HardSpread[] {
  const constraints = bare.spec.spread.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
  const keys = constraints.map(({ topologyKey }) => topologyKey);
  return constraints.map((constraint): HardSpread => {
    const matcher = spreadMatcher(bare.namespace, constraint.selector);
    const known = compiling.registry.matching(matcher, false);
    const matches = (labels: Labels): boolean => selects(constraint.selector, labels);
    return {
      count: compiling.registry.domains(
        known,
        constraint.topologyKey,
        spreadInclusion(bare, constraint, keys, compiling),
      ),
      self: matches(bare.labels) ? 1 : 0,
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      place: bare.spec.spread.indexOf(constraint),
      selects: matches,
      counts: constraint.selector.matches === 'nothing' || constraint.selector.requirements.length > 0,
    };
  });
}

function softSpread(source: ShapeSource, bare: Bare, compiling: Compiling): readonly SoftSpread[] {
  const written = bare.spec.spread.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  if (bare.spec.spread.length > 0) return written.map((constraint) => soft(constraint, written, bare, compiling));
  const selector = compiling.defaultSelector(source, bare.labels);
  if (selector === undefined) return [];
  return DEFAULT_CONSTRAINTS.map((constraint) =>
    soft({ ...DEFAULT_POLICIES, ...constraint, selector }, [], bare, compiling),
  );
}

const DEFAULT_POLICIES = {
  whenUnsatisfiable: 'ScheduleAnyway',
  minDomains: undefined,
  nodeAffinityPolicy: 'Honor',
  nodeTaintsPolicy: 'Ignore',
  matchLabelKeys: [],
} as const;

function soft(
  constraint: SpreadConstraint,
  together: readonly SpreadConstraint[],
  bare: Bare,
  compiling: Compiling,
): SoftSpread {
  const known = compiling.registry.matching(spreadMatcher(bare.namespace, constraint.selector), false);
  const keys = together.map(({ topologyKey }) => topologyKey);
  return {
    hostname: constraint.topologyKey === HOSTNAME,
    count: compiling.registry.domains(
      known,
      constraint.topologyKey,
      spreadInclusion(bare, constraint, keys, compiling),
    ),
    counter: known.counter,
    maxSkew: constraint.maxSkew,
  };
}

/** Nodes that have every key of the list and that the constraint's policies let in: podtopologyspread/common.go. */
function spreadInclusion(
  { spec }: Bare,
  constraint: SpreadConstraint,
  keys: readonly string[],
  { nodes, registry }: Compiling,
): { readonly key: string; readonly of: Inclusion } {
  const byAffinity =
    constraint.nodeAffinityPolicy === 'Honor' &&
    (spec.requiredNodeTerms !== undefined || Object.keys(spec.nodeSelector).length > 0);
  const byTaints = constraint.nodeTaintsPolicy === 'Honor';
  const tolerations = schedulingTolerations(spec);
  const key = stableJson({
    keys: [...keys].sort(),
    affinity: byAffinity ? [spec.nodeSelector, spec.requiredNodeTerms ?? null] : null,
    taints: byTaints ? tolerations : null,
  });
  const judge = (node: number): boolean => {
    const source = nodes.sources[node];
    if (source === undefined) return false;
    if (!keys.every((one) => Object.hasOwn(source.labels, one))) return false;
    if (byAffinity && !matchesNodeSelection(spec, source)) return false;
    return !byTaints || firstUntolerated(nodes.taints[node] ?? [], tolerations, KEEPING_OUT) === undefined;
  };
  return { key, of: registry.inclusion(key, judge, byTaints) };
}

const KEEPING_OUT = ['NoSchedule', 'NoExecute'] as const;

/** The affinity terms of one pod, towards others and as others see them. */
class AffinityCompiler {
  readonly #bare: Bare;
  readonly #compiling: Compiling;

  constructor(bare: Bare, compiling: Compiling) {
    this.#bare = bare;
    this.#compiling = compiling;
  }

  affinity(): readonly DomainCount[] {
    const { required } = this.#bare.spec.podAffinity;
    if (required.length === 0) return [];
    const all = allOfMatcher(required.map((term) => this.#incoming(term)));
    return required.map(({ topologyKey }) => this.#matching(all, topologyKey));
  }

  matchesItself(): boolean {
    return this.#bare.spec.podAffinity.required.every((term) => this.#incoming(term).matches(this.#bare));
  }

  antiAffinity(): readonly DomainCount[] {
    return this.#bare.spec.podAntiAffinity.required.map((term) =>
      this.#matching(this.#incoming(term), term.topologyKey),
    );
  }

  preferences(): WeightedCount[] {
    const { podAffinity, podAntiAffinity } = this.#bare.spec;
    const wants = podAffinity.preferred.map(({ weight, term }) => ({ weight, term }));
    const shuns = podAntiAffinity.preferred.map(({ weight, term }) => ({ weight: -weight, term }));
    return [...wants, ...shuns].map(({ weight, term }) => ({
      weight,
      count: this.#matching(this.#incoming(term), term.topologyKey),
    }));
  }

  /** Lets every shape that a term of this pod matches know of it. Gives the keys of the counters of its terms. */
  tellOthers(): readonly string[] {
    const { podAffinity, podAntiAffinity } = this.#bare.spec;
    return [
      ...podAntiAffinity.required.map((term) => this.#tell('refuses', term, 0)),
      ...podAffinity.required.map((term) => this.#tell('requires', term, HARD_AFFINITY_WEIGHT)),
      ...podAffinity.preferred.map(({ weight, term }) => this.#tell('prefers', term, weight)),
      ...podAntiAffinity.preferred.map(({ weight, term }) => this.#tell('shuns', term, -weight)),
    ];
  }

  #tell(form: TermForm, term: PodAffinityTerm, weight: number): string {
    const { registry, namespaceLabels } = this.#compiling;
    const matcher = existingTermMatcher(term, this.#bare.namespace, namespaceLabels);
    const key = termKey(form, term, { owner: this.#bare.namespace, weight });
    const known = registry.having(key);
    const count = registry.domains(known, term.topologyKey, { key: 'every', of: registry.everyNode() });
    registry.termOfOthers(key, matcher, (shape) => {
      if (form === 'refuses') shape.refusedBy.push(count);
      else shape.preferences.push({ count, weight });
    });
    return key;
  }

  #incoming(term: PodAffinityTerm): Matcher {
    return incomingTermMatcher(term, this.#bare.namespace, this.#compiling.namespaceLabels);
  }

  #matching(matcher: Matcher, topologyKey: string): DomainCount {
    const { registry } = this.#compiling;
    return registry.domains(registry.matching(matcher, true), topologyKey, {
      key: 'every',
      of: registry.everyNode(),
    });
  }
}

type TermForm = 'refuses' | 'requires' | 'prefers' | 'shuns';

/** Equal for terms that count alike: the namespace of the pod matters only where the term names none. */
function termKey(
  form: TermForm,
  term: PodAffinityTerm,
  { owner, weight }: { readonly owner: string; readonly weight: number },
): string {
  return stableJson({
    form,
    weight,
    owner: term.namespaces.length === 0 && term.namespaceSelector.matches === 'nothing' ? owner : '',
    namespaces: [...term.namespaces].sort(),
    namespaceSelector: term.namespaceSelector,
    selector: term.selector,
    topologyKey: term.topologyKey,
  });
}
