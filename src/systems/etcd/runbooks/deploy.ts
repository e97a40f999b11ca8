/** How the members' machines get ready, before and after etcd runs on them. */
import type { Runbook, RunbookStep } from '../../../system.ts';
import { EVENTS, initialCluster, instancesOf, MAIN, PKI } from '../endpoints.ts';
import { FSYNC_GUIDELINE } from '../load.ts';
import type { Settled } from '../settings.ts';
import {
  CREDENTIALS,
  DEFRAGMENT_SCRIPT,
  ENVIRONMENT,
  EVENTS_ENVIRONMENT,
  everyMember,
  MANIFESTS,
  sayMember,
  SNAPSHOT_SCRIPT,
  SNAPSHOTS,
  USE,
} from './hosts.ts';

/** The runbook `deploy`. */
export function deployRunbook(facts: Settled): Runbook {
  const { members, settings, topology } = facts;
  const eventsPod = topology === 'stacked' && settings.eventsApart;
  const who = settings.places ? `${members.length} machines of Cluster API` : members.map(sayMember).join(', ');
  return {
    id: 'deploy',
    title: 'Prepare the members and set up snapshots',
    when: `Once for each machine of etcd: ${who}.`,
    steps: [
      firewall(facts),
      tools(facts),
      diskTest(),
      files(facts),
      ...(topology === 'external' ? external(facts) : []),
      ...(eventsPod ? [eventsFirst()] : []),
      ...bucket(facts),
      timer(facts),
      health(facts),
      ...(eventsPod ? eventsPods(facts) : []),
    ],
  };
}

function firewall(facts: Settled): RunbookStep {
  const ports = instancesOf(facts)
    .map(
      ({ clientPort, peerPort, metricsPort }) =>
        `${clientPort}/tcp from the API servers and members, ${peerPort}/tcp from the members, ${metricsPort}/tcp from the machines that run Prometheus`,
    )
    .join('; ');
  return { say: `Open in the firewall, and nothing else of etcd: ${ports}.` };
}

function tools({ settings }: Settled): RunbookStep {
  const { version } = settings;
  return {
    say: 'Install the two tools of the release that runs: etcdctl talks to members, etcdutl works on files. Snapshots use rclone where a bucket takes them.',
    run: [
      `curl --fail --location --remote-name-all https://github.com/etcd-io/etcd/releases/download/${version}/{SHA256SUMS,etcd-${version}-linux-amd64.tar.gz}`,
      'sha256sum --check --ignore-missing SHA256SUMS',
      `tar --extract --gzip --file etcd-${version}-linux-amd64.tar.gz --strip-components 1 --directory /usr/local/bin etcd-${version}-linux-amd64/etcdctl etcd-${version}-linux-amd64/etcdutl`,
      'etcdutl version',
    ].join('\n'),
    expect: `etcd-${version}-linux-amd64.tar.gz: OK, and etcdutl version: ${version.replace(/^v/, '')}`,
  };
}

/** The size of block that etcd's log writes; etcd documentation, FAQ: how to benchmark the disk with fio. */
function diskTest(): RunbookStep {
  return {
    say: `Test the disk before etcd has it: flushes must take less than ${FSYNC_GUIDELINE} ms for 99 of 100.`,
    run: 'mkdir -p /var/lib/etcd-disk-test\nfio --name=etcd-disk --directory=/var/lib/etcd-disk-test --rw=write --ioengine=sync --fdatasync=1 --size=22m --bs=2300\nrm -r /var/lib/etcd-disk-test',
    expect: `fsync/fdatasync percentiles: 99.00th below ${FSYNC_GUIDELINE * 1_000} usec. Write the figure into spec.etcd.load.fsyncP99.`,
  };
}

function files(facts: Settled): RunbookStep {
  const events = facts.settings.eventsApart
    ? [`install -D -m 0600 hosts/etcdctl-events.env ${EVENTS_ENVIRONMENT}`]
    : [];
  const how = facts.settings.places
    ? 'On machines of Cluster API they belong into the image, or into spec.kubeadmConfigSpec.files of the KubeadmControlPlane: a replaced machine starts without them.'
    : 'Run it in the folder etcd of the rendered tree, on every member.';
  return {
    say: `Put the files in place. ${how}`,
    run: [
      `install -D -m 0600 hosts/etcdctl.env ${ENVIRONMENT}`,
      ...events,
      `install -D -m 0755 hosts/etcd-snapshot.sh ${SNAPSHOT_SCRIPT}`,
      `install -D -m 0755 hosts/etcd-defragment.sh ${DEFRAGMENT_SCRIPT}`,
      'install -D -m 0644 hosts/etcd-snapshot.service hosts/etcd-snapshot.timer --target-directory /etc/systemd/system',
    ].join('\n'),
  };
}

