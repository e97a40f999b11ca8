/** PL07, PL10–PL14: labels and taints of nodes that pods ask for or bear. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { HOSTNAME, ZONE } from '../../kubernetes/nodes.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import type { NodeSelectorTerm } from '../../kubernetes/selectors.ts';
import { countsItself } from '../../kubernetes/spread.ts';
import { NOT_READY, UNREACHABLE, evictionDelaySeconds } from '../../kubernetes/tolerations.ts';
import type { RuleContext } from '../context.ts';
import { floorOf, list, podPath, podSpecOf, requestServices } from '../reach.ts';
import { defect, type Draft, type Rule } from '../rule.ts';
import { allowedNodes, domainsOf, identityOf } from '../spreading.ts';
import { tolerationPatch } from '../safe-patches.ts';
import { keepsReplicas } from '../workloads.ts';
import { losingItsNode, losingItsZone } from '../witnesses.ts';

const pl07: Rule = {
  id: 'PL07',
  family: 'PL',
  title: 'A topology key that no node carries',
  severity: 'warning',
  whySeverity:
    'A soft constraint is ignored and a hard anti-affinity is always kept; a hard spread fits no node and is an error.',
  takesDown: 'The workload, by the loss of the one node or zone that its replicas came to share; or it never runs.',
  remedy: 'Use topology.kubernetes.io/zone or kubernetes.io/hostname, or label the nodes.',
  source:
    'Kubernetes v1.36.3 pkg/scheduler/framework/plugins/podtopologyspread/filtering.go (nodes without the label), interpodaffinity',
  needs: 'manifests',
  reads: [],
  *check(world) {
    if (world.nodes.length === 0) {
      yield* keysNobodySets(world);
      return;
    }
    const made = world.nodes.some(({ sourced }) => sourced === undefined);
    const known = new Set(world.nodes.flatMap(({ labels }) => Object.keys(labels)));
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.sourced === undefined) continue;
      for (const { key, path, hard } of topologyKeys(workload)) {
        if (key === '' || known.has(key)) continue;
        if (made && !WELL_KNOWN.test(key)) {
          yield { unknown: `whether nodes will have the label ${key}: they are made from the document's pools` };
          continue;
        }
        yield {
          on: workload,
          path,
          ...(hard ? { severity: 'error' as const } : {}),
          message: `None of ${world.nodes.length} nodes has the label ${key}${hard ? ': no pod can be placed' : ': the constraint does nothing'}.`,
        };
      }
    }
  },
};

/** Without nodes: keys of Kubernetes' own domains that no version of it has, and whether nodes have others is not known. */
function* keysNobodySets({ workloads }: World): Iterable<Draft> {
  const others = new Set<string>();
  for (const workload of workloads) {
    if (!keepsReplicas(workload) || workload.sourced === undefined) continue;
    for (const { key, path, hard } of topologyKeys(workload)) {
      if (key === '' || SET_BY_KUBELETS.has(key)) continue;
      if (WELL_KNOWN.test(key) && !DEPRECATED.has(key))
        yield {
          on: workload,
          path,
          ...(hard ? { severity: 'error' as const } : {}),
          message: `Nothing of Kubernetes sets the label ${key} on nodes${hard ? ': no pod can be placed' : ': the constraint does nothing'}.`,
        };
      else others.add(key);
    }
  }
  for (const key of others) yield { unknown: `whether nodes have the label ${key}: no node is among the input` };
}

/** k8s.io/api v1.36 core/v1/well_known_labels.go: what every node has, and where a cloud controller tells its zone. */
const SET_BY_KUBELETS: ReadonlySet<string> = new Set([
  HOSTNAME,
  ZONE,
  'topology.kubernetes.io/region',
  'kubernetes.io/os',
  'kubernetes.io/arch',
]);

const DEPRECATED: ReadonlySet<string> = new Set([
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]);

/** Labels that kubelets and cloud controllers set; others are somebody's own. */
const WELL_KNOWN = /^((topology|failure-domain\.beta)\.)?kubernetes\.io\//;

function topologyKeys(
  workload: Workload,
): readonly { readonly key: string; readonly path: FieldPath; readonly hard: boolean }[] {
  const { spread, podAntiAffinity } = podSpecOf(workload);
  const root = podPath(workload);
  const anti = [...root, 'affinity', 'podAntiAffinity'];
  return [
    ...spread.map(({ topologyKey, whenUnsatisfiable }, index) => ({
      key: topologyKey,
      path: [...root, 'topologySpreadConstraints', index, 'topologyKey'],
      hard: whenUnsatisfiable === 'DoNotSchedule',
    })),
    ...podAntiAffinity.required.map(({ topologyKey }, index) => ({
      key: topologyKey,
      path: [...anti, 'requiredDuringSchedulingIgnoredDuringExecution', index, 'topologyKey'],
      hard: false,
    })),
    ...podAntiAffinity.preferred.map(({ term }, index) => ({
      key: term.topologyKey,
      path: [...anti, 'preferredDuringSchedulingIgnoredDuringExecution', index, 'podAffinityTerm', 'topologyKey'],
      hard: false,
    })),
  ];
}

