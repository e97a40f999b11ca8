/** The machines of the control plane, its balancers and the address they hold, all deterministic in the document. */
import ipaddr from 'ipaddr.js';
import { addressAt, type Cidr, parseCidr, sizeOf } from '../../core/cidr.ts';
import { assert } from '../../core/error.ts';
import type { EtcdFacts, Member } from '../../facts.ts';
import { type Cluster, zonesOf } from '../../spec/cluster.ts';
import type { BalancerKind } from './balancer.ts';
import type { Section } from './section.ts';

/** API servers of their own when etcd stands on its own machines: they hold no state, any one of them can serve. */
const OWN_MEMBERS = 3;
/** Two balancers: one holds the address, one waits. */
const BALANCERS = 2;
/** Counted from the end of cidrs.nodes: the last addresses are often a gateway's. */
const ADDRESS_FROM_END = 6;
const BALANCERS_FROM_END = 10;
/** Within the block of a zone; etcd's own machines take the 11th and following addresses. */
const FIRST_MEMBER = 31;

/** Members that run API servers: etcd's own when stacked, three machines over the first region's zones when not. */
export function membersOf(etcd: EtcdFacts, cluster: Cluster): readonly Member[] {
  if (etcd.topology === 'managed') return [];
  if (etcd.topology === 'stacked') return etcd.members;
  return machines(cluster, {
    count: OWN_MEMBERS,
    prefix: 'control-plane',
    address: (zone, number) => inZone(cluster, zone, FIRST_MEMBER + number),
  });
}

/** Instances that can hold the address: machines of their own for HAProxy and nginx, the members for kube-vip. */
export function instancesOf(kind: BalancerKind, members: readonly Member[], cluster: Cluster): readonly Member[] {
  if (kind === 'kube-vip') return members;
  if (kind !== 'haproxy' && kind !== 'nginx') return [];
  return machines(cluster, {
    count: BALANCERS,
    prefix: 'balancer',
    address: (_, number) => fromEnd(cluster, BALANCERS_FROM_END + number),
  });
}

/** The address that a balancer holds; null where the provider does. */
export function addressOf(kind: BalancerKind, section: Section, cluster: Cluster): string | null {
  if (kind === 'managed' || kind === 'nlb') return null;
  const written = section.endpoint.address;
  if (written !== undefined) return ipaddr.parse(written).toString();
  return fromEnd(cluster, ADDRESS_FROM_END);
}

function machines(
  cluster: Cluster,
  wanted: { count: number; prefix: string; address: (zone: string, number: number) => string },
): readonly Member[] {
  const [region] = cluster.regions;
  assert(region, 'a document has a region');
  return Array.from({ length: wanted.count }, (_, index) => {
    const zone = region.zones[index % region.zones.length] ?? '';
    return {
      name: `${cluster.name}-${wanted.prefix}-${index + 1}`,
      region: region.name,
      zone,
      address: wanted.address(zone, index),
    };
  });
}

/** Each zone of the document has an equal block of the range, as subnets of a zone need. */
function inZone(cluster: Cluster, zone: string, place: number): string {
  const range = nodesRange(cluster);
  const zones = zonesOf(cluster).map((one) => one.zone);
  const block = sizeOf(range) / 2 ** Math.ceil(Math.log2(zones.length));
  return addressAt(range, Math.min(zones.indexOf(zone) * block + place, sizeOf(range) - 1));
}

function fromEnd(cluster: Cluster, places: number): string {
  const range = nodesRange(cluster);
  return addressAt(range, Math.max(0, sizeOf(range) - places));
}

function nodesRange(cluster: Cluster): Cidr {
  const range = parseCidr(cluster.cidrs.nodes);
  assert(range, 'the schema let through only ranges');
  return range;
}
