/** RPO and RTO: the state of the cluster is backed up by etcd snapshots; the data of workloads by nothing that is planned here. */
import { sayDuration } from '../../core/duration.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { sentences } from './say.ts';

const WORKLOADS =
  'The data of workloads is backed up by nothing that this version plans, so how much of it a disaster loses is not known.';

export const rpo: Judge = {
  name: 'rpo',
  title: 'Recovery point objective',
  better: 'smaller',
  promise: ({ objectives }) => objectives.rpo,
  say: sayDuration,
  assess: assessRpo,
};

export const rto: Judge = {
  name: 'rto',
  title: 'Recovery time objective',
  better: 'smaller',
  promise: ({ objectives }) => objectives.rto,
  say: sayDuration,
  assess: assessRto,
};

function assessRpo({ facts: { etcd } }: Evidence): Assessment {
  if (!etcd || etcd.topology === 'managed') {
    return {
      evidence: sentences(
        "The provider backs its etcd up and publishes no interval; keep the cluster's objects in git.",
        WORKLOADS,
      ),
    };
  }
  const interval = sayDuration(etcd.snapshotInterval);
  if (etcd.snapshotPlace === 'members') {
    return {
      worst: null,
      measured: 'everything',
      evidence: `A snapshot of etcd is taken every ${interval}, but it stays on the members: a disaster that takes them takes the snapshots too. ${WORKLOADS}`,
      remedy: 'Name a bucket outside of the cluster for the snapshots (spec.etcd.backup.bucket).',
    };
  }
  const longest = etcd.longestSnapshotGap;
  const gap = sayDuration(longest);
  return {
    floor: longest,
    evidence: sentences(
      `A snapshot of etcd every ${interval} loses at most ${gap} of the cluster's own state${longest > etcd.snapshotInterval ? ', when a member is lost at the worst moment' : ''}.`,
      WORKLOADS,
    ),
    remedy: `Take snapshots more often than every ${interval} (spec.etcd.backup).`,
  };
}

function assessRto({ facts: { etcd } }: Evidence): Assessment {
  const state =
    etcd && etcd.topology !== 'managed'
      ? 'The runbook of etcd restores the state of the cluster; how long that takes with this cluster is measured by doing it.'
      : 'The provider restores its control plane; what it takes is not published.';
  return {
    evidence: sentences(
      state,
      'Restoring the data of workloads is not planned by this version.',
      'A restore drill settles it.',
    ),
  };
}
