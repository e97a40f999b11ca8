/** What a workload needs before its pods can start: registries, webhooks, what its init containers wait for. */
import { ofKind } from '../inventory/indexes.ts';
import type { Sourced } from '../inventory/identity.ts';
import type { Workload, World } from '../inventory/world.ts';
import { at, type FieldPath } from '../kubernetes/objects.ts';
import { namespaceLabels } from '../kubernetes/readers.ts';
import { selects } from '../kubernetes/selectors.ts';
import { entryOf, serviceAt } from './backup-targets.ts';
import { parseCorefile } from './corefile.ts';
import { mountedTexts } from './mounted.ts';
import { list, podPath, podSpecOf } from './reach.ts';
import { isIngressController } from './cluster-programs.ts';
import { imageNames } from './workload-programs.ts';

export interface StartNeed {
  readonly from: Workload;
  readonly to: Workload;
  /** `pulls its image from`: between the two names, for a sentence. */
  readonly how: string;
  readonly on: Workload | Sourced;
  readonly path: FieldPath;
}

/** Every need that is written down; of several of one kind between two workloads the first. */
export function startNeeds(world: World): readonly StartNeed[] {
  const behind = new Map<string, readonly Workload[]>(
    world.services.map(({ namespace, name, workloads }) => [`${namespace}/${name}`, workloads]),
  );
  const vaults = world.workloads.filter(
    (one) => one.kind === 'StatefulSet' && VAULT.some((name) => imageNames(one).has(name)),
  );
  const entries = world.workloads.filter(isIngressController);
  const needs = world.workloads
    .filter(({ sourced, kind }) => sourced !== undefined && kind !== 'Other')
    .flatMap((workload) => [
      ...imageNeeds(workload, world, { behind, entries }),
      ...waitNeeds(workload, world, behind),
      ...vaultNeeds(workload, vaults, { world, behind }),
      ...dnsNeeds(workload, world),
    ]);
  return [...needs, ...webhookNeeds(world)];
}

type Behind = ReadonlyMap<string, readonly Workload[]>;

interface Reach {
  readonly behind: Behind;
  /** Workloads that serve Ingresses. */
  readonly entries: readonly Workload[];
}

function* imageNeeds(workload: Workload, world: World, { behind, entries }: Reach): Iterable<StartNeed> {
  for (const field of ['initContainers', 'containers']) {
    const path = [...podPath(workload), field];
    for (const [place, container] of list(workload.sourced?.object, path).entries()) {
      const image = at(container, 'image');
      const host = typeof image === 'string' ? registryOf(image) : undefined;
      const service = host === undefined ? undefined : serviceAt(world, host, workload.namespace);
      if (host === undefined || service === undefined) continue;
      const here = { from: workload, on: workload, path: [...path, place, 'image'] };
      for (const to of behind.get(service) ?? []) yield { ...here, to, how: 'pulls an image from' };
      // A registry behind an Ingress is reached through the program that serves Ingresses, where it is plain which one.
      const [entry, ...others] = entries;
      if (entry !== undefined && others.length === 0 && entryOf(world, host.replace(/:\d+$/, '')) !== undefined)
        yield { ...here, to: entry, how: 'pulls an image through' };
    }
  }
}

/** distribution/reference normalize.go (splitDockerDomain): the first part is a host when it has a dot or a port. */
function registryOf(image: string): string | undefined {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  return /[.:]/.test(first) ? first : undefined;
}

const WAITS =
  /\bnc\b|\bnetcat\b|wait-?for|\buntil\b|\bcurl\b|\bwget\b|pg_isready|nslookup|getent|dockerize|redis-cli|mysqladmin|k8s-wait/;

/** An init container that asks another workload until it answers. */
function* waitNeeds(workload: Workload, world: World, behind: Behind): Iterable<StartNeed> {
  const path = [...podPath(workload), 'initContainers'];
  for (const [place, container] of list(workload.sourced?.object, path).entries()) {
    if (at(container, 'restartPolicy') === 'Always') continue;
    const words = ['command', 'args']
      .flatMap((field) => list(container, [field]))
      .filter((word) => typeof word === 'string');
    const text = words.join(' ');
    if (!WAITS.test(`${text} ${String(at(container, 'image'))}`)) continue;
    const values = list(container, ['env'])
      .map((one) => at(one, 'value'))
      .filter((value) => typeof value === 'string');
    const hosts = new Set([text, ...values].flatMap((one) => one.match(/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/g) ?? []));
    for (const host of hosts) {
      const service = serviceAt(world, host, workload.namespace);
      // Members that look for each other by their own Service are no circle.
      for (const to of (behind.get(service ?? '') ?? []).filter((one) => one !== workload))
        yield { from: workload, to, how: 'waits at its start for', on: workload, path: [...path, place] };
    }
  }
}

