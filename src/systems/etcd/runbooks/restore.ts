/** Disaster: etcd's data is gone or wrong on a majority of members. */
import type { Runbook, RunbookStep } from '../../../system.ts';
import { formatDuration, sayDuration } from '../../../core/duration.ts';
import { initialCluster, MAIN, peerUrl } from '../endpoints.ts';
import type { Settled } from '../settings.ts';
import { CREDENTIALS, everyMember, MANIFESTS, namedMembers, namingSteps, SNAPSHOTS, STOPPED, USE } from './hosts.ts';

/**
 * Added to every revision, so that no client that saw a later one than the snapshot's is told an earlier
 * (etcd documentation, Disaster recovery: restoring with revision bump).
 */
export const BUMP_REVISION = 1_000_000_000;

/** The runbook `restore`. */
export function restoreRunbook(facts: Settled, cluster: string): Runbook {
  const { quorum, members, snapshotInterval } = facts;
  return {
    id: 'restore',
    title: `Restore etcd of ${cluster} from a snapshot`,
    when: `${quorum} or more of ${members.length} members have lost their data for good, or the data itself is wrong. Everything written since the snapshot is lost, at most about ${sayDuration(snapshotInterval)} and never less than its age. While ${quorum} members can still be started, start them: a restore is the last resort.`,
    steps: [
      ...namingSteps(facts),
      choose(facts),
      copy(facts),
      stop(facts),
      keepOld(facts),
      ...restoreEach(facts, cluster),
      startEtcd(facts),
      startApi(),
      restartControllers(),
      readBack(facts, 'Read back: what was there at the time of the snapshot is there, and writes succeed.'),
      restartEach(facts),
      readBack(facts, 'Read back again. Only what survives a restart of every member is restored.'),
      finish(facts),
    ],
  };
}

function choose({ settings }: Settled): RunbookStep {
  const { target } = settings.backup;
  const fetch =
    target === null
      ? [`ls -l ${SNAPSHOTS}   # on every member: take the newest of all`, `SNAPSHOT=${SNAPSHOTS}/<file>`]
      : [
          ...(target.endpoint === null ? [] : [`set -a; source ${CREDENTIALS}; set +a`]),
          `export ${rcloneVariables(target).join(' ')}`,
          `rclone lsl snapshots:${target.bucket}/${target.prefix} | sort --key 2,3 | tail -n 5`,
          `rclone copyto snapshots:${target.bucket}/${target.prefix}/<file> ~/restore.db`,
          'SNAPSHOT=~/restore.db',
        ];
  return {
    say: 'Choose one snapshot and prove that it is whole: its last 32 bytes are the hash of the rest, which the status command does not compare. All members are restored from the same file.',
    run: [
      ...fetch,
      `tail -c 32 "$SNAPSHOT" | od -An -v -tx1 | tr -d ' \\n'; echo`,
      'head -c -32 "$SNAPSHOT" | sha256sum',
      'etcdutl snapshot status "$SNAPSHOT" --write-out=table',
      'sha256sum "$SNAPSHOT"',
    ].join('\n'),
    expect:
      'The first two lines equal; then HASH, REVISION, TOTAL KEYS and TOTAL SIZE, and no error. Note the last checksum.',
  };
}

/** rclone reads its remote `snapshots` from these; keys come from the machine role or the credentials file. */
export function rcloneVariables(target: NonNullable<Settled['settings']['backup']['target']>): readonly string[] {
  return [
    'RCLONE_CONFIG_SNAPSHOTS_TYPE=s3',
    `RCLONE_CONFIG_SNAPSHOTS_PROVIDER=${target.endpoint === null ? 'AWS' : 'Other'}`,
    'RCLONE_CONFIG_SNAPSHOTS_ENV_AUTH=true',
    // No configuration file: everything stands in the environment.
    'RCLONE_CONFIG=/notfound',
    'RCLONE_S3_NO_CHECK_BUCKET=true',
    ...(target.region === null ? [] : [`RCLONE_CONFIG_SNAPSHOTS_REGION=${target.region}`]),
    ...(target.endpoint === null ? [] : [`RCLONE_CONFIG_SNAPSHOTS_ENDPOINT=https://${target.endpoint}`]),
  ];
}

function copy(facts: Settled): RunbookStep {
  const targets = namedMembers(facts).map(({ address }) => `scp "$SNAPSHOT" root@${address}:restore.db`);
  return {
    say: 'Copy it to every member.',
    run: targets.join('\n'),
    expect: 'sha256sum ~/restore.db prints the same checksum on each.',
  };
}

function stop({ topology }: Settled): RunbookStep {
  const pods =
    topology === 'stacked'
      ? `mkdir -p ${STOPPED}\nmv ${MANIFESTS}/kube-apiserver.yaml ${MANIFESTS}/etcd.yaml ${STOPPED}/`
      : `# on every machine with an API server:\nmkdir -p ${STOPPED}\nmv ${MANIFESTS}/kube-apiserver.yaml ${STOPPED}/\n# on every member of etcd:\nsystemctl stop etcd`;
  const check =
    topology === 'stacked'
      ? "crictl ps --name '^(etcd|kube-apiserver)$' --quiet"
      : 'crictl ps --name kube-apiserver --quiet; systemctl is-active etcd';
  return {
    say: 'Stop every API server and every member, on all machines, before anything is restored: an API server that still runs would serve the old state from its cache and write into the new one. Running pods stay as they are.',
    run: `${pods}\n${check}`,
    expect: topology === 'stacked' ? 'nothing, on every member' : 'nothing, and inactive',
  };
}

