/** AS: autoscalers that do not scale, or that scale too far. */
import type { Sourced } from '../../inventory/identity.ts';
import { isStored } from '../../inventory/validate.ts';
import type { Workload, WorldAutoscaler } from '../../inventory/world.ts';
import type { AutoscalerSpec } from '../../kubernetes/autoscalers.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import { floorOf, list, podSpecOf } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { imageNames } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';

const as01: Rule = {
  id: 'AS01',
  family: 'AS',
  title: 'An autoscaler measures a share of what is not requested',
  severity: 'error',
  whySeverity:
    'It never scales: without a request there is nothing to take the share of, and load is an everyday event.',
  takesDown: 'The workload under load, which stays as small as it is.',
  remedy: 'Give every container of the pod a request of the measured resource, or scale by AverageValue.',
  source:
    'Kubernetes v1.36.3 pkg/controller/podautoscaler/replica_calculator.go (calculatePodRequests: missing request)',
  needs: 'manifests',
  reads: ['/LimitRange', 'autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  *check(world) {
    for (const { workload, spec, sourced } of world.autoscalers) {
      if (workload === undefined) continue;
      const pod = podSpecOf(workload);
      for (const { path, name, container, percent } of sharesOf(sourced, spec)) {
        if (pod.resources?.requests[name] !== undefined && container === undefined) continue;
        const measured = runningContainers(pod).filter((one) => container === undefined || one.name === container);
        const missing = measured.find(({ requests }) => requests[name] === undefined);
        if (missing === undefined) continue;
        yield {
          on: sourced,
          path,
          message: `It aims at ${percent} % of the requested ${name}, and container ${missing.name} of ${workload.id} requests none.`,
          takesDown: [workload],
          cause: defect('blind-autoscaler', sourced),
        };
        break;
      }
    }
  },
};

/** Targets that are a share of a request. */
function* sharesOf({ object }: Sourced, { metrics }: AutoscalerSpec): Iterable<Share> {
  const written = at(object, 'spec', 'metrics') !== undefined;
  for (const [index, { type, name, container, target }] of (metrics ?? []).entries()) {
    if ((type !== 'Resource' && type !== 'ContainerResource') || target.type !== 'Utilization') continue;
    yield { path: written ? ['spec', 'metrics', index] : ['spec'], name, container, percent: target.percent };
  }
  // KEDA's own scalers for cpu and memory become such metrics: keda v2.20 pkg/scalers/cpu_memory_scaler.go.
  for (const [index, trigger] of list(object, ['spec', 'triggers']).entries()) {
    const name = at(trigger, 'type');
    const form = at(trigger, 'metricType') ?? at(trigger, 'metadata', 'type') ?? 'Utilization';
    const [percent, container] = [at(trigger, 'metadata', 'value'), at(trigger, 'metadata', 'containerName')];
    // A value that is no number is KEDA's to refuse.
    if ((name !== 'cpu' && name !== 'memory') || form !== 'Utilization' || !(Number(percent) > 0)) continue;
    const one = typeof container === 'string' ? container : undefined;
    yield { path: ['spec', 'triggers', index], name, container: one, percent: Number(percent) };
  }
}

interface Share {
  readonly path: FieldPath;
  readonly name: string;
  readonly container: string | undefined;
  readonly percent: number;
}

const as02: Rule = {
  id: 'AS02',
  family: 'AS',
  title: 'An autoscaler that cannot scale',
  severity: 'info',
  whySeverity: 'The number is fixed; worth knowing, and sometimes meant so.',
  takesDown: 'Nothing by itself: under load the workload stays as it is.',
  remedy: 'Raise maxReplicas, or delete the autoscaler and write the number.',
  source: 'Kubernetes v1.36.3 pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas)',
  needs: 'manifests',
  reads: ['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  *check(world) {
    for (const { workload, spec, sourced } of world.autoscalers) {
      if (workload === undefined) continue;
      if (wantsMore(sourced.object, spec.maxReplicas)) {
        yield {
          on: sourced,
          path: ['spec', 'maxReplicas'],
          severity: 'warning',
          message: `It is at its maximum of ${spec.maxReplicas} and its metrics ask for more: the load that is there is not borne as it was meant to be.`,
          remedy: 'Raise maxReplicas, after a look at whether nodes and quota have the room.',
          takesDown: [workload],
        };
        continue;
      }
      if (spec.minReplicas < spec.maxReplicas) continue;
      yield {
        on: sourced,
        path: ['spec', sourced.object.kind === 'ScaledObject' ? 'maxReplicaCount' : 'maxReplicas'],
        message: `Its minimum and its maximum are both ${spec.maxReplicas}.`,
        takesDown: [workload],
      };
    }
  },
};

/** What its controller says of it: pkg/controller/podautoscaler/horizontal.go (convertDesiredReplicasWithRules, TooManyReplicas). */
function wantsMore(object: unknown, maxReplicas: number): boolean {
  const desired = at(object, 'status', 'desiredReplicas');
  const limited = list(object, ['status', 'conditions']).some(
    (one) =>
      at(one, 'type') === 'ScalingLimited' && at(one, 'status') === 'True' && at(one, 'reason') === 'TooManyReplicas',
  );
  return limited && typeof desired === 'number' && desired >= maxReplicas;
}