const VAULT = ['vault', 'openbao'];

/** Secrets that Vault's agent writes before the containers start, and a Vault that another one unseals. */
function* vaultNeeds(
  workload: Workload,
  servers: readonly Workload[],
  { world, behind }: { readonly world: World; readonly behind: Behind },
): Iterable<StartNeed> {
  const annotations = workload.templates[0]?.annotations ?? workload.spec.annotations;
  if (annotations['vault.hashicorp.com/agent-inject'] === 'true')
    for (const to of injectedFrom(annotations['vault.hashicorp.com/service'], workload, { servers, world, behind }))
      yield {
        from: workload,
        to,
        how: 'gets its secrets at its start from',
        on: workload,
        path: [...workload.spec.templatePath, 'metadata', 'annotations', 'vault.hashicorp.com/agent-inject'],
      };
  if (!servers.includes(workload)) return;
  for (const { on, key, text } of mountedTexts(workload, world).texts) {
    const address = /seal\s+"transit"\s*\{[^}]*address\s*=\s*"([^"]+)"/.exec(text)?.[1];
    const service = address === undefined ? undefined : serviceAt(world, address, workload.namespace);
    for (const to of behind.get(service ?? '') ?? [])
      yield { from: workload, to, how: 'is unsealed by', on, path: ['data', key] };
  }
}

/** The server that the annotation names, else the only one there is: the injector's own setting is not to be seen. */
function injectedFrom(
  address: string | undefined,
  { namespace }: Workload,
  { servers, world, behind }: { readonly servers: readonly Workload[]; readonly world: World; readonly behind: Behind },
): readonly Workload[] {
  if (address !== undefined) return behind.get(serviceAt(world, address, namespace) ?? '') ?? [];
  return servers.length === 1 ? servers : [];
}

/** CoreDNS that asks the resolver of its own pod, which is CoreDNS unless dnsPolicy is Default. */
function* dnsNeeds(workload: Workload, world: World): Iterable<StartNeed> {
  if (workload.namespace !== 'kube-system' || ![...imageNames(workload)].some((name) => /(^|-)coredns$/.test(name)))
    return;
  const policy = at(workload.sourced?.object, ...podPath(workload), 'dnsPolicy') ?? 'ClusterFirst';
  // On the network of the host ClusterFirst is Default (kubelet pkg/kubelet/network/dns/dns.go, getPodDNSType).
  const own = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !podSpecOf(workload).hostNetwork);
  if (!own) return;
  for (const { text } of mountedTexts(workload, world).texts) {
    const root = parseCorefile(text)?.find(({ zones }) => zones.includes('.'));
    const forwards = root?.directives.some(
      ({ name, arguments: words }) => name === 'forward' && words.includes('/etc/resolv.conf'),
    );
    if (forwards !== true) continue;
    yield {
      from: workload,
      to: workload,
      how: 'sends names that it does not know to the resolver of its own pods, which is',
      on: workload,
      path: [...podPath(workload), 'dnsPolicy'],
    };
  }
}

/** Webhooks that fail closed and admit pods; one that admits its own is another rule's. */
function* webhookNeeds(world: World): Iterable<StartNeed> {
  for (const { spec, configuration, path, service } of world.webhooks) {
    if (spec.failurePolicy !== 'Fail' || spec.matchConditions > 0 || service === undefined) continue;
    const pods = spec.rules.some(
      ({ apiGroups, resources, operations }) =>
        apiGroups.some((group) => group === '' || group === '*') &&
        resources.some((one) => one === 'pods' || one === '*' || one === '*/*') &&
        operations.some((one) => one === 'CREATE' || one === '*'),
    );
    if (!pods) continue;
    for (const from of world.workloads) {
      const labels = world.namespaces.get(from.namespace)?.labels ?? namespaceLabels(from.namespace, {});
      if (!selects(spec.namespaceSelector, labels) || from.static) continue;
      if (!selects(spec.objectSelector, from.templates[0]?.labels ?? from.spec.labels)) continue;
      for (const to of service.workloads)
        if (to !== from)
          yield { from, to, how: 'is admitted by', on: configuration, path: [...path, 'namespaceSelector'] };
    }
  }
}

