/** Every failure of a domain: what a sweep runs through. */
import type { World } from '../inventory/world.ts';
import { FAULT_KINDS } from './catalog.ts';
import {
  balancersOf,
  CERTIFICATES,
  labelValuesOf,
  machinesOf,
  membersOf,
  nodesLabelled,
  poolsOf,
  PROCESSES,
  regionsOf,
  registriesOf,
  rollingWorkloadsOf,
  webhooksOf,
  workersOf,
  zonesOf,
} from './places.ts';
import { SPOT_NOTICE, resolveFaults, spotNodes } from './resolve.ts';
import type { Fault, FaultKind } from './scenario.ts';

/** A kind of fault, or `rack=LABEL` for the values of one label. */
export type Domain = FaultKind | `rack=${string}`;

/** What `--domain` takes; undefined when it is none. */
export function parseDomain(text: string): Domain | undefined {
  if (/^rack=.+/.test(text)) return text as Domain;
  return FAULT_KINDS.find((kind) => kind === text);
}

/** All failures of the domain, in the world's order; empty when the world has nothing of it. */
export function faultsOf(world: World, domain: Domain): readonly Fault[] {
  if (domain.startsWith('rack')) return racks(world, domain === 'rack' ? undefined : domain.slice('rack='.length));
  return ENUMERATORS[domain as FaultKind](world);
}

const ENUMERATORS: Readonly<Record<FaultKind, (world: World) => readonly Fault[]>> = {
  node: ({ nodes }) => nodes.map(({ name }) => ({ kind: 'node', node: name })),
  zone: (world) => zonesOf(world).map((place) => ({ kind: 'zone', ...place })),
  region: (world) => regionsOf(world).map((region) => ({ kind: 'region', region })),
  rack: (world) => racks(world, undefined),
  member: (world) => membersOf(world).map((member) => ({ kind: 'member', member })),
  process: (world) =>
    PROCESSES.flatMap((process) =>
      machinesOf(world, process).map((machine) => ({ kind: 'process', process, machine })),
    ),
  link: (world) => {
    const zones = zonesOf(world);
    return zones.flatMap((from, index) =>
      zones.slice(index + 1).map((to): Fault => ({ kind: 'link', between: [from, to] })),
    );
  },
  'load-balancer': (world) =>
    [undefined, ...balancersOf(world)].map((instance) => ({ kind: 'load-balancer', instance })),
  certificate: (world) =>
    CERTIFICATES.filter((of) => of === 'kubelet' || membersOf(world).length > 0).map((of) => ({
      kind: 'certificate',
      of,
      machine: undefined,
    })),
  registry: (world) => [undefined, ...registriesOf(world)].map((host) => ({ kind: 'registry', host })),
  dns: () => [{ kind: 'dns' }],
  webhook: (world) =>
    webhooksOf(world)
      .filter((name) => !name.includes('/'))
      .map((configuration) => ({ kind: 'webhook', configuration, webhook: undefined })),
  'spot-reclaim': (world) =>
    poolsOf(world).map((pool) => ({
      kind: 'spot-reclaim',
      pool,
      nodes: spotNodes(world, pool),
      notice: SPOT_NOTICE,
    })),
  quota: (world) => [undefined, ...poolsOf(world)].map((pool) => ({ kind: 'quota', pool })),
  rollout: (world) => rollingWorkloadsOf(world).map((workload) => ({ kind: 'rollout', workload })),
  drain: (world) =>
    resolveFaults(
      world,
      workersOf(world).map((name) => ({
        kind: 'drain',
        name,
        fields: {},
        at: 0,
        until: undefined,
        origin: undefined,
        label: 'drain',
      })),
    ).faults.map(({ fault }) => fault),
};

/** Without a label: those whose name ends in `rack`, as no label for it is standardised. */
function racks(world: World, label: string | undefined): readonly Fault[] {
  return labelValuesOf(world).flatMap((pair): readonly Fault[] => {
    const cut = pair.indexOf('=');
    const [key, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
    const asked = label === undefined ? /(?:^|[/.-])rack$/i.test(key) : key === label;
    return asked ? [{ kind: 'rack', label: key, value, nodes: nodesLabelled(world, key, value) }] : [];
  });
}
