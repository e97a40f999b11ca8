/** Statements of the base of the document that cannot both hold; those of sections are their systems'. */
import { type Cidr, overlaps, parseCidr, sizeOf } from '../core/cidr.ts';
import { assert } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import { formatBytes, formatCpu } from '../core/quantity.ts';
import { versions } from '../versions.ts';
import { type Cluster, type Pool, poolMaxPerZone, poolZones, zonesOf } from './cluster.ts';
import { machineTypes } from './machine-types.ts';

export interface BaseContradiction {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly found?: string;
  readonly expected: string;
  readonly hint?: string;
}

/** All contradictions of the base, in a fixed order. */
export function contradictionsOf(cluster: Cluster): readonly BaseContradiction[] {
  return [
    ...nameContradictions(cluster),
    ...surviveContradictions(cluster),
    ...cluster.pools.flatMap((_, index) => poolContradictions(cluster, index)),
    ...rangeContradictions(cluster),
    ...versionContradictions(cluster),
  ];
}

function nameContradictions(cluster: Cluster): readonly BaseContradiction[] {
  const regions = cluster.regions.map(({ name }, index) => ({ name, path: `spec.regions[${index}].name` }));
  const zones = cluster.regions.flatMap((region, index) =>
    region.zones.map((name, at) => ({ name, path: `spec.regions[${index}].zones[${at}]` })),
  );
  const pools = cluster.pools.map(({ name }, index) => ({ name, path: `spec.pools[${index}].name` }));
  return [...twice(regions, 'region'), ...twice(zones, 'zone'), ...twice(pools, 'pool')];
}

function twice(named: readonly { name: string; path: string }[], what: string): readonly BaseContradiction[] {
  const first = new Map<string, string>();
  const found: BaseContradiction[] = [];
  for (const { name, path } of named) {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, path);
    else
      found.push({
        code: 'twice',
        path,
        message: `the ${what} ${name} is named twice, first at ${earlier}`,
        found: name,
        expected: `each ${what} once`,
      });
  }
  return found;
}

function surviveContradictions(cluster: Cluster): readonly BaseContradiction[] {
  const zones = zonesOf(cluster).length;
  if (cluster.survive === 'zone' && zones < 2) {
    return [
      {
        code: 'cannot-survive',
        path: 'spec.survive',
        message: `the loss of a zone cannot be survived with ${zones} zone`,
        found: 'zone',
        expected: 'at least two zones (three for a control plane of your own), or survive: node',
      },
    ];
  }
  if (cluster.survive === 'region' && cluster.regions.length < 2) {
    return [
      {
        code: 'cannot-survive',
        path: 'spec.survive',
        message: 'the loss of a region cannot be survived with one region',
        found: 'region',
        expected: 'at least two regions, or survive: zone',
      },
    ];
  }
  return [];
}

function poolContradictions(cluster: Cluster, index: number): readonly BaseContradiction[] {
  const pool = cluster.pools[index];
  assert(pool, 'the index comes from the list');
  const at = `spec.pools[${index}]`;
  const found: BaseContradiction[] = [];
  const zones = zonesOf(cluster).map(({ zone }) => zone);
  const known = new Set(zones);
  (pool.zones ?? []).forEach((zone, position) => {
    if (known.has(zone)) return;
    const near = nearest(zone, zones);
    found.push({
      code: 'unknown-zone',
      path: `${at}.zones[${position}]`,
      message: `pool ${pool.name} stands in zone ${zone}, which no region has`,
      found: zone,
      expected: `one of ${zones.slice(0, 12).join(', ')}`,
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
    });
  });
  const stated = (pool.zones ?? []).map((name, position) => ({ name, path: `${at}.zones[${position}]` }));
  found.push(...twice(stated, 'zone of the pool'));
  if (pool.maxNodesPerZone !== undefined && pool.maxNodesPerZone < pool.nodesPerZone) {
    found.push({
      code: 'max-below-min',
      path: `${at}.maxNodesPerZone`,
      message: `pool ${pool.name} may have at most ${pool.maxNodesPerZone} nodes in a zone, but always runs ${pool.nodesPerZone}`,
      found: String(pool.maxNodesPerZone),
      expected: `at least ${pool.nodesPerZone}`,
    });
  }
  found.push(...machineContradictions(cluster, index), ...registrationContradictions(pool, at));
  return found;
}

