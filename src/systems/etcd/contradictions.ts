/** Statements of the section that cannot hold together with the rest of the document. */
import { parseCidr, sizeOf } from '../../core/cidr.ts';
import { formatBytes, sayBytes } from '../../core/quantity.ts';
import { sayDuration } from '../../core/duration.ts';
import { assert } from '../../core/error.ts';
import { type Cluster, zonesOf } from '../../spec/cluster.ts';
import { machineTypes } from '../../spec/machine-types.ts';
import type { Contradiction } from '../../system.ts';
import { placeContradictions } from './place-contradictions.ts';
import { blockSize, topologyOf } from './members.ts';
import type { Section } from './section.ts';
import { timerContradictions } from './timer-contradictions.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** Addresses that a zone's block must hold before members find room in it. */
const LEAST_BLOCK = 16;

/** Everything in the section that the rest of the document does not allow. */
export function contradictionsOf(section: Section, cluster: Cluster): readonly Contradiction[] {
  if (topologyOf(section, cluster) === 'managed')
    return [...managedContradictions(section), ...loadContradictions(section)];
  return [
    ...placeContradictions(section, cluster),
    ...timerContradictions(section, cluster),
    ...loadContradictions(section),
    ...limitContradictions(section, cluster),
    ...backupContradictions(section, cluster),
    ...machineContradictions(section, cluster),
    ...rangeContradictions(cluster),
  ];
}

/** A contradiction of a field of this section. */
export function refuse(field: string, words: Omit<Contradiction, 'path'>): Contradiction {
  return { path: `spec.etcd.${field}`, ...words };
}

/** On a managed control plane nothing of etcd can be set; what is written would be ignored in silence. */
function managedContradictions(section: Section): readonly Contradiction[] {
  const { load: _, ...settable } = section;
  return Object.entries(settable).flatMap(([field, value]) => {
    const written =
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([inner, one]) => (one === undefined ? [] : [`${field}.${inner}`]))
        : value === undefined
          ? []
          : [field];
    return written.map((path) =>
      refuse(path, {
        code: 'managed',
        message: `EKS runs etcd itself: ${path} of it cannot be set`,
        expected: 'no such field with controlPlane.kind: eks',
        hint: 'Only spec.etcd.load is read there: it is compared with the size that EKS allows.',
      }),
    );
  });
}

function loadContradictions({ load, maxRequestBytes }: Section): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const most = maxRequestBytes ?? 1.5 * MIB;
  if (load.bytesPerWrite !== undefined && load.bytesPerWrite > most) {
    found.push(
      refuse('load.bytesPerWrite', {
        code: 'object-too-large',
        message: `an average write of ${sayBytes(load.bytesPerWrite)} is larger than the largest request that etcd takes, ${sayBytes(most)}`,
        expected: `at most ${formatBytes(most)}`,
        hint: 'Kubernetes supports objects up to 1.5 MB: keep large data in object storage and its address in the object.',
      }),
    );
  }
  if (load.fsyncP99 !== undefined && load.fsyncP99 > 5_000) {
    found.push(
      refuse('load.fsyncP99', {
        code: 'disk-too-slow',
        message: `a flush of ${sayDuration(load.fsyncP99)} needs an election timeout above the 50 s that etcd allows`,
        expected: 'a disk that flushes within 10 ms, 5 s at the very most',
      }),
    );
  }
  return found;
}

function limitContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const { quota, maxRequestBytes: request, compactionInterval: interval } = section;
  const found: Contradiction[] = [];
  if (quota !== undefined && (quota < GIB / 2 || quota > 8 * GIB)) {
    found.push(
      refuse('quota', {
        code: 'out-of-range',
        message: `a quota of ${sayBytes(quota)} is ${quota > 8 * GIB ? 'above the 8 GiB that etcd suggests at most: restarts, snapshots and new members take too long' : 'below what a cluster needs to start'}`,
        expected: '512Mi to 8Gi',
      }),
    );
  }
  if (request !== undefined && (request < 1.5 * MIB || request > 3 * MIB)) {
    found.push(
      refuse('maxRequestBytes', {
        code: 'out-of-range',
        message:
          request > 3 * MIB
            ? `a request limit of ${sayBytes(request)} raises no throughput: kube-apiserver refuses bodies above 3 MiB before etcd sees them, and one large request stalls every other`
            : `a request limit of ${sayBytes(request)} is below etcd's default of 1.5 MiB, the size of object that Kubernetes supports`,
        expected: '1536Ki (the default) to 3Mi',
      }),
    );
  }
  if (interval !== undefined && (interval < MINUTE || interval > 60 * MINUTE || interval % 1_000 !== 0)) {
    found.push(
      refuse('compactionInterval', {
        code: 'out-of-range',
        message: `compacting every ${sayDuration(interval)} would ${interval < MINUTE ? 'end watches and paged lists that are older than that' : 'pile up history until the quota is full'}`,
        expected: 'whole seconds, 1m to 1h; 5m is the default of kube-apiserver',
      }),
    );
  }
  if (section.events === 'separate' && cluster.controlPlane.kind === 'cluster-api') {
    found.push(
      refuse('events', {
        code: 'cannot-build',
        message:
          'Cluster API gives machines names and addresses of its own, so a second etcd for events cannot be laid out on them beforehand',
        expected: 'shared, or controlPlane.kind: kubeadm',
      }),
    );
  }
  return found;
}

function backupContradictions({ backup }: Section, { provider }: Cluster): readonly Contradiction[] {
  const { bucket, prefix, region, endpoint, keep } = backup;
  const found: Contradiction[] = [];
  if (keep !== undefined && (keep < DAY || keep > 3_650 * DAY || keep % DAY !== 0)) {
    found.push(
      refuse('backup.keep', {
        code: 'out-of-range',
        message: `snapshots cannot be kept for ${sayDuration(keep)}: buckets expire objects by whole days`,
        expected: 'whole days, 1d to 3650d',
      }),
    );
  }
  if (bucket !== undefined || provider === 'aws') return found;
  const unread = Object.entries({ prefix, region, endpoint }).filter(([, value]) => value !== undefined);
  for (const [field] of unread) {
    found.push(
      refuse(`backup.${field}`, {
        code: 'not-read',
        message: `${field} of a bucket is given, but no bucket`,
        expected: 'backup.bucket beside it',
      }),
    );
  }
  return found;
}

function machineContradictions({ topology, machine }: Section, { provider }: Cluster): readonly Contradiction[] {
  const written = Object.entries(machine).filter(([, value]) => value !== undefined);
  if (topology !== 'external') {
    return written.map(([field]) =>
      refuse(`machine.${field}`, {
        code: 'not-read',
        message: "etcd stands on the API servers' machines, it has none of its own",
        expected: 'topology: external, or controlPlane.machine',
      }),
    );
  }
  const { type, cpu, memory } = machine;
  const known = type === undefined ? undefined : machineTypes[type];
  if (type !== undefined && known && known.provider !== provider) {
    return [
      refuse('machine.type', {
        code: 'wrong-provider',
        message: `machine type ${type} is sold by ${known.provider}, the cluster runs on ${provider}`,
        expected: `a type of ${provider}, or cpu and memory`,
      }),
    ];
  }
  if (type !== undefined && !known && (cpu === undefined || memory === undefined)) {
    return [
      refuse('machine.type', {
        code: 'unknown-machine-type',
        message: `the size of machine type ${type} is not known`,
        expected: 'machine.cpu and machine.memory beside it',
      }),
    ];
  }
  return [];
}

function rangeContradictions(cluster: Cluster): readonly Contradiction[] {
  const range = parseCidr(cluster.cidrs.nodes);
  assert(range, 'the schema let through only ranges');
  const zones = zonesOf(cluster).length;
  if (blockSize(sizeOf(range), zones) >= LEAST_BLOCK) return [];
  return [
    {
      path: 'spec.cidrs.nodes',
      code: 'cidr-too-small',
      message: `the range of nodes (${range.text}) leaves ${blockSize(sizeOf(range), zones)} addresses to each of ${zones} zones`,
      expected: `at least ${LEAST_BLOCK} addresses for each zone`,
    },
  ];
}
