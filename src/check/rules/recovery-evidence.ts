/** DR04, DR05: monitoring and logs that must outlive what they tell of. */
import { textOfBase64 } from '../../core/certificate.ts';
import { nameOf, namespaceOf, type Sourced } from '../../inventory/identity.ts';
import { controllerOf, find, ofKind } from '../../inventory/indexes.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { at, type FieldPath, type Labels } from '../../kubernetes/objects.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import { toldBy } from '../alerting.ts';
import { clusterTarget } from '../cluster-target.ts';
import type { RuleContext } from '../context.ts';
import { SHIPPERS } from '../log-buffers.ts';
import { mountedNames, mountedTexts } from '../mounted.ts';
import { floorOf, list, podPath, podSpecOf } from '../reach.ts';
import { defect, type Draft, type Rule } from '../rule.ts';
import { apartOf, HOST_KEYS, isApartBy, ZONE_KEYS } from '../spreading.ts';
import { imageName, imageNames } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';

interface Monitor {
  readonly what: 'Prometheus' | 'Alertmanager';
  /** The object of the operator, or the workload itself. */
  readonly on: Sourced | Workload;
  readonly workload: Workload | undefined;
  readonly namespace: string;
  readonly replicas: number;
  readonly replicasPath: FieldPath;
  /** Something keeps its pods in different zones, or on different nodes. */
  readonly overZones: boolean;
  readonly onHosts: boolean;
}

const MONITORS = ['Prometheus', 'Alertmanager'] as const;

function monitorsOf(world: World): readonly Monitor[] {
  return MONITORS.flatMap((what) => {
    const objects = ofKind(world.index, `monitoring.coreos.com/${what}`);
    const made = objects.map((sourced) => monitorOfObject(what, sourced, world));
    const own = world.workloads
      .filter(
        (workload) => keepsReplicas(workload) && workload.replicas > 0 && imageNames(workload).has(what.toLowerCase()),
      )
      // The operator's own StatefulSet is what its object asks for.
      .filter(
        ({ sourced }) => sourced !== undefined && controllerOf(sourced.object)?.kind !== what && !isAgent(sourced),
      )
      .map((workload): Monitor => {
        const apart = apartOf(workload, world);
        return {
          what,
          on: workload,
          workload,
          namespace: workload.namespace,
          replicas: floorOf(workload),
          replicasPath: ['spec', 'replicas'],
          overZones: isApartBy(apart, ZONE_KEYS),
          onHosts: isApartBy(apart, HOST_KEYS),
        };
      });
    return [...made.filter(({ replicas }) => replicas > 0), ...own];
  });
}

/** An agent evaluates no rules. */
function isAgent({ object }: Sourced): boolean {
  return JSON.stringify(at(object, 'spec', 'template', 'spec', 'containers') ?? '').includes('"--agent"');
}

