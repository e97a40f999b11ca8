/** WL02–WL05: where the single replica comes from. */
import type { Workload } from '../../inventory/world.ts';
import { annotationsOf } from '../../inventory/indexes.ts';
import type { RuleContext } from '../context.ts';
import { answersAlone, podPath, podSpecOf, requestServices } from '../reach.ts';
import { hiddenPods } from '../partial.ts';
import { defect, type FindingDraft, type Rule } from '../rule.ts';
import { keepsReplicas } from '../workloads.ts';
import { losingItsNode } from '../witnesses.ts';

const wl02: Rule = {
  id: 'WL02',
  family: 'WL',
  title: 'An autoscaler scales down to one replica',
  severity: 'error',
  whySeverity: 'At low load one pod is left, and losing it or its node is an everyday event.',
  takesDown: 'The workload and everybody who calls it, when its last pod or its node goes at a quiet hour.',
  remedy: 'Set the lower bound of the autoscaler to at least two.',
  price: 'Its requests once more at the quiet hours.',
  source:
    'Kubernetes v1.36.3 pkg/apis/autoscaling/v2/defaults.go (minReplicas 1); keda v2.20 scaledobject_types.go (0)',
  needs: 'manifests',
  reads: ['/PersistentVolumeClaim', '/Service', 'autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  *check(world, context) {
    const hidden = hiddenPods(world);
    for (const { workload, spec, sourced, namespace } of world.autoscalers) {
      if (spec.minReplicas >= 2 || spec.maxReplicas < 2) continue;
      const keda = sourced.object.kind === 'ScaledObject';
      const path = ['spec', keda ? 'minReplicaCount' : 'minReplicas'];
      if (workload === undefined) {
        // What it moves may be elsewhere; where it cannot be, WL11 says so.
        if (spec.minReplicas === 1 && hidden(namespace) !== undefined)
          yield {
            on: sourced,
            path,
            severity: 'warning',
            message: `It may leave one pod of ${spec.targetKind} ${spec.targetName}, which is not among the input; up to ${spec.maxReplicas} are allowed.`,
          };
        continue;
      }
      if (!keepsReplicas(workload) || workload.replicas === 0) continue;
      const serves = requestServices(workload, context).length > 0;
      // A queue's consumer that is scaled to nothing while there is nothing to do is meant so.
      if (!serves && spec.minReplicas === 0) continue;
      yield {
        on: sourced,
        path,
        message: `It may leave ${spec.minReplicas === 0 ? 'no pod' : 'one pod'} of ${workload.id}, which ${serves ? 'serves requests' : 'then has no second one'}; up to ${spec.maxReplicas} are allowed.`,
        ...(serves ? {} : { severity: 'warning' as const }),
        takesDown: [workload],
        cause: defect('one-replica', workload),
        witness: { of: workload, lose: losingItsNode(workload) },
        ...(isSingleton(workload, context) ? {} : { patch: [{ op: 'set' as const, path, value: 2 }] }),
      };
    }
  },
};

const wl03: Rule = {
  id: 'WL03',
  family: 'WL',
  title: 'The number of replicas is not written and is one',
  severity: 'warning',
  whySeverity: 'Whoever reads the manifest does not see that there is one; where it serves requests it is an error.',
  takesDown: 'The workload, whenever its one pod or its node goes.',
  remedy: 'Write the number of replicas, at least two for what serves requests.',
  price: 'Its requests again; a program that may run only once needs a standby that waits for a lock.',
  source: 'Kubernetes v1.36.3 pkg/apis/apps/v1/defaults.go (replicas 1)',
  needs: 'manifests',
  reads: ['/Service', 'autoscaling/HorizontalPodAutoscaler'],
  yieldsTo: ['WL05'],
  *check(world, context) {
    for (const workload of world.workloads) {
      const { spec, replicas, autoscaler } = workload;
      if (!keepsReplicas(workload) || spec.replicasWritten || replicas !== 1 || autoscaler !== undefined) continue;
      if (workload.kind === 'ReplicaSet' || workload.sourced === undefined) continue;
      const serves = answersAlone(workload, requestServices(workload, context));
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `spec.replicas is not written, so that one pod runs${serves ? ', and a Service sends everything to it' : ''}.`,
        ...(serves ? { severity: 'error' as const } : {}),
        cause: defect('one-replica', workload),
        witness: { lose: losingItsNode(workload) },
      };
    }
  },
};

const HOOKS = ['helm.sh/hook', 'argocd.argoproj.io/hook'];

