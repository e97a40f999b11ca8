/** How traffic comes to a workload, and how few of it there may be: questions that many rules ask. */
import { ofKind } from '../inventory/indexes.ts';
import { namespaceOf } from '../inventory/identity.ts';
import type { Workload, World, WorldService } from '../inventory/world.ts';
import type { Container, PodSpec } from '../kubernetes/pod-spec.ts';
import { runningContainers } from '../kubernetes/pod-spec.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { at } from '../kubernetes/objects.ts';
import type { RuleContext } from './context.ts';

/** The fewest replicas that its autoscaler may leave, else those that are wanted. */
export function floorOf({ autoscaler, replicas }: Pick<Workload, 'autoscaler' | 'replicas'>): number {
  return autoscaler === undefined || replicas === 0 ? replicas : Math.min(replicas, autoscaler.minReplicas);
}

/** The pod as the API server stores it; the first template while a rollout is under way. */
export function podSpecOf({ templates, spec }: Workload): PodSpec {
  return templates[0]?.spec ?? spec.template;
}

/** Where the pod's specification is in the object: `['spec', 'template', 'spec']`. */
export function podPath({ spec }: Workload): FieldPath {
  return [...spec.templatePath, 'spec'];
}

/** Where a container is in the object. */
export function containerPath(workload: Workload, { name }: Pick<Container, 'name'>): FieldPath {
  for (const list of ['containers', 'initContainers']) {
    const written = at(workload.sourced?.object, ...podPath(workload), list);
    if (!Array.isArray(written)) continue;
    const place = written.findIndex((container) => at(container, 'name') === name);
    if (place >= 0) return [...podPath(workload), list, place];
  }
  return [...podPath(workload), 'containers'];
}

/** What is written of a container, for fields that no view has. */
export function writtenContainer(workload: Workload, container: Pick<Container, 'name'>): unknown {
  return at(workload.sourced?.object, ...containerPath(workload, container));
}

const SCRAPED = /metric|monitor|prom|exporter|telemetry/i;
/** A Service of the name alone tells less: `prometheus` answers queries, `cart-metrics` is scraped. */
const SCRAPED_SERVICE = /(metrics?|exporter|telemetry|monitor(ing)?)$/i;

/** Services that carry requests: not those whose every port is there to be scraped, by its name. */
export function requestServices(
  workload: Workload,
  { servicesOf }: Pick<RuleContext, 'servicesOf'>,
): readonly WorldService[] {
  return servicesOf(workload).filter(
    ({ spec, name }) =>
      !(
        spec.ports.length > 0 &&
        spec.ports.every(
          (port) => SCRAPED.test(port.name ?? '') || (port.name === undefined && SCRAPED_SERVICE.test(name)),
        )
      ),
  );
}

/** True when no other workload answers for it: some Service that carries requests sends to its pods alone. */
export function answersAlone(workload: Workload, services: readonly WorldService[]): boolean {
  return services.some(({ workloads }) => workloads.every((other) => other === workload));
}

/** The containers that a Service sends to; all that run when no port tells. */
export function targetContainers(spec: PodSpec, services: readonly WorldService[]): readonly Container[] {
  const ports = new Set(services.flatMap((service) => service.spec.ports.map(({ targetPort }) => targetPort)));
  const running = runningContainers(spec);
  const found = running.filter((container) =>
    container.ports.some(
      ({ name, containerPort }) => ports.has(containerPort) || (name !== undefined && ports.has(name)),
    ),
  );
  return found.length > 0 ? found : spec.containers.slice(0, 1);
}

/** `namespace/name` of the Services that an Ingress or a route of the Gateway API sends to. */
export function routedServices(world: World): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { object } of ofKind(world.index, 'networking.k8s.io/Ingress')) {
    for (const backend of ingressBackends(object)) names.add(`${namespaceOf(object) ?? ''}/${backend.service}`);
  }
  for (const kind of ROUTES) {
    for (const { object } of ofKind(world.index, `gateway.networking.k8s.io/${kind}`)) {
      for (const { namespace, service } of routeBackends(object))
        names.add(`${namespace ?? namespaceOf(object) ?? ''}/${service}`);
    }
  }
  return names;
}

/** True for a Service that people outside of the cluster reach. */
export function isExposed({ namespace, name, spec }: WorldService, routed: ReadonlySet<string>): boolean {
  return spec.type === 'LoadBalancer' || spec.type === 'NodePort' || routed.has(`${namespace}/${name}`);
}

/** A Service that an Ingress or a route sends to, with the places of its name and of its port. */
export interface NamedBackend {
  readonly service: string;
  /** Undefined: that of the object. */
  readonly namespace?: string | undefined;
  readonly path: FieldPath;
  /** By number or by name, as written; undefined when it is not. */
  readonly port: string | number | undefined;
  readonly portPath: FieldPath;
}

/** The Services that an Ingress names. */
export function ingressBackends(object: unknown): readonly NamedBackend[] {
  const found: NamedBackend[] = [];
  const add = (path: FieldPath): void => {
    const service = at(object, ...path, 'service', 'name');
    const port = ['number', 'name'].find((form) => at(object, ...path, 'service', 'port', form) !== undefined);
    const portPath = [...path, 'service', 'port', ...(port === undefined ? [] : [port])];
    if (typeof service === 'string')
      found.push({ service, path: [...path, 'service', 'name'], port: portOf(at(object, ...portPath)), portPath });
  };
  add(['spec', 'defaultBackend']);
  list(object, ['spec', 'rules']).forEach((_, rule) => {
    const paths: FieldPath = ['spec', 'rules', rule, 'http', 'paths'];
    list(object, paths).forEach((_, path) => add([...paths, path, 'backend']));
  });
  return found;
}

export const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'] as const;

/** The Services that a route of the Gateway API names; references to other kinds are none. */
export function routeBackends(object: unknown): readonly NamedBackend[] {
  return list(object, ['spec', 'rules']).flatMap((rule, ruleIndex) =>
    list(rule, ['backendRefs']).flatMap((backend, index): readonly NamedBackend[] => {
      const [name, namespace] = [at(backend, 'name'), at(backend, 'namespace')];
      const [group, kind] = [at(backend, 'group') ?? '', at(backend, 'kind') ?? 'Service'];
      if (typeof name !== 'string' || group !== '' || kind !== 'Service') return [];
      const path: FieldPath = ['spec', 'rules', ruleIndex, 'backendRefs', index];
      return [
        {
          service: name,
          namespace: typeof namespace === 'string' ? namespace : undefined,
          path: [...path, 'name'],
          port: portOf(at(backend, 'port')),
          portPath: [...path, 'port'],
        },
      ];
    }),
  );
}

function portOf(written: unknown): string | number | undefined {
  return typeof written === 'string' || typeof written === 'number' ? written : undefined;
}

/** The items of a list at a path; none when there is no list. */
export function list(value: unknown, path: FieldPath): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}
