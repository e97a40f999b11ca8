/** DR01, DR02, DR03: copies of state, where they are kept, and whether anybody has brought one back. */
import { parseDuration, sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import { nameOf } from '../../inventory/identity.ts';
import { annotationsOf, ofKind } from '../../inventory/indexes.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { type EpochSeconds, parseTime } from '../../kubernetes/time.ts';
import { BACKUP_READS, type BackupJob, backupJobs, RETURNS, sayJob } from '../backups.ts';
import { type BackupTarget, backupTargets } from '../backup-targets.ts';
import { DAY_SECONDS, sayDate } from '../certificates.ts';
import { clusterTarget } from '../cluster-target.ts';
import type { RuleContext } from '../context.ts';
import { defect, type Draft, nameOfTarget, type Rule } from '../rule.ts';
import { CNPG_CLUSTER, type StateHolder, stateHolders } from '../state-holders.ts';
import { imageNames } from '../workload-programs.ts';

const RPO_ANNOTATION = 'holdfast.dev/rpo';

/** Groups of operators whose presence tells that backups are made here. */
const SYSTEMS =
  /^(velero\.io|k8up\.io|stash\.appscode\.com|core\.kubestash\.com|config\.kio\.kasten\.io|snapscheduler\.backube|volsync\.backube)\//;

const OPERATORS = new Set(['velero', 'k8up', 'stash', 'kubestash', 'snapscheduler', 'volsync']);

/** True where backups are made at all: what none of them covers was forgotten. */
function makesBackups(world: World, jobs: readonly BackupJob[]): boolean {
  return (
    jobs.length > 0 ||
    [...world.index.byKind.keys()].some((kind) => SYSTEMS.test(kind)) ||
    world.workloads.some((workload) => [...imageNames(workload)].some((name) => OPERATORS.has(name)))
  );
}

/** What may be lost at most: by the workload, by its namespace, by the document. */
function promiseOf(holder: StateHolder, world: World, { plan }: RuleContext): Millis | undefined {
  const namespace = world.namespaces.get(holder.namespace)?.sourced;
  const written =
    holder.annotations[RPO_ANNOTATION] ??
    (namespace === undefined ? undefined : annotationsOf(namespace.object)[RPO_ANNOTATION]);
  return (written === undefined ? undefined : parseDuration(written)) ?? plan?.cluster.objectives.rpo;
}

const dr01: Rule = {
  id: 'DR01',
  family: 'DR',
  title: 'State of which no copy is made, or too rarely',
  severity: 'warning',
  whySeverity:
    'It needs a disk that is lost or a mistaken deletion; then what was written since the last copy is gone, or all of it.',
  takesDown: 'The state of the workload, for good.',
  remedy: 'Cover the namespace with a schedule that is at least as frequent as what may be lost.',
  price: 'Room in the store, and reads of the disks while a copy is made.',
  source:
    'Velero v1.17 docs, api-types/schedule; CloudNativePG v1.28 docs, backup; AWS Well-Architected, REL09 (back up data)',
  needs: 'manifests',
  reads: [...BACKUP_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const jobs = backupJobs(world);
    const holders = stateHolders(world, context).filter(({ shipsItself }) => !shipsItself);
    const known = makesBackups(world, jobs);
    const bare = new Map<string, StateHolder[]>();
    const late = new Map<BackupJob, Late>();
    for (const holder of holders) {
      const promise = promiseOf(holder, world, context);
      if (!known && promise === undefined) continue;
      const running = jobs.filter((one) => one.stopped === undefined && one.covers(holder));
      if (running.length === 0) bare.set(holder.namespace, [...(bare.get(holder.namespace) ?? []), holder]);
      else if (promise !== undefined) yield* tooRare(running, { holder, promise, late });
    }
    for (const group of bare.values()) yield uncovered(group, jobs);
    for (const [one, { promise, holders: lost }] of late) yield rare(one, promise, lost);
    if (!known && bare.size === 0) yield* nothingShown(world, holders, context);
  },
};

interface Late {
  readonly promise: Millis;
  readonly holders: readonly StateHolder[];
}

/** The most frequent of those that cover it decides. */
function* tooRare(
  running: readonly BackupJob[],
  {
    holder,
    promise,
    late,
  }: { readonly holder: StateHolder; readonly promise: Millis; readonly late: Map<BackupJob, Late> },
): Iterable<Draft> {
  const timed = running.filter((one) => one.every !== undefined);
  const best = timed.toSorted((a, b) => (a.every ?? 0) - (b.every ?? 0))[0];
  if (best?.every !== undefined && best.every <= promise) return;
  const [untold] = running.filter((one) => one.every === undefined);
  if (untold !== undefined || best === undefined) {
    yield { unknown: `how often ${untold === undefined ? 'a backup' : sayJob(untold)} makes a copy` };
    return;
  }
  const before = late.get(best);
  late.set(best, {
    promise: Math.min(promise, before?.promise ?? promise),
    holders: [...(before?.holders ?? []), holder],
  });
}

function uncovered(group: readonly StateHolder[], jobs: readonly BackupJob[]): Draft {
  const [first] = group as [StateHolder, ...StateHolder[]];
  const names = sayFew(group.map(({ kind, name }) => `${kind}/${name}`));
  const stopped = jobs.find((one) => one.stopped !== undefined && one.covers(first));
  const takesDown = workloadsOf(group);
  if (stopped?.stopped !== undefined)
    return {
      on: stopped.on,
      path: stopped.stopped,
      message: `${sayJob(stopped)} is switched off, and nothing else makes a copy of ${names} in namespace ${first.namespace}.`,
      takesDown,
    };
  return {
    on: first.on,
    path: first.path,
    message: `No schedule that is given makes a copy of ${names} in namespace ${first.namespace}.`,
    takesDown,
  };
}

function sayFew(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

function workloadsOf(holders: readonly StateHolder[]): readonly Workload[] {
  return holders.flatMap(({ on }) => ('templates' in on ? [on] : []));
}

function rare(one: BackupJob, promise: Millis, holders: readonly StateHolder[]): Draft {
  const every = one.every ?? 0;
  const names = sayFew(holders.map(({ namespace, name }) => `${namespace}/${name}`));
  return {
    on: one.on,
    path: one.path,
    message: `${one.schedule ?? 'It'} makes a copy of ${names} every ${sayDuration(every)} at the longest; ${sayDuration(promise)} is promised: ${sayDuration(every - promise)} more may be lost.`,
    takesDown: workloadsOf(holders),
  };
}

/** Nothing speaks of backups. In manifests they may be the provider's; in a cluster that was read they would be seen. */
function* nothingShown(world: World, holders: readonly StateHolder[], context: RuleContext): Iterable<Draft> {
  const [first] = holders;
  if (first === undefined) return;
  const what = `${first.namespace}/${first.name}${holders.length > 1 ? ` and ${holders.length - 1} more` : ''}`;
  if (world.workloads.some(({ observed, pods }) => observed && pods.some(({ status }) => status !== undefined)))
    yield {
      on: clusterTarget(context),
      path: [],
      severity: 'info',
      message: `${what} keep state, and no object of a backup system is among what was read.`,
      takesDown: [],
    };
  else
    yield { unknown: `whether ${what} is backed up: no object of a backup system is given, and nothing is promised` };
}

const dr02: Rule = {
  id: 'DR02',
  family: 'DR',
  title: 'Copies that are lost with what they are copies of',
  severity: 'warning',
  whySeverity: 'It needs the loss of the cluster, or of its storage; then the copies are gone with the state.',
  takesDown: 'Every restore after the loss of the cluster.',
  remedy:
    'Keep copies in a store outside of the cluster, better in another region; a store inside may be a second one.',
  price: 'Traffic out of the cluster, and between regions where there are two.',
  source: 'Velero v1.17 docs, locations; etcd v3.6 docs, op-guide/recovery; AWS Well-Architected, REL13',
  needs: 'manifests',
  reads: [...BACKUP_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const targets = backupTargets(world);
    const inside = targets.filter((target) => target.inside !== undefined);
    // A second store outside makes the one inside a quick one.
    const kinds = new Set(targets.filter((target) => target.inside === undefined).map(kindOf));
    for (const target of inside) {
      if (kindOf(target) === 'BackupStorageLocation' && kinds.has('BackupStorageLocation')) continue;
      yield {
        on: target.on,
        path: target.path,
        message: `Copies are kept in ${target.inside ?? ''}, which is lost with the cluster.`,
        takesDown: [],
      };
    }
    yield* sameRegion(targets, world, context);
  },
};

function kindOf({ on }: BackupTarget): string {
  return nameOfTarget(on).kind;
}

function* sameRegion(targets: readonly BackupTarget[], world: World, { plan }: RuleContext): Iterable<Draft> {
  const regions = new Set(
    plan?.cluster.regions.map(({ name }) => name) ??
      world.zones.map(({ region }) => region).filter((name) => name !== ''),
  );
  const [only] = regions;
  if (regions.size !== 1 || only === undefined) return;
  const outside = targets.filter(({ inside, region }) => inside === undefined && region !== undefined);
  if (outside.some(({ region }) => region !== only)) return;
  for (const { on, path } of outside)
    yield {
      on,
      path,
      severity: 'info',
      message: `The store is in ${only}, as the whole cluster is: the loss of the region takes both.`,
      takesDown: [],
    };
}

/** Once in three months: AWS Well-Architected REL09-BP04 asks for regular restores and leaves the number open. */
const TESTED_WITHIN_DAYS = 90;

/** Objects that a restore leaves behind, and where they say when it ended well. */
const RESTORES: readonly {
  readonly kind: string;
  readonly time: readonly string[];
  readonly done: readonly [string, string] | undefined;
}[] = [
  { kind: 'velero.io/Restore', time: ['status', 'completionTimestamp'], done: ['phase', 'Completed'] },
  { kind: 'k8up.io/Restore', time: ['metadata', 'creationTimestamp'], done: ['finished', 'true'] },
  { kind: 'stash.appscode.com/RestoreSession', time: ['metadata', 'creationTimestamp'], done: ['phase', 'Succeeded'] },
  { kind: 'core.kubestash.com/RestoreSession', time: ['metadata', 'creationTimestamp'], done: ['phase', 'Succeeded'] },
  { kind: 'volsync.backube/ReplicationDestination', time: ['status', 'lastSyncTime'], done: undefined },
];

function lastRestore(world: World): EpochSeconds | undefined {
  const times = RESTORES.flatMap(({ kind, time, done }) =>
    ofKind(world.index, kind)
      .filter(({ object }) => done === undefined || String(at(object, 'status', done[0])) === done[1])
      .map(({ object }) => parseTime(at(object, ...time))),
  );
  const made = ofKind(world.index, CNPG_CLUSTER)
    .filter(({ object }) => at(object, 'spec', 'bootstrap', 'recovery') !== undefined)
    .map(({ object }) => parseTime(at(object, 'metadata', 'creationTimestamp')));
  const tests = restoreTests(world).map(({ sourced }) =>
    parseTime(at(sourced?.object, 'status', 'lastSuccessfulTime')),
  );
  const all = [...times, ...made, ...tests].filter((time) => time !== undefined);
  return all.length === 0 ? undefined : Math.max(...all);
}

function restoreTests(world: World): readonly Workload[] {
  return world.workloads.filter(({ kind, name }) => kind === 'CronJob' && RETURNS.test(name));
}

/** Backups as a cluster holds them, not as manifests ask for them. */
function isRead({ on }: BackupJob): boolean {
  return at(on.object, 'metadata', 'uid') !== undefined && at(on.object, 'status') !== undefined;
}

const dr03: Rule = {
  id: 'DR03',
  family: 'DR',
  title: 'Nobody has brought a copy back for months',
  severity: 'info',
  whySeverity:
    'Nothing goes down by it; but a copy that was never restored is found to be broken on the day it is needed.',
  takesDown:
    'The recovery, when a copy turns out to be empty, too slow to restore or encrypted with a key that is gone.',
  remedy: `Restore into a namespace of its own at least every ${TESTED_WITHIN_DAYS} days, by a CronJob that fails when the data is not there.`,
  price: 'Room for the restored state while the test runs.',
  source:
    'AWS Well-Architected, REL09-BP04 (perform periodic recovery of the data); Velero v1.17 docs, restore-reference',
  needs: 'live',
  reads: [...BACKUP_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const jobs = backupJobs(world).filter((one) => one.stopped === undefined && isRead(one));
    const [first] = jobs;
    if (first === undefined) return;
    if (context.now === undefined) {
      yield { unknown: 'when a copy was restored last: the time is not told' };
      return;
    }
    const last = lastRestore(world);
    if (last !== undefined && context.now - last <= TESTED_WITHIN_DAYS * DAY_SECONDS) return;
    const [test] = restoreTests(world);
    yield {
      on: test ?? first.on,
      path: test === undefined ? first.path : ['spec', 'schedule'],
      message:
        last === undefined
          ? `${sayJob(first)} makes copies, and ${test === undefined ? 'nothing that was read shows that one was ever restored' : `${nameOf(test.sourced?.object ?? first.on.object)} has never restored one`}.`
          : `${sayJob(first)} makes copies, and the last restore that was read is of ${sayDate(last)}.`,
      takesDown: [],
      cause: defect('restore', clusterTarget(context)),
    };
  },
};

export const recoveryBackup: readonly Rule[] = [dr01, dr02, dr03];