/**
 * Prefixes under kubernetes.io and k8s.io that a kubelet may set on its own node (Kubernetes v1.36.3,
 * pkg/kubelet/apis/well_known_labels.go and NodeRestriction); it refuses to start with others.
 */
const KUBELET_PREFIXES = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
/** Labels that kubelet and cloud provider set themselves; the document's would be overwritten. */
const SET_ELSEWHERE = new Set([
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

/** What machines cannot register with. */
function registrationContradictions(pool: Pool, at: string): readonly BaseContradiction[] {
  const labels = Object.keys(pool.labels).flatMap((key) => {
    const prefix = key.includes('/') ? (key.split('/')[0] ?? '') : '';
    const reserved =
      /(^|\.)(kubernetes|k8s)\.io$/.test(prefix) &&
      !KUBELET_PREFIXES.some((one) => prefix === one || prefix.endsWith(`.${one}`));
    if (!SET_ELSEWHERE.has(key) && !reserved) return [];
    return [
      {
        code: 'reserved-label',
        path: `${at}.labels.${key}`,
        message: SET_ELSEWHERE.has(key)
          ? `label ${key} is set by the kubelet and the provider, not by a document`
          : `a kubelet may not set label ${key} on its own node, and does not start with it`,
        found: key,
        expected: 'a key without a prefix, or with one of your own, like example.com/tier',
      },
    ];
  });
  const taints = pool.taints.map(({ key, effect }, index) => ({
    name: `${key}:${effect}`,
    path: `${at}.taints[${index}].key`,
  }));
  return [...labels, ...twice(taints, 'taint')];
}

/** kubeadm's preflight asks 1700 MB of a machine; below half a core the reservations alone are most of it. */
const LEAST_CPU = 500;
const LEAST_MEMORY = 2 * 2 ** 30;

function machineContradictions(cluster: Cluster, index: number): readonly BaseContradiction[] {
  const pool = cluster.pools[index];
  assert(pool, 'the index comes from the list');
  const at = `spec.pools[${index}]`;
  const { type } = pool.machine;
  const found: BaseContradiction[] = [];
  if (type !== undefined && !pool.machine.sized) {
    const near = nearest(type, Object.keys(machineTypes));
    found.push({
      code: 'unknown-machine-type',
      path: `${at}.machine.type`,
      message: `the size of machine type ${type} is not known`,
      found: type,
      expected: 'machine.cpu and machine.memory beside it',
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
    });
  }
  if (pool.machine.cpu < LEAST_CPU || pool.machine.memory < LEAST_MEMORY) {
    found.push({
      code: 'machine-too-small',
      path: `${at}.machine`,
      message: `a machine of ${formatCpu(pool.machine.cpu)} CPU and ${formatBytes(pool.machine.memory)} has nothing left for pods once kubelet and system keep their part back`,
      expected: `at least ${formatCpu(LEAST_CPU)} CPU and ${formatBytes(LEAST_MEMORY)}`,
    });
  }
  if (type !== undefined) found.push(...sizeContradictions(pool.machine, `${at}.machine`));
  const sold = type === undefined ? undefined : machineTypes[type]?.provider;
  if (sold !== undefined && sold !== cluster.provider) {
    found.push({
      code: 'wrong-provider',
      path: `${at}.machine.type`,
      message: `machine type ${type} is sold by ${sold}, the cluster runs on ${cluster.provider}`,
      found: type ?? '',
      expected: `a type of ${cluster.provider}, or provider: ${sold}`,
    });
  }
  if (pool.capacity === 'spot' && cluster.provider !== 'aws') {
    found.push({
      code: 'wrong-provider',
      path: `${at}.capacity`,
      message: `${cluster.provider} sells no spot machines`,
      found: 'spot',
      expected: 'on-demand',
    });
  }
  return found;
}

/** A known type has one size: a document that writes another describes a machine that nobody sells. */
function sizeContradictions(machine: Cluster['pools'][number]['machine'], path: string): readonly BaseContradiction[] {
  const known = machineTypes[machine.type ?? ''];
  if (known === undefined) return [];
  const sizes = [
    { field: 'cpu', written: formatCpu(machine.cpu), right: formatCpu(known.cpu) },
    { field: 'memory', written: formatBytes(machine.memory), right: formatBytes(known.memory) },
    { field: 'gpus', written: String(machine.gpus), right: String(known.gpus) },
  ];
  return sizes
    .filter(({ written, right }) => written !== right)
    .map(({ field, written, right }) => ({
      code: 'wrong-size',
      path: `${path}.${field}`,
      message: `machine type ${machine.type} has ${field} ${right}, the document says ${written}`,
      found: written,
      expected: `${right}, or no ${field} beside the type`,
    }));
}

/** Bits that one node takes of the pods' range: kube-controller-manager's --node-cidr-mask-size defaults to 24, 64 for IPv6. */
const NODE_MASK: Readonly<Record<4 | 6, number>> = { 4: 24, 6: 64 };

function rangeContradictions(cluster: Cluster): readonly BaseContradiction[] {
  const names = ['nodes', 'pods', 'services'] as const;
  const ranges = names.map((name) => {
    const range = parseCidr(cluster.cidrs[name]);
    assert(range, 'the schema let through only ranges');
    return { name, range };
  });
  const found: BaseContradiction[] = [...familyContradictions(cluster, ranges)];
  for (const [at, one] of ranges.entries()) {
    for (const other of ranges.slice(at + 1)) {
      if (!overlaps(one.range, other.range)) continue;
      found.push({
        code: 'cidr-overlap',
        path: `spec.cidrs.${other.name}`,
        message: `the range of ${other.name} (${other.range.text}) overlaps that of ${one.name} (${one.range.text})`,
        found: other.range.text,
        expected: 'three ranges that share no address',
      });
    }
  }
  const machines = cluster.pools.reduce((sum, pool) => sum + poolMaxPerZone(pool) * poolZones(pool, cluster).length, 0);
  const [nodes, pods] = ranges;
  assert(nodes && pods, 'three ranges');
  const podRooms = 2 ** Math.max(-1, NODE_MASK[pods.range.family] - pods.range.prefixLength);
  if (cluster.controlPlane.kind !== 'eks' && podRooms < machines)
    found.push(
      tooSmall(
        'pods',
        pods.range.text,
        `${Math.floor(podRooms)} nodes of a /${NODE_MASK[pods.range.family]} each`,
        machines,
      ),
    );
  if (sizeOf(nodes.range) - 32 < machines)
    found.push(tooSmall('nodes', nodes.range.text, `${sizeOf(nodes.range)} addresses`, machines));
  return found;
}

/** A cluster has one primary family (kube-apiserver refuses Services of another than its nodes'); EC2 instances need IPv4. */
function familyContradictions(
  cluster: Cluster,
  ranges: readonly { readonly name: 'nodes' | 'pods' | 'services'; readonly range: Cidr }[],
): readonly BaseContradiction[] {
  const [nodes, ...others] = ranges;
  if (nodes === undefined) return [];
  const mixed = others
    .filter(({ range }) => range.family !== nodes.range.family)
    .map(({ name, range }) => ({
      code: 'mixed-families',
      path: `spec.cidrs.${name}`,
      message: `the range of ${name} (${range.text}) is IPv${range.family}, that of nodes (${nodes.range.text}) IPv${nodes.range.family}`,
      found: range.text,
      expected: `an IPv${nodes.range.family} range`,
      hint: 'Dual-stack clusters are not planned by this version.',
    }));
  if (cluster.provider !== 'aws' || nodes.range.family === 4) return mixed;
  const onAws = {
    code: 'wrong-family',
    path: 'spec.cidrs.nodes',
    message: `the range of nodes (${nodes.range.text}) is IPv6; machines of aws need IPv4 addresses`,
    found: nodes.range.text,
    expected: 'an IPv4 range',
  };
  return [...mixed, onAws];
}

function tooSmall(name: string, text: string, room: string, machines: number): BaseContradiction {
  return {
    code: 'cidr-too-small',
    path: `spec.cidrs.${name}`,
    message: `the range of ${name} (${text}) has room for ${room}, the pools may grow to ${machines} nodes`,
    found: text,
    expected: `room for ${machines} nodes`,
  };
}

function versionContradictions(cluster: Cluster): readonly BaseContradiction[] {
  return Object.entries(cluster.versions).flatMap(([component, pinned]) => {
    if (pinned === undefined) return [];
    const { accepts } = versions[component as keyof typeof versions];
    const line = pinned.replace(/^v/, '').split('.').slice(0, 2).join('.');
    if ((accepts as readonly string[]).includes(line)) return [];
    return [
      {
        code: 'version-out-of-range',
        path: `spec.versions.${component}`,
        message: `version ${pinned} of ${component} is outside the range that this version of Holdfast knows`,
        found: pinned,
        expected: `one of ${accepts.map((minor) => `${minor}.x`).join(', ')}`,
      },
    ];
  });
}
