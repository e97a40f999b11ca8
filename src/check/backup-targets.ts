/** Where copies are kept: which of these places are lost together with the cluster. */
import { nameOf, namespaceOf, type Sourced } from '../inventory/identity.ts';
import { find, ofKind } from '../inventory/indexes.ts';
import type { Workload, World } from '../inventory/world.ts';
import { at, type FieldPath } from '../kubernetes/objects.ts';
import { commandOf } from './backups.ts';
import { claimNamed } from './lookups.ts';
import { list, podPath, podSpecOf } from './reach.ts';

export interface BackupTarget {
  readonly on: Sourced | Workload;
  readonly path: FieldPath;
  /** In the cluster itself: what stands there, for a sentence. */
  readonly inside: string | undefined;
  /** Of the provider; undefined when it is not written. */
  readonly region: string | undefined;
}

/** Where each kind writes the address of its store, and its region. */
const ADDRESSES: readonly { readonly kind: string; readonly address: FieldPath; readonly region?: FieldPath }[] = [
  {
    kind: 'velero.io/BackupStorageLocation',
    address: ['spec', 'config', 's3Url'],
    region: ['spec', 'config', 'region'],
  },
  { kind: 'postgresql.cnpg.io/Cluster', address: ['spec', 'backup', 'barmanObjectStore', 'endpointURL'] },
  { kind: 'barmancloud.cnpg.io/ObjectStore', address: ['spec', 'configuration', 'endpointURL'] },
  { kind: 'k8up.io/Schedule', address: ['spec', 'backend', 's3', 'endpoint'] },
  {
    kind: 'stash.appscode.com/Repository',
    address: ['spec', 'backend', 's3', 'endpoint'],
    region: ['spec', 'backend', 's3', 'region'],
  },
  {
    kind: 'storage.kubestash.com/BackupStorage',
    address: ['spec', 'storage', 's3', 'endpoint'],
    region: ['spec', 'storage', 's3', 'region'],
  },
  { kind: 'longhorn.io/BackupTarget', address: ['spec', 'backupTargetURL'] },
];

export function backupTargets(world: World): readonly BackupTarget[] {
  return [
    ...ADDRESSES.flatMap(({ kind, address, region }) =>
      ofKind(world.index, kind).map((on) => targetAt(world, on, { address, region })),
    ),
    // Longhorn before v1.8 keeps it among its settings.
    ...ofKind(world.index, 'longhorn.io/Setting')
      .filter(({ object }) => nameOf(object) === 'backup-target')
      .map((on) => targetAt(world, on, { address: ['value'], region: undefined })),
    ...world.workloads.flatMap((workload) => dumpTarget(world, workload)),
  ];
}

function targetAt(
  world: World,
  on: Sourced,
  { address, region }: { readonly address: FieldPath; readonly region: FieldPath | undefined },
): BackupTarget {
  const url = at(on.object, ...address);
  const written = region === undefined ? undefined : at(on.object, ...region);
  const inside = typeof url === 'string' ? serviceAt(world, url, namespaceOf(on.object) ?? 'default') : undefined;
  // s3://bucket@region/path, as Longhorn writes it.
  const inUrl = typeof url === 'string' ? /^s3:\/\/[^@/]+@([a-z0-9-]+)\//.exec(url)?.[1] : undefined;
  return {
    on,
    path: inside === undefined && region !== undefined ? region : address,
    inside: inside === undefined ? undefined : `Service ${inside}`,
    region: typeof written === 'string' ? written : inUrl,
  };
}

/** The Service of the cluster that an address leads to, `namespace/name`; undefined when it leads out, or nobody can tell. */
export function serviceAt(world: World, address: string, home: string): string | undefined {
  const host = /^(?:[a-z0-9+]+:\/\/)?(?:[^@/]*@)?([a-z0-9.-]+)/i.exec(address)?.[1]?.toLowerCase();
  if (host === undefined) return undefined;
  const [name = '', namespace = home, word] = host.split('.');
  if (word === 'svc') return `${namespace}/${name}`;
  const named = host.split('.').length <= 2 && find(world.index, '/Service', namespace, name) !== undefined;
  return named ? `${namespace}/${name}` : entryOf(world, host);
}

/** An Ingress of the cluster that takes requests for the host, by the Service behind it. */
export function entryOf(world: World, host: string): string | undefined {
  const known = entries.get(world) ?? entriesOf(world);
  entries.set(world, known);
  return known.get(host);
}

/** Found once for a world: every image asks. */
const entries = new WeakMap<World, ReadonlyMap<string, string>>();

function entriesOf(world: World): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { object } of ofKind(world.index, 'networking.k8s.io/Ingress')) {
    for (const rule of list(object, ['spec', 'rules'])) {
      const [host, service] = [at(rule, 'host'), at(rule, 'http', 'paths', 0, 'backend', 'service', 'name')];
      if (typeof host !== 'string' || typeof service !== 'string' || found.has(host)) continue;
      found.set(host, `${namespaceOf(object) ?? 'default'}/${service}`);
    }
  }
  return found;
}

const DUMPS =
  /\betcdctl\b.*\bsnapshot\b|\betcdutl\b|\bpg_dump(all)?\b|\bpg_basebackup\b|\bmysqldump\b|\bmariadb-dump\b|\bmongodump\b|\bredis-cli\b.*--rdb/s;

/** Programs that send a file out of the cluster. */
const SENDS =
  /\baws\b|\bs3cmd\b|\bs5cmd\b|\brclone\b|\bmc\b (cp|mirror|pipe)|\bgsutil\b|\bgcloud\b|\bazcopy\b|\baz\b storage|\brestic\b|\bborg\b|\bkopia\b|\bscp\b|\brsync\b|\bsftp\b|\bcurl\b|s3:\/\/|gs:\/\//;

/** Provisioners whose volumes are kept by somebody outside of the cluster's machines and zones. */
const OUTSIDE = /nfs|smb|efs\.csi|filestore|file\.csi\.azure|s3/;

/** A CronJob that writes a dump, and sends it nowhere: the volume that it stays on. */
function dumpTarget(world: World, workload: Workload): readonly BackupTarget[] {
  if (workload.kind !== 'CronJob' || workload.sourced === undefined) return [];
  const command = commandOf(workload);
  // A script in an image or a ConfigMap may send it; only what is written here tells.
  if (!DUMPS.test(command) || SENDS.test(command)) return [];
  const { volumes } = podSpecOf(workload);
  for (const { source } of volumes) {
    const place =
      source.kind === 'hostPath' && !/^\/(etc|var\/lib\/etcd|var\/run|run)(\/|$)/.test(source.path)
        ? `the directory ${source.path} of a node`
        : source.kind === 'claim' && !isOutside(world, workload.namespace, source.claim)
          ? `claim ${workload.namespace}/${source.claim}`
          : undefined;
    if (place !== undefined)
      return [{ on: workload, path: [...podPath(workload), 'volumes'], inside: place, region: undefined }];
  }
  return [];
}

function isOutside(world: World, namespace: string, claim: string): boolean {
  const found = claimNamed(world, namespace, claim);
  const named = found?.spec?.storageClass ?? '';
  const provisioner = at(found?.storageClass?.sourced.object, 'provisioner');
  const modes = found?.spec?.accessModes ?? [];
  return (
    OUTSIDE.test(named) ||
    (typeof provisioner === 'string' && OUTSIDE.test(provisioner)) ||
    modes.includes('ReadWriteMany')
  );
}
