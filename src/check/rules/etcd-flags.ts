/** ET07: how etcd is started. */
import { parseDuration, sayDuration } from '../../core/duration.ts';
import { sayBytes } from '../../core/quantity.ts';
import {
  type Component,
  componentPods,
  isComponentShown,
  type WrittenFlag,
  writtenFlag,
} from '../../inventory/component-flags.ts';
import type { World } from '../../inventory/world.ts';
import { quotaForPods } from '../../systems/etcd/load.ts';
import { ELECTION_ROUND_TRIPS, LEAST_BEATS, roundTripOf } from '../../systems/etcd/timers.ts';
import type { RuleContext } from '../context.ts';
import { onFlag } from '../flag-place.ts';
import type { Draft, FindingDraft, Rule } from '../rule.ts';

const et07: Rule = {
  id: 'ET07',
  family: 'ET',
  title: 'etcd is started in a way that stops it, or loses what it holds',
  severity: 'error',
  whySeverity:
    'It needs nothing but time or a crash: the history fills the quota and writes end, members call elections, or what was written is gone.',
  takesDown: 'Writes to the API, and with them every repair, until a person acts.',
  remedy:
    'Leave compaction to the API server (5m), give the same timers to all members, and 4Gi or 8Gi of quota to a large cluster.',
  price: 'A larger quota makes restores and defragmentation slower.',
  source:
    'etcd v3.6 docs, tuning and op-guide/maintenance; server/storage/quota.go (2 GiB); apiserver v0.36.3 etcd3/compact.go',
  needs: 'manifests',
  reads: ['/ConfigMap'],
  acrossNamespaces: true,
  *check(world, context) {
    yield* dangerous(world);
    yield* compaction(world);
    yield* quota(world);
    yield* timers(world, context);
  },
};

const DANGEROUS: Readonly<Record<string, string>> = {
  'unsafe-no-fsync':
    'etcd answers before its log is on disk: a machine that loses power forgets what it has promised, and members disagree.',
  'force-new-cluster': 'every start of this member makes a cluster of it alone, beside the others.',
};

function* dangerous(world: World): Iterable<FindingDraft> {
  for (const [name, what] of Object.entries(DANGEROUS)) {
    const flag = writtenFlag(world, { component: 'etcd', name });
    if (flag?.value === 'true') yield { ...onFlag(flag), message: `With --${name} ${what}` };
  }
}

function* compaction(world: World): Iterable<Draft> {
  const off = writtenFlag(world, { component: 'kube-apiserver', name: 'etcd-compaction-interval' });
  if (off === undefined || parseDuration(off.value) !== 0) return;
  if (!isComponentShown(world, 'etcd') || world.controlPlane.etcd.topology === 'external') {
    yield { unknown: 'the API server compacts nothing, and whether etcd does so itself is not shown' };
    return;
  }
  const retention = writtenFlag(world, { component: 'etcd', name: 'auto-compaction-retention' });
  if (retention !== undefined && !/^0[a-z]*$/.test(retention.value)) return;
  yield {
    ...onFlag(off),
    message:
      '--etcd-compaction-interval=0 and no auto-compaction-retention of etcd: every change is kept until the quota is full and writes are refused.',
  };
}

/** etcd v3.6.14 server/storage/quota.go: DefaultQuotaBytes. */
const DEFAULT_QUOTA = 2 * 2 ** 30;

function* quota(world: World): Iterable<FindingDraft> {
  if (!isComponentShown(world, 'etcd') || world.controlPlane.etcd.topology === 'external') return;
  const written = writtenFlag(world, { component: 'etcd', name: 'quota-backend-bytes' });
  const value = written === undefined ? 0 : Number(written.value);
  const place = written ?? anyFlag(world, 'etcd');
  if (place === undefined || !Number.isFinite(value)) return;
  if (value < 0) {
    yield {
      ...onFlag(place),
      severity: 'warning',
      message: `quota-backend-bytes ${value} takes the quota away: etcd grows until its disk is full, and then cannot even compact.`,
    };
    return;
  }
  const pods = world.workloads.reduce((sum, workload) => sum + workload.pods.length, 0);
  const [limit, wanted] = [value === 0 ? DEFAULT_QUOTA : value, quotaForPods(pods)];
  if (limit >= wanted) return;
  yield {
    ...onFlag(place),
    severity: 'warning',
    message: `${pods} pods with what belongs to them need a quota of ${sayBytes(wanted)} by our estimate; it is ${sayBytes(limit)}${value === 0 ? ', which is the default' : ''}.`,
  };
}

/** Where flags of the component are written, for one that is missing. */
function anyFlag(world: World, component: Component): WrittenFlag | undefined {
  const [pod] = componentPods(world.index).filter((one) => one.component === component);
  if (pod !== undefined) return { value: '', sourced: pod.sourced, path: ['spec', 'containers', 0, 'command'] };
  return undefined;
}

/** etcd v3.6 server/embed/config.go: 100 ms and 1,000 ms. */
const TIMERS = [
  { name: 'heartbeat-interval', fallback: 100 },
  { name: 'election-timeout', fallback: 1_000 },
] as const;

/** The first timer on which members do not agree. */
function disagreement({ index }: World): FindingDraft | undefined {
  const members = componentPods(index).filter(({ component }) => component === 'etcd');
  for (const { name, fallback } of TIMERS) {
    const flags = members.map((member) => member.flags.get(name));
    const values = flags.map((flag) => flag?.value ?? String(fallback));
    const other = values.findIndex((value) => value !== values[0]);
    const flag = flags[other] ?? flags[0];
    if (other < 0 || flag === undefined) continue;
    return {
      ...onFlag(flag),
      severity: 'warning',
      message: `Members do not agree on --${name}: ${[...new Set(values)].join(', ')} ms. The hasty ones call elections that nobody needs.`,
    };
  }
  return undefined;
}

function* timers(world: World, { plan }: RuleContext): Iterable<FindingDraft> {
  const differs = disagreement(world);
  if (differs !== undefined) {
    yield differs;
    return;
  }
  const [heartbeat, election] = TIMERS.map(({ name }) => writtenFlag(world, { component: 'etcd', name }));
  const [beat, silence] = [Number(heartbeat?.value ?? 100), Number(election?.value ?? 1_000)];
  const place = election ?? heartbeat;
  if (place === undefined || !(beat > 0 && silence > 0)) return;
  const roundTrip = plan === undefined ? 0 : roundTripOf(plan.cluster);
  if (silence < LEAST_BEATS * beat)
    yield {
      ...onFlag(place),
      message: `etcd does not start: an election timeout of ${silence} ms is less than ${LEAST_BEATS} heartbeats of ${beat} ms.`,
    };
  else if (silence < ELECTION_ROUND_TRIPS * roundTrip)
    yield {
      ...onFlag(place),
      severity: 'warning',
      message: `An election timeout of ${silence} ms is less than ${ELECTION_ROUND_TRIPS} round trips of ${sayDuration(roundTrip)}: their variance makes elections.`,
    };
}

export const etcdFlags: readonly Rule[] = [et07];
