/** Written faults → faults of one world: every name is looked up, every mistake is said at once. */
import { parseDuration } from '../core/duration.ts';
import type { Problem } from '../core/error.ts';
import type { Millis } from '../core/units.ts';
import type { World } from '../inventory/world.ts';
import { resolveName } from './names.ts';
import {
  balancersOf,
  CERTIFICATES,
  isSpot,
  labelValuesOf,
  machinesOf,
  membersOf,
  nodesLabelled,
  nodesOfPool,
  poolsOf,
  PROCESSES,
  regionsOf,
  registriesOf,
  rollingWorkloadsOf,
  webhooksOf,
  workersOf,
  zoneNamed,
  zonesOf,
} from './places.ts';
import { formatZone } from './say.ts';
import type { Fault, FaultKind, TimedFault, ZoneName } from './scenario.ts';
import type { WrittenFault } from './written.ts';

/** AWS gives two minutes, Google and Azure thirty seconds (their documentation of spot machines, 2026-11). */
export const SPOT_NOTICE: Millis = 120_000;
/** kubeadm and Cluster API upgrade one node at a time. */
const DRAIN_AT_ONCE = 1;
/** Cluster API's NodeDrainTimeout has no default and waits for ever; ten minutes are what people set. An assumption of Holdfast. */
const DRAIN_TIMEOUT: Millis = 600_000;

