/** Alerts about members, leaders and what is left of the quorum. */
import type { Alert } from '../../../system.ts';
import type { Settled } from '../settings.ts';
import { JOBS, memberSeries, MEMBER, MINUTE, MIXIN } from './series.ts';

/** Members gone, no leader, leaders that change, proposals that fail. */
export function quorumAlerts(facts: Settled): readonly Alert[] {
  const jobs = facts.settings.eventsApart ? ['etcd', 'etcd-events'] : ['etcd'];
  return [
    noLeader(),
    ...jobs.flatMap((job) => [
      insufficient(facts, job),
      ...(facts.members.length > 1 ? [membersDown(facts, job)] : []),
    ]),
    leaderChanges(),
    failedProposals(),
  ];
}

function noLeader(): Alert {
  return {
    name: 'etcdNoLeader',
    expr: `etcd_server_has_leader{${JOBS}} == 0`,
    for: MINUTE,
    severity: 'critical',
    summary:
      'Member {{ $labels.instance }} has no leader for a minute: it takes no writes, and nothing is scheduled or repaired.',
    runbook: 'quorum-lost',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 3 * MINUTE,
      firing: [memberSeries('etcd_server_has_leader', '0x5')],
      quiet: [memberSeries('etcd_server_has_leader', '1x5')],
      labels: MEMBER,
    },
  };
}

function suffix(job: string): string {
  return job === 'etcd' ? '' : 'Events';
}

/** The mixin counts targets; a lost machine's target may be gone as well, so ours compares with the members of the plan. */
function upMembers(job: string): string {
  return `(sum(up{job="${job}"}) or vector(0))`;
}

function members(job: string, up: number, all: number): Alert['test']['firing'] {
  return Array.from({ length: all }, (_, index) => ({
    series: `up{instance="10.0.${index}.11:2381",job="${job}"}`,
    values: index < up ? '1x60' : '0x60',
  }));
}

function insufficient({ members: all, quorum }: Settled, job: string): Alert {
  return {
    name: `etcdInsufficientMembers${suffix(job)}`,
    expr: `${upMembers(job)} < ${quorum}`,
    for: 3 * MINUTE,
    severity: 'critical',
    summary: `Fewer than ${quorum} of ${all.length} members of ${job} answer, so there is no quorum: no write succeeds. Or nothing scrapes them, and every other alert is blind.`,
    runbook: 'quorum-lost',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 10 * MINUTE,
      firing: members(job, quorum - 1, all.length),
      quiet: members(job, quorum, all.length),
    },
  };
}

function membersDown({ members: all, quorum }: Settled, job: string): Alert {
  return {
    name: `etcdMembersDown${suffix(job)}`,
    expr: `${upMembers(job)} < ${all.length}`,
    for: 20 * MINUTE,
    severity: 'warning',
    summary: `Fewer than ${all.length} members of ${job} answer for 20 minutes: ${all.length - quorum} may be missing before writes stop.`,
    runbook: 'replace-member',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 30 * MINUTE,
      firing: members(job, all.length - 1, all.length),
      quiet: members(job, all.length, all.length),
    },
  };
}

function leaderChanges(): Alert {
  const changes = `max by (job) (etcd_server_leader_changes_seen_total{${JOBS}})`;
  return {
    name: 'etcdHighNumberOfLeaderChanges',
    expr: `increase((${changes} or 0 * absent(etcd_server_leader_changes_seen_total{${JOBS}}))[15m:1m]) >= 4`,
    for: 5 * MINUTE,
    severity: 'warning',
    summary:
      'The leader of {{ $labels.job }} changed four times or more in 15 minutes: each change stops writes; a slow disk or network is the usual cause.',
    runbook: 'slow-etcd',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 25 * MINUTE,
      firing: [memberSeries('etcd_server_leader_changes_seen_total', '0+1x30')],
      quiet: [memberSeries('etcd_server_leader_changes_seen_total', '0x10 1x20')],
      labels: { job: MEMBER.job },
    },
  };
}

function failedProposals(): Alert {
  return {
    name: 'etcdHighNumberOfFailedProposals',
    expr: `rate(etcd_server_proposals_failed_total{${JOBS}}[15m]) > 5`,
    for: 15 * MINUTE,
    severity: 'warning',
    summary: 'More than five writes a second fail on {{ $labels.instance }}: elections, or no quorum.',
    runbook: 'quorum-lost',
    source: MIXIN,
    test: {
      interval: MINUTE,
      at: 35 * MINUTE,
      firing: [memberSeries('etcd_server_proposals_failed_total', '0+600x40')],
      quiet: [memberSeries('etcd_server_proposals_failed_total', '0+60x40')],
      labels: MEMBER,
    },
  };
}
