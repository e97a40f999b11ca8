/** LC01–LC06: probes that are missing, or that kill what works. */
import { isObject } from '../../core/json.ts';
import type { Workload, World } from '../../inventory/world.ts';
import type { Container } from '../../kubernetes/pod-spec.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import type { Probe } from '../../kubernetes/probes.ts';
import { at } from '../../kubernetes/objects.ts';
import { containerPath, podSpecOf, requestServices, targetContainers, writtenContainer } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { readinessPatch } from '../safe-patches.ts';
import { keepsReplicas } from '../workloads.ts';
import { imageName } from '../workload-programs.ts';

const KUBELET = 'Kubernetes v1.36.3 pkg/kubelet/prober/worker.go';

const lc01: Rule = {
  id: 'LC01',
  family: 'LC',
  title: 'A container that serves requests has no readiness probe',
  severity: 'warning',
  whySeverity:
    'Requests reach it before it can answer, at every start; and a version that does not work is rolled out to the end.',
  takesDown: 'A share of the requests at every start, all of them by a version that does not work.',
  remedy: 'Add a readinessProbe that asks the container itself, not what it depends on.',
  price: 'A probe that is too strict takes pods out of service; begin with a timeout above the slowest answer.',
  source: `${KUBELET}; Kubernetes docs, concepts/workloads/pods/pod-lifecycle (container probes)`,
  needs: 'manifests',
  reads: ['/Service'],
  *check(world, context) {
    for (const workload of world.workloads) {
      if (!(keepsReplicas(workload) || workload.kind === 'DaemonSet') || workload.sourced === undefined) continue;
      const services = requestServices(workload, context);
      const spec = podSpecOf(workload);
      if (services.length === 0 || spec.readinessGates.length > 0) continue;
      const unasked = targetContainers(spec, services).filter(({ readinessProbe }) => readinessProbe === undefined);
      const [blind] = unasked;
      if (blind === undefined) continue;
      const patch = readinessPatch(workload, unasked, services);
      yield {
        on: workload,
        path: containerPath(workload, blind),
        message: `Service ${services[0]?.name ?? ''} sends to ${blind.name} as soon as it runs: it has no readiness probe.`,
        cause: defect('no-readiness', workload),
        ...(patch === undefined ? {} : { patch }),
      };
    }
  },
};

/** Containers that run as long as their pod, each with its workload; jobs end by themselves. */
function* containersOf(world: World): Iterable<{ readonly workload: Workload; readonly container: Container }> {
  for (const workload of world.workloads) {
    if (!(keepsReplicas(workload) || workload.kind === 'DaemonSet') || workload.sourced === undefined) continue;
    for (const container of runningContainers(podSpecOf(workload))) yield { workload, container };
  }
}

/** Seconds of failure after which the kubelet acts. */
function patienceOf({ periodSeconds, failureThreshold }: Probe): number {
  return periodSeconds * failureThreshold;
}

const lc02: Rule = {
  id: 'LC02',
  family: 'LC',
  title: 'The liveness probe asks the same as the readiness probe, and no more patiently',
  severity: 'warning',
  whySeverity:
    'It needs an overload or a slow dependency; then pods that should rest are restarted, all of them together.',
  takesDown: 'All replicas, by an overload that taking them out of service would have cured.',
  remedy: 'Let liveness ask only whether the process still turns, or give it several times the patience of readiness.',
  source: `${KUBELET}; Kubernetes docs, tasks/configure-pod-container/configure-liveness-readiness-startup-probes`,
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const { workload, container } of containersOf(world)) {
      const { livenessProbe: live, readinessProbe: ready } = container;
      if (live === undefined || ready === undefined) continue;
      if (JSON.stringify(live.action) !== JSON.stringify(ready.action) || patienceOf(live) > patienceOf(ready))
        continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'livenessProbe'],
        message: `Both probes of ${container.name} ask the same, and liveness restarts it after ${patienceOf(live)} s, when readiness has taken it out of service for ${patienceOf(ready)} s.`,
      };
    }
  },
};