const pl10: Rule = {
  id: 'PL10',
  family: 'PL',
  title: 'Pods are more uneven than their soft spread allows',
  severity: 'warning',
  whySeverity: 'The loss of the fullest zone takes more than its share; nothing moves pods that run.',
  takesDown: 'More of the workload than its owner reckons with, by the loss of one zone.',
  remedy: 'Restart it once (kubectl rollout restart), or let a descheduler keep it even.',
  price: 'One rollout.',
  source: 'Kubernetes v1.36 docs, concepts/scheduling-eviction/topology-spread-constraints (known limitations)',
  needs: 'live',
  reads: [],
  *check(world) {
    const nodes = new Map(world.nodes.map((node) => [node.name, node]));
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || !workload.observed || workload.replicas < 2) continue;
      const pod = identityOf(workload, world);
      const placed = workload.pods.filter(({ node, terminating }) => node !== undefined && !terminating);
      for (const [index, constraint] of podSpecOf(workload).spread.entries()) {
        const { topologyKey, maxSkew, whenUnsatisfiable } = constraint;
        if (whenUnsatisfiable !== 'ScheduleAnyway' || topologyKey !== ZONE || !countsItself(constraint, pod)) continue;
        const counts = new Map<string, number>();
        for (const { zone } of allowedNodes(workload, world)) if (zone !== '') counts.set(zone, 0);
        for (const { node } of placed) {
          const zone = nodes.get(node ?? '')?.zone ?? '';
          if (counts.has(zone)) counts.set(zone, (counts.get(zone) ?? 0) + 1);
        }
        const [most, least] = [Math.max(...counts.values()), Math.min(...counts.values())];
        // All in one zone is WL08's.
        if (counts.size < 2 || most - least <= maxSkew || most === placed.length) continue;
        yield {
          on: workload,
          path: [...podPath(workload), 'topologySpreadConstraints', index],
          message: `Pods by zone: ${[...counts].map(([zone, count]) => `${zone} ${count}`).join(', ')}; the constraint asks for a skew of ${maxSkew}.`,
          witness: { lose: losingItsZone(workload) },
        };
      }
    }
  },
};

const pl11: Rule = {
  id: 'PL11',
  family: 'PL',
  title: 'A node selection that leaves one node or one zone',
  severity: 'warning',
  whySeverity:
    'Several replicas are then lost together; where one node is left, that is an everyday event and an error.',
  takesDown: 'All replicas, by the loss or the drain of the one node, or by the loss of the one zone.',
  remedy: 'Select by what the machine must be (architecture, hardware), not by which one it is.',
  source: 'Kubernetes v1.36 docs, concepts/scheduling-eviction/assign-pod-node',
  needs: 'manifests',
  reads: ['/Service', 'policy/PodDisruptionBudget'],
  *check(world, context) {
    const { zones } = context;
    const workers = world.nodes.filter(({ role }) => role === 'worker');
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas < 1 || workload.sourced === undefined) continue;
      const found = narrowed(workload, world, { workers: workers.length, zones: zones.length });
      if (found === undefined || (found.what === 'zone' && workload.replicas < 2)) continue;
      if (found.what === 'zone' && hasSiblings(workload, context)) continue;
      yield {
        on: workload,
        path: found.path,
        ...(found.what === 'node' ? { severity: 'error' as const } : {}),
        message: `${found.say}: its ${workload.replicas === 1 ? 'pod can run nowhere else' : `${workload.replicas} replicas are lost together`}.`,
        cause: defect(found.what === 'node' ? 'one-node' : 'no-zone-spread', workload),
        witness: { lose: found.what === 'node' ? losingItsNode(workload) : losingItsZone(workload) },
      };
    }
  },
};

/** True when a workload like it, in another zone, answers for the same Service or counts for the same budget: one for each zone. */
function hasSiblings(workload: Workload, { servicesOf, budgetsOf }: RuleContext): boolean {
  const around = [...servicesOf(workload), ...budgetsOf(workload)].flatMap(({ workloads }) => workloads);
  return around.some((other) => other !== workload && other.kind === workload.kind && other.replicas > 0);
}

interface Narrowed {
  readonly what: 'node' | 'zone';
  readonly path: FieldPath;
  readonly say: string;
}

