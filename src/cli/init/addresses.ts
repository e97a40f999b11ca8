/** Address ranges as kubeadm, flags, ServiceCIDRs and nodes tell. */
import ipaddr from 'ipaddr.js';
import { parseCidr } from '../../core/cidr.ts';
import { kubeadmConfiguration, statedFlag } from '../../inventory/component-flags.ts';
import { nameOf } from '../../inventory/identity.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { World } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { counted } from '../../report/words.ts';

export interface ObservedRange {
  readonly range: string;
  readonly seen: string;
}

export interface ObservedRanges {
  readonly nodes: ObservedRange | undefined;
  readonly pods: ObservedRange | undefined;
  readonly services: ObservedRange | undefined;
}

export function rangesOf(world: World): ObservedRanges {
  const kubeadm = at(kubeadmConfiguration(world)?.value, 'networking');
  const flag = (component: 'kube-apiserver' | 'kube-controller-manager', name: string): unknown =>
    statedFlag(world, { component, name });
  const serviceCidr = ofKind(world.index, 'networking.k8s.io/ServiceCIDR').find(
    ({ object }) => nameOf(object) === 'kubernetes',
  )?.object;
  return {
    nodes: ofAddresses(world),
    pods:
      first(at(kubeadm, 'podSubnet'), "kubeadm's podSubnet") ??
      first(flag('kube-controller-manager', 'cluster-cidr'), '--cluster-cidr of kube-controller-manager') ??
      ofPodRanges(world),
    services:
      first(at(kubeadm, 'serviceSubnet'), "kubeadm's serviceSubnet") ??
      first(flag('kube-apiserver', 'service-cluster-ip-range'), '--service-cluster-ip-range of kube-apiserver') ??
      first(at(serviceCidr, 'spec', 'cidrs', 0), 'the ServiceCIDR kubernetes'),
  };
}

/** The first of a list with commas: the document knows one family. */
function first(written: unknown, where: string): ObservedRange | undefined {
  if (typeof written !== 'string') return undefined;
  const [range = '', ...more] = written.split(',').map((part) => part.trim());
  if (parseCidr(range) === undefined) return undefined;
  const left = more.length === 0 ? '' : ` Left out: ${more.join(', ')}; the document holds one family.`;
  return { range, seen: `Seen in ${where}.${left}` };
}

/** No subnet of machines is narrower than this by custom; wider ones are only as wide as the addresses show. */
const NARROWEST_NODES = 24;
const NARROWEST_PODS = 16;

function ofAddresses({ nodes }: World): ObservedRange | undefined {
  const addresses = nodes.flatMap(({ sourced }) => {
    const list = at(sourced?.object, 'status', 'addresses');
    const internal: unknown = Array.isArray(list) ? list.find((one) => at(one, 'type') === 'InternalIP') : undefined;
    const address = at(internal, 'address');
    return typeof address === 'string' ? [address] : [];
  });
  const range = around(addresses, NARROWEST_NODES);
  if (range === undefined) return undefined;
  return {
    range,
    seen: `The least range around ${counted(addresses.length, 'internal address', 'internal addresses')}; the subnet itself is not seen.`,
  };
}

function ofPodRanges({ nodes }: World): ObservedRange | undefined {
  const ranges = nodes.flatMap(({ sourced }) => {
    const range = at(sourced?.object, 'spec', 'podCIDR');
    return typeof range === 'string' ? [range] : [];
  });
  const range = around(
    ranges.map((text) => text.slice(0, text.indexOf('/'))),
    NARROWEST_PODS,
  );
  if (range === undefined) return undefined;
  return { range, seen: `The least range around podCIDR of ${counted(ranges.length, 'node')}; the whole is not seen.` };
}

/** The longest prefix that all IPv4 addresses share, but no longer than `narrowest`; other families are left alone. */
function around(addresses: readonly string[], narrowest: number): string | undefined {
  if (addresses.length === 0 || !addresses.every((text) => ipaddr.IPv4.isValidFourPartDecimal(text))) return undefined;
  const values = addresses.map((text) =>
    ipaddr.IPv4.parse(text)
      .toByteArray()
      .reduce((sum, byte) => sum * 256 + byte, 0),
  );
  const low = Math.min(...values);
  const high = Math.max(...values);
  let length = narrowest;
  while (length > 0 && Math.floor(low / 2 ** (32 - length)) !== Math.floor(high / 2 ** (32 - length))) length -= 1;
  if (length === 0) return undefined;
  const size = 2 ** (32 - length);
  const base = Math.floor(low / size) * size;
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${bytes.join('.')}/${length}`;
}