function monitorOfObject(what: Monitor['what'], sourced: Sourced, world: World): Monitor {
  const { object } = sourced;
  const written = at(object, 'spec', 'replicas');
  const keys = [
    ...list(object, ['spec', 'topologySpreadConstraints']),
    ...list(object, ['spec', 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']),
    ...list(object, ['spec', 'affinity', 'podAntiAffinity', 'preferredDuringSchedulingIgnoredDuringExecution']).map(
      (one) => at(one, 'podAffinityTerm'),
    ),
  ].map((term) => String(at(term, 'topologyKey')));
  return {
    what,
    on: sourced,
    workload: world.workloads.find(({ sourced: made }) => {
      const owner = made === undefined ? undefined : controllerOf(made.object);
      return (
        owner?.kind === what &&
        owner.name === nameOf(object) &&
        namespaceOf(made?.object ?? object) === namespaceOf(object)
      );
    }),
    namespace: namespaceOf(object) ?? 'default',
    // One by default for both (prometheus-operator Documentation/api-reference).
    replicas: typeof written === 'number' ? written : 1,
    replicasPath: ['spec', 'replicas'],
    overZones: keys.some((key) => ZONE_KEYS.has(key)),
    onHosts: keys.some((key) => HOST_KEYS.has(key)),
  };
}

const dr04: Rule = {
  id: 'DR04',
  family: 'DR',
  title: 'Monitoring that is lost with what it watches, and nobody notices',
  severity: 'warning',
  whySeverity: 'It needs the loss of its node or zone, and another fault meanwhile; then nobody is told of either.',
  takesDown: 'Alerts: what is lost or breaks while it is away is found by users.',
  remedy:
    'Run two Prometheus and three Alertmanagers over zones, and send an alert that always fires to a service outside that calls when it stays away.',
  price: 'Their requests again, and a service outside of the cluster.',
  source:
    'Prometheus Operator docs, platform/high-availability; kube-prometheus docs (Watchdog, dead man’s switch); Google SRE book, chapter 6',
  needs: 'manifests',
  reads: [
    '/ConfigMap',
    'monitoring.coreos.com/Prometheus',
    'monitoring.coreos.com/Alertmanager',
    'monitoring.coreos.com/PrometheusRule',
  ],
  acrossNamespaces: true,
  *check(world, context) {
    const monitors = monitorsOf(world);
    for (const monitor of monitors) yield* placement(monitor, context);
    if (monitors.length > 0) yield* deadMan(world, monitors);
  },
};

function* placement(
  { what, on, workload, replicas, replicasPath, overZones, onHosts }: Monitor,
  { zones }: RuleContext,
): Iterable<Draft> {
  const takesDown = workload === undefined ? [] : [workload];
  if (replicas === 1)
    yield {
      on,
      path: replicasPath,
      message: `One ${what} runs: without its node nobody is told of anything.`,
      takesDown,
      ...(workload === undefined ? {} : { cause: defect('one-replica', workload) }),
    };
  else if (zones.length > 1 && !overZones)
    yield {
      on,
      path: 'templates' in on ? podPath(on) : ['spec'],
      message: `The cluster has ${zones.length} zones, and nothing that is written keeps the ${replicas} replicas of ${what} out of one.`,
      takesDown,
      ...(workload === undefined ? {} : { cause: defect(onHosts ? 'no-zone-spread' : 'no-spread', workload) }),
    };
}

interface AlwaysFiring {
  readonly labels: Labels;
}

/** `vector(1)`, alone or compared: true whatever happens. */
const ALWAYS = /^\s*\(?\s*vector\(\s*[1-9][\d.]*\s*\)\s*\)?\s*([<>=!]+(\s*bool)?\s*[\d.]+\s*)?$/;
const SWITCH = /watchdog|dead-?mans?-?(switch|snitch)/i;

/** Rules that are given: those that always fire, and how many there are. */
function rulesOf(world: World): { readonly alerts: number; readonly always: readonly AlwaysFiring[] } {
  const always: AlwaysFiring[] = [];
  let alerts = 0;
  const add = (alert: unknown, expr: unknown, labels: unknown): void => {
    if (typeof alert !== 'string') return;
    alerts += 1;
    if (!SWITCH.test(alert) && !(typeof expr === 'string' && ALWAYS.test(expr))) return;
    always.push({ labels: { ...textsOf(labels), alertname: alert } });
  };
  const given = ofKind(world.index, 'monitoring.coreos.com/PrometheusRule')
    // Those that Holdfast renders are about the cluster; that they are there tells nothing of the rest.
    .filter(({ object }) => !nameOf(object).startsWith('holdfast-'));
  for (const { object } of given)
    for (const group of list(object, ['spec', 'groups']))
      for (const rule of list(group, ['rules'])) add(at(rule, 'alert'), at(rule, 'expr'), at(rule, 'labels'));
  for (const workload of world.workloads) {
    if (!imageNames(workload).has('prometheus')) continue;
    for (const { text } of mountedTexts(workload, world).texts)
      for (const [, alert, expr] of text.matchAll(/\balert:\s*['"]?([\w-]+)['"]?\s*\n\s*expr:\s*['"]?([^'"\n]+)/g))
        add(alert, expr, undefined);
  }
  return { alerts, always };
}

function textsOf(value: unknown): Labels {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
      )
    : {};
}

function* deadMan(world: World, monitors: readonly Monitor[]): Iterable<Draft> {
  const evaluates = monitors.find(({ what }) => what === 'Prometheus');
  if (evaluates === undefined) return;
  const sends = monitors.filter(({ what }) => what === 'Alertmanager');
  // What it collects is judged elsewhere, and so is whether it still comes.
  if (sends.length === 0 && 'object' in evaluates.on && list(evaluates.on.object, ['spec', 'remoteWrite']).length > 0)
    return;
  const { alerts, always } = rulesOf(world);
  const [first] = always;
  if (alerts === 0) {
    yield { unknown: 'whether an alert always fires, so that its absence tells: no rules of Prometheus are given' };
    return;
  }
  if (first === undefined) {
    yield {
      on: evaluates.on,
      path: 'templates' in evaluates.on ? podPath(evaluates.on) : ['spec'],
      message: `${alerts === 1 ? 'The one alert that is given does not always fire' : `None of the ${alerts} alerts that are given always fires`}: when Prometheus or Alertmanager is lost, silence looks like health.`,
      takesDown: [],
      cause: defect('dead-man', clusterTarget({ plan: undefined })),
    };
    return;
  }
  for (const monitor of sends) yield* silenced(world, monitor, always);
}

/** Its configuration, where it is given: in the ConfigMap or the Secret that it mounts, or that its object names. */
function* configurationsOf(world: World, { on, namespace }: Monitor): Iterable<string> {
  const keys = ['alertmanager.yaml', 'alertmanager.yml', 'config.yml'];
  const named = 'templates' in on ? undefined : at(on.object, 'spec', 'configSecret');
  const secrets =
    'templates' in on
      ? mountedNames(on, 'secret', 'secretName')
      : [typeof named === 'string' ? named : `alertmanager-${nameOf(on.object)}`];
  if ('templates' in on) for (const { key, text } of mountedTexts(on, world).texts) if (keys.includes(key)) yield text;
  for (const secret of secrets) {
    const found = find(world.index, '/Secret', namespace, secret);
    for (const key of keys) {
      const [plain, coded] = [at(found?.object, 'stringData', key), at(found?.object, 'data', key)];
      const text = typeof plain === 'string' ? plain : typeof coded === 'string' ? textOfBase64(coded) : undefined;
      if (text !== undefined) yield text;
    }
  }
}

/** An alert that always fires and that nobody hears. Nothing of a Secret is shown but the name of a receiver. */
function* silenced(world: World, monitor: Monitor, always: readonly AlwaysFiring[]): Iterable<Draft> {
  const texts = [...configurationsOf(world, monitor)];
  if (texts.length === 0)
    yield { unknown: 'whom Alertmanager tells of the alert that always fires: its configuration is not given' };
  for (const text of texts) {
    const heard = always.map(({ labels }) => ({ labels, ...toldBy(text, labels) }));
    if (heard.some(({ told }) => told === undefined || told.length > 0)) continue;
    const [one] = heard;
    yield {
      on: monitor.on,
      path: 'templates' in monitor.on ? podPath(monitor.on) : ['spec'],
      message: `${one?.labels['alertname'] ?? ''} always fires, and Alertmanager routes it to ${one?.reached?.join(', ') ?? 'a receiver'}, which tells nobody: its absence is not noticed.`,
      takesDown: [],
      cause: defect('dead-man', clusterTarget({ plan: undefined })),
    };
    return;
  }
}

const dr05: Rule = {
  id: 'DR05',
  family: 'DR',
  title: 'Logs that wait in memory until their store answers',
  severity: 'warning',
  whySeverity:
    'It needs a store that does not answer and a restart meanwhile; then the logs of exactly that time are gone.',
  takesDown: 'The evidence of the outage: what was read and not sent is lost with the process.',
  remedy: 'Buffer on a disk of the node.',
  price: 'Room on the disk of each node, and writes.',
  source:
    'Fluent Bit docs, administration/buffering-and-storage; Fluentd docs, configuration/buffer-section; Vector docs, buffering-model; OpenTelemetry Collector docs, resiliency',
  needs: 'manifests',
  reads: ['/ConfigMap'],
  *check(world) {
    for (const workload of world.workloads) {
      if (workload.kind !== 'DaemonSet' || workload.sourced === undefined) continue;
      const names = runningContainers(podSpecOf(workload)).map(({ image }) => imageName(image));
      const shipper = SHIPPERS.find(({ image }) => names.some((name) => image.test(name)));
      if (shipper === undefined) continue;
      const { texts, missing } = mountedTexts(workload, world);
      const held = shipper.read(texts.map(({ text }) => text));
      const [name] = missing;
      if (held === undefined) {
        const why =
          name === undefined
            ? 'no configuration of outputs is mounted that can be read'
            : `ConfigMap ${workload.namespace}/${name} is not given`;
        yield { unknown: `where ${workload.id} buffers: ${why}` };
      } else if (held.length > 0)
        yield {
          on: texts[0]?.on ?? workload,
          path: texts[0] === undefined ? podPath(workload) : ['data'],
          message: `${shipper.name} of ${workload.id} holds in memory what it could not send: ${held.slice(0, 4).join(', ')}${held.length > 4 ? ` and ${held.length - 4} more` : ''}.`,
          remedy: shipper.remedy,
          takesDown: [],
        };
    }
  },
};

export const recoveryEvidence: readonly Rule[] = [dr04, dr05];
