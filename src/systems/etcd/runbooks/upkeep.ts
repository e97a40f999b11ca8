/** Space, speed and snapshots of a running etcd. */
import { sayDuration } from '../../../core/duration.ts';
import { sayBytes } from '../../../core/quantity.ts';
import type { Runbook } from '../../../system.ts';
import { FSYNC_GUIDELINE } from '../load.ts';
import type { Settled } from '../settings.ts';
import {
  CREDENTIALS,
  DEFRAGMENT_SCRIPT,
  EVENTS_ENVIRONMENT,
  everyMember,
  SNAPSHOT_SCRIPT,
  SNAPSHOTS,
  USE,
} from './hosts.ts';

/** The runbook `defragment`. */
export function defragmentRunbook(facts: Settled): Runbook {
  const size = facts.settings.data;
  return {
    id: 'defragment',
    title: 'Defragment, one member at a time',
    when: 'Less than half of the database file is in use, or the alarm NOSPACE was raised. Not as a routine: it blocks its member.',
    steps: [
      {
        say: `See what there is to gain. A member is blocked for about ${Math.max(1, Math.ceil(size / 100e6))} s for the ${sayBytes(size)} that the plan expects, at 100 MB/s.`,
        run: `${USE}\netcdctl endpoint status${everyMember(facts)} --write-out=table`,
        expect: 'PERCENTAGE NOT IN USE above 50% on some member',
      },
      {
        say: 'Take a snapshot, then run the script on one member, and on no other at the same time. It does followers first, waits until all are healthy after each, lets the leader hand over to one that is done, and does that one last. It stops at the first fault.',
        run: `systemctl start etcd-snapshot.service\n${DEFRAGMENT_SCRIPT}`,
        expect: 'One line "done" for each member, and no error',
      },
      ...(facts.settings.eventsApart
        ? [{ say: 'The same for the etcd of events.', run: `${DEFRAGMENT_SCRIPT} ${EVENTS_ENVIRONMENT}` }]
        : []),
    ],
  };
}

/** The runbook `no-space`. */
export function noSpaceRunbook(facts: Settled): Runbook {
  return {
    id: 'no-space',
    title: 'The quota is full, or soon will be',
    when: `The database nears its quota of ${sayBytes(facts.settings.quota)}, or writes fail with "etcdserver: mvcc: database space exceeded". Reads and deletes still work; everything else is refused until the alarm is disarmed.`,
    steps: [
      {
        say: 'See the size, and whether the alarm is raised.',
        run: `${USE}\netcdctl endpoint status${everyMember(facts)} --write-out=table\netcdctl alarm list`,
        expect: 'memberID:… alarm:NOSPACE if it is raised, nothing if not',
      },
      {
        say: 'Find what grows: the kinds with most objects, and with most bytes.',
        run: "kubectl get --raw /metrics | grep '^apiserver_resource_objects' | sort --key 2 --general-numeric-sort | tail -n 10\nkubectl get --raw /metrics | grep '^apiserver_resource_size_estimate_bytes' | sort --key 2 --general-numeric-sort | tail -n 10",
        expect: 'A kind that stands out; stop whoever makes it before you make room.',
      },
      {
        say: 'Delete what is not needed; deletes are taken in spite of the alarm.',
        run: 'kubectl delete <kind> --namespace <namespace> --selector <label>',
      },
      {
        say: 'Compact up to the present revision. kube-apiserver does so by itself within two intervals; by hand it is at once.',
        run: `REVISION=$(etcdctl endpoint status --write-out=json | grep -o '"revision":[0-9]*' | head -n 1 | cut -d : -f 2)\netcdctl compaction "$REVISION"`,
        expect: 'compacted revision …',
      },
      {
        say: 'Give the pages back: the runbook defragment.',
        run: DEFRAGMENT_SCRIPT,
        expect: 'One line "done" for each member',
      },
      {
        say: 'Take the alarm away; it does not go by itself.',
        run: 'etcdctl alarm disarm\netcdctl alarm list',
        expect: 'nothing from the second command',
      },
      {
        say: `If the data is honest growth: write the measured spec.etcd.load into the document and plan again. The quota may grow to 8 GiB; beyond that, the load does not fit etcd.`,
      },
    ],
  };
}