const wl04: Rule = {
  id: 'WL04',
  family: 'WL',
  title: 'A pod without a controller',
  severity: 'warning',
  whySeverity: 'Nothing makes it again when its node is lost or drained; where it serves requests it is an error.',
  takesDown: 'The pod, for good, by the loss or the drain of its node.',
  remedy: 'Make it the template of a Deployment, or of a Job when it is meant to end.',
  source: 'Kubernetes v1.36 docs, concepts/configuration/overview (naked pods)',
  needs: 'manifests',
  reads: ['/Service'],
  *check(world, context) {
    for (const workload of world.workloads) {
      if (workload.kind !== 'Pod' || workload.static || workload.sourced === undefined) continue;
      const notes = annotationsOf(workload.sourced.object);
      if (HOOKS.some((hook) => notes[hook] !== undefined) || isKubeletsOwn(workload)) continue;
      // One that is meant to end is somebody's errand.
      if (podSpecOf(workload).restartPolicy !== 'Always') continue;
      const serves = requestServices(workload, context).length > 0;
      yield {
        on: workload,
        path: [],
        message: `No controller owns it${serves ? ', and a Service sends to it' : ''}: after the loss of its node nothing makes it again.`,
        ...(serves ? { severity: 'error' as const } : {}),
        witness: { lose: losingItsNode(workload) },
      };
    }
  },
};

/** The file of a static pod, before a kubelet has made its mirror: kubeadm and kube-vip write such into kube-system, on the host's network. */
function isKubeletsOwn(workload: Workload): boolean {
  return workload.namespace === 'kube-system' && podSpecOf(workload).hostNetwork;
}

const wl05: Rule = {
  id: 'WL05',
  family: 'WL',
  title: 'A single replica by design, and nobody has accepted its downtime',
  severity: 'error',
  whySeverity: 'It cannot be two as it is, so that every loss of its node is an outage that nobody has agreed to.',
  takesDown: 'The workload, until its pod is made again elsewhere and, with a volume, until that is attached there.',
  remedy:
    'Say what may be suffered with the annotation holdfast.dev/accepted-downtime, or replicate it with a program that can.',
  price: 'Replication of state is a project; the annotation costs an honest conversation.',
  source:
    'Kubernetes v1.36 docs, concepts/storage/persistent-volumes (access modes) and workloads/controllers/deployment (Recreate)',
  needs: 'manifests',
  reads: ['/PersistentVolumeClaim', '/Service'],
  *check(world, context) {
    for (const workload of world.workloads) {
      const why = singletonReason(workload, context);
      if (why === undefined || context.intentOf(workload).acceptedDowntime !== undefined) continue;
      yield singletonFinding(workload, why, requestServices(workload, context).length > 0);
    }
  },
};

function singletonFinding(workload: Workload, { path, say }: SingletonReason, serves: boolean): FindingDraft {
  return {
    on: workload,
    path,
    message: `It runs once and ${say}; no accepted downtime is declared.`,
    ...(serves ? {} : { severity: 'warning' as const }),
    cause: defect('one-replica', workload),
    witness: { lose: losingItsNode(workload) },
  };
}

interface SingletonReason {
  readonly path: readonly (string | number)[];
  readonly say: string;
}

/** True when two of it cannot run as it is written. */
export function isSingleton(workload: Workload, context: Pick<RuleContext, 'claimsOf'>): boolean {
  return singletonReason({ ...workload, replicas: 1 }, { claimsOf: () => context.claimsOf(workload) }) !== undefined;
}

function singletonReason(workload: Workload, { claimsOf }: Pick<RuleContext, 'claimsOf'>): SingletonReason | undefined {
  const { spec, replicas } = workload;
  if (!keepsReplicas(workload) || replicas !== 1 || workload.sourced === undefined) return undefined;
  if (spec.update.type === 'Recreate')
    return { path: ['spec', 'strategy', 'type'], say: 'is stopped before its successor starts (Recreate)' };
  if (workload.kind === 'StatefulSet') {
    const [claim] = spec.claimTemplates;
    if (claim === undefined) return undefined;
    return { path: ['spec', 'replicas'], say: `keeps its state on one volume of its own (${claim.name})` };
  }
  const claim = claimsOf(workload).find(({ spec: asked }) => asked !== undefined && isSingleWriter(asked.accessModes));
  return claim === undefined
    ? undefined
    : {
        path: [...podPath(workload), 'volumes'],
        say: `keeps its state on the claim ${claim.name}, which one node can mount`,
      };
}

/** Access modes that let one node, or one pod, mount the volume. */
export function isSingleWriter(modes: readonly string[]): boolean {
  return modes.length > 0 && modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
}

export const redundancyFloor: readonly Rule[] = [wl02, wl03, wl04, wl05];