function external(facts: Settled): readonly RunbookStep[] {
  const { members, settings } = facts;
  const first = members[0]?.name ?? '';
  const units = instancesOf(facts).map(({ name }) => name);
  return [
    {
      say: `Make the certificates. On ${first}: the authority, once. Then copy ca.crt and ca.key to the other members over a channel that you trust, make each member's own there, and remove ca.key from all but ${first}.`,
      run: [
        'kubeadm init phase certs etcd-ca',
        'kubeadm init phase certs etcd-server --config kubeadm-etcd.yaml',
        'kubeadm init phase certs etcd-peer --config kubeadm-etcd.yaml',
        'kubeadm init phase certs etcd-healthcheck-client --config kubeadm-etcd.yaml',
        'kubeadm init phase certs apiserver-etcd-client --config kubeadm-etcd.yaml',
      ].join('\n'),
      expect: `${PKI}/{ca,server,peer,healthcheck-client}.crt and /etc/kubernetes/pki/apiserver-etcd-client.crt; the last goes to the API servers with ca.crt. kubeadm-etcd.yaml is a ClusterConfiguration whose etcd.local.serverCertSANs and peerCertSANs hold the member's own name and address.`,
    },
    {
      say: 'Install the server of the same release, its user, its configuration and its unit; each member has its own configuration file. With --config-file every flag and every environment variable is ignored, so nothing of etcd stands anywhere else.',
      run: [
        `tar --extract --gzip --file etcd-${settings.version}-linux-amd64.tar.gz --strip-components 1 --directory /usr/local/bin etcd-${settings.version}-linux-amd64/etcd`,
        'useradd --system --home-dir /var/lib/etcd --shell /usr/sbin/nologin etcd',
        ...instancesOf(facts).map(({ dataDirectory }) => `install -d -m 0700 -o etcd -g etcd ${dataDirectory}`),
        `chown -R root:etcd ${PKI} && chmod 0640 ${PKI}/*.key`,
        ...units.map((unit) => `install -D -m 0644 "hosts/$(hostname)/${unit}.conf.yaml" /etc/etcd/${unit}.conf.yaml`),
        ...units.map((unit) => `install -D -m 0644 hosts/${unit}.service /etc/systemd/system/${unit}.service`),
        'systemctl daemon-reload',
        `systemctl enable --now ${units.join(' ')}`,
      ].join('\n'),
      expect: `With ${facts.quorum} of ${members.length} members started, systemctl is-active ${units.join(' ')} prints active on each.`,
    },
  ];
}

/** An API server whose override has no quorum is not live, and the etcd of events has one only when two members run. */
function eventsFirst(): RunbookStep {
  return {
    say: 'For the first start, leave etcd-servers-overrides out of the kubeadm configuration on every member, and keep the full file. The etcd of events needs a quorum of members before any API server may depend on it.',
    run: "cd /etc/kubernetes/holdfast\ncp kubeadm.yaml kubeadm-full.yaml\nsed --in-place '/name: etcd-servers-overrides/,+1d' kubeadm.yaml\ngrep --count overrides kubeadm.yaml",
    expect: '0. Then make and join the members by the runbook of the control plane.',
  };
}

