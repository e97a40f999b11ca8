/** RO01–RO06: rollouts that take everything down, or that cannot move. */
import type { Workload, World } from '../../inventory/world.ts';
import { HOSTNAME } from '../../kubernetes/nodes.ts';
import { daemonSetFenceposts, deploymentFenceposts, type IntOrPercent } from '../../kubernetes/percent.ts';
import type { FieldPath } from '../../kubernetes/objects.ts';
import { floorOf, podSpecOf, requestServices, targetContainers } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { PLACEMENT_READS } from '../reads.ts';
import { allowedNodes, apartOf } from '../spreading.ts';
import { refusalOfOneMore, sayFailure } from '../what-if.ts';
import { rollingOut } from '../witnesses.ts';
import { keepsReplicas } from '../workloads.ts';
import { isSingleWriter } from './redundancy-floor.ts';

const ro01: Rule = {
  id: 'RO01',
  family: 'RO',
  title: 'Every rollout stops all replicas first',
  severity: 'error',
  whySeverity: 'A rollout is an everyday event, and nobody answers until the new pods are ready.',
  takesDown: 'The workload and everybody who calls it, at every rollout.',
  remedy: 'Use RollingUpdate with maxUnavailable: 0, or a StatefulSet where two may not run at once.',
  price: 'The old and the new version run side by side for a while and must bear each other.',
  source: 'Kubernetes v1.36.3 pkg/controller/deployment/recreate.go',
  needs: 'manifests',
  reads: ['/Service'],
  *check(world, context) {
    for (const workload of world.workloads) {
      const { update } = workload.spec;
      if (workload.replicas === 0 || workload.sourced === undefined || !keepsReplicas(workload)) continue;
      const [service] = requestServices(workload, context);
      const alone = workload.replicas === 1;
      const whole = 'maxUnavailable' in update && update.maxUnavailable === '100%' && rolls(workload);
      if (!whole && update.type !== 'Recreate') continue;
      // What nobody calls may rest; of one replica RO02 says what maxUnavailable does.
      if (service === undefined || (alone && whole)) continue;
      yield {
        on: workload,
        path: whole ? strategyPath(workload, 'maxUnavailable') : ['spec', 'strategy', 'type'],
        message: `${whole ? 'maxUnavailable: 100% may stop' : 'Recreate stops'} ${alone ? 'its one pod' : `all ${workload.replicas} pods`} behind Service ${service.name} before a new one ${whole ? 'is ready' : 'starts'}.`,
        ...(alone ? { severity: 'warning' as const } : { witness: { lose: rollingOut(workload) } }),
        cause: alone ? defect('one-replica', workload) : defect('rollout-takes-all', workload),
      };
    }
  },
};

const ro02: Rule = {
  id: 'RO02',
  family: 'RO',
  title: 'A rollout may take all replicas down at once',
  severity: 'error',
  whySeverity: 'A rollout is an everyday event; its maxUnavailable is as large as the number of replicas.',
  takesDown: 'The workload and everybody who calls it, at a rollout.',
  remedy: 'Set maxUnavailable: 0 and maxSurge: 1, or a percentage that rounds down to fewer than all.',
  price: 'Room for one more pod while it rolls.',
  source:
    'Kubernetes v1.36.3 pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts: unavailable rounds down)',
  needs: 'manifests',
  reads: ['/Service', 'autoscaling/HorizontalPodAutoscaler'],
  yieldsTo: ['RO01'],
  *check(world, context) {
    for (const workload of world.workloads) {
      const { spec, replicas, sourced } = workload;
      if (!rolls(workload) || replicas === 0 || sourced === undefined) continue;
      const serves = requestServices(workload, context).length > 0;
      const worst = [replicas, floorOf(workload)].find((count) => count > 0 && unavailableOf(workload, count) >= count);
      if (worst === undefined || (worst === 1 && !serves)) continue;
      const alone = worst === 1 && replicas === 1;
      yield {
        on: workload,
        path: strategyPath(workload, 'maxUnavailable'),
        message: `maxUnavailable: ${spec.update.type === 'RollingUpdate' || spec.update.type === 'Canary' ? spec.update.maxUnavailable : ''} of ${worst} ${worst === 1 ? 'replica' : 'replicas'}${worst === replicas ? '' : ', the minimum of its autoscaler,'} is ${unavailableOf(workload, worst)}: all may be stopped together.`,
        ...(serves && !alone ? {} : { severity: 'warning' as const }),
        // At the autoscaler's minimum nobody runs it now.
        ...(alone || worst !== replicas ? {} : { witness: { lose: rollingOut(workload) } }),
        cause: alone ? defect('one-replica', workload) : defect('rollout-takes-all', workload),
      };
    }
  },
};

