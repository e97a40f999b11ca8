/** Who the members are: their places over zones or regions, their names and addresses, and what a loss leaves of the quorum. */
import { majority } from '../../availability/k-of-n.ts';
import { addressAt, parseCidr, sizeOf } from '../../core/cidr.ts';
import { assert } from '../../core/error.ts';
import type { EtcdFacts, Member } from '../../facts.ts';
import { type Cluster, zonesOf } from '../../spec/cluster.ts';
import type { Section } from './section.ts';

export const DEFAULT_MEMBERS = 3;
/** The first addresses of a subnet belong to gateways, resolvers and the provider (AWS keeps the first four). */
const FIRST_HOST = 11;
/** A host name has 63 letters; `etcd-`, the zone, a hyphen and one digit must fit. */
export const LONGEST_ZONE = 63 - 'etcd-'.length - 2;

export type Topology = EtcdFacts['topology'];

/** Where etcd runs. */
export function topologyOf(section: Section, cluster: Cluster): Topology {
  if (cluster.controlPlane.kind === 'eks') return 'managed';
  return section.topology ?? 'stacked';
}

/** Members in a fixed order; empty when the provider runs them. */
export function membersOf(section: Section, cluster: Cluster): readonly Member[] {
  const topology = topologyOf(section, cluster);
  if (topology === 'managed') return [];
  const prefix = topology === 'external' ? 'etcd' : 'cp';
  const taken = new Map<string, number>();
  return placesOf(section.members ?? DEFAULT_MEMBERS, cluster).map(({ region, zone }) => {
    const number = (taken.get(zone) ?? 0) + 1;
    taken.set(zone, number);
    return { name: `${prefix}-${zone}-${number}`, region, zone, address: addressOf(zone, number, cluster) };
  });
}

interface Place {
  readonly region: string;
  readonly zone: string;
}

/**
 * One place per member. Over the zones of the first region in turn; with `survive: region` over the regions in turn,
 * and within each over its zones, so that no zone or region holds more than it must.
 */
function placesOf(count: number, cluster: Cluster): readonly Place[] {
  const regions = cluster.survive === 'region' ? cluster.regions : cluster.regions.slice(0, 1);
  return Array.from({ length: count }, (_, index) => {
    const region = regions[index % regions.length];
    assert(region, 'a document has a region');
    const round = Math.floor(index / regions.length);
    const zone = region.zones[round % region.zones.length];
    assert(zone, 'a region has a zone');
    return { region: region.name, zone };
  });
}

/** Every zone has a block of cidrs.nodes of its own, as subnets of a zone need; members take its addresses from the 11th on. */
function addressOf(zone: string, number: number, cluster: Cluster): string {
  const range = parseCidr(cluster.cidrs.nodes);
  assert(range, 'the schema let through only ranges');
  const zones = zonesOf(cluster).map((one) => one.zone);
  const block = blockSize(sizeOf(range), zones.length);
  const first = zones.indexOf(zone) * block;
  return addressAt(range, Math.min(first + FIRST_HOST + number - 1, sizeOf(range) - 1));
}

/** The largest power of two that fits into the range once per zone. */
export function blockSize(size: number, zones: number): number {
  return 2 ** Math.floor(Math.log2(size / 2 ** Math.ceil(Math.log2(zones))));
}

/** Members that must agree: floor(n/2) + 1 (Raft, section 5.2); 0 when nobody is ours. */
export function quorumOf(members: readonly Member[]): number {
  return members.length === 0 ? 0 : majority(members.length);
}

export interface Loss {
  readonly domain: string;
  readonly lost: number;
  readonly left: number;
  readonly quorumKept: boolean;
}

/** What the loss of each zone (or region) with members leaves. */
export function lossesBy(by: 'zone' | 'region', members: readonly Member[]): readonly Loss[] {
  const quorum = quorumOf(members);
  return [...new Set(members.map((member) => member[by]))].map((domain) => {
    const lost = members.filter((member) => member[by] === domain).length;
    const left = members.length - lost;
    return { domain, lost, left, quorumKept: left >= quorum };
  });
}

/** `2/2/1`. */
export function spreadOf(by: 'zone' | 'region', members: readonly Member[]): string {
  return lossesBy(by, members)
    .map(({ lost }) => lost)
    .sort((a, b) => b - a)
    .join('/');
}

/** An address as a URL takes it. */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