const as04: Rule = {
  id: 'AS04',
  family: 'AS',
  title: 'The metrics that autoscalers read come from one pod',
  severity: 'warning',
  whySeverity: 'While the pod is away, no autoscaler scales; that is when load is moved to fewer pods.',
  takesDown: 'Scaling of every workload, while the pod is away.',
  remedy: 'Run two replicas of the metrics server, spread over nodes, with a disruption budget.',
  price: 'Its requests again.',
  source: 'kubernetes-sigs/metrics-server, README (high availability); horizontal.go: no metrics, no scaling down',
  needs: 'manifests',
  reads: ['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  acrossNamespaces: true,
  *check(world) {
    for (const workload of world.workloads) {
      const reads = sourceOf(workload);
      if (!keepsReplicas(workload) || floorOf(workload) !== 1 || reads === undefined) continue;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `One pod gives their metrics to ${served(world.autoscalers.filter(reads).length)}.`,
        cause: defect('one-replica', workload),
      };
    }
  },
};

/** Programs that answer for metrics, by the name of their image, and which metrics those are. */
const SOURCES: Readonly<Record<string, (autoscaler: WorldAutoscaler) => boolean>> = {
  'metrics-server': (one) => hasMetric(one, ['Resource', 'ContainerResource']),
  'prometheus-adapter': (one) => hasMetric(one, ['Pods', 'Object', 'External']),
  'keda-metrics-apiserver': isKeda,
  keda: isKeda,
};

function hasMetric({ spec }: WorldAutoscaler, types: readonly string[]): boolean {
  return spec.metrics?.some(({ type }) => types.includes(type)) ?? false;
}

function isKeda({ sourced }: WorldAutoscaler): boolean {
  return sourced.object.kind === 'ScaledObject';
}

function sourceOf(workload: Workload): ((autoscaler: WorldAutoscaler) => boolean) | undefined {
  const name = Object.keys(SOURCES).find((image) => imageNames(workload).has(image));
  return name === undefined ? undefined : SOURCES[name];
}

function served(autoscalers: number): string {
  if (autoscalers === 0) return 'every autoscaler that reads them from it';
  return autoscalers === 1 ? 'the autoscaler' : `${autoscalers} autoscalers`;
}

const as05: Rule = {
  id: 'AS05',
  family: 'AS',
  title: 'The manifest and the autoscaler both set the number of replicas',
  severity: 'warning',
  whySeverity:
    'Each time the manifest is applied under load, pods are stopped down to its number, until the autoscaler answers.',
  takesDown: 'A share of the workload under load, at every deployment.',
  remedy:
    'Leave spec.replicas out of the manifest, after the field was handed over to the autoscaler (kubectl apply view-last-applied, server-side apply).',
  price: 'Left out carelessly, client-side apply sets it to 1 once.',
  source: 'Kubernetes docs, tasks/run-application/horizontal-pod-autoscale (migrating Deployments and StatefulSets)',
  needs: 'manifests',
  reads: ['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  *check(world) {
    for (const { workload, spec } of world.autoscalers) {
      const object = workload?.sourced?.object;
      // On live objects the field is always set.
      if (workload === undefined || object === undefined || isStored(object)) continue;
      if (!workload.spec.replicasWritten || workload.spec.replicas === 0) continue;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `It writes ${workload.spec.replicas ?? 0} replicas, and an autoscaler moves it between ${spec.minReplicas} and ${spec.maxReplicas}.`,
      };
    }
  },
};

const as07: Rule = {
  id: 'AS07',
  family: 'AS',
  title: 'An autoscaler that scales down at once',
  severity: 'warning',
  whySeverity: 'It needs a load that swings; then pods are stopped that are needed a minute later.',
  takesDown: 'A share of the requests at every swing of the load.',
  remedy: 'Leave stabilizationWindowSeconds out, which is 300 s, or write one above the time that pods need to start.',
  price: 'Pods that are not needed run on for the window.',
  source: 'Kubernetes docs, horizontal-pod-autoscale (stabilization window)',
  needs: 'manifests',
  reads: ['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  *check(world) {
    for (const { spec, sourced, workload } of world.autoscalers) {
      const keda = ['spec', 'advanced', 'horizontalPodAutoscalerConfig', 'behavior'];
      const path = [
        ...(sourced.object.kind === 'ScaledObject' ? keda : ['spec', 'behavior']),
        'scaleDown',
        'stabilizationWindowSeconds',
      ];
      if (spec.behavior?.scaleDown.stabilizationSeconds !== 0 || spec.behavior.scaleDown.select === 'Disabled')
        continue;
      yield {
        on: sourced,
        path,
        message: 'stabilizationWindowSeconds: 0 follows each dip of the load at once.',
        takesDown: workload === undefined ? [] : [workload],
      };
    }
  },
};

export const autoscaling: readonly Rule[] = [as01, as02, as04, as05, as07];
