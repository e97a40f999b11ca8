/**
 * What makes copies of state on a schedule: objects of backup operators and CronJobs, with what they cover and how long
 * they may pause. Each kind is one reader; what is not known of a kind is not guessed: it covers its namespace, and how
 * often it runs is unknown.
 */
import type { KindKey } from './reads.ts';
import { isObject } from '../core/json.ts';
import type { Millis } from '../core/units.ts';
import { nameOf, namespaceOf, type Sourced } from '../inventory/identity.ts';
import { ofKind } from '../inventory/indexes.ts';
import type { Workload, World } from '../inventory/world.ts';
import { longestGap } from '../kubernetes/cron.ts';
import { at, type FieldPath, type Labels, reader } from '../kubernetes/objects.ts';
import { readSelector, selects } from '../kubernetes/selectors.ts';
import { list, podSpecOf, writtenContainer } from './reach.ts';
import { CNPG_CLUSTER, type StateHolder } from './state-holders.ts';

/** What speaks of backups: objects of backup systems and, as an operator may make them itself, of anything that is served. */
export const BACKUP_READS: readonly KindKey[] = [
  '*',
  '/Namespace',
  '/PersistentVolumeClaim',
  'velero.io/*',
  'k8up.io/*',
  'stash.appscode.com/*',
  'core.kubestash.com/*',
  'storage.kubestash.com/*',
  'config.kio.kasten.io/*',
  'snapscheduler.backube/*',
  'volsync.backube/*',
  'longhorn.io/BackupTarget',
  'longhorn.io/RecurringJob',
  'longhorn.io/Setting',
  'postgresql.cnpg.io/*',
  'barmancloud.cnpg.io/*',
];

export interface BackupJob {
  readonly on: Sourced;
  /** Where it says when. */
  readonly path: FieldPath;
  readonly schedule: string | undefined;
  /** The longest time between two of its copies; undefined when it is not known. */
  readonly every: Millis | undefined;
  /** Where it is switched off; undefined while it runs. */
  readonly stopped: FieldPath | undefined;
  readonly covers: (holder: StateHolder) => boolean;
}

/** Every backup that is written down, running or not. */
export function backupJobs(world: World): readonly BackupJob[] {
  return [
    ...Object.entries(READERS).flatMap(([kind, read]) =>
      ofKind(world.index, kind).flatMap((on) => read(on, world) ?? []),
    ),
    ...otherJobs(world),
    ...cronJobs(world),
  ];
}

/** `Schedule velero/daily`. */
export function sayJob({ on: { object } }: Pick<BackupJob, 'on'>): string {
  const namespace = homeOf(object);
  return `${object.kind} ${namespace === '' ? '' : `${namespace}/`}${nameOf(object)}`;
}

/** The namespace of an object of a kind whose scope nobody told. */
function homeOf(object: Sourced['object']): string {
  const written = namespaceOf(object) ?? at(object, 'metadata', 'namespace');
  return typeof written === 'string' ? written : '';
}

type Reading = (on: Sourced, world: World) => BackupJob | undefined;

/** A job from the place of its schedule, the place of its switch, and what it covers. */
function job(
  on: Sourced,
  path: FieldPath,
  covers: BackupJob['covers'],
  { off = [], offValue = true }: { readonly off?: FieldPath; readonly offValue?: unknown } = {},
): BackupJob {
  const written = at(on.object, ...path);
  const schedule = typeof written === 'string' ? written : undefined;
  return {
    on,
    path,
    schedule,
    // K8up takes `@daily-random`: a time of the day of its own choice, the same every day.
    every: schedule === undefined ? undefined : longestGap(schedule.replace(/-random$/, '')),
    stopped: off.length > 0 && at(on.object, ...off) === offValue ? off : undefined,
    covers,
  };
}

const inNamespace =
  (on: Sourced): BackupJob['covers'] =>
  ({ namespace }) =>
    namespace === (homeOf(on.object) || 'default');

