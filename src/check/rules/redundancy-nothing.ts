/** WL11: selectors that select nothing, and names of what is not there. */
import { nameOf, namespaceOf, type Sourced } from '../../inventory/identity.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { workloadKind } from '../../kubernetes/pod-template.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import type { Requirement, Selector } from '../../kubernetes/selectors.ts';
import { formatSelector, selects } from '../../kubernetes/selectors.ts';
import { hiddenMakers, hiddenPods, saysNamespace, unlessElsewhere } from '../partial.ts';
import { ingressBackends, routeBackends, ROUTES, type NamedBackend } from '../reach.ts';
import type { Draft, Rule } from '../rule.ts';
import { serviceNamed, workloadsIn } from '../lookups.ts';

const wl11: Rule = {
  id: 'WL11',
  family: 'WL',
  title: 'An object that selects or names nothing',
  severity: 'warning',
  whySeverity: 'It looks like protection and is none; a Service that selects nothing answers nobody and is an error.',
  takesDown: 'Whoever relies on it: callers of the Service, drains without a budget, load without an autoscaler.',
  remedy: 'Make the selector equal to labels of the pod template, in the same namespace, or delete the object.',
  source: 'Kubernetes v1.36 docs, concepts/services-networking/service and tasks/run-application/configure-pdb',
  needs: 'manifests',
  reads: [
    '/Service',
    'policy/PodDisruptionBudget',
    'autoscaling/HorizontalPodAutoscaler',
    'keda.sh/ScaledObject',
    'networking.k8s.io/Ingress',
    'gateway.networking.k8s.io/HTTPRoute',
    'gateway.networking.k8s.io/GRPCRoute',
    'gateway.networking.k8s.io/TLSRoute',
    'gateway.networking.k8s.io/TCPRoute',
  ],
  *check(world) {
    const hidden = hiddenPods(world);
    yield* emptyServices(world, hidden);
    yield* portlessServices(world);
    yield* emptyBudgets(world, hidden);
    yield* aimlessAutoscalers(world, hidden);
    yield* danglingBackends(world, hiddenMakers(world));
  },
};

type Hidden = (namespace: string) => string | undefined;

function* emptyServices(world: World, hidden: Hidden): Iterable<Draft> {
  for (const { spec, namespace, name, pods, sourced } of world.services) {
    if (spec.selector.matches === 'nothing' || spec.type === 'ExternalName' || pods > 0) continue;
    if (choosesTemplate(world, namespace, spec.selector)) continue;
    const why =
      laterLabel(world, namespace, spec.selector) ??
      unlessElsewhere(world, { sourced, selector: spec.selector }, hidden(namespace));
    if (why !== undefined) yield { unknown: `Service ${namespace}/${name} selects no pod that is shown, but ${why}` };
    else
      yield {
        on: sourced,
        path: ['spec', 'selector'],
        severity: 'error',
        message: `${formatSelector(spec.selector)} selects no pod of namespace ${namespace}${nearest(world, namespace, spec.selector)}.`,
      };
  }
}

/** Ports by a name that none of the chosen pods has: pkg/api/v1/pod/util.go (FindPort) finds none, so that no address is made. */
function* portlessServices({ services }: World): Iterable<Draft> {
  for (const { spec, name, sourced, workloads } of services) {
    const templates = workloads.flatMap((workload) => workload.templates);
    if (spec.type === 'ExternalName' || templates.length === 0) continue;
    for (const [index, { targetPort, protocol }] of spec.ports.entries()) {
      if (typeof targetPort !== 'string') continue;
      const found = templates.some((template) =>
        runningContainers(template.spec).some(({ ports }) =>
          ports.some((port) => port.name === targetPort && port.protocol === protocol),
        ),
      );
      if (found) continue;
      yield {
        on: sourced,
        path: ['spec', 'ports', index, 'targetPort'],
        severity: 'error',
        message: `No container of ${workloads.map(({ id }) => id).join(', ')} has a ${protocol} port named ${targetPort}: port ${spec.ports[index]?.port ?? 0} of ${name} leads nowhere.`,
        takesDown: workloads,
      };
    }
  }
}