function rolls(workload: Workload): boolean {
  const { kind, spec } = workload;
  if (!keepsReplicas(workload)) return false;
  return (
    (kind === 'Deployment' && spec.update.type === 'RollingUpdate') ||
    (kind === 'Rollout' && spec.update.type === 'Canary')
  );
}

function unavailableOf({ spec: { update } }: Workload, replicas: number): number {
  if (update.type !== 'RollingUpdate' && update.type !== 'Canary') return 0;
  return deploymentFenceposts(update, replicas)?.unavailable ?? 0;
}

function strategyPath({ kind }: Workload, field: 'maxUnavailable' | 'maxSurge'): FieldPath {
  return kind === 'Rollout' ? ['spec', 'strategy', 'canary', field] : ['spec', 'strategy', 'rollingUpdate', field];
}

const ro04: Rule = {
  id: 'RO04',
  family: 'RO',
  title: 'A rollout that waits for a place that there is not',
  severity: 'error',
  whySeverity: 'The next rollout hangs at its first pod, the urgent ones too.',
  takesDown: 'Nothing at once: no new version, no changed secret and no fix can be rolled out.',
  remedy:
    'Set maxUnavailable: 1 and maxSurge: 0, use preferred anti-affinity, or add matchLabelKeys: [pod-template-hash] to the term.',
  price: 'With maxUnavailable: 1 one pod fewer while it rolls; with the others two pods may share a node for a while.',
  source: 'Kubernetes v1.36.3 pkg/controller/deployment/rolling.go; plugins interpodaffinity and nodeports',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    for (const workload of world.workloads) {
      const [pod] = workload.pods;
      if (!rolls(workload) || pod === undefined || unavailableOf(workload, workload.replicas) > 0) continue;
      const apart = apartOf(workload, world).required.some(
        ({ matchLabelKeys }) => !matchLabelKeys.includes('pod-template-hash'),
      );
      if (!apart && (workload.templates[0]?.demand.hostPorts.length ?? 0) === 0) continue;
      const twin = context.twin();
      // Replicas that find no place even now are PL08's.
      if (twin === undefined || workload.pods.some((one) => twin.nodeOf(one) === undefined)) continue;
      const failure = refusalOfOneMore(twin, pod);
      const blocks = failure?.plugins.has('InterPodAffinity') === true || failure?.plugins.has('NodePorts') === true;
      if (failure === undefined || !blocks) continue;
      yield {
        on: workload,
        path: strategyPath(workload, 'maxUnavailable'),
        message: `maxUnavailable comes to 0 of ${workload.replicas}, so that a new pod must run before an old one stops; it finds no node (${sayFailure(failure)}).`,
      };
    }
  },
};

const ro05: Rule = {
  id: 'RO05',
  family: 'RO',
  title: 'A rollout whose new pod waits for the volume of the old one',
  severity: 'error',
  whySeverity:
    'Whenever the new pod lands on another node, the rollout hangs: the old one holds the volume until the new one is ready.',
  takesDown: 'Nothing at once: rollouts hang with a multi-attach error until somebody stops the old pod.',
  remedy: 'Use strategy Recreate, or a StatefulSet.',
  price: 'Recreate stops the pod before its successor starts: an outage at every rollout, as long as a start takes.',
  source:
    'Kubernetes v1.36 docs, concepts/storage/persistent-volumes (ReadWriteOnce); pkg/controller/volume/attachdetach (multi-attach)',
  needs: 'manifests',
  reads: ['/PersistentVolumeClaim'],
  *check(world, context) {
    if (world.nodes.length === 1) return;
    for (const workload of world.workloads) {
      const { spec, replicas, sourced } = workload;
      if (!rolls(workload) || replicas === 0 || sourced === undefined) continue;
      const mounted = spec.template.volumes.flatMap(({ source }) => (source.kind === 'claim' ? [source.claim] : []));
      const claims = context.claimsOf(workload).filter(({ name }) => mounted.includes(name));
      const claim = claims.find(({ spec: asked }) => asked !== undefined && isSingleWriter(asked.accessModes));
      // On the one node that its selection leaves, a second pod mounts it too.
      const [asked] = claim?.spec?.accessModes ?? [];
      if (asked === 'ReadWriteOnce' && staysOnOneNode(workload, world)) continue;
      if (claim === undefined) {
        const missing = claims.find(({ spec: asked }) => asked === undefined);
        if (missing !== undefined)
          yield { unknown: `claim ${missing.namespace}/${missing.name} is not among the input` };
        continue;
      }
      if (replicas === 1 && stopsFirst(workload)) continue;
      yield {
        on: workload,
        path: ['spec', 'strategy'],
        message: `The claim ${claim.name} can be mounted by one node; ${replicas === 1 ? 'RollingUpdate starts the new pod before it stops the old one' : `${replicas} replicas share it`}.`,
        cause: defect('shared-claim', workload),
      };
    }
  },
};