const READERS: Readonly<Record<string, Reading>> = {
  'velero.io/Schedule': (on) => job(on, ['spec', 'schedule'], veleroCovers(on), { off: ['spec', 'paused'] }),
  'snapscheduler.backube/SnapshotSchedule': (on) =>
    job(on, ['spec', 'schedule'], claimSelected(on), { off: ['spec', 'disabled'] }),
  'k8up.io/Schedule': (on) => {
    const path = ['spec', 'backup', 'schedule'];
    return at(on.object, ...path) === undefined ? undefined : job(on, path, inNamespace(on));
  },
  'stash.appscode.com/BackupConfiguration': (on) =>
    job(on, ['spec', 'schedule'], targetCovers(on, ['spec', 'target', 'ref']), { off: ['spec', 'paused'] }),
  'core.kubestash.com/BackupConfiguration': (on) =>
    job(on, ['spec', 'sessions', 0, 'scheduler', 'schedule'], targetCovers(on, ['spec', 'target']), {
      off: ['spec', 'paused'],
    }),
  'volsync.backube/ReplicationSource': (on) => {
    const claim = at(on.object, 'spec', 'sourcePVC');
    return job(
      on,
      ['spec', 'trigger', 'schedule'],
      (holder) => inNamespace(on)(holder) && holder.claims.some(({ name }) => name === claim),
      { off: ['spec', 'paused'] },
    );
  },
  'config.kio.kasten.io/Policy': (on) => job(on, ['spec', 'frequency'], kastenCovers(on), { off: ['spec', 'paused'] }),
  'longhorn.io/RecurringJob': (on) => {
    const task = at(on.object, 'spec', 'task');
    // Snapshots stay on the disks that they are of.
    if (typeof task !== 'string' || !task.startsWith('backup')) return undefined;
    return job(on, ['spec', 'cron'], ({ claims }) =>
      claims.some(({ storageClass }) => at(storageClass?.sourced.object, 'provisioner') === 'driver.longhorn.io'),
    );
  },
  'postgresql.cnpg.io/ScheduledBackup': scheduledBackup,
};

/** CloudNativePG ships what is written since the base backup at least every five minutes (archive_timeout: docs, wal_archiving). */
const ARCHIVE_TIMEOUT = 300_000;

function scheduledBackup(on: Sourced, world: World): BackupJob {
  const cluster = at(on.object, 'spec', 'cluster', 'name');
  const made = job(
    on,
    ['spec', 'schedule'],
    (holder) => holder.kind === 'Cluster' && holder.name === cluster && inNamespace(on)(holder),
    { off: ['spec', 'suspend'] },
  );
  const of = ofKind(world.index, CNPG_CLUSTER).find(
    ({ object }) => nameOf(object) === cluster && homeOf(object) === homeOf(on.object),
  );
  return archives(of?.object) ? { ...made, every: ARCHIVE_TIMEOUT } : made;
}

function archives(cluster: unknown): boolean {
  return (
    isObject(at(cluster, 'spec', 'backup', 'barmanObjectStore')) ||
    list(cluster, ['spec', 'plugins']).some(
      (plugin) => at(plugin, 'isWALArchiver') === true && at(plugin, 'enabled') !== false,
    )
  );
}

const DATA = /^(\*|persistentvolumeclaims?|pvc|persistentvolumes?|pv|pods?|po)(\.|$)/;
const CLAIMS = /^(\*|persistentvolumeclaims?|pvc)(\.|$)/;

/** velero pkg/apis/velero/v1/backup_types.go: what is not named is included; a pod brings its claims with it. */
function veleroCovers({ object }: Sourced): BackupJob['covers'] {
  const template = at(object, 'spec', 'template');
  const texts = (...keys: readonly string[]): readonly string[] =>
    keys.flatMap((key) => list(template, [key])).filter((one) => typeof one === 'string');
  const [included, excluded] = [texts('includedNamespaces'), texts('excludedNamespaces')];
  const resources = texts('includedResources', 'includedNamespaceScopedResources');
  const left = texts('excludedResources', 'excludedNamespaceScopedResources');
  const data =
    (resources.length === 0 || resources.some((one) => DATA.test(one.toLowerCase()))) &&
    !left.some((one) => CLAIMS.test(one.toLowerCase()));
  const copies =
    at(template, 'snapshotVolumes') !== false ||
    at(template, 'defaultVolumesToFsBackup') === true ||
    at(template, 'defaultVolumesToRestic') === true ||
    at(template, 'snapshotMoveData') === true;
  const selectors = [
    ...(isObject(at(template, 'labelSelector')) ? [readSelector(reader(template), 'labelSelector')] : []),
    ...list(template, ['orLabelSelectors']).map((one) => readSelector(reader({ one }), 'one')),
  ];
  return ({ namespace, labels, annotations }) =>
    data &&
    (copies || annotations['backup.velero.io/backup-volumes'] !== undefined) &&
    (included.length === 0 || included.some((one) => isLike(one, namespace))) &&
    !excluded.some((one) => isLike(one, namespace)) &&
    !labels.some((some) => some['velero.io/exclude-from-backup'] === 'true') &&
    (selectors.length === 0 || selectors.some((selector) => labels.some((some) => selects(selector, some))));
}

