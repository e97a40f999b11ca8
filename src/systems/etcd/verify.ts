/** Commands that show whether the decisions about etcd hold, with what they print. */
import { formatBytes } from '../../core/quantity.ts';
import type { Verification } from '../../system.ts';
import { everyMember, SNAPSHOTS, USE } from './runbooks/hosts.ts';
import type { Settled } from './settings.ts';

/** On any member, as root; on a managed control plane with kubectl. */
export function verifyOf(facts: Settled): readonly Verification[] {
  if (facts.topology === 'managed') return managed();
  const { members, settings, quorum } = facts;
  const all = everyMember(facts);
  const count = members.length;
  return [
    {
      title: `All ${count} members are healthy`,
      command: `${USE}\netcdctl endpoint health${all}`,
      expect: `${count} ${count === 1 ? 'line' : 'lines'} with: is healthy: successfully committed proposal; ${quorum} are the quorum`,
    },
    {
      title: 'Members are who the plan says, in any order, each with a vote',
      command: `${USE}\netcdctl member list`,
      expect: settings.places
        ? `${count} lines with started, each ends in false`
        : members
            .map(({ name, address }) => `started, ${name}, https://${address}:2380, https://${address}:2379, false`)
            .join('\n'),
    },
    {
      title: 'One leader, one version, the planned quota, room in it',
      command: `${USE}\netcdctl endpoint status${all} --write-out=table`,
      expect: `VERSION ${settings.version.replace(/^v/, '')}, IS LEADER true on one, QUOTA ${(settings.quota / 1e9).toFixed(1)} GB (${formatBytes(settings.quota)}), ERRORS empty`,
    },
    { title: 'No alarm is raised', command: `${USE}\netcdctl alarm list`, expect: 'nothing' },
    ...(facts.topology === 'stacked' ? [zones(facts), flags(facts)] : [externalFlags(facts)]),
    {
      title: 'Snapshots come',
      command: `systemctl list-timers etcd-snapshot.timer\nls -l ${SNAPSHOTS}`,
      expect: `NEXT within ${Math.ceil(facts.snapshotInterval / 60_000)} minutes, and a file that ends in .db`,
    },
  ];
}

function zones({ members }: Settled): Verification {
  const counts = [...new Set(members.map(({ zone }) => zone))].map(
    (zone) => `${members.filter((one) => one.zone === zone).length} in ${zone}`,
  );
  return {
    title: 'Members stand in their zones',
    command:
      'kubectl get nodes --selector node-role.kubernetes.io/control-plane --label-columns topology.kubernetes.io/zone',
    expect: counts.join(', '),
  };
}

function flags({ arguments: all }: Settled): Verification {
  return {
    title: 'Members run with the planned flags',
    command:
      'kubectl get pods --namespace kube-system --selector component=etcd --output jsonpath=\'{range .items[*]}{.spec.containers[0].command}{"\\n"}{end}\'',
    expect: all.map(({ name, value }) => `--${name}=${value}`).join('\n'),
  };
}

function externalFlags({ arguments: all }: Settled): Verification {
  return {
    title: 'Members run with the planned configuration',
    command:
      "grep --extended-regexp 'heartbeat-interval|election-timeout|quota-backend-bytes' /etc/etcd/etcd.conf.yaml",
    expect: all
      .filter(({ name }) => name !== 'listen-metrics-urls' && name !== 'max-request-bytes')
      .map(({ name, value }) => `${name}: ${value}`)
      .join('\n'),
  };
}

function managed(): readonly Verification[] {
  return [
    {
      title: "The API server reaches the provider's etcd",
      command: "kubectl get --raw '/readyz?verbose' | grep etcd",
      expect: '[+]etcd ok\n[+]etcd-readiness ok',
    },
    {
      title: 'The database is far from its limit of 8 GiB',
      command: "kubectl get --raw /metrics | grep '^apiserver_storage_size_bytes'",
      expect: 'a value below 6.9e+09',
    },
  ];
}
