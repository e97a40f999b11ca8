/** Which workload of the cluster answers for a host: by the name or the address of a Service, or by a route from outside. */
import { namespaceOf, type Sourced } from '../inventory/identity.ts';
import { ofKind } from '../inventory/indexes.ts';
import type { Workload, World, WorldService } from '../inventory/world.ts';
import { at } from '../kubernetes/objects.ts';
import { ingressBackends, list } from './reach.ts';

/** Undefined when the host is outside, or several workloads answer for it. */
export function workloadBehind(world: World, host: string): Workload | undefined {
  const workloads = new Set(servicesFor(world, host).flatMap((service) => service.workloads));
  const [first] = workloads;
  return workloads.size === 1 ? first : undefined;
}

function servicesFor(world: World, host: string): readonly WorldService[] {
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.|$)/.exec(host) ?? [];
  const routed = new Set(routes(world.index, host));
  return world.services.filter(
    (service) =>
      (service.name === name && service.namespace === namespace) ||
      at(service.sourced.object, 'spec', 'clusterIP') === host ||
      routed.has(`${service.namespace}/${service.name}`),
  );
}

/** `namespace/name` of Services that an Ingress or an HTTPRoute with this host sends to. */
function* routes(index: World['index'], host: string): Iterable<string> {
  for (const { object } of ofKind(index, 'networking.k8s.io/Ingress')) {
    const place = list(object, ['spec', 'rules']).findIndex((rule) => at(rule, 'host') === host);
    if (place < 0) continue;
    for (const { service, path } of ingressBackends(object))
      if (path[1] === 'rules' && path[2] === place) yield `${namespaceOf(object) ?? ''}/${service}`;
  }
  for (const { object } of ofKind(index, 'gateway.networking.k8s.io/HTTPRoute'))
    if (list(object, ['spec', 'hostnames']).includes(host)) yield* routeBackends(object);
}

function* routeBackends(object: Sourced['object']): Iterable<string> {
  for (const rule of list(object, ['spec', 'rules'])) {
    for (const backend of list(rule, ['backendRefs'])) {
      const [name, namespace] = [at(backend, 'name'), at(backend, 'namespace') ?? namespaceOf(object)];
      if (typeof name === 'string' && typeof namespace === 'string') yield `${namespace}/${name}`;
    }
  }
}