/** `*` stands for any letters. */
function isLike(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

function claimSelected(on: Sourced): BackupJob['covers'] {
  const spec = at(on.object, 'spec');
  const selector = isObject(at(spec, 'claimSelector')) ? readSelector(reader(spec), 'claimSelector') : undefined;
  return (holder) =>
    inNamespace(on)(holder) &&
    (selector === undefined || holder.labels.some((labels: Labels) => selects(selector, labels)));
}

/** By workload or claim; a database is named by its binding, whose name tells nothing. */
function targetCovers(on: Sourced, path: FieldPath): BackupJob['covers'] {
  const target = at(on.object, ...path);
  const [kind, name, namespace] = [at(target, 'kind'), at(target, 'name'), at(target, 'namespace')];
  const home = typeof namespace === 'string' ? namespace : homeOf(on.object);
  const known = new Set(['StatefulSet', 'Deployment', 'PersistentVolumeClaim']);
  return (holder) =>
    holder.namespace === home &&
    (typeof kind !== 'string' ||
      !known.has(kind) ||
      (holder.kind === kind && holder.name === name) ||
      holder.claims.some((claim) => claim.name === name));
}

const KASTEN_NAMESPACE = 'k10.kasten.io/appNamespace';

function kastenCovers({ object }: Sourced): BackupJob['covers'] {
  const selector = readSelector(reader(at(object, 'spec')), 'selector');
  if (selector.matches === 'nothing') return () => true;
  const aboutNamespaces = selector.requirements.every(({ key }) => key === KASTEN_NAMESPACE);
  return ({ namespace }) => !aboutNamespaces || selects(selector, { [KASTEN_NAMESPACE]: namespace });
}

/** Kinds of other operators that say something of backups: `spec.backup` of a database, a `Backup` with a schedule. */
function otherJobs(world: World): readonly BackupJob[] {
  const kinds = [...world.index.byKind.keys()].filter(
    (kind) =>
      !Object.hasOwn(READERS, kind) &&
      kind !== CNPG_CLUSTER &&
      /^[^/]*\./.test(kind) &&
      !/^[^/]*\.k8s\.io\//.test(kind),
  );
  return kinds.flatMap((kind) =>
    ofKind(world.index, kind).flatMap((on): readonly BackupJob[] => {
      const path = otherPath(on.object);
      if (path === undefined) return [];
      return [{ on, path, schedule: undefined, every: undefined, stopped: undefined, covers: inNamespace(on) }];
    }),
  );
}

function otherPath(object: Sourced['object']): FieldPath | undefined {
  for (const field of ['backup', 'backups']) if (hasSchedule(at(object, 'spec', field))) return ['spec', field];
  return /backup|snapshot/i.test(object.kind) && hasSchedule(at(object, 'spec')) ? ['spec'] : undefined;
}

const DEEPEST = 6;

/** A field somewhere in it that says when. */
function hasSchedule(value: unknown, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (Array.isArray(value)) return value.some((item) => hasSchedule(item, depth + 1));
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) => (/schedule|cron|frequency/i.test(key) && inner !== null) || hasSchedule(inner, depth + 1),
  );
}

const COPIES = /backup|dump|restic|borg|wal-?[eg]\b|pgbackrest|kopia|rclone|barman|snapshot/i;

/** What brings copies back, to see that it can be done. */
export const RETURNS = /restore|recover|verify/i;

/** What its containers run, as one text. */
export function commandOf(workload: Workload): string {
  return podSpecOf(workload)
    .containers.map((container) => {
      const written = writtenContainer(workload, container);
      const words = ['command', 'args'].flatMap((field) => list(written, [field]));
      return [container.image, ...words.filter((word) => typeof word === 'string')].join(' ');
    })
    .join('\n');
}

/** CronJobs that by their name or their command make copies; who they are of is told by the namespace, or by a host that they name. */
function cronJobs(world: World): readonly BackupJob[] {
  return world.workloads.flatMap((workload): readonly BackupJob[] => {
    const { kind, name, sourced } = workload;
    if (kind !== 'CronJob' || sourced === undefined) return [];
    const command = commandOf(workload);
    if (RETURNS.test(name) || (!COPIES.test(name) && !COPIES.test(command))) return [];
    const home = inNamespace(sourced);
    return [
      job(
        sourced,
        ['spec', 'schedule'],
        (holder) => home(holder) || command.includes(`${holder.name}.${holder.namespace}`),
        { off: ['spec', 'suspend'] },
      ),
    ];
  });
}
