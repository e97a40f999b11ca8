/**
 * Changes that are safe to make without asking anybody: they add what is missing, with values that hold whatever the
 * program is, or with those of the plan. What only the owner of a program knows (how many of it may run, what it needs,
 * which path answers) is in none of them.
 */
import { isObject, type JsonObject } from '../core/json.ts';
import { find } from '../inventory/indexes.ts';
import type { Workload, World, WorldService } from '../inventory/world.ts';
import { at } from '../kubernetes/objects.ts';
import type { Container } from '../kubernetes/pod-spec.ts';
import { constraintObject, type SpreadForm, spreadForms } from '../kubernetes/spread-form.ts';
import { NOT_READY, UNREACHABLE } from '../kubernetes/tolerations.ts';
import type { KubernetesObject } from '../system.ts';
import type { RuleContext } from './context.ts';
import { containerPath, list, podPath, podSpecOf, writtenContainer } from './reach.ts';
import type { FindingDraft, Patch, PatchStep } from './rule.ts';

/** Kinds whose pods a label selector of `spec.selector` finds. */
const SELECTING: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Rollout']);

/** The budget that lets one pod go at a time; none where its name is taken or its pods are not selected by labels. */
export function addedBudget(workload: Workload, world: World): Pick<FindingDraft, 'adds'> {
  const selector = selectorOf(workload);
  const { name, namespace, sourced } = workload;
  if (selector === undefined || sourced === undefined) return {};
  if (find(world.index, 'policy/PodDisruptionBudget', namespace, name) !== undefined) return {};
  const written = sourced.object.metadata?.namespace;
  const adds: KubernetesObject = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, ...(written === undefined ? {} : { namespace: written }) },
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector },
  };
  return { adds };
}

function selectorOf({ kind, sourced }: Workload): JsonObject | undefined {
  const selector =
    SELECTING.has(kind) && sourced?.podOwner === undefined ? at(sourced?.object, 'spec', 'selector') : undefined;
  return isObject(selector) && Object.keys(selector).length > 0 ? (selector as JsonObject) : undefined;
}

/**
 * Constraints over zones and hosts, as far as they are missing. With one of its own a pod loses the scheduler's soft
 * defaults over both, so both are written. Hard over zones only where the plan says that a zone may be lost, and never
 * for pods with volumes: where those lie already is in no manifest.
 */
export function spreadPatch(
  workload: Workload,
  { plan, zones }: Pick<RuleContext, 'plan' | 'zones'>,
): Patch | undefined {
  const labelSelector = selectorOf(workload);
  if (labelSelector === undefined) return undefined;
  const keeps = workload.spec.claimTemplates.length > 0;
  // Where no zones are known the soft form does no harm.
  const forms = spreadForms(keeps ? 'node' : (plan?.cluster.survive ?? 'node'), zones.length === 1 ? 1 : 2);
  const { spread, podAntiAffinity } = podSpecOf(workload);
  const terms = [...podAntiAffinity.required, ...podAntiAffinity.preferred.map(({ term }) => term)];
  const missing = forms.filter(({ topologyKey }) =>
    [...spread, ...terms].every((constraint) => constraint.topologyKey !== topologyKey),
  );
  return appended(
    workload,
    'topologySpreadConstraints',
    missing.map((form) => constraintOf(form, workload, labelSelector)),
  );
}

function constraintOf(form: SpreadForm, { kind }: Workload, labelSelector: JsonObject): JsonObject {
  return constraintObject(form, { labelSelector, hashed: kind === 'Deployment' });
}

/** The plan's time that pods of a lost node wait, where the API server does not fill it in. */
export function tolerationPatch(workload: Workload, { plan }: Pick<RuleContext, 'plan'>): Patch | undefined {
  const planned = plan?.systems.scheduling.facts;
  const { tolerations } = podSpecOf(workload);
  const written = list(workload.sourced?.object, [...podPath(workload), 'tolerations']);
  const said = written.some(
    (toleration) => at(toleration, 'key') === NOT_READY || at(toleration, 'key') === UNREACHABLE,
  );
  if (planned === undefined || said || tolerations.some(({ key }) => key === '')) return undefined;
  const both = [NOT_READY, UNREACHABLE].map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: planned.toleration / 1_000,
  }));
  return appended(workload, 'tolerations', both);
}

/** Seconds in which the balancers and proxies of most clouds take a pod out. */
const DRAIN_SECONDS = 15;

/** Each of the containers waits before it is told to stop, and the pod gets that much longer. */
export function drainPatch(workload: Workload, containers: readonly Container[]): Patch {
  const grace = podSpecOf(workload).terminationGracePeriodSeconds;
  return [
    ...containers.map((container): PatchStep => ({
      op: 'set',
      path: [...containerPath(workload, container), 'lifecycle', 'preStop'],
      value: { sleep: { seconds: DRAIN_SECONDS } },
    })),
    { op: 'set', path: [...podPath(workload), 'terminationGracePeriodSeconds'], value: grace + DRAIN_SECONDS },
  ];
}

/**
 * A probe that opens the port to which a Service sends: who does not accept there cannot serve. Members of a StatefulSet
 * may have to find each other before they listen, so that only their owner can tell.
 */
export function readinessPatch(
  workload: Workload,
  containers: readonly Container[],
  services: readonly WorldService[],
): Patch | undefined {
  if (workload.kind === 'StatefulSet') return undefined;
  const steps = containers.map((container): PatchStep | undefined => {
    const port = servedPort(container, services);
    const path = [...containerPath(workload, container), 'readinessProbe'];
    if (port === undefined || !isObject(writtenContainer(workload, container))) return undefined;
    return { op: 'set', path, value: { tcpSocket: { port }, periodSeconds: 5 } };
  });
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

/** As the Service names it, over TCP and among the ports of the container. */
function servedPort({ ports }: Container, services: readonly WorldService[]): number | string | undefined {
  for (const { targetPort, protocol } of services.flatMap(({ spec }) => spec.ports)) {
    if (protocol !== 'TCP') continue;
    const own = ports.find(
      ({ containerPort, name, protocol: spoken }) =>
        spoken === 'TCP' && (containerPort === targetPort || name === targetPort),
    );
    if (own !== undefined) return targetPort;
  }
  return undefined;
}

/** Items behind those of a list of the pod, or the list. */
function appended(workload: Workload, field: string, items: readonly JsonObject[]): Patch | undefined {
  if (items.length === 0) return undefined;
  const path = [...podPath(workload), field];
  if (list(workload.sourced?.object, path).length === 0) return [{ op: 'set', path, value: items }];
  return items.map((value) => ({ op: 'set', path: [...path, '-'], value }));
}
