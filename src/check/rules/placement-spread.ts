/** PL01–PL03, PL05, PL06, PL09: constraints that are missing, or that do not say what they seem to say. */
import type { Workload, World } from '../../inventory/world.ts';
import { formatSelector } from '../../kubernetes/selectors.ts';
import { countsItself, countsNothing, isAboutItself, largestPile } from '../../kubernetes/spread.ts';
import { podPath, podSpecOf } from '../reach.ts';
import type { RuleContext } from '../context.ts';
import { defect, type Draft, type FindingDraft, type Rule } from '../rule.ts';
import { spreadPatch } from '../safe-patches.ts';
import type { Apart } from '../spreading.ts';
import {
  HOST_KEYS,
  ZONE_KEYS,
  allowedNodes,
  apartOf,
  domainsOf,
  identityOf,
  isApartBy,
  nodesOfZones,
  selectedNodes,
} from '../spreading.ts';
import { keepsReplicas } from '../workloads.ts';
import { isSingleWriter } from './redundancy-floor.ts';
import { losingItsNode, losingItsPlace, losingItsZone } from '../witnesses.ts';

const SPREAD = 'Kubernetes v1.36.3 pkg/scheduler/framework/plugins/podtopologyspread';

/** Workloads of several replicas that could be apart. */
function* severalOf(world: World): Iterable<Workload> {
  for (const workload of world.workloads) {
    if (!keepsReplicas(workload) || workload.replicas < 2 || workload.sourced === undefined) continue;
    yield workload;
  }
}

const pl01: Rule = {
  id: 'PL01',
  family: 'PL',
  title: 'Nothing keeps the replicas on different nodes',
  severity: 'warning',
  whySeverity:
    'The scheduler prefers to spread pods of a Service or a ReplicaSet, but gives that up for a fuller or emptier node.',
  takesDown: 'The workload, by the loss of the one node that its replicas came to share.',
  remedy:
    'Add a topologySpreadConstraint on kubernetes.io/hostname with whenUnsatisfiable: ScheduleAnyway and the labels of its pods.',
  source: `${SPREAD}/plugin.go (systemDefaultConstraints: 3 on hosts, 5 on zones, ScheduleAnyway)`,
  needs: 'manifests',
  reads: ['/PersistentVolumeClaim', 'autoscaling/HorizontalPodAutoscaler'],
  yieldsTo: ['PL02', 'PL03', 'PL05'],
  *check(world, context) {
    for (const workload of severalOf(world)) {
      // A spread over zones is one over nodes too: a node takes no more than a zone's share.
      const apart = apartOf(workload, world);
      if (isApartBy(apart, HOST_KEYS) || isApartBy(apart, ZONE_KEYS) || hasOtherSpread(apart)) continue;
      if (isHeldByOneNode(workload, world)) continue;
      const soft = podSpecOf(workload).spread.length === 0;
      yield {
        on: workload,
        path: podPath(workload),
        message: `Nothing that is written keeps its ${workload.replicas} replicas apart${soft ? "; only the scheduler's soft default does" : ', and what is written switches the soft default of the scheduler off'}.`,
        cause: defect('no-spread', workload),
        witness: { lose: losingItsNode(workload) },
        ...mendOf(workload, context),
      };
    }
  },
};

/** Its selection leaves one node of several, of which PL11 tells: there is nothing to spread over. */
function isHeldByOneNode({ templates }: Workload, { nodes }: World): boolean {
  const [template] = templates;
  return nodes.length > 1 && template !== undefined && selectedNodes(template, nodes).length === 1;
}

/** Pods that share a volume which one node mounts are where it is, whatever constraints say. */
function mendOf(workload: Workload, context: RuleContext): Pick<FindingDraft, 'patch' | 'remedy'> {
  const shared = context
    .claimsOf(workload)
    .find(({ name, spec }) => spec !== undefined && isSingleWriter(spec.accessModes) && isShared(workload, name));
  if (shared !== undefined)
    return {
      remedy: `All its pods mount ${shared.name}, which one node can mount: give each a volume of its own, as a StatefulSet does, or one that many nodes can mount; then spread them.`,
    };
  const patch = spreadPatch(workload, context);
  return patch === undefined ? {} : { patch };
}

/** Every pod names the same claim. */
function isShared({ spec: { template } }: Workload, claim: string): boolean {
  return template.volumes.some(({ source }) => source.kind === 'claim' && source.claim === claim);
}

/** By racks, by power, by any label of its own: somebody thought of it. */
function hasOtherSpread({ spread, required }: Apart): boolean {
  return spread.length + required.length > 0;
}

