/** DR11, DR12: promises of recovery that the simulation does not keep. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Workload, World } from '../../inventory/world.ts';
import type { Twin } from '../../twin/twin.ts';
import { clusterTarget } from '../cluster-target.ts';
import type { RuleContext } from '../context.ts';
import { floorOf } from '../reach.ts';
import { PLACEMENT_READS } from '../reads.ts';
import { defect, type Draft, type FindingDraft, type Rule } from '../rule.ts';
import { runFailure } from '../witness.ts';
import { losingItsNode, losingItsZone } from '../witnesses.ts';
import { keepsReplicas } from '../workloads.ts';
import { lateEviction } from './placement-nodes.ts';

/** Failures that are run; a cluster where each of hundreds of workloads declares a downtime takes a while. */
const MOST_RUNS = 60;

const dr11: Rule = {
  id: 'DR11',
  family: 'DR',
  title: 'Recovery takes longer than is promised',
  severity: 'error',
  whySeverity:
    'Somebody has said how long it may take, and the loss of a node or a zone takes longer by the arithmetic of the cluster.',
  takesDown: 'The workload, for longer than its owner accepts; or what the document promises for all.',
  remedy:
    'Run a second replica elsewhere, shorten what the recovery waits for (tolerations, attach, start), or promise what can be kept.',
  price: 'A second replica, or pods that move at short disturbances of the network.',
  source: 'Kubernetes v1.36.3 pkg/controller/nodelifecycle and tainteviction; asked of the simulation itself',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  // What makes it too long is told better by these.
  yieldsTo: ['WL01', 'WL02', 'WL03', 'WL05', 'PL14', 'ST01'],
  *check(world, context) {
    yield* objectives(context);
    const twin = context.twin();
    if (twin === undefined) return;
    const promised = world.workloads.filter((workload) => acceptedOf(workload, context) !== undefined);
    if (promised.length * LOSSES.length > MOST_RUNS)
      yield {
        unknown: `of ${promised.length} workloads that declare a downtime the first ${MOST_RUNS / LOSSES.length} were tried`,
      };
    for (const workload of promised.slice(0, MOST_RUNS / LOSSES.length)) {
      const found = tooLong(twin, workload, acceptedOf(workload, context) ?? 0);
      if (found !== undefined) yield { ...found, cause: causeOf(workload, world, context) };
    }
  },
};

/** What the document promises for every workload, as the plan has judged it. */
function* objectives(context: RuleContext): Iterable<Draft> {
  for (const { name, verdict, promised, measured, remedy } of context.plan?.verdicts ?? []) {
    if (verdict !== 'missed' || (name !== 'nodeFailureRecovery' && name !== 'zoneFailureRecovery')) continue;
    yield {
      on: clusterTarget(context),
      path: ['spec', 'objectives', name],
      message: `${promised ?? ''} is promised, and by the plan it takes ${measured ?? 'for ever'}.`,
      ...(remedy === undefined ? {} : { remedy }),
      takesDown: [],
    };
  }
}

function acceptedOf(workload: Workload, { intentOf }: RuleContext): Millis | undefined {
  const { acceptedDowntime } = intentOf(workload);
  return keepsReplicas(workload) && workload.replicas > 0 && workload.sourced !== undefined
    ? acceptedDowntime
    : undefined;
}

const LOSSES = [
  { lost: 'its node', loseOf: losingItsNode, of: 'node' },
  { lost: 'its zone', loseOf: losingItsZone, of: 'zone' },
] as const;

/** Kinds whose pods do not vote: one of them is enough. */
const ANY_ANSWERS: ReadonlySet<Workload['kind']> = new Set([
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'Rollout',
]);

function placesOf(twin: Twin, { pods }: Workload, of: 'node' | 'zone'): number {
  const nodes = new Set(pods.flatMap((pod) => twin.nodeOf(pod) ?? []));
  if (of === 'node') return nodes.size;
  return twin.world.zones.filter((zone) => zone.nodes.some(({ name }) => nodes.has(name))).length;
}

function tooLong(twin: Twin, workload: Workload, accepted: Millis): FindingDraft | undefined {
  for (const { lost, loseOf, of } of LOSSES) {
    // What is left of it elsewhere answers.
    if (ANY_ANSWERS.has(workload.kind) && placesOf(twin, workload, of) > 1) continue;
    const lose = loseOf(workload);
    const seconds = downSeconds(twin, workload, lose(twin));
    if (seconds === undefined || seconds * 1_000 <= accepted) continue;
    return {
      on: workload,
      path: ['metadata', 'annotations', 'holdfast.dev/accepted-downtime'],
      message: `Without ${lost} it is down for ${sayDuration(seconds * 1_000)}, and ${sayDuration(accepted)} is accepted.`,
      witness: { lose },
    };
  }
  return undefined;
}