/** This container, a socket of its own, or what a shell puts in. */
const LOCAL = /^(localhost|127\.|\[?::1|0\.0\.0\.0|\$|`|\/)/;
const URL_HOST = /https?:\/\/([^/\s:'"]+)/g;
/** Of programs for which it is a host: `df -h` has another one. */
const CLIENTS =
  /\b(psql|pg_isready|mysql|mysqladmin|mariadb|mariadb-admin|redis-cli|valkey-cli|mongo|mongosh|cqlsh|clickhouse-client)\b/;
const HOST_FLAG = /(?:^|\s)(?:-h|--host)[ =]([^\s'"]+)/g;

const lc03: Rule = {
  id: 'LC03',
  family: 'LC',
  title: 'A liveness probe asks something else than its own container',
  severity: 'error',
  whySeverity: 'A short failure of the dependency is an everyday event, and it restarts every replica at once.',
  takesDown: 'All replicas, and all other workloads whose probes ask the same, by a blip of one dependency.',
  remedy: 'Let liveness ask the container itself; let readiness, or a circuit breaker, answer for the dependency.',
  source: 'Kubernetes docs, concepts/workloads/pods/pod-lifecycle (liveness); ThredUP and NRE Labs stories (k8s.af)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const { workload, container } of containersOf(world)) {
      const host = foreignHost(at(writtenContainer(workload, container), 'livenessProbe'));
      if (host === undefined) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'livenessProbe'],
        message: `The liveness probe of ${container.name} asks ${host}: when that does not answer, the kubelet restarts ${container.name} on every node.`,
      };
    }
  },
};

function foreignHost(probe: unknown): string | undefined {
  if (!isObject(probe)) return undefined;
  for (const action of ['httpGet', 'tcpSocket']) {
    const host = at(probe, action, 'host');
    if (typeof host === 'string' && host !== '' && !LOCAL.test(host)) return host;
  }
  const command = at(probe, 'exec', 'command');
  if (!Array.isArray(command)) return undefined;
  const text = command.filter((part) => typeof part === 'string').join(' ');
  for (const pattern of CLIENTS.test(text) ? [URL_HOST, HOST_FLAG] : [URL_HOST])
    for (const [, host = ''] of text.matchAll(pattern)) if (!LOCAL.test(host)) return host;
  return undefined;
}

/** Programs that start a whole runtime to answer one question. */
const SLOW_COMMANDS =
  /(rabbitmq-diagnostics|rabbitmqctl|nodetool|cqlsh|kafka-[a-z-]+\.sh|zkCli\.sh|mongosh|\bjava\b|\bjcmd\b)/;

const lc04: Rule = {
  id: 'LC04',
  family: 'LC',
  title: 'A probe has less time than its command needs to start',
  severity: 'warning',
  whySeverity: 'It passes on an idle node and fails on a busy one, when a restart helps least.',
  takesDown: 'Replicas on busy nodes, one after the other.',
  remedy: 'Give the probe ten seconds, or ask by HTTP or TCP.',
  source: 'rabbitmq monitoring guide (health checks, timeouts of 10 s and more); Kubernetes docs (exec probe timeouts)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const { workload, container } of containersOf(world)) {
      for (const field of ['livenessProbe', 'readinessProbe'] as const) {
        const probe = container[field];
        if (probe?.action.kind !== 'exec' || probe.timeoutSeconds > 2) continue;
        const [command] = SLOW_COMMANDS.exec(probe.action.command.join(' ')) ?? [];
        if (command === undefined) continue;
        yield {
          on: workload,
          path: [...containerPath(workload, container), field, 'timeoutSeconds'],
          message: `${command} starts a runtime of its own and has ${probe.timeoutSeconds} s to answer.`,
        };
      }
    }
  },
};

/** Images whose programs need a minute and more to start on a busy node. */
const SLOW_IMAGES =
  /^(elasticsearch|opensearch|cassandra|keycloak|jenkins|sonarqube|nexus3?|kafka|solr|neo4j|gitlab|gitlab-ce|jira|confluence|wildfly|tomcat)$/;
const SLOW_START_SECONDS = 60;

const lc05: Rule = {
  id: 'LC05',
  family: 'LC',
  title: 'A liveness probe restarts the container before it has started',
  severity: 'warning',
  whySeverity:
    'It starts in time on an idle node; when all pods of a lost node start together it does not, and is restarted for ever.',
  takesDown: 'Replicas that start on busy nodes, as after the loss of a node or a zone.',
  remedy: 'Add a startupProbe that gives the start several minutes; liveness begins after it.',
  source: `${KUBELET}; Kubernetes docs, configure-liveness-readiness-startup-probes (startup probes)`,
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const { workload, container } of containersOf(world)) {
      const { livenessProbe: live, readinessProbe: ready, startupProbe } = container;
      if (live === undefined || startupProbe !== undefined) continue;
      const killed = live.initialDelaySeconds + patienceOf(live);
      const image = imageName(container.image);
      const slow = SLOW_IMAGES.test(image) && killed < SLOW_START_SECONDS;
      const later = ready !== undefined && ready.initialDelaySeconds > killed;
      if (!slow && !later) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'livenessProbe'],
        message: `A start that takes longer than ${killed} s is ended by the liveness probe; ${later ? `readiness is not even asked before ${ready.initialDelaySeconds} s` : `${image} often needs more`}.`,
      };
    }
  },
};

const SHORT_PATIENCE = 10;

const lc06: Rule = {
  id: 'LC06',
  family: 'LC',
  title: 'A liveness probe that restarts after a short pause',
  severity: 'warning',
  whySeverity:
    'It needs a pause as collections of garbage, throttling or a failover of the network make it; then all replicas restart.',
  takesDown: 'Replicas that pause and would have gone on.',
  remedy: 'Give it at least 30 s: periodSeconds times failureThreshold.',
  price: 'A process that hangs is restarted that much later.',
  source: `${KUBELET} (failureThreshold failures in a row)`,
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const { workload, container } of containersOf(world)) {
      const { livenessProbe: live } = container;
      if (live === undefined || patienceOf(live) >= SHORT_PATIENCE) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'livenessProbe'],
        message: `${live.failureThreshold === 1 ? 'One failure' : `${live.failureThreshold} failures`} every ${live.periodSeconds} s: ${container.name} is restarted after a pause of ${patienceOf(live)} s.`,
      };
    }
  },
};

export const lifecycleProbes: readonly Rule[] = [lc01, lc02, lc03, lc04, lc05, lc06];