function narrowed(
  workload: Workload,
  world: World,
  cluster: { readonly workers: number; readonly zones: number },
): Narrowed | undefined {
  const { nodeSelector, requiredNodeTerms, nodeName } = workload.spec.template;
  const root = podPath(workload);
  if (nodeName !== undefined)
    return { what: 'node', path: [...root, 'nodeName'], say: `It is bound to node ${nodeName}` };
  const host = nodeSelector[HOSTNAME];
  if (host !== undefined)
    return { what: 'node', path: [...root, 'nodeSelector', HOSTNAME], say: `It is bound to node ${host}` };
  const path = requiredNodeTerms === undefined ? [...root, 'nodeSelector'] : [...root, 'affinity', 'nodeAffinity'];
  if (Object.keys(nodeSelector).length === 0 && requiredNodeTerms === undefined) return undefined;
  const zone = nodeSelector[ZONE];
  if (zone !== undefined && cluster.zones !== 1)
    return { what: 'zone', path: [...root, 'nodeSelector', ZONE], say: `It is bound to zone ${zone}` };
  const only = onlyValue(requiredNodeTerms, HOSTNAME);
  if (only !== undefined) return { what: 'node', path, say: `It is bound to node ${only}` };
  const zonal = cluster.zones === 1 ? undefined : onlyValue(requiredNodeTerms, ZONE);
  if (zonal !== undefined) return { what: 'zone', path, say: `It is bound to zone ${zonal}` };
  const nodes = allowedNodes(workload, world);
  if (nodes.length === 1 && cluster.workers > 1)
    return { what: 'node', path, say: `Of ${cluster.workers} nodes only ${nodes[0]?.name ?? ''} is left` };
  if (cluster.zones > 1 && nodes.length > 0 && domainsOf(nodes, ZONE) === 1)
    return { what: 'zone', path, say: `Of ${cluster.zones} zones only ${nodes[0]?.zone ?? ''} is left` };
  return undefined;
}

/** The one value of a label that every term asks for. */
function onlyValue(terms: readonly NodeSelectorTerm[] | undefined, label: string): string | undefined {
  const asked = (terms ?? [])
    .filter(({ valid }) => valid)
    .map(({ labels }) =>
      labels.find(({ key, operator, values }) => key === label && operator === 'In' && new Set(values).size === 1),
    );
  const [value, ...others] = new Set(asked.map((one) => one?.values[0]));
  return others.length === 0 ? value : undefined;
}

/** Labels that upgrades took from nodes, and since when. */
const REMOVED: Readonly<Record<string, { readonly since: string; readonly instead: string }>> = {
  'node-role.kubernetes.io/master': { since: 'v1.24', instead: 'node-role.kubernetes.io/control-plane' },
};

const pl12: Rule = {
  id: 'PL12',
  family: 'PL',
  title: 'A node selection by a label that upgrades removed',
  severity: 'error',
  whySeverity: 'After the upgrade no node fits, and every pod that is lost stays away.',
  takesDown: 'The workload, pod by pod, from the next restart after the upgrade on.',
  remedy: 'Select by the label that took its place.',
  source: 'Reddit, outage of 2023-03-14 (314 minutes); kubeadm v1.24 release notes, kubeadm#2200',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      if (workload.sourced === undefined || workload.static) continue;
      for (const { key, path } of removedLabels(workload)) {
        if (world.nodes.some(({ labels }) => labels[key] !== undefined)) continue;
        const { since, instead } = REMOVED[key] ?? { since: '', instead: '' };
        yield {
          on: workload,
          path,
          message: `It asks for nodes with ${key}, which kubeadm sets no more since ${since}; ${instead} took its place.`,
          remedy: `Select by ${instead}, and tolerate the taint of that name.`,
        };
      }
    }
  },
};

