/** DR07, DR08: what takes over in another region or cluster, and when callers hear of it. */
import { parseDuration, sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import { nameOf, namespaceOf, type Sourced } from '../../inventory/identity.ts';
import { annotationsOf, ofKind } from '../../inventory/indexes.ts';
import type { World } from '../../inventory/world.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { amountOf } from '../../kubernetes/resources.ts';
import type { RuleContext } from '../context.ts';
import { list, podSpecOf, writtenContainer } from '../reach.ts';
import { PLACEMENT_READS } from '../reads.ts';
import { type Draft, type Rule } from '../rule.ts';
import { homelessAfter } from '../what-if.ts';
import { imageNames } from '../workload-programs.ts';
import { growsItself, sayHomeless } from './capacity.ts';
import { forWantOfRoom } from '../room-after-loss.ts';

const dr07: Rule = {
  id: 'DR07',
  family: 'DR',
  title: 'What is to take over has no room for it, or is lost with it',
  severity: 'warning',
  whySeverity: 'A region or a cluster is lost rarely; then the one that is kept for that day does not hold the load.',
  takesDown: 'The workloads that find no room in what is left, for as long as the region or cluster is away.',
  remedy: 'Keep room for the largest region or cluster in the others, and place the others in other regions.',
  price: 'Machines that wait for that day, and traffic between regions.',
  source: 'Karmada v1.15 docs, userguide/scheduling/resource-propagating; asked of the scheduler itself',
  needs: 'manifests',
  reads: [
    ...PLACEMENT_READS,
    'cluster.karmada.io/Cluster',
    'policy.karmada.io/PropagationPolicy',
    'policy.karmada.io/ClusterPropagationPolicy',
    'k8gb.absa.oss/Gslb',
  ],
  acrossNamespaces: true,
  *check(world, context) {
    yield* lostRegions(world, context);
    yield* karmadaPlacements(world);
    yield* otherClusters(world);
  },
};

/** Regions of one cluster, where the document promises to survive one: machines far away may be there for other reasons. */
function* lostRegions(world: World, context: RuleContext): Iterable<Draft> {
  const workers = world.nodes.filter(({ role, zone }) => role === 'worker' && zone !== '');
  const regions = [...new Set(workers.map(({ region }) => region))].filter((name) => name !== '').sort();
  if (regions.length < 2 || context.plan?.cluster.survive !== 'region') return;
  if (yield* growsItself(world, context)) return;
  const twin = context.twin();
  if (twin === undefined) return;
  for (const region of regions) {
    const names = workers.filter((node) => node.region === region).map(({ name }) => name);
    const homeless = forWantOfRoom(homelessAfter(twin, names, 'gone'));
    if (homeless.length === 0) continue;
    yield {
      on: { kind: 'Region', name: region, sourced: undefined },
      path: [],
      ...sayHomeless(`region ${region}`, homeless),
      witness: { lose: () => [`region=${region}`] },
    };
  }
}

interface Member {
  readonly name: string;
  readonly region: string | undefined;
  readonly sourced: Sourced;
}

function* karmadaPlacements(world: World): Iterable<Draft> {
  const members = ofKind(world.index, 'cluster.karmada.io/Cluster').map((sourced): Member => {
    const region = at(sourced.object, 'spec', 'region');
    return { name: nameOf(sourced.object), region: typeof region === 'string' ? region : undefined, sourced };
  });
  for (const kind of ['PropagationPolicy', 'ClusterPropagationPolicy']) {
    for (const on of ofKind(world.index, `policy.karmada.io/${kind}`)) {
      const path = ['spec', 'placement', 'clusterAffinity', 'clusterNames'];
      const names = list(on.object, path).filter((name) => typeof name === 'string');
      if (names.length === 0 || at(on.object, 'spec', 'placement', 'clusterAffinities') !== undefined) continue;
      const chosen = members.filter(({ name }) => names.includes(name));
      yield* placement(on, path, { names, chosen, all: members.length });
    }
  }
  yield* memberRoom(members);
}

function* placement(
  on: Sourced,
  path: FieldPath,
  {
    names,
    chosen,
    all,
  }: { readonly names: readonly string[]; readonly chosen: readonly Member[]; readonly all: number },
): Iterable<Draft> {
  if (names.length === 1 && all > 1)
    yield {
      on,
      path,
      message: `It is placed on ${names[0] ?? ''} alone, and no other of the ${all} clusters may take over.`,
      takesDown: [],
    };
  const regions = new Set(chosen.map(({ region }) => region));
  const [region] = regions;
  if (names.length > 1 && chosen.length === names.length && regions.size === 1 && region !== undefined)
    yield {
      on,
      path,
      message: `All ${names.length} clusters that it is placed on are in region ${region}: they are lost together.`,
      takesDown: [],
    };
}

/** What Karmada has read of its members: allocatable and allocated of each. */
function* memberRoom(members: readonly Member[]): Iterable<Draft> {
  const figures = members.map(({ name, sourced }) => ({
    name,
    sourced,
    sums: (['cpu', 'memory'] as const).map((resource) => ({
      resource,
      whole: amountOf(resource, at(sourced.object, 'status', 'resourceSummary', 'allocatable', resource)),
      used: amountOf(resource, at(sourced.object, 'status', 'resourceSummary', 'allocated', resource)),
    })),
  }));
  if (figures.length < 2) return;
  for (const [place, resource] of (['cpu', 'memory'] as const).entries()) {
    const known = figures.map(({ name, sourced, sums }) => ({ name, sourced, ...sums[place] }));
    if (known.some(({ whole, used }) => whole === undefined || used === undefined)) continue;
    const largest = known.toSorted((a, b) => (b.used ?? 0) - (a.used ?? 0))[0];
    if (largest === undefined) continue;
    const free = known.filter((one) => one !== largest).reduce((sum, { whole = 0, used = 0 }) => sum + whole - used, 0);
    if (free >= (largest.used ?? 0)) continue;
    const share = Math.floor((free / (largest.used ?? 1)) * 100);
    yield {
      on: largest.sourced,
      path: ['status', 'resourceSummary', 'allocated', resource],
      message: `Without ${largest.name}, the other clusters have ${resource} for ${share} % of what its pods ask for.`,
      takesDown: [],
    };
  }
}

/** A balancer between clusters, where nothing is given of the others. */
function* otherClusters(world: World): Iterable<Draft> {
  for (const { object } of ofKind(world.index, 'k8gb.absa.oss/Gslb'))
    yield {
      unknown: `what the other clusters of Gslb ${namespaceOf(object) ?? 'default'}/${nameOf(object)} can hold: nothing of them is given`,
    };
  for (const workload of world.workloads) {
    if (!imageNames(workload).has('k8gb') || workload.sourced === undefined) continue;
    for (const container of podSpecOf(workload).containers) {
      const env = list(writtenContainer(workload, container), ['env']);
      const value = (name: string): unknown =>
        at(
          env.find((one) => at(one, 'name') === name),
          'value',
        );
      const [own, others] = [value('CLUSTER_GEO_TAG'), value('EXT_GSLB_CLUSTERS_GEO_TAGS')];
      if (typeof own !== 'string' || (others !== undefined && typeof others !== 'string')) continue;
      const left = (others ?? '').split(',').filter((one) => one !== '' && one !== own);
      if (left.length > 0) continue;
      yield {
        on: workload,
        path: ['spec', 'template', 'spec', 'containers'],
        message: `k8gb of ${own} knows no other cluster (EXT_GSLB_CLUSTERS_GEO_TAGS): nothing takes over.`,
        takesDown: [],
      };
    }
  }
}

const RTO_ANNOTATION = 'holdfast.dev/rto';
const TTL_ANNOTATION = 'external-dns.alpha.kubernetes.io/ttl';

/** A name that callers may hold, and what passes before it can change. */
interface Name {
  readonly on: Sourced;
  readonly path: FieldPath;
  readonly ttl: Millis;
  readonly noticed: { readonly after: Millis; readonly by: string } | undefined;
}

/** external-dns flags.go: --interval is a minute. */
const DNS_INTERVAL = 60_000;

/** How often external-dns looks, as its Deployment says; undefined when it is not given. */
function externalDns(world: World): Name['noticed'] {
  const workload = world.workloads.find((one) => imageNames(one).has('external-dns'));
  if (workload === undefined) return undefined;
  const args = podSpecOf(workload).containers.flatMap((container) =>
    list(writtenContainer(workload, container), ['args']),
  );
  const written = args.flatMap((arg) => (typeof arg === 'string' ? (/^--interval=(.+)$/.exec(arg)?.[1] ?? []) : []))[0];
  return {
    after: (written === undefined ? undefined : parseDuration(written)) ?? DNS_INTERVAL,
    by: 'until external-dns looks again',
  };
}

function millisOf(value: unknown): Millis | undefined {
  if (typeof value === 'number') return value * 1_000;
  if (typeof value !== 'string') return undefined;
  return /^\d+$/.test(value) ? Number(value) * 1_000 : parseDuration(value);
}

function* namesOf(world: World): Iterable<Name> {
  const written = externalDns(world);
  for (const kind of [
    '/Service',
    'networking.k8s.io/Ingress',
    'gateway.networking.k8s.io/Gateway',
    'gateway.networking.k8s.io/HTTPRoute',
  ])
    for (const on of ofKind(world.index, kind)) {
      const ttl = millisOf(annotationsOf(on.object)[TTL_ANNOTATION]);
      if (ttl !== undefined) yield { on, path: ['metadata', 'annotations', TTL_ANNOTATION], ttl, noticed: written };
    }
  for (const on of ofKind(world.index, 'externaldns.k8s.io/DNSEndpoint'))
    for (const [place, endpoint] of list(on.object, ['spec', 'endpoints']).entries()) {
      const ttl = millisOf(at(endpoint, 'recordTTL'));
      if (ttl !== undefined) yield { on, path: ['spec', 'endpoints', place, 'recordTTL'], ttl, noticed: written };
    }
  for (const on of ofKind(world.index, 'k8gb.absa.oss/Gslb')) {
    // k8gb api/v1beta1/gslb_types.go: 30 s; its controller looks every 30 s (RECONCILE_REQUEUE_SECONDS).
    const ttl = millisOf(at(on.object, 'spec', 'strategy', 'dnsTtlSeconds') ?? 30) ?? 30_000;
    yield {
      on,
      path: ['spec', 'strategy', 'dnsTtlSeconds'],
      ttl,
      noticed: { after: 30_000, by: 'until k8gb looks again' },
    };
  }
  yield* recordsOf(world);
}

/** Records of Route 53 as objects, with the health check that they name: by ACK and by Crossplane. */
function* recordsOf(world: World): Iterable<Name> {
  const forms = [
    {
      group: 'route53.services.k8s.aws',
      record: 'RecordSet',
      root: ['spec'],
      check: ['spec', 'healthCheckConfig'],
      reference: ['healthCheckRef', 'from', 'name'],
    },
    {
      group: 'route53.aws.upbound.io',
      record: 'Record',
      root: ['spec', 'forProvider'],
      check: ['spec', 'forProvider'],
      reference: ['healthCheckIdRef', 'name'],
    },
  ];
  for (const { group, record, root, check, reference } of forms) {
    const checks = new Map(
      ofKind(world.index, `${group}/HealthCheck`).map((sourced) => [nameOf(sourced.object), sourced]),
    );
    for (const on of ofKind(world.index, `${group}/${record}`)) {
      const ttl = millisOf(at(on.object, ...root, 'ttl'));
      const name = at(on.object, ...root, ...reference);
      const health = checks.get(typeof name === 'string' ? name : '');
      if (ttl !== undefined)
        yield { on, path: [...root, 'ttl'], ttl, noticed: health === undefined ? undefined : noticedBy(health, check) };
    }
  }
}

/** Route 53 API, HealthCheckConfig: every 30 s, and three failures in a row. */
function noticedBy({ object }: Sourced, path: FieldPath): Name['noticed'] {
  const [interval, threshold] = [
    at(object, ...path, 'requestInterval') ?? 30,
    at(object, ...path, 'failureThreshold') ?? 3,
  ];
  if (typeof interval !== 'number' || typeof threshold !== 'number') return undefined;
  return { after: interval * threshold * 1_000, by: `until ${threshold} checks, one each ${interval} s, have failed` };
}

const dr08: Rule = {
  id: 'DR08',
  family: 'DR',
  title: 'Callers keep the old address for longer than the recovery may take',
  severity: 'warning',
  whySeverity: 'It needs a change of the address, as a failover is one; then callers go on calling what is gone.',
  takesDown: 'Callers outside that hold the address, for its time to live, after everything else has recovered.',
  remedy: 'Lower the TTL of the name to a part of the promised recovery; one minute is usual for names that fail over.',
  price: 'More queries, which some providers bill.',
  source: 'external-dns docs, advanced/ttl; AWS Route 53 Developer Guide, best practices for DNS; k8gb docs, strategy',
  needs: 'manifests',
  reads: [
    '/Namespace',
    '/Service',
    'networking.k8s.io/Ingress',
    'gateway.networking.k8s.io/Gateway',
    'gateway.networking.k8s.io/HTTPRoute',
    'externaldns.k8s.io/DNSEndpoint',
    'k8gb.absa.oss/Gslb',
    'route53.services.k8s.aws/HealthCheck',
    'route53.services.k8s.aws/RecordSet',
    'route53.aws.upbound.io/HealthCheck',
    'route53.aws.upbound.io/Record',
  ],
  acrossNamespaces: true,
  *check(world, { plan }) {
    for (const { on, path, ttl, noticed } of namesOf(world)) {
      const promise = promiseOf(on, world) ?? plan?.cluster.objectives.rto;
      const whole = ttl + (noticed?.after ?? 0);
      if (promise === undefined || whole <= promise) continue;
      yield {
        on,
        path,
        message: `Callers may hold the old address for ${sayDuration(ttl)}${noticed === undefined ? '' : `, after ${sayDuration(noticed.after)} ${noticed.by}: ${sayDuration(whole)}`}; ${sayDuration(promise)} is promised.`,
        takesDown: [],
      };
    }
  },
};

/** `holdfast.dev/rto` of the object, or of its namespace. */
function promiseOf({ object }: Sourced, world: World): Millis | undefined {
  const namespace = world.namespaces.get(namespaceOf(object) ?? '')?.sourced;
  const written =
    annotationsOf(object)[RTO_ANNOTATION] ??
    (namespace === undefined ? undefined : annotationsOf(namespace.object)[RTO_ANNOTATION]);
  return written === undefined ? undefined : parseDuration(written);
}

export const recoveryRegions: readonly Rule[] = [dr07, dr08];
