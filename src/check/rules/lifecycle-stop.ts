/** LC07–LC09, LC11: how pods are stopped. */
import { parseDuration, sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { preStopSeconds } from '../../kubernetes/lifecycle.ts';
import { type Container, runningContainers } from '../../kubernetes/pod-spec.ts';
import {
  containerPath,
  isExposed,
  list,
  podPath,
  podSpecOf,
  requestServices,
  routedServices,
  targetContainers,
  writtenContainer,
} from '../reach.ts';
import type { Rule } from '../rule.ts';
import { drainPatch } from '../safe-patches.ts';
import { keepsReplicas } from '../workloads.ts';

const lc07: Rule = {
  id: 'LC07',
  family: 'LC',
  title: 'A pod behind a load balancer stops while requests still come',
  severity: 'warning',
  whySeverity: 'Each rollout and each drain costs some requests; nothing is down, unless the program itself waits.',
  takesDown: 'Requests that arrive in the seconds until every proxy has taken the pod out.',
  remedy: 'Add a preStop hook that sleeps for as long as the load balancer needs to take it out, 15 s or so.',
  price: 'Each pod takes that much longer to stop.',
  source:
    'Ravelin, "Kubernetes\' dirty endpoint secret"; Kubernetes docs, concepts/workloads/pods/pod-lifecycle (termination)',
  needs: 'manifests',
  reads: [
    '/Service',
    'gateway.networking.k8s.io/GRPCRoute',
    'gateway.networking.k8s.io/HTTPRoute',
    'gateway.networking.k8s.io/TCPRoute',
    'gateway.networking.k8s.io/TLSRoute',
    'networking.k8s.io/Ingress',
  ],
  *check(world, context) {
    const routed = routedServices(world);
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas === 0 || workload.sourced === undefined) continue;
      const services = requestServices(workload, context).filter((service) => isExposed(service, routed));
      const [service] = services;
      if (service === undefined) continue;
      const sudden = targetContainers(podSpecOf(workload), services).filter((container) => !waits(workload, container));
      const [abrupt] = sudden;
      if (abrupt === undefined) continue;
      yield {
        on: workload,
        path: containerPath(workload, abrupt),
        message: `Service ${service.name} is reached from outside, and ${abrupt.name} is told to stop at the moment at which the balancers are told to leave it.`,
        patch: drainPatch(workload, sudden),
      };
    }
  },
};

/** True for a container with a preStop hook, unless it sleeps for no time. */
function waits(workload: Workload, container: Container): boolean {
  if (!container.hasPreStop) return false;
  return at(writtenContainer(workload, container), 'lifecycle', 'preStop', 'sleep', 'seconds') !== 0;
}

const lc08: Rule = {
  id: 'LC08',
  family: 'LC',
  title: 'The grace period ends before the preStop hook does',
  severity: 'warning',
  whySeverity: 'Every stop kills requests in flight, and a store has no time to close its files.',
  takesDown: 'Requests in flight at every rollout and drain.',
  remedy: 'Set terminationGracePeriodSeconds to the time of the hook plus the time that the program needs to drain.',
  price: 'A pod that hangs takes that much longer to go.',
  source:
    'Kubernetes v1.36.3 pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer: the hook counts within the grace period)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      if (workload.sourced === undefined) continue;
      const spec = podSpecOf(workload);
      const grace = spec.terminationGracePeriodSeconds;
      for (const container of runningContainers(spec)) {
        const hook = container.hasPreStop ? preStopSeconds(writtenContainer(workload, container)) : undefined;
        if (hook === undefined || hook === 0 || hook < grace) continue;
        yield {
          on: workload,
          path: [...podPath(workload), 'terminationGracePeriodSeconds'],
          message: `The preStop hook of ${container.name} waits ${hook} s of ${grace} s: nothing is left for the program to stop, and it is killed.`,
        };
        break;
      }
    }
  },
};

const lc09: Rule = {
  id: 'LC09',
  family: 'LC',
  title: 'A grace period that is nothing, or more than the node will wait',
  severity: 'warning',
  whySeverity: 'Every stop, or every shutdown of a node, kills the program in the middle of its work.',
  takesDown: 'Requests in flight; for a store, the time of a recovery from its log.',
  remedy: 'Set terminationGracePeriodSeconds to what the program needs, below the shutdown grace period of the nodes.',
  price: 'A pod that hangs takes that much longer to go.',
  source:
    'Kubernetes docs, concepts/workloads/pods/pod-lifecycle (forced termination) and concepts/cluster-administration/node-shutdown',
  needs: 'manifests',
  reads: [],
  *check(world, { plan }) {
    const window = plan?.systems.scheduling.facts.shutdownGracePeriod ?? ordinaryWindow(world);
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas === 0 || workload.sourced === undefined) continue;
      const grace = podSpecOf(workload).terminationGracePeriodSeconds;
      const late = window !== undefined && window > 0 && grace * 1_000 > window;
      if (grace > 0 && !late) continue;
      yield {
        on: workload,
        path: [...podPath(workload), 'terminationGracePeriodSeconds'],
        message: late
          ? `It asks for ${grace} s; the kubelet kills what still runs ${sayDuration(window)} after a shutdown began.`
          : 'terminationGracePeriodSeconds: 0 kills it at once, and a pod of the same name may start while the old one still runs.',
        ...(late ? { severity: 'info' as const } : {}),
      };
    }
  },
};

/** What kubelets leave to ordinary pods at a shutdown, by the shortest of the configurations that say it. */
function ordinaryWindow({ configurations }: World): Millis | undefined {
  const windows = configurations
    .filter(({ object }) => object.kind === 'KubeletConfiguration')
    .map(({ object }) => periodOf(object, 'shutdownGracePeriod') - periodOf(object, 'shutdownGracePeriodCriticalPods'))
    .filter((window) => window > 0);
  return windows.length === 0 ? undefined : Math.min(...windows);
}

function periodOf(configuration: unknown, field: string): Millis {
  const written = at(configuration, field);
  return typeof written === 'string' ? (parseDuration(written.replace(/\.0+s$/, 's')) ?? 0) : 0;
}

const lc11: Rule = {
  id: 'LC11',
  family: 'LC',
  title: 'Nodes shut down without telling their pods',
  severity: 'warning',
  whySeverity:
    'It needs a reboot that nobody drained for; then pods are killed and traffic still comes for as long as a loss is not noticed.',
  takesDown: 'Requests to the pods of the node, until it is seen to be lost.',
  remedy: 'Set shutdownGracePeriod and shutdownGracePeriodCriticalPods in the kubelet configuration.',
  price: 'Shutdowns take that much longer.',
  source: 'Kubernetes docs, concepts/cluster-administration/node-shutdown (0 by default, which switches it off)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const sourced of world.configurations) {
      if (sourced.object.kind !== 'KubeletConfiguration') continue;
      const written = at(sourced.object, 'shutdownGracePeriod');
      if (periodOf(sourced.object, 'shutdownGracePeriod') !== 0) continue;
      if (list(sourced.object, ['shutdownGracePeriodByPodPriority']).length > 0) continue;
      yield {
        on: sourced,
        path: ['shutdownGracePeriod'],
        message: `shutdownGracePeriod is ${written === undefined ? 'not written, which is 0' : '0'}: a reboot kills the pods without a grace period.`,
      };
    }
  },
};

export const lifecycleStop: readonly Rule[] = [lc07, lc08, lc09, lc11];