/** The runbook `slow-etcd`. */
export function slowRunbook(facts: Settled): Runbook {
  const { settings, electionTimeout } = facts;
  return {
    id: 'slow-etcd',
    title: 'Slow disk, slow network, or leaders that change',
    when: `Flushes above ${FSYNC_GUIDELINE} ms, round trips above what the timers assume (${sayDuration(settings.roundTrip)}; election after ${sayDuration(electionTimeout)}), or several leaders within minutes.`,
    steps: [
      {
        say: 'Which is it? The 99th percentiles of the flush, of the commit and of the round trip, by member.',
        run: [
          "promtool query instant http://<prometheus>:9090 'histogram_quantile(0.99, rate(etcd_disk_wal_fsync_duration_seconds_bucket[5m]))'",
          "promtool query instant http://<prometheus>:9090 'histogram_quantile(0.99, rate(etcd_disk_backend_commit_duration_seconds_bucket[5m]))'",
          "promtool query instant http://<prometheus>:9090 'histogram_quantile(0.99, rate(etcd_network_peer_round_trip_time_seconds_bucket[5m]))'",
        ].join('\n'),
        expect: 'below 0.01, 0.025 and the round trip of the document',
      },
      {
        say: 'A slow disk: see who else writes to it. etcd wants a disk that no image pull, audit log or other database shares, or a faster class of it; more members only add disks to wait for.',
        run: 'iostat -x 5 3\npidstat -d 5 3',
      },
      {
        say: 'A slow network: measure it between members. If it stays, write the new round trip into the document (zoneRoundTrip or regionRoundTrip), plan, and set the timers on all members alike.',
        run:
          facts.members.length > 1 && !settings.places
            ? facts.members
                .slice(1)
                .map(({ address }) => `ping -c 20 ${address}`)
                .join('\n')
            : 'ping -c 20 <other member>',
      },
      {
        say: 'What it carries under load, out of hours: 60 s of writes against the running cluster.',
        run: `${USE}\netcdctl check perf --load=m`,
        expect: 'PASS on every line',
      },
    ],
  };
}

/** The runbook `snapshot-failed`. */
export function snapshotRunbook({ settings, snapshotInterval }: Settled): Runbook {
  const { target } = settings.backup;
  const list =
    target === null ? `ls -l ${SNAPSHOTS}` : `ls -l ${SNAPSHOTS}\nsystemctl cat etcd-snapshot.service | grep RCLONE`;
  return {
    id: 'snapshot-failed',
    title: 'Snapshots do not come',
    when: `No member reported a snapshot for longer than the plan allows; they come every ${sayDuration(snapshotInterval)}.`,
    steps: [
      {
        say: 'On each member: when did it run last, and what did it say?',
        run: 'systemctl list-timers etcd-snapshot.timer\njournalctl --unit etcd-snapshot.service --lines 50 --no-pager',
        expect: 'a time in the future, and the fault',
      },
      {
        say: 'Run it by hand.',
        run: `systemctl start etcd-snapshot.service; journalctl --unit etcd-snapshot.service --lines 20 --no-pager\n${list}`,
        expect: 'a new file',
      },
      {
        say:
          target === null
            ? `Usual causes: a full disk under ${SNAPSHOTS}, an expired client certificate, a member that is down.`
            : `Usual causes: a key in ${CREDENTIALS} or a machine role that lost its rights, a bucket that is gone, a full disk under ${SNAPSHOTS}, an expired client certificate. ${SNAPSHOT_SCRIPT} keeps the local file when the bucket cannot be reached.`,
      },
      {
        say: 'If the snapshots are there and only the metric is missing: node_exporter must read the folder with --collector.textfile.directory.',
        run: 'cat /var/lib/node_exporter/textfile_collector/etcd_snapshot.prom',
      },
    ],
  };
}