/** Git and chart sources within the cluster, of the tools that deploy from them. */
interface SelfDeployed {
  readonly on: Sourced;
  readonly path: FieldPath;
  /** Where it deploys to. */
  readonly namespace: string;
  readonly service: string;
}

export function selfDeployed(world: World): readonly SelfDeployed[] {
  return [...argoApplications(world), ...fluxObjects(world)].filter(({ namespace, service }) =>
    service.startsWith(`${namespace}/`),
  );
}

function* argoApplications(world: World): Iterable<SelfDeployed> {
  for (const on of ofKind(world.index, 'argoproj.io/Application')) {
    const namespace = at(on.object, 'spec', 'destination', 'namespace');
    if (typeof namespace !== 'string') continue;
    const places: FieldPath[] = [
      ['spec', 'source', 'repoURL'],
      ...list(on.object, ['spec', 'sources']).map((_, place) => ['spec', 'sources', place, 'repoURL']),
    ];
    for (const path of places) {
      const url = at(on.object, ...path);
      const service = typeof url === 'string' ? serviceAt(world, url, namespace) : undefined;
      if (service !== undefined) yield { on, path, namespace, service };
    }
  }
}

function* fluxObjects(world: World): Iterable<SelfDeployed> {
  const sources = ['GitRepository', 'OCIRepository', 'HelmRepository'].flatMap((kind) =>
    ofKind(world.index, `source.toolkit.fluxcd.io/${kind}`).map((sourced) => ({ kind, sourced })),
  );
  for (const [kind, path] of [
    ['kustomize.toolkit.fluxcd.io/Kustomization', ['spec', 'sourceRef']],
    ['helm.toolkit.fluxcd.io/HelmRelease', ['spec', 'chart', 'spec', 'sourceRef']],
  ] as const) {
    for (const on of ofKind(world.index, kind)) {
      const [ofKindNamed, name] = [at(on.object, ...path, 'kind'), at(on.object, ...path, 'name')];
      const home = at(on.object, 'metadata', 'namespace');
      const namespace = at(on.object, 'spec', 'targetNamespace') ?? home;
      const source = sources.find(
        (one) =>
          one.kind === ofKindNamed &&
          at(one.sourced.object, 'metadata', 'name') === name &&
          at(one.sourced.object, 'metadata', 'namespace') === (at(on.object, ...path, 'namespace') ?? home),
      );
      const url = at(source?.sourced.object, 'spec', 'url');
      if (typeof url !== 'string' || typeof namespace !== 'string') continue;
      const service = serviceAt(world, url, namespace);
      if (service !== undefined) yield { on, path: [...path, 'name'], namespace, service };
    }
  }
}

/** The shortest circle through each group of workloads that need each other, once for the group. */
export function circlesOf(needs: readonly StartNeed[]): readonly (readonly StartNeed[])[] {
  const from = new Map<string, StartNeed[]>();
  for (const need of needs) from.set(need.from.id, [...(from.get(need.from.id) ?? []), need]);
  const done = new Set<string>();
  const circles: (readonly StartNeed[])[] = [];
  for (const start of [...from.keys()].sort()) {
    if (done.has(start)) continue;
    const circle = shortest(start, from);
    if (circle === undefined) continue;
    for (const { from: one } of circle) done.add(one.id);
    circles.push(circle);
  }
  return circles;
}

/** Breadth first, back to where it began. */
function shortest(start: string, from: ReadonlyMap<string, readonly StartNeed[]>): readonly StartNeed[] | undefined {
  const reached = new Map<string, readonly StartNeed[]>([[start, []]]);
  const queue = [start];
  for (const here of queue) {
    for (const need of from.get(here) ?? []) {
      const way = [...(reached.get(here) ?? []), need];
      if (need.to.id === start) return way;
      if (reached.has(need.to.id)) continue;
      reached.set(need.to.id, way);
      queue.push(need.to.id);
    }
  }
  return undefined;
}