function keepOld({ topology }: Settled): RunbookStep {
  const directory = MAIN.dataDirectory;
  return {
    say: 'Keep the old data, on every member: it may hold what the snapshot lacks.',
    run: `mv ${directory} ${directory}.before-restore${topology === 'external' ? '' : ' || true   # a machine that is new has none'}`,
  };
}

function restoreEach(facts: Settled, cluster: string): readonly RunbookStep[] {
  const members = namedMembers(facts);
  const all = initialCluster(members, MAIN);
  const perSecond = facts.settings.load.writesPerSecond;
  const covers = sayDuration(Math.min((BUMP_REVISION / perSecond) * 1_000, 100 * 365 * 86_400_000));
  return members.map((member, index) => ({
    say:
      index === 0
        ? `On ${member.name}: restore with its own name and address and the list of all members. The token is new, so that no member of the old cluster joins; use the same on all. Revisions jump ahead by ${BUMP_REVISION.toLocaleString('en-US')} and the past counts as compacted, so that every watch and cache starts anew instead of going back; at ${perSecond} writes/s that covers ${covers} since the snapshot.`
        : `On ${member.name}: the same with its own name and address.`,
    run: [
      `etcdutl snapshot restore ~/restore.db \\`,
      `  --name "${member.name}" \\`,
      `  --data-dir ${MAIN.dataDirectory} \\`,
      `  --initial-cluster "${all}" \\`,
      `  --initial-cluster-token "${cluster}-restore-1" \\`,
      `  --initial-advertise-peer-urls "${peerUrl(member, MAIN)}" \\`,
      `  --bump-revision ${BUMP_REVISION} --mark-compacted`,
      ...(facts.topology === 'external' ? [`chown -R etcd:etcd ${MAIN.dataDirectory}`] : []),
    ].join('\n'),
    expect: 'restored snapshot, and added member once for each member',
  }));
}

function startEtcd(facts: Settled): RunbookStep {
  const { topology, members, quorum } = facts;
  const start = topology === 'stacked' ? `mv ${STOPPED}/etcd.yaml ${MANIFESTS}/` : 'systemctl start etcd';
  return {
    say: `Start etcd on every member; ${quorum} of ${members.length} must run before any answers. Names and addresses now come from the restored data, flags about the initial cluster are ignored.`,
    run: `${start}\n${USE}\nuntil etcdctl endpoint health${everyMember(facts)}; do sleep 2; done\netcdctl member list`,
    expect: `${members.length} lines with: is healthy; ${members.length} lines with: started`,
  };
}

function startApi(): RunbookStep {
  return {
    say: 'Start the API servers again, on every machine.',
    run: `mv ${STOPPED}/kube-apiserver.yaml ${MANIFESTS}/\nuntil kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw /readyz; do sleep 2; done`,
    expect: 'ok',
  };
}

function restartControllers(): RunbookStep {
  return {
    say: 'Restart everything that kept a cache from before: controller manager, scheduler, kubelet, on every control-plane machine; then the kubelets of the nodes, some at a time.',
    run: "crictl stop $(crictl ps --name 'kube-controller-manager|kube-scheduler' --quiet)\nsystemctl restart kubelet",
  };
}

function readBack({ members }: Settled, say: string): RunbookStep {
  return {
    say,
    run: [
      'export KUBECONFIG=/etc/kubernetes/admin.conf',
      'kubectl get nodes,deployments --all-namespaces',
      'kubectl create configmap restore-check --namespace default --from-literal=at="$(date)" --dry-run=client --output yaml | kubectl apply --filename -',
      'kubectl get configmap restore-check --namespace default --output jsonpath={.data.at}',
    ].join('\n'),
    expect: `${members.length === 1 ? 'The node' : 'Nodes'} and Deployments of the time of the snapshot, and the present time.`,
  };
}

function restartEach(facts: Settled): RunbookStep {
  const restart =
    facts.topology === 'stacked' ? "crictl stop $(crictl ps --name '^etcd$' --quiet)" : 'systemctl restart etcd';
  return {
    say: 'Restart every member, one after the other, each only when all are healthy.',
    run: `${restart}\n${USE}\nsleep 5\nuntil etcdctl endpoint health${everyMember(facts)}; do sleep 2; done`,
    expect: `${facts.members.length} lines with: is healthy`,
  };
}

function finish({ settings }: Settled): RunbookStep {
  return {
    say: `Take a new snapshot at once. Remove the old data when nobody misses anything. Run the restore as a drill at least once a quarter, on machines that are not these; keep the key of the encryption provider with the snapshots' access, but not in the same place. Snapshots of ${formatDuration(settings.backup.keep)} are kept.`,
    run: `systemctl start etcd-snapshot.service\nrm -r ${MAIN.dataDirectory}.before-restore ~/restore.db ${STOPPED}`,
  };
}