const pl02: Rule = {
  id: 'PL02',
  family: 'PL',
  title: 'Nothing keeps the replicas in different zones',
  severity: 'warning',
  whySeverity: 'The cluster has several zones, and all replicas may be in one of them; a zone is lost rarely.',
  takesDown: 'The workload, by the loss of the zone that its replicas came to share.',
  remedy:
    'Add a topologySpreadConstraint on topology.kubernetes.io/zone with the labels of its pods; with DoNotSchedule set nodeTaintsPolicy: Honor.',
  price: 'Traffic between zones, which clouds bill.',
  source: `Kubernetes v1.36 docs, setup/best-practices/multiple-zones; ${SPREAD}/plugin.go (systemDefaultConstraints)`,
  needs: 'document',
  reads: ['/PersistentVolumeClaim'],
  yieldsTo: ['PL11'],
  *check(world, context) {
    const { zones } = context;
    if (zones.length < 2) return;
    for (const workload of severalOf(world)) {
      const apart = apartOf(workload, world);
      if (isApartBy(apart, ZONE_KEYS) || isForcedOverZones(workload, world, apart)) continue;
      yield {
        on: workload,
        path: podPath(workload),
        message: `The cluster has ${zones.length} zones, and nothing that is written keeps its ${workload.replicas} replicas out of one.`,
        cause: isApartBy(apart, HOST_KEYS) ? defect('no-zone-spread', workload) : defect('no-spread', workload),
        witness: { lose: losingItsZone(workload) },
        ...mendOf(workload, context),
      };
    }
  },
};

/** Hard anti-affinity by node, or a port of it, over more replicas than the largest zone has nodes, or no second zone to go to. */
function isForcedOverZones(workload: Workload, world: World, { required, byPort }: Apart): boolean {
  const { zones, most } = nodesOfZones(allowedNodes(workload, world));
  if (zones < 2) return true;
  const apart = byPort || required.some(({ topologyKey }) => HOST_KEYS.has(topologyKey));
  return apart && workload.replicas > most;
}

const pl03: Rule = {
  id: 'PL03',
  family: 'PL',
  title: 'A constraint that is meant to spread the pods does not select them',
  severity: 'warning',
  whySeverity: 'It looks spread and is not; all replicas may share a node or a zone.',
  takesDown: 'The workload, by the loss of the one node or zone that its replicas came to share.',
  remedy: 'Make the labelSelector equal to labels of the pod template.',
  source: `${SPREAD}/common.go (countPodsMatchSelector); interpodaffinity/filtering.go`,
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of severalOf(world)) {
      yield* strangeSpread(workload, world);
      yield* strangeTerms(workload, world);
    }
  },
};

function* strangeSpread(workload: Workload, world: World): Iterable<Draft> {
  const pod = identityOf(workload, world);
  const { spread } = podSpecOf(workload);
  for (const [index, constraint] of spread.entries()) {
    if (countsNothing(constraint) || countsItself(constraint, pod)) continue;
    const { topologyKey, selector } = constraint;
    if (spread.some((other) => other.topologyKey === topologyKey && countsItself(other, pod))) continue;
    yield {
      on: workload,
      path: [...podPath(workload), 'topologySpreadConstraints', index, 'labelSelector'],
      message: `${formatSelector(selector)} does not select its own pods, which have ${sayLabels(workload)}: they are not spread by ${topologyKey}.`,
      cause: defect('no-spread', workload),
      witness: { lose: losingItsPlace(workload, topologyKey) },
    };
  }
}

function* strangeTerms(workload: Workload, world: World): Iterable<Draft> {
  const { podAntiAffinity } = podSpecOf(workload);
  const apart = apartOf(workload, world);
  // A term that is aimed at another application beside a spread of its own is meant so.
  if (apart.spread.length + apart.required.length + apart.preferred.length > 0) return;
  const pod = identityOf(workload, world);
  const forms = [
    ['requiredDuringSchedulingIgnoredDuringExecution', podAntiAffinity.required, []],
    [
      'preferredDuringSchedulingIgnoredDuringExecution',
      podAntiAffinity.preferred.map(({ term }) => term),
      ['podAffinityTerm'],
    ],
  ] as const;
  for (const [form, terms, within] of forms) {
    for (const [index, term] of terms.entries()) {
      if (isAboutItself(term, pod)) continue;
      yield {
        on: workload,
        path: [...podPath(workload), 'affinity', 'podAntiAffinity', form, index, ...within, 'labelSelector'],
        message: `${formatSelector(term.selector)} does not select its own pods, which have ${sayLabels(workload)}: nothing keeps them apart.`,
        cause: defect('no-spread', workload),
        witness: { lose: losingItsPlace(workload, term.topologyKey) },
      };
    }
  }
}