function* emptyBudgets(world: World, hidden: Hidden): Iterable<Draft> {
  for (const { spec, namespace, name, pods, sourced } of world.budgets) {
    const missing = spec.selector.matches === 'nothing';
    if (pods > 0 || (!missing && choosesTemplate(world, namespace, spec.selector))) continue;
    const why = missing
      ? undefined
      : (laterLabel(world, namespace, spec.selector) ??
        unlessElsewhere(world, { sourced, selector: spec.selector }, hidden(namespace)));
    if (why !== undefined)
      yield { unknown: `PodDisruptionBudget ${namespace}/${name} selects no pod that is shown, but ${why}` };
    else
      yield {
        on: sourced,
        path: ['spec', 'selector'],
        message: missing
          ? 'It has no selector, so that it protects no pod.'
          : `${formatSelector(spec.selector)} selects no pod of namespace ${namespace}${nearest(world, namespace, spec.selector)}: it protects nothing.`,
      };
  }
}

function* aimlessAutoscalers(world: World, hidden: Hidden): Iterable<Draft> {
  const isThere = objectsByName(world);
  for (const { spec, namespace, name, workload, sourced } of world.autoscalers) {
    if (workload !== undefined) continue;
    const known = ['apps', 'argoproj.io', 'batch'].some(
      (group) => workloadKind({ apiVersion: `${group}/v1`, kind: spec.targetKind }) !== undefined,
    );
    // A Rollout that takes its template from a Deployment is no workload here, and is there.
    const { targetKind, targetName } = spec;
    if (isThere({ kind: targetKind, namespace, name: targetName })) continue;
    const elsewhere =
      saysNamespace(sourced) &&
      world.workloads.some((one) => one.kind === targetKind && one.name === targetName && saysNamespace(one.sourced));
    const why = known
      ? elsewhere
        ? undefined
        : hidden(namespace)
      : `${spec.targetKind} is a kind whose objects are not understood`;
    if (why !== undefined)
      yield {
        unknown: `${sourced.object.kind} ${namespace}/${name} moves ${spec.targetKind} ${spec.targetName}: ${why}`,
      };
    else
      yield {
        on: sourced,
        path: ['spec', 'scaleTargetRef', 'name'],
        message: `There is no ${spec.targetKind} ${spec.targetName} in namespace ${namespace}: nothing is scaled.`,
      };
  }
}

/** Whether an object of any group has the kind and the name; sorted when it is asked first. */
function objectsByName(
  world: World,
): (wanted: { readonly kind: string; readonly namespace: string; readonly name: string }) => boolean {
  let names: ReadonlySet<string> | undefined;
  const key = (kind: string, namespace: string | undefined, name: string): string => `${kind} ${namespace}/${name}`;
  return ({ kind, namespace, name }) => {
    names ??= new Set(world.index.all.map(({ object }) => key(object.kind, namespaceOf(object), nameOf(object))));
    return names.has(key(kind, namespace, name));
  };
}

/** Ingresses and routes of the Gateway API that name a Service, or a port of one, that is not there. */
function* danglingBackends(world: World, made: Hidden): Iterable<Draft> {
  const kinds = ['networking.k8s.io/Ingress', ...ROUTES.map((kind) => `gateway.networking.k8s.io/${kind}`)];
  for (const kind of kinds) {
    for (const sourced of ofKind(world.index, kind)) {
      const own = namespaceOf(sourced.object) ?? '';
      const backends = kind === kinds[0] ? ingressBackends(sourced.object) : routeBackends(sourced.object);
      for (const backend of backends) yield* dangling(backend, { world, sourced, own, made });
    }
  }
}

