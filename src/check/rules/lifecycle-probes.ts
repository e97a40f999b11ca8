/** LC01–LC06: probes that are missing, or that kill what works. */
import { isObject } from '../../core/json.ts';
import type { Workload, World } from '../../inventory/world.ts';
import type { Container } from '../../kubernetes/pod-spec.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import type { Probe } from '../../kubernetes/probes.ts';
import { at } from '../../kubernetes/objects.ts';
import { containerPath, list, podSpecOf, requestServices, targetContainers, writtenContainer } from '../reach.ts';
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
      // Who sends to pods that are not ready asks no probe.
      const services = requestServices(workload, context).filter(
        ({ spec: { publishNotReadyAddresses } }) => !publishNotReadyAddresses,
      );
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
      const same = JSON.stringify(asked(container, live)) === JSON.stringify(asked(container, ready));
      if (!same || patienceOf(live) > patienceOf(ready)) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'livenessProbe'],
        message: `Both probes of ${container.name} ask the same, and liveness restarts it after ${patienceOf(live)} s, when readiness has taken it out of service for ${patienceOf(ready)} s.`,
      };
    }
  },
};

/** What the probe asks, with the number of a port that it names. */
function asked({ ports }: Container, { action }: Probe): Probe['action'] {
  if (action.kind !== 'http' && action.kind !== 'tcp') return action;
  const named = ports.find(({ name }) => name === action.port);
  return named === undefined ? action : { ...action, port: named.containerPort };
}

/** This container, a socket of its own, or what a shell puts in. */
const LOCAL = /^(localhost|127\.|\[?::1|0\.0\.0\.0|\$|`|\/)/;
const URL_HOST = /https?:\/\/([^/\s:'"]+)/g;
/** `nc -z redis 6379`, and the device of bash. */
const PORT_HOSTS = [
  /(?:^|[\s;&|])(?:nc|ncat|netcat|telnet)\s+(?:-\S+\s+(?:\d+\s+)?)*([^\s;&|'"-][^\s;&|'"]*)\s+\d+/g,
  /\/dev\/tcp\/([^/\s'"]+)\//g,
];
/** Of programs for which it is a host: `df -h` has another one. */
const CLIENTS =
  /\b(psql|pg_isready|mysql|mysqladmin|mariadb|mariadb-admin|redis-cli|valkey-cli|mongo|mongosh|cqlsh|clickhouse-client)\b/;
const HOST_FLAG = /(?:^|\s)(?:-h|--host)[ =]?["']?([^\s'"]+)/g;

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
      const host = foreignHost(writtenContainer(workload, container));
      if (host === undefined) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'livenessProbe'],
        message: `The liveness probe of ${container.name} asks ${host}: when that does not answer, the kubelet restarts ${container.name} on every node.`,
      };
    }
  },
};

function foreignHost(container: unknown): string | undefined {
  const probe = at(container, 'livenessProbe');
  if (!isObject(probe)) return undefined;
  for (const action of ['httpGet', 'tcpSocket']) {
    const host = at(probe, action, 'host');
    if (typeof host === 'string' && host !== '' && !LOCAL.test(host)) return host;
  }
  const command = at(probe, 'exec', 'command');
  if (!Array.isArray(command)) return undefined;
  const text = withVariables(command.filter((part) => typeof part === 'string').join(' '), container);
  for (const pattern of [URL_HOST, ...PORT_HOSTS, ...(CLIENTS.test(text) ? [HOST_FLAG] : [])])
    for (const [, host = ''] of text.matchAll(pattern)) if (!LOCAL.test(host)) return host;
  return undefined;
}

/** With the values of variables that are written in the container; others are left as they are. */
function withVariables(text: string, container: unknown): string {
  const values = new Map(list(container, ['env']).map((one) => [at(one, 'name'), at(one, 'value')]));
  return text.replace(/\$(?:\{(\w+)\}|\((\w+)\)|(\w+))/g, (whole, ...names: readonly unknown[]) => {
    const value = values.get(names.slice(0, 3).find((name) => typeof name === 'string'));
    return typeof value === 'string' ? value : whole;
  });
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
      const { livenessProbe, readinessProbe: ready, startupProbe } = container;
      // Until a startup probe has passed, it is the one that kills.
      const killer = startupProbe ?? livenessProbe;
      if (killer === undefined) continue;
      const killed = killer.initialDelaySeconds + patienceOf(killer);
      const slow =
        killed < SLOW_START_SECONDS ? slowStart(container, writtenContainer(workload, container)) : undefined;
      const later = ready !== undefined && ready.initialDelaySeconds > killed;
      if (slow === undefined && !later) continue;
      const field = startupProbe === undefined ? 'livenessProbe' : 'startupProbe';
      yield {
        on: workload,
        path: [...containerPath(workload, container), field],
        message: `A start that takes longer than ${killed} s is ended by the ${startupProbe === undefined ? 'liveness' : 'startup'} probe; ${later ? `readiness is not even asked before ${ready.initialDelaySeconds} s` : `${slow} often needs more`}.`,
        ...(startupProbe === undefined
          ? {}
          : { remedy: 'Give the startup probe several minutes: failureThreshold times periodSeconds.' }),
      };
    }
  },
};

/** Runtimes that load and compile before they serve, by what is written of a container. */
const JAVA_IMAGES = /(^|[-_])(java|jvm|jre|jdk|openjdk|temurin|corretto|spring|springboot|quarkus-jvm)([-_]|$)/;
const JAVA_WORDS =
  /"(JAVA_OPTS|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|JVM_OPTS|SPRING_PROFILES_ACTIVE)"|"-Xm[sx]\d|"java"|"-jar"|\/actuator\/health/;

/** What starts slowly in it; undefined when nothing tells. */
function slowStart({ image }: Container, written: unknown): string | undefined {
  const name = imageName(image);
  if (SLOW_IMAGES.test(name)) return name;
  return JAVA_IMAGES.test(name) || JAVA_WORDS.test(JSON.stringify(written ?? {})) ? 'a Java program' : undefined;
}

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
      if (live === undefined) continue;
      const { failureThreshold, periodSeconds, timeoutSeconds } = live;
      const once = failureThreshold === 1 && timeoutSeconds < SHORT_PATIENCE;
      if (patienceOf(live) >= SHORT_PATIENCE && !once) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'livenessProbe'],
        message: once
          ? `One answer that takes longer than ${timeoutSeconds} s restarts ${container.name}: failureThreshold is 1.`
          : `${failureThreshold} failures every ${periodSeconds} s: ${container.name} is restarted after a pause of ${patienceOf(live)} s.`,
      };
    }
  },
};

export const lifecycleProbes: readonly Rule[] = [lc01, lc02, lc03, lc04, lc05, lc06];