function sayLabels({ spec: { labels } }: Workload): string {
  const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? 'no labels' : texts.join(',');
}

const pl05: Rule = {
  id: 'PL05',
  family: 'PL',
  title: 'A spread constraint without a selector counts nothing',
  severity: 'warning',
  whySeverity: 'It looks spread and is not; all replicas may share a node or a zone.',
  takesDown: 'The workload, by the loss of the one node or zone that its replicas came to share.',
  remedy: 'Give the constraint a labelSelector with labels of the pod template.',
  source: `${SPREAD}/common.go (countPodsMatchSelector: an empty selector counts no pod)`,
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of severalOf(world)) {
      for (const [index, constraint] of podSpecOf(workload).spread.entries()) {
        if (!countsNothing(constraint)) continue;
        const missing = constraint.selector.matches === 'nothing';
        yield {
          on: workload,
          path: [...podPath(workload), 'topologySpreadConstraints', index, 'labelSelector'],
          message: `The constraint on ${constraint.topologyKey} has ${missing ? 'no labelSelector' : 'an empty labelSelector'}: it counts no pod, so that none is spread.`,
          cause: defect('no-spread', workload),
          witness: { lose: losingItsPlace(workload, constraint.topologyKey) },
        };
      }
    }
  },
};

const pl06: Rule = {
  id: 'PL06',
  family: 'PL',
  title: 'A hard spread that allows all replicas in one place',
  severity: 'warning',
  whySeverity: 'It looks spread and is not, until there are more replicas than its maxSkew.',
  takesDown: 'The workload, by the loss of the one zone or node that its replicas came to share.',
  remedy: 'Set maxSkew: 1.',
  source: `${SPREAD}/filtering.go: a domain may hold maxSkew pods while another holds none`,
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of severalOf(world)) {
      const pod = identityOf(workload, world);
      for (const [index, constraint] of podSpecOf(workload).spread.entries()) {
        const { maxSkew, topologyKey, whenUnsatisfiable } = constraint;
        if (whenUnsatisfiable !== 'DoNotSchedule' || !countsItself(constraint, pod)) continue;
        const domains = domainsOf(allowedNodes(workload, world), topologyKey);
        // Where the nodes are not known there are at least two places, or spreading means nothing.
        if (largestPile(workload.replicas, Math.max(2, domains), maxSkew) < workload.replicas) continue;
        yield {
          on: workload,
          path: [...podPath(workload), 'topologySpreadConstraints', index, 'maxSkew'],
          message: `maxSkew ${maxSkew} lets all ${workload.replicas} replicas share one ${topologyKey}${domains > 1 ? ` of ${domains}` : ''}.`,
          witness: { lose: losingItsPlace(workload, topologyKey) },
          patch: [{ op: 'set', path: [...podPath(workload), 'topologySpreadConstraints', index, 'maxSkew'], value: 1 }],
        };
      }
    }
  },
};

const pl09: Rule = {
  id: 'PL09',
  family: 'PL',
  title: 'A spread that counts the pods of the old version too',
  severity: 'info',
  whySeverity: 'After a rollout the pods may be uneven by as many as the old version had; nothing goes down by itself.',
  takesDown: 'Nothing by itself: after a rollout one zone may hold more than its share.',
  remedy: 'Add matchLabelKeys: [pod-template-hash] to the constraint.',
  source: 'kubernetes/kubernetes#98215 and #105661; KEP-3243 (matchLabelKeys, stable)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of severalOf(world)) {
      if (workload.kind !== 'Deployment' || workload.spec.update.type !== 'RollingUpdate') continue;
      const pod = identityOf(workload, world);
      const index = podSpecOf(workload).spread.findIndex(
        (constraint) =>
          constraint.whenUnsatisfiable === 'DoNotSchedule' &&
          countsItself(constraint, pod) &&
          !constraint.matchLabelKeys.includes('pod-template-hash'),
      );
      if (index < 0) continue;
      const path = [...podPath(workload), 'topologySpreadConstraints', index];
      yield {
        on: workload,
        path,
        message:
          'While it rolls, old and new pods are counted together; when the old ones go, the new ones need not be even.',
      };
    }
  },
};

export const placementSpread: readonly Rule[] = [pl01, pl02, pl03, pl05, pl06, pl09];