/** One pod that is stopped first makes room for its successor. */
function stopsFirst({ spec: { update }, replicas }: Workload): boolean {
  if (update.type !== 'RollingUpdate' && update.type !== 'Canary') return false;
  const posts = deploymentFenceposts(update, replicas);
  return posts !== undefined && (posts.surge === 0 || posts.unavailable >= 1);
}

function staysOnOneNode(workload: Workload, world: World): boolean {
  const { nodeName, nodeSelector } = podSpecOf(workload);
  if (nodeName !== undefined || nodeSelector[HOSTNAME] !== undefined) return true;
  return world.nodes.length > 0 && allowedNodes(workload, world).length === 1;
}

const ro06: Rule = {
  id: 'RO06',
  family: 'RO',
  title: 'A rollout that nothing stops when the new version does not work',
  severity: 'warning',
  whySeverity: 'It needs a bad version; then all replicas run it within seconds.',
  takesDown: 'The workload, by the first version that starts and does not work.',
  remedy: 'Give the container a readiness probe, and set minReadySeconds.',
  source:
    'Kubernetes v1.36.3 pkg/controller/deployment/util/deployment_util.go; a pod without a readiness probe is ready when it runs',
  needs: 'manifests',
  reads: ['/Service', 'autoscaling/HorizontalPodAutoscaler'],
  yieldsTo: ['LC01'],
  *check(world, context) {
    for (const workload of world.workloads) {
      if (!rolls(workload) || workload.replicas < 2 || workload.spec.minReadySeconds > 0) continue;
      const services = requestServices(workload, context);
      const spec = podSpecOf(workload);
      if (services.length === 0 || workload.sourced === undefined || spec.readinessGates.length > 0) continue;
      if (targetContainers(spec, services).some(({ readinessProbe }) => readinessProbe !== undefined)) continue;
      yield {
        on: workload,
        path: ['spec', 'minReadySeconds'],
        message: `minReadySeconds is 0 and no readiness probe is asked: each new pod counts as good once it runs, and all ${workload.replicas} are replaced.`,
        cause: defect('no-readiness', workload),
      };
    }
  },
};

/** Shares of a DaemonSet's nodes above which one bad version is an outage before anybody has seen it. */
const LARGE_SHARE = 0.5;

const ro09: Rule = {
  id: 'RO09',
  family: 'RO',
  title: 'A DaemonSet is replaced on half of the nodes or more at once',
  severity: 'warning',
  whySeverity:
    'It needs a bad version; then half of the nodes have no network, storage or telemetry before anybody has seen it.',
  takesDown: 'What the DaemonSet does for the pods of those nodes, by one bad version.',
  remedy: 'Set maxUnavailable to 10%, and use OnDelete or a second DaemonSet on a few nodes as a canary.',
  price: 'Its rollouts take longer.',
  source: 'OpenAI, outage of 2024-12-11; Kubernetes v1.36.3 pkg/controller/daemon/util/daemonset_util.go (rounds up)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      const { update } = workload.spec;
      if (workload.kind !== 'DaemonSet' || update.type !== 'RollingUpdate' || workload.sourced === undefined) continue;
      const share = shareOf(update, workload.replicas);
      if (share === undefined || share.of < LARGE_SHARE) continue;
      yield {
        on: workload,
        path: ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'],
        message: `maxUnavailable: ${update.maxUnavailable} replaces ${share.say} at once.`,
      };
    }
  },
};

/** On small clusters one node may be half of them: that is no choice. */
const SMALL_CLUSTER = 4;

function shareOf(
  update: { readonly maxUnavailable: IntOrPercent; readonly maxSurge: IntOrPercent },
  nodes: number,
): { readonly of: number; readonly say: string } | undefined {
  if (nodes > 0) {
    const unavailable = daemonSetFenceposts(update, nodes)?.unavailable ?? 0;
    if (nodes < SMALL_CLUSTER && unavailable <= 1) return undefined;
    return { of: unavailable / nodes, say: `${unavailable} of ${nodes} pods` };
  }
  const percent = typeof update.maxUnavailable === 'string' ? daemonSetFenceposts(update, 100)?.unavailable : undefined;
  return percent === undefined ? undefined : { of: percent / 100, say: `${percent} % of its pods` };
}

export const rolloutUpdate: readonly Rule[] = [ro01, ro02, ro04, ro05, ro06, ro09];