function downSeconds(twin: Twin, { id }: Workload, lose: readonly string[] | undefined): number | undefined {
  return lose === undefined ? undefined : runFailure(twin, lose)?.outcomes.get(id)?.downSeconds;
}

/** The defect that another rule names, where one does. */
function causeOf(workload: Workload, world: World, context: RuleContext): string {
  if (lateEviction(workload, world, context) !== undefined) return defect('late-eviction', workload);
  return defect(floorOf(workload) === 1 ? 'one-replica' : 'too-long', workload);
}

const dr12: Rule = {
  id: 'DR12',
  family: 'DR',
  title: 'When most of a zone is lost, nothing is moved out of it',
  severity: 'warning',
  whySeverity:
    'It needs the loss of most nodes of a zone and not of all: then the node lifecycle controller evicts nobody, though one lost node alone is answered.',
  takesDown: 'Workloads whose pods are all on the lost nodes, until the nodes are back.',
  remedy: 'Keep a replica in another zone.',
  price: 'A second replica, and traffic between zones.',
  source:
    'Kubernetes v1.36.3 pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState, ReducedQPSFunc: --unhealthy-zone-threshold 0.55, --large-cluster-size-threshold 50)',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const twin = context.twin();
    if (twin === undefined) return;
    const promised = world.workloads.filter((workload) => isPromised(workload, context));
    if (promised.length > MOST_RUNS / 2)
      yield {
        unknown: `of ${promised.length} workloads that somebody counts on the first ${MOST_RUNS / 2} were tried`,
      };
    for (const workload of promised.slice(0, MOST_RUNS / 2)) {
      const found = stranded(twin, workload, context);
      if (found !== undefined) yield found;
    }
  },
};

/** Somebody counts on it: it is declared critical, or how long it may be down is declared. */
function isPromised(workload: Workload, context: RuleContext): boolean {
  const critical = context.intentOf(workload).criticality === 'critical';
  return (
    keepsReplicas(workload) &&
    workload.replicas > 0 &&
    workload.sourced !== undefined &&
    (critical || acceptedOf(workload, context) !== undefined)
  );
}

/** A zone is halted from three lost nodes on (ComputeZoneState). */
const LEAST_LOST = 3;
/** Nobody has said how long a critical workload may be down; the loss of a node alone is answered well within it. */
const CRITICAL_DOWN: Millis = 1_800_000;

function stranded(twin: Twin, workload: Workload, context: RuleContext): FindingDraft | undefined {
  const lost = mostOfItsZone(twin, workload);
  if (lost === undefined) return undefined;
  const limit = acceptedOf(workload, context) ?? CRITICAL_DOWN;
  // A node that is noticed while the others still answer is answered itself: the others go first.
  const lose = [...lost.others.map((name) => `node=${name}`), ...lost.own.map((name) => `node=${name},at=1m`)];
  // Where the loss of its own node is already too long, that is what is wrong.
  const own = downSeconds(twin, workload, losingItsNode(workload)(twin));
  if (own === undefined || own * 1_000 > limit) return undefined;
  const seconds = downSeconds(twin, workload, lose);
  if (seconds === undefined || seconds * 1_000 <= limit || seconds <= own) return undefined;
  return {
    on: workload,
    path: ['spec', 'replicas'],
    message: `Without ${lost.others.length + lost.own.length} of the ${lost.of} nodes of zone ${lost.zone} it is down for ${sayDuration(seconds * 1_000)}, since nobody is evicted there; without its node alone for ${sayDuration(own * 1_000)}.`,
    witness: { lose: () => lose },
  };
}

interface PartOfZone {
  readonly zone: string;
  readonly of: number;
  readonly own: readonly string[];
  readonly others: readonly string[];
}

/** Its nodes with as many others of their zone as halt evictions, but not all; undefined when it is not in one zone alone. */
function mostOfItsZone(twin: Twin, { pods }: Workload): PartOfZone | undefined {
  const { zones, controlPlane } = twin.world;
  const own = new Set(pods.flatMap((pod) => twin.nodeOf(pod) ?? []));
  const place = zones.find(({ zone, nodes }) => zone !== '' && nodes.some(({ name }) => own.has(name)));
  if (place === undefined || ![...own].every((name) => place.nodes.some((node) => node.name === name)))
    return undefined;
  const of = place.nodes.length;
  const { unhealthyZoneThreshold, largeClusterSizeThreshold } = controlPlane.settings;
  const count = Math.max(LEAST_LOST, own.size, Math.ceil(unhealthyZoneThreshold * of));
  if (count >= of || of > largeClusterSizeThreshold) return undefined;
  const workers = place.nodes.filter(({ name, role }) => role === 'worker' && !own.has(name)).map(({ name }) => name);
  const others = workers.slice(0, count - own.size);
  return own.size + others.length < count ? undefined : { zone: place.zone, of, own: [...own], others };
}

export const recoveryPromises: readonly Rule[] = [dr11, dr12];