function* dangling(
  { service, namespace: written, path, port, portPath }: NamedBackend,
  { world, sourced, own, made }: { world: World; sourced: Sourced; own: string; made: Hidden },
): Iterable<Draft> {
  const namespace = written ?? own;
  const found = serviceNamed(world, namespace, service);
  // An action of the AWS Load Balancer Controller, which an annotation describes: no Service is meant.
  if (port === 'use-annotation') return;
  if (found === undefined) {
    const why = unseenService(
      world,
      { namespace, service, meant: written === undefined && saysNamespace(sourced) },
      made,
    );
    if (why !== undefined)
      yield { unknown: `${sourced.object.kind} ${own}/${nameOf(sourced.object)} names Service ${service}; ${why}` };
    else
      yield {
        on: sourced,
        path,
        severity: 'error',
        message: `It sends to Service ${service}, which namespace ${namespace} does not have: callers get an error.`,
      };
    return;
  }
  const { ports } = found.spec;
  if (port === undefined || ports.length === 0 || ports.some((one) => one.port === port || one.name === port)) return;
  const has = ports.map((one) => (one.name === undefined ? `${one.port}` : `${one.port} (${one.name})`)).join(', ');
  yield {
    on: sourced,
    path: portPath,
    severity: 'error',
    message: `It sends to port ${port} of Service ${service}, which has ${has}: callers get an error.`,
  };
}

/** Why a Service that is not shown may be there all the same. */
function unseenService(
  world: World,
  { namespace, service, meant }: { readonly namespace: string; readonly service: string; readonly meant: boolean },
  made: Hidden,
): string | undefined {
  const maker = made(namespace);
  if (maker !== undefined) return `${maker} may make it`;
  if (world.services.some((one) => one.namespace === namespace)) return undefined;
  // It is there, in another namespace than the one that is meant.
  if (meant && world.services.some(({ name, sourced }) => name === service && saysNamespace(sourced))) return undefined;
  return 'no Service of its namespace is among the input';
}

/** True when pods of some workload would be selected, though none runs now: it is scaled to 0, a CronJob, or without nodes. */
function choosesTemplate(world: World, namespace: string, selector: Selector): boolean {
  return workloadsIn(world, namespace).some(
    ({ spec, templates }) =>
      selects(selector, spec.labels) || templates.some(({ labels }) => selects(selector, labels)),
  );
}

/**
 * Labels that pods get while they run: from their controller (hashes), or from the program that elected them (Patroni's
 * `role`, Vault's `vault-active`, Rook's `mgr_role`, CloudNativePG's `cnpg.io/instanceRole`).
 */
const LATER = /(^|[./_-])(role|leader|primary|master|active|instanceRole|pod-template-hash|controller-revision-hash)$/;

/** Why the pods may have the label later: all else that the selector asks for is there, and nobody writes that one. */
function laterLabel(world: World, namespace: string, selector: Selector): string | undefined {
  if (selector.matches === 'nothing') return undefined;
  const isLater = ({ key }: Requirement): boolean => LATER.test(key);
  const later = selector.requirements.filter(isLater);
  const rest = selector.requirements.filter((requirement) => !isLater(requirement));
  if (later.length === 0 || rest.length === 0) return undefined;
  const found = workloadsIn(world, namespace).some(
    (workload) =>
      !workload.observed &&
      selects({ matches: 'all-of', requirements: rest }, workload.spec.labels) &&
      later.every(({ key }) => workload.spec.labels[key] === undefined),
  );
  return found ? `its pods may get the label ${later[0]?.key ?? ''} while they run` : undefined;
}

/** `; Deployment/shop/cart has app=cart`: the workload that misses the selector by least. */
function nearest(world: World, namespace: string, selector: Selector): string {
  if (selector.matches === 'nothing') return '';
  const { requirements } = selector;
  let best: { readonly workload: Workload; readonly missed: number } | undefined;
  for (const workload of workloadsIn(world, namespace)) {
    const missed = requirements.filter(
      (requirement) => !selects({ matches: 'all-of', requirements: [requirement] }, workload.spec.labels),
    ).length;
    if (best === undefined || missed < best.missed) best = { workload, missed };
  }
  if (best === undefined || (best.missed === requirements.length && requirements.length > 1)) return '';
  const labels = requirements.map(({ key }) => `${key}=${best.workload.spec.labels[key] ?? '(none)'}`).join(',');
  return `; the pods of ${best.workload.id} have ${labels}`;
}

export const redundancyNothing: readonly Rule[] = [wl11];