function eventsPods(facts: Settled): readonly RunbookStep[] {
  const override = facts.apiServerArguments.find(({ name }) => name === 'etcd-servers-overrides');
  const flag = `--${override?.name ?? ''}=${override?.value ?? ''}`;
  return [
    {
      say: `When all members have joined: start the etcd of events on each. The kubelet runs it as a static pod; its cluster is ${initialCluster(facts.members, EVENTS)}.`,
      run: `install -m 0600 "hosts/$(hostname)/etcd-events.yaml" ${MANIFESTS}/etcd-events.yaml\nsource ${EVENTS_ENVIRONMENT}\nuntil etcdctl endpoint health; do sleep 2; done`,
      expect: `${facts.members.length} lines with: is healthy`,
    },
    {
      say: 'Then give the API servers the flag, one member after the other, each only when the last is ready. The manifest is changed outside its folder, since the kubelet reads every file in it.',
      run: [
        `sed 's|^    - kube-apiserver$|&\\n    - ${flag}|' ${MANIFESTS}/kube-apiserver.yaml > ~/kube-apiserver.yaml`,
        `cp ~/kube-apiserver.yaml ${MANIFESTS}/kube-apiserver.yaml`,
        'sleep 20\nuntil kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw "/readyz?verbose" | grep etcd-override; do sleep 2; done',
      ].join('\n'),
      expect: '[+]etcd-override-0 ok, and [+]etcd-override-readiness-0 ok',
    },
    {
      say: 'Last, put the full configuration back on every member, and on the first one let kubeadm remember it for the next upgrade. Events written before stay in the main etcd until they expire within an hour.',
      run: 'cd /etc/kubernetes/holdfast\nmv kubeadm-full.yaml kubeadm.yaml\nkubeadm init phase upload-config kubeadm --config kubeadm.yaml   # on the first member only',
    },
  ];
}

function bucket({ settings }: Settled): readonly RunbookStep[] {
  const { target, keep } = settings.backup;
  if (target === null) return [];
  const days = keep / 86_400_000;
  const endpoint = target.endpoint === null ? '' : ` --endpoint-url https://${target.endpoint}`;
  const place =
    target.region === null || target.region === 'us-east-1'
      ? ''
      : ` --create-bucket-configuration LocationConstraint=${target.region}`;
  const region = target.region === null ? '' : ` --region ${target.region}`;
  const rule = `{"Rules":[{"ID":"etcd","Status":"Enabled","Filter":{"Prefix":"${target.prefix}/"},"Expiration":{"Days":${days}},"NoncurrentVersionExpiration":{"NoncurrentDays":1}}]}`;
  return [
    {
      say: `Make the bucket, once. It keeps snapshots for ${days} days by a rule of its own, so members need the rights to put, get and list, and none to delete. A snapshot holds every Secret of the cluster.`,
      run: [
        `aws s3api create-bucket${endpoint}${region} --bucket ${target.bucket}${place}`,
        `aws s3api put-bucket-versioning${endpoint}${region} --bucket ${target.bucket} --versioning-configuration Status=Enabled`,
        `aws s3api put-public-access-block${endpoint}${region} --bucket ${target.bucket} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`,
        `aws s3api put-bucket-lifecycle-configuration${endpoint}${region} --bucket ${target.bucket} --lifecycle-configuration '${rule}'`,
      ].join('\n'),
    },
    {
      say:
        target.endpoint === null
          ? `Give the members' machine role s3:PutObject and s3:GetObject on ${target.bucket}/${target.prefix}/* and s3:ListBucket on ${target.bucket}. Machines outside AWS read a key from ${CREDENTIALS} instead, as below.`
          : `Give each member a key of the service that may put, get and list, never delete. It stands only on the machine.`,
      run: `install -m 0600 /dev/null ${CREDENTIALS}\neditor ${CREDENTIALS}   # AWS_ACCESS_KEY_ID=… and AWS_SECRET_ACCESS_KEY=…, one on each line`,
    },
  ];
}

function timer({ settings, topology }: Settled): RunbookStep {
  const { target } = settings.backup;
  const when =
    topology === 'stacked' ? 'When the member runs (the control plane has its own runbook for that), take' : 'Take';
  return {
    say: `${when} the first snapshot and start the timer, on every member.`,
    run: [
      'systemctl daemon-reload',
      'systemctl start etcd-snapshot.service',
      'systemctl enable --now etcd-snapshot.timer',
      `ls -l ${SNAPSHOTS}`,
      'systemctl list-timers etcd-snapshot.timer',
    ].join('\n'),
    expect:
      target === null
        ? 'A file that ends in .db, and the time of the next one.'
        : 'A file that ends in .db, unless another member sent one a moment ago, and the time of the next one.',
  };
}

function health(facts: Settled): RunbookStep {
  return {
    say: 'See that all members are there and agree.',
    run: `${USE}\netcdctl endpoint status${everyMember(facts)} --write-out=table`,
    expect: `${facts.members.length} lines, version ${facts.settings.version.replace(/^v/, '')}, IS LEADER true once, IS LEARNER false, no ERRORS, RAFT TERM equal on ${MAIN.name} of all members.`,
  };
}
