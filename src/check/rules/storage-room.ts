/** ST09: whether Ceph has room for the copies of what is lost. */
import { sayBytes } from '../../core/quantity.ts';
import { isObject } from '../../core/json.ts';
import { namespaceOf, type Sourced } from '../../inventory/identity.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { World, WorldNode } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import type { Draft, Rule } from '../rule.ts';

/** Ceph docs, rados/configuration/mon-config-ref: mon_osd_nearfull_ratio, mon_osd_full_ratio. */
const NEARFULL = 0.85;
const FULL = 0.95;

const st09: Rule = {
  id: 'ST09',
  family: 'ST',
  title: 'Storage without room for the copies of what is lost',
  severity: 'warning',
  whySeverity:
    'It needs the loss of a machine; then the copies are made again elsewhere until disks are nearly full, and full disks stop all writes.',
  takesDown: 'Every volume of the storage, when one disk is full.',
  remedy: 'Add disks or machines, or delete what is not needed, before the next loss.',
  price: 'The disks.',
  source:
    'Ceph docs, rados/configuration/mon-config-ref (nearfull 0.85, full 0.95); Rook v1.18 docs, CephCluster (status)',
  needs: 'live',
  reads: ['ceph.rook.io/CephCluster', 'ceph.rook.io/CephBlockPool'],
  *check(world) {
    for (const sourced of ofKind(world.index, 'ceph.rook.io/CephCluster')) yield* roomOf(world, sourced);
  },
};

const ALARMS: Readonly<Record<string, string>> = {
  OSD_FULL: 'a disk is full: nothing is written any more',
  POOL_FULL: 'a pool is full: nothing is written to it any more',
  OSD_BACKFILLFULL: 'a disk is too full to take copies',
  OSD_NEARFULL: 'a disk is nearly full',
  POOL_NEARFULL: 'a pool is nearly full',
};

function* roomOf(world: World, sourced: Sourced): Iterable<Draft> {
  const status = at(sourced.object, 'status', 'ceph');
  const details = at(status, 'details');
  const alarm = isObject(details) ? Object.keys(ALARMS).find((name) => Object.hasOwn(details, name)) : undefined;
  if (alarm !== undefined) {
    yield {
      on: sourced,
      path: ['status', 'ceph', 'details', alarm],
      ...(alarm.endsWith('_FULL') ? { severity: 'error' as const } : {}),
      message: `Ceph reports ${alarm}: ${ALARMS[alarm] ?? ''}.`,
    };
    return;
  }
  const [total, used] = ['bytesTotal', 'bytesUsed'].map((field) => at(status, 'capacity', field));
  if (typeof total !== 'number' || typeof used !== 'number' || total <= 0) return;
  const namespace = namespaceOf(sourced.object) ?? '';
  const disks = disksOf(world, namespace);
  if (disks.length === 0) {
    yield { unknown: `the disks of CephCluster ${namespace}: its OSD pods and their nodes are not among the input` };
    return;
  }
  const worst = worstLoss(disks, poolsOf(world, namespace), used / total);
  if (worst === undefined || worst.share <= NEARFULL) return;
  yield {
    on: sourced,
    path: ['status', 'ceph', 'capacity', 'bytesUsed'],
    ...(worst.share > FULL ? { severity: 'error' as const } : {}),
    message: `${sayBytes(used)} of ${sayBytes(total)} are used; once the copies of ${worst.lost} are made again, the disks ${worst.where} are ${Math.round(worst.share * 100)} % full.`,
  };
}

/** The node of each OSD: disks are taken to be alike. */
function disksOf({ workloads, nodes }: World, namespace: string): readonly WorldNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return workloads
    .filter((workload) => workload.namespace === namespace && workload.templates[0]?.labels['app'] === 'rook-ceph-osd')
    .flatMap(({ pods }) => pods)
    .flatMap((pod) => byName.get(pod.node ?? '') ?? []);
}

interface Pool {
  readonly copies: number;
  readonly domain: string;
}

function poolsOf({ index }: World, namespace: string): readonly Pool[] {
  return ofKind(index, 'ceph.rook.io/CephBlockPool').flatMap(({ object }): readonly Pool[] => {
    const copies = at(object, 'spec', 'replicated', 'size');
    const domain = at(object, 'spec', 'failureDomain');
    if (namespaceOf(object) !== namespace || typeof copies !== 'number') return [];
    return [{ copies, domain: typeof domain === 'string' ? domain : 'host' }];
  });
}

interface Loss {
  readonly lost: string;
  /** `of zone a`; of the others when it is nobody's. */
  readonly where: string;
  readonly share: number;
}

/** After the loss that leaves the least room, by the pools that make their copies again. */
function worstLoss(disks: readonly WorldNode[], pools: readonly Pool[], used: number): Loss | undefined {
  const losses = pools.flatMap((pool) =>
    pool.domain === 'zone' ? zoneLosses(disks, pool, used) : hostLosses(disks, pool, used),
  );
  return losses.sort((a, b) => b.share - a.share)[0];
}

/** Copies are made again on the other hosts, when there are enough of them. */
function hostLosses(disks: readonly WorldNode[], { copies, domain }: Pool, used: number): readonly Loss[] {
  const hosts = grouped(disks, ({ name }) => name);
  if (domain !== 'host' || hosts.size <= copies) return [];
  return [...hosts].map(([name, own]) => ({
    lost: `host ${name}`,
    where: 'of the others',
    share: (used * disks.length) / (disks.length - own.length),
  }));
}

/** With as many zones as copies each holds one of everything: a host's copies are made again within its zone. */
function zoneLosses(disks: readonly WorldNode[], { copies }: Pool, used: number): readonly Loss[] {
  const zones = grouped(disks, ({ region, zone }) => `${region}/${zone}`);
  if (disks.some(({ zone }) => zone === '') || zones.size < copies) return [];
  if (zones.size > copies)
    return [...zones.values()].map((own) => ({
      lost: `zone ${own[0]?.zone ?? ''}`,
      where: 'of the others',
      share: (used * disks.length) / (disks.length - own.length),
    }));
  return [...zones.values()].flatMap((zone) => {
    const hosts = grouped(zone, ({ name }) => name);
    const held = (used * disks.length) / zones.size;
    if (hosts.size < 2) return [];
    return [...hosts].map(([name, own]) => ({
      lost: `host ${name}`,
      where: `of zone ${zone[0]?.zone ?? ''}`,
      share: held / (zone.length - own.length),
    }));
  });
}

function grouped(
  nodes: readonly WorldNode[],
  keyOf: (node: WorldNode) => string,
): ReadonlyMap<string, readonly WorldNode[]> {
  const groups = new Map<string, WorldNode[]>();
  for (const node of nodes) {
    const group = groups.get(keyOf(node));
    if (group === undefined) groups.set(keyOf(node), [node]);
    else group.push(node);
  }
  return groups;
}

export const storageRoom: readonly Rule[] = [st09];