/** Faults of the world, by time, those of equal time as written. With problems none is to be used. */
export function resolveFaults(
  world: World,
  written: readonly WrittenFault[],
): { readonly faults: readonly TimedFault[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const faults = written.flatMap((one): readonly TimedFault[] => {
    const refuse = (problem: Omit<Problem, 'path'>): undefined => {
      problems.push({ path: one.label, ...(one.origin === undefined ? {} : { at: one.origin }), ...problem });
    };
    const { at, until, origin } = one;
    const found = RESOLVERS[one.kind]({ world, written: one, refuse });
    return found.map((fault) => ({ fault, at, until, origin }));
  });
  return { faults: faults.toSorted((a, b) => a.at - b.at), problems };
}

interface Lookup {
  readonly world: World;
  readonly written: WrittenFault;
  readonly refuse: (problem: Omit<Problem, 'path'>) => undefined;
}

/** A kind may stand for several faults (a zone cut from all others) or, when a name is wrong, for none. */
type Resolver = (lookup: Lookup) => readonly Fault[];

const RESOLVERS: Readonly<Record<FaultKind, Resolver>> = {
  node: (lookup) => one(nameAmong(lookup, namesOf(lookup.world.nodes), 'node'), (node) => ({ kind: 'node', node })),
  zone: (lookup) => one(zoneOf(lookup, lookup.written.name), (place) => ({ kind: 'zone', ...place })),
  region: (lookup) =>
    one(nameAmong(lookup, regionsOf(lookup.world), 'region'), (region) => ({ kind: 'region', region })),
  rack: (lookup) =>
    one(nameAmong(lookup, labelValuesOf(lookup.world), 'node label'), (pair) => rackFault(lookup, pair)),
  member: (lookup) => {
    if (managed(lookup)) return [];
    return one(nameAmong(lookup, membersOf(lookup.world), 'control-plane machine'), (member) => ({
      kind: 'member',
      member,
    }));
  },
  process: processFaults,
  link: linkFaults,
  'load-balancer': ({ world, written, refuse }) => {
    if (written.name === undefined) return [{ kind: 'load-balancer', instance: undefined }];
    return one(nameAmong({ world, written, refuse }, balancersOf(world), 'balancer instance'), (instance) => ({
      kind: 'load-balancer',
      instance,
    }));
  },
  certificate: certificateFaults,
  registry: (lookup) =>
    optional(lookup, registriesOf(lookup.world), 'registry', (host) => ({ kind: 'registry', host })),
  dns: () => [{ kind: 'dns' }],
  webhook: (lookup) =>
    one(nameAmong(lookup, webhooksOf(lookup.world), 'webhook'), (name) => {
      const slash = name.indexOf('/');
      return slash === -1
        ? { kind: 'webhook', configuration: name, webhook: undefined }
        : { kind: 'webhook', configuration: name.slice(0, slash), webhook: name.slice(slash + 1) };
    }),
  'spot-reclaim': (lookup) =>
    one(nameAmong(lookup, poolsOf(lookup.world), 'pool'), (pool) => ({
      kind: 'spot-reclaim',
      pool,
      nodes: spotNodes(lookup.world, pool),
      notice: parseDuration(lookup.written.fields.notice ?? '') ?? SPOT_NOTICE,
    })),
  quota: (lookup) => optional(lookup, poolsOf(lookup.world), 'pool', (pool) => ({ kind: 'quota', pool })),
  rollout: (lookup) =>
    one(nameAmong(lookup, rollingWorkloadsOf(lookup.world), 'workload'), (workload) => ({ kind: 'rollout', workload })),
  drain: drainFaults,
};

function one<T>(found: T | undefined, make: (found: T) => Fault): readonly Fault[] {
  return found === undefined ? [] : [make(found)];
}

function optional(
  lookup: Lookup,
  candidates: readonly string[],
  what: string,
  make: (name: string | undefined) => Fault,
): readonly Fault[] {
  if (lookup.written.name === undefined) return [make(undefined)];
  return one(nameAmong(lookup, candidates, what), make);
}

function namesOf(things: readonly { readonly name: string }[]): readonly string[] {
  return things.map(({ name }) => name);
}

function nameAmong(
  { written, refuse }: Lookup,
  candidates: readonly string[],
  what: string,
  given = written.name ?? '',
): string | undefined {
  const found = resolveName(given, candidates, what);
  return 'name' in found ? found.name : refuse(found.problem);
}

function zoneOf(lookup: Lookup, given: string | undefined): ZoneName | undefined {
  const { world } = lookup;
  const name = nameAmong(lookup, zonesOf(world).map(formatZone), 'zone', given ?? '');
  return name === undefined ? undefined : zoneNamed(world, name);
}

function rackFault({ world }: Lookup, pair: string): Fault {
  const cut = pair.indexOf('=');
  const [label, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
  return { kind: 'rack', label, value, nodes: nodesLabelled(world, label, value) };
}

/** True, with a problem said, when the provider runs the control plane and no machine of it has a name. */
function managed({ world, refuse }: Lookup): boolean {
  if (membersOf(world).length > 0 || world.controlPlane.kind !== 'eks') return false;
  refuse({
    code: 'managed-control-plane',
    message: 'the provider runs the control plane: none of its machines can be named',
    expected: 'a fault of a zone or of nodes',
  });
  return true;
}

function processFaults(lookup: Lookup): readonly Fault[] {
  const process = PROCESSES.find((name) => name === nameAmong(lookup, PROCESSES, 'process'));
  if (process === undefined || (process !== 'kubelet' && managed(lookup))) return [];
  const machines = machinesOf(lookup.world, process);
  return one(nameAmong(lookup, machines, `machine with ${process}`, lookup.written.fields.on ?? ''), (machine) => ({
    kind: 'process',
    process,
    machine,
  }));
}

function linkFaults(lookup: Lookup): readonly Fault[] {
  const { world, written, refuse } = lookup;
  const from = zoneOf(lookup, written.name);
  const to = written.fields.to === undefined ? undefined : zoneOf(lookup, written.fields.to);
  if (from === undefined) return [];
  if (written.fields.to !== undefined) {
    if (to === undefined) return [];
    if (formatZone(to) !== formatZone(from)) return [{ kind: 'link', between: [from, to] }];
    refuse({ code: 'same-zone', message: 'a link has two ends', found: formatZone(to), expected: 'another zone' });
    return [];
  }
  const others = zonesOf(world).filter((place) => formatZone(place) !== formatZone(from));
  if (others.length === 0)
    refuse({ code: 'no-link', message: 'there is no other zone', found: formatZone(from), expected: 'two zones' });
  return others.map((other) => ({ kind: 'link', between: [from, other] }));
}

function certificateFaults(lookup: Lookup): readonly Fault[] {
  const of = CERTIFICATES.find((name) => name === nameAmong(lookup, CERTIFICATES, 'certificate'));
  if (of === undefined || (of !== 'kubelet' && managed(lookup))) return [];
  const { on } = lookup.written.fields;
  if (on === undefined) return [{ kind: 'certificate', of, machine: undefined }];
  const machines = machinesOf(lookup.world, of === 'controllers' ? 'kube-controller-manager' : of);
  return one(nameAmong(lookup, machines, `machine with the ${of} certificate`, on), (machine) => ({
    kind: 'certificate',
    of,
    machine,
  }));
}

/** Those that are marked as spot; all of a pool in which nothing is marked. */
export function spotNodes(world: World, pool: string): readonly string[] {
  const nodes = nodesOfPool(world, pool);
  const spot = nodes.filter(isSpot);
  return namesOf(spot.length > 0 ? spot : nodes);
}

function drainFaults(lookup: Lookup): readonly Fault[] {
  const { world, written } = lookup;
  const nodes = written.name === undefined ? workersOf(world) : drainedNodes(lookup, written.name);
  if (nodes === undefined) return [];
  return [
    {
      kind: 'drain',
      nodes,
      atOnce: Number(written.fields.atOnce ?? DRAIN_AT_ONCE),
      timeout: parseDuration(written.fields.timeout ?? '') ?? DRAIN_TIMEOUT,
    },
  ];
}

/** A node, a pool or a zone; a name that several of these have exactly is taken in this order. */
function drainedNodes(lookup: Lookup, given: string): readonly string[] | undefined {
  const { world } = lookup;
  const kinds: readonly (readonly [readonly string[], (name: string) => readonly string[]])[] = [
    [namesOf(world.nodes), (name) => [name]],
    [poolsOf(world), (name) => namesOf(nodesOfPool(world, name))],
    [zonesOf(world).map(formatZone), (name) => nodesIn(world, name)],
  ];
  const exact = kinds.find(([names]) => names.includes(given));
  if (exact !== undefined) return exact[1](given);
  const all = kinds.flatMap(([names]) => names);
  const name = nameAmong(lookup, all, 'node, pool or zone', given);
  return name === undefined ? undefined : kinds.find(([names]) => names.includes(name))?.[1](name);
}

function nodesIn(world: World, name: string): readonly string[] {
  const place = zoneNamed(world, name);
  return namesOf(
    world.nodes.filter(
      ({ region, zone, role }) => role === 'worker' && region === place?.region && zone === place.zone,
    ),
  );
}