function* removedLabels(workload: Workload): Iterable<{ readonly key: string; readonly path: FieldPath }> {
  const root = podPath(workload);
  const { nodeSelector, requiredNodeTerms } = workload.spec.template;
  for (const key in REMOVED) {
    if (nodeSelector[key] !== undefined) yield { key, path: [...root, 'nodeSelector', key] };
    const asks = requiredNodeTerms?.map(({ labels }) =>
      labels.some((one) => one.key === key && (one.operator === 'Exists' || one.operator === 'In')),
    );
    if (asks !== undefined && asks.length > 0 && asks.every(Boolean))
      yield { key, path: [...root, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'] };
  }
}

const pl13: Rule = {
  id: 'PL13',
  family: 'PL',
  title: 'Pods that stay on lost nodes for ever',
  severity: 'warning',
  whySeverity:
    'Until somebody deletes the node, its pods are neither replaced nor moved; where it is the only one, it is an error.',
  takesDown: 'The pods of every node that is lost, until a person acts.',
  remedy: 'Give the toleration an effect of NoSchedule, or tolerationSeconds.',
  source: 'Kubernetes v1.36.3 pkg/controller/tainteviction/taint_eviction.go (processPodOnNode)',
  needs: 'manifests',
  reads: [],
  *check(world, context) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas === 0 || workload.sourced === undefined) continue;
      const { tolerations } = podSpecOf(workload);
      const key = [UNREACHABLE, NOT_READY].find(
        (taint) => evictionDelaySeconds([{ key: taint, value: '', effect: 'NoExecute' }], tolerations) === undefined,
      );
      if (key === undefined) continue;
      const alone = floorOf(workload) === 1 && requestServices(workload, context).length > 0;
      yield {
        on: workload,
        path: tolerationPath(workload, key),
        ...(alone ? { severity: 'error' as const } : {}),
        message: `It tolerates ${key}:NoExecute without an end: on a lost node its pods stay for ever and are not replaced.`,
        witness: { lose: losingItsNode(workload) },
      };
    }
  },
};

/** The toleration that covers the taint: of its key, or of every key. */
function tolerationPath(workload: Workload, key: string): FieldPath {
  const path = [...podPath(workload), 'tolerations'];
  const index = list(workload.sourced?.object, path).findIndex((toleration) => {
    const [written, effect] = [at(toleration, 'key'), at(toleration, 'effect')];
    const covers = written === key || written === undefined || written === '';
    return (
      covers && (effect === undefined || effect === 'NoExecute') && at(toleration, 'tolerationSeconds') === undefined
    );
  });
  return index < 0 ? path : [...path, index];
}

const pl14: Rule = {
  id: 'PL14',
  family: 'PL',
  title: 'Pods wait on a lost node for longer than is promised',
  severity: 'warning',
  whySeverity: 'It needs the loss of a node; then the promise is missed by minutes, every time.',
  takesDown: 'The pods of a lost node, for longer than the declared downtime or objective.',
  remedy:
    'Write tolerations of not-ready and unreachable with tolerationSeconds that leave time for detection and start.',
  price: 'Short losses of the network move pods that would have come back.',
  source: 'Kubernetes v1.36.3 plugin/pkg/admission/defaulttolerationseconds (300 s); pkg/controller/nodelifecycle',
  needs: 'manifests',
  reads: [],
  acrossNamespaces: true,
  *check(world, context) {
    const { nodeMonitorGracePeriod } = world.controlPlane.settings;
    for (const workload of world.workloads) {
      const late = lateEviction(workload, world, context);
      if (late === undefined) continue;
      const patch = tolerationPatch(workload, context);
      yield {
        on: workload,
        path: [...podPath(workload), 'tolerations'],
        message: `A lost node is noticed after ${sayDuration(nodeMonitorGracePeriod)}, and its pods wait ${sayDuration(late.tolerated)} more: at least ${sayDuration(late.least)} until others are made; ${sayDuration(late.promised)} is ${late.accepted ? 'accepted' : 'promised'}.`,
        cause: defect('late-eviction', workload),
        witness: { lose: losingItsNode(workload) },
        ...(patch === undefined ? {} : { patch }),
      };
    }
  },
};

interface LateEviction {
  readonly tolerated: Millis;
  /** Until its pods are deleted, when all goes well. */
  readonly least: Millis;
  readonly promised: Millis;
  /** By the owner of a workload whose only pod it is, not by the document. */
  readonly accepted: boolean;
}

/** Undefined when it keeps what is promised of it, or nothing is. */
export function lateEviction(workload: Workload, world: World, context: RuleContext): LateEviction | undefined {
  if (!keepsReplicas(workload) || workload.kind === 'StatefulSet' || workload.replicas === 0) return undefined;
  const downtime = context.intentOf(workload).acceptedDowntime;
  const accepted = floorOf(workload) === 1 && downtime !== undefined && downtime > 0;
  const promised = accepted ? downtime : context.plan?.cluster.objectives.nodeFailureRecovery;
  const { tolerations } = podSpecOf(workload);
  const seconds = evictionDelaySeconds([{ key: UNREACHABLE, value: '', effect: 'NoExecute' }], tolerations);
  if (promised === undefined || seconds === undefined || workload.sourced === undefined) return undefined;
  const tolerated = seconds * 1_000;
  const least = world.controlPlane.settings.nodeMonitorGracePeriod + tolerated;
  return least <= promised ? undefined : { tolerated, least, promised, accepted };
}

export const placementNodes: readonly Rule[] = [pl07, pl10, pl11, pl12, pl13, pl14];
