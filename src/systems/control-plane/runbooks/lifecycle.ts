/** Upgrades, certificates and keys, in this cluster's names. */
import { formatDuration } from '../../../core/duration.ts';
import type { Member } from '../../../facts.ts';
import { MANAGEMENT_CONTEXT, MANAGEMENT_NAMESPACE, onManagement } from '../../../kubernetes/management.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import { FILES } from '../arguments.ts';
import type { Settled } from '../settings.ts';

/** Moves to a newer minor: one member, one zone at a time. */
export function upgradeRunbook(facts: Settled, cluster: Cluster): Runbook {
  const steps = { eks: eksUpgrade, kubeadm: kubeadmUpgrade, 'cluster-api': clusterApiUpgrade }[facts.kind](
    facts,
    cluster,
  );
  return {
    id: 'upgrade',
    title: `Upgrade ${cluster.name} by one minor version`,
    when: 'For every new minor and patch; never skip a minor.',
    steps,
  };
}

function eksUpgrade(_: Settled, cluster: Cluster): readonly RunbookStep[] {
  const region = cluster.regions[0]?.name ?? '';
  return [
    {
      say: 'Read what would break: calls to APIs that go away, and kubelets that are too old.',
      run: `aws eks list-insights --cluster-name ${cluster.name} --region ${region} --filter categories=UPGRADE_READINESS`,
      expect: 'PASSING',
    },
    {
      say: 'Upgrade the control plane with the new version in the file.',
      run: 'eksctl upgrade cluster -f control-plane/eks/cluster.yaml --approve',
    },
    {
      say: 'Upgrade the add-ons, then the node groups zone by zone.',
      run: 'eksctl update addon -f control-plane/eks/cluster.yaml',
    },
  ];
}

function kubeadmUpgrade(facts: Settled, cluster: Cluster): readonly RunbookStep[] {
  const [first, ...others] = facts.members;
  if (!first) return [];
  const { port } = facts.endpoint;
  return [
    {
      say: 'Take an etcd snapshot (runbook of the etcd system) and see that every member is ready before you begin.',
      run: facts.members.map(({ address }) => ready(address, port)).join('\n'),
      expect: facts.members.map(() => 'ok').join('\n'),
    },
    {
      say: `Begin on ${first.name} in zone ${first.zone}: install the new kubeadm there, read the plan, apply it. It renews the certificates of the member.`,
      run: `ssh root@${first.name} 'kubeadm upgrade plan && kubeadm upgrade apply --yes $(kubeadm version -o short)'`,
      expect: 'SUCCESS!',
    },
    ...others.map((member) => ({
      say: `Then ${member.name} in zone ${member.zone}, when the last member is ready and etcd has all its members: install the new kubeadm there too.`,
      run: `ssh root@${member.name} 'kubeadm version -o short && kubeadm upgrade node'\n${ready(member.address, port)}`,
      expect: 'ok',
    })),
    {
      say: 'Upgrade kubelet and kubectl of the members, one at a time, drained.',
      run: facts.members
        .map(
          ({ name }) =>
            `kubectl drain ${name} --ignore-daemonsets && ssh root@${name} 'apt-get install -y kubelet kubectl && systemctl restart kubelet' && kubectl uncordon ${name}`,
        )
        .join('\n'),
    },
    ...(facts.balancer.kind === 'haproxy' || facts.balancer.kind === 'nginx'
      ? [
          {
            say: 'Upgrade the balancer that waits, move the address to it (runbook balancer-failover), upgrade the other.',
            run: facts.balancer.instances
              .map(({ name }) => `ssh root@${name} ip -brief address show ${facts.settings.interface}`)
              .join('\n'),
          },
        ]
      : []),
    ...nodeUpgrade(cluster),
  ];
}

/** Machines of a group are replaced; others keep their patches, without which kubeadm writes the kubelet's reservations away. */
function nodeUpgrade({ provider }: Cluster): readonly RunbookStep[] {
  const look = 'kubectl get nodes -L topology.kubernetes.io/zone';
  if (provider === 'aws') {
    return [
      {
        say: 'Replace the machines of the pools, zone by zone: build images with the new kubelet and kubeadm, name them in image_ids of autoscaling/terraform, apply; then drain and end the old machines one at a time. Their group starts a new one. Stop when a zone is not sound.',
        run: `${look}\nkubectl drain NODE --ignore-daemonsets --delete-emptydir-data\naws autoscaling terminate-instance-in-auto-scaling-group --no-should-decrement-desired-capacity --instance-id INSTANCE`,
        expect: 'the new version in the column VERSION',
      },
    ];
  }
  return [
    {
      say: 'Upgrade the nodes one at a time, zone by zone: install the new kubeadm, then this. The patches are those that the machine joined with; without them kubeadm writes its reservations and its graceful shutdown away. Stop when a zone is not sound.',
      run: `${look}\nkubectl drain NODE --ignore-daemonsets --delete-emptydir-data\nssh root@NODE 'kubeadm upgrade node --patches /etc/kubernetes/patches && apt-get install -y kubelet kubectl && systemctl restart kubelet'\nkubectl uncordon NODE`,
      expect: 'the new version in the column VERSION',
    },
  ];
}

function ready(address: string, port: number): string {
  return `curl --insecure --silent --fail --retry 30 --retry-all-errors --retry-delay 2 https://${address.includes(':') ? `[${address}]` : address}:${port}/readyz`;
}

function clusterApiUpgrade(_: Settled, cluster: Cluster): readonly RunbookStep[] {
  return [
    {
      say: 'Upgrade the providers in the management cluster first.',
      run: `clusterctl upgrade plan --kubeconfig-context ${MANAGEMENT_CONTEXT}`,
    },
    {
      say: 'Apply the new version; Cluster API adds one member, removes one old one, and goes on only while etcd is sound.',
      run: `${onManagement('apply --server-side -f management/control-plane/objects/')}\n${onManagement(`get kubeadmcontrolplane ${cluster.name}-control-plane --watch`)}`,
      expect: 'UPDATED equals REPLICAS',
    },
    {
      say: 'Then the pools, one after the other.',
      run: onManagement(`get machinedeployments -l cluster.x-k8s.io/cluster-name=${cluster.name}`),
    },
  ];
}

/** Renews certificates without an upgrade. */
export function renewRunbook(facts: Settled, cluster: Cluster): Runbook {
  const title = `Renew the certificates of ${cluster.name}`;
  const when = `When KubernetesClientCertificateExpires fires, or a cluster has not been upgraded for long: certificates live ${formatDuration(facts.settings.certificateValidity)}.`;
  if (facts.kind === 'cluster-api') {
    return {
      id: 'renew-certificates',
      title,
      when,
      steps: [
        {
          say: 'Roll the members now instead of at the planned day.',
          run: `clusterctl alpha rollout restart kubeadmcontrolplane/${cluster.name}-control-plane --namespace ${MANAGEMENT_NAMESPACE} --kubeconfig-context ${MANAGEMENT_CONTEXT}`,
        },
        {
          say: 'See the new dates.',
          run: onManagement(
            `get machines -l cluster.x-k8s.io/cluster-name=${cluster.name},cluster.x-k8s.io/control-plane -o custom-columns=NAME:.metadata.name,CERTIFICATES:.status.certificatesExpiryDate`,
          ),
        },
      ],
    };
  }
  return {
    id: 'renew-certificates',
    title,
    when,
    steps: [
      {
        say: 'See what ends when, on every member.',
        run: facts.members.map(({ name }) => `ssh root@${name} kubeadm certs check-expiration`).join('\n'),
        expect: 'RESIDUAL TIME',
      },
      ...facts.members.map((member) => renewStep(facts, member)),
      {
        say: 'Take the new admin.conf for people and pipelines; the kubelets rotate theirs by themselves.',
        run: `ssh root@${facts.members[0]?.name ?? ''} cat /etc/kubernetes/admin.conf > ${cluster.name}.kubeconfig`,
      },
    ],
  };
}

/** A static pod restarts when its manifest leaves and comes back; renewed files alone are not read by all components. */
function renewStep(facts: Settled, member: Member): RunbookStep {
  const wait = Math.ceil(facts.settings.shutdownDelay / 1_000) + 35;
  return {
    say: `Renew on ${member.name} and restart its static pods; go on only when it is ready again.`,
    run: `ssh root@${member.name} 'kubeadm certs renew all && mkdir -p ~/manifests && mv /etc/kubernetes/manifests/*.yaml ~/manifests/ && sleep ${wait} && mv ~/manifests/*.yaml /etc/kubernetes/manifests/'\n${ready(member.address, facts.endpoint.port)}`,
    expect: 'ok',
  };
}

/** Serving certificates of kubelets wait for a person. */
export function approveRunbook(cluster: Cluster): Runbook {
  return {
    id: 'approve-kubelet-certificates',
    title: `Approve serving certificates of kubelets of ${cluster.name}`,
    when: 'After nodes join, and when KubeletServingCertificateExpires fires.',
    steps: [
      {
        say: 'List what waits: the requester must be system:node:<name>, and the name must be one of your nodes.',
        run: 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving -o custom-columns=NAME:.metadata.name,BY:.spec.username,STATE:.status.conditions[*].type',
      },
      {
        say: 'Look into a request: its names and addresses must be those of that node and nothing else.',
        run: "kubectl get csr NAME -o jsonpath='{.spec.request}' | base64 -d | openssl req -noout -text",
        expect: 'DNS:<the node>, IP Address:<its address>',
      },
      { say: 'Approve it.', run: 'kubectl certificate approve NAME', expect: 'approved' },
      {
        say: 'See that logs of a pod on it can be read.',
        run: 'kubectl logs --namespace kube-system --selector k8s-app=kube-proxy --tail 1',
      },
    ],
  };
}

/** The encryption key: lost, or to be changed. */
export function encryptionRunbook(facts: Settled, cluster: Cluster): Runbook {
  const { provider, keyArn, keyBackup } = facts.settings.encryption;
  const first = facts.members[0]?.name ?? '';
  const file = `${FILES}/encryption.yaml`;
  const rewrite: RunbookStep = {
    say: 'Write every Secret anew, so that the new key holds all of them.',
    run: 'kubectl get secrets --all-namespaces -o json | kubectl replace -f -',
  };
  if (provider === 'kms') {
    return {
      id: 'encryption-key',
      title: `The encryption key of ${cluster.name}`,
      when: 'When KubernetesEncryptionFails fires, or the key shall be changed.',
      steps: [
        {
          say: 'See whether the key is enabled, and cancel its deletion if somebody scheduled it.',
          run: `aws kms describe-key --key-id ${keyArn ?? ''} --query KeyMetadata.KeyState\naws kms cancel-key-deletion --key-id ${keyArn ?? ''}`,
          expect: 'Enabled',
        },
        {
          say: 'KMS rotates the key material itself; nothing has to be written anew.',
          run: `aws kms enable-key-rotation --key-id ${keyArn ?? ''}`,
        },
      ],
    };
  }
  const others = facts.kind === 'kubeadm' ? facts.members.slice(1) : [];
  return {
    id: 'encryption-key',
    title: `The encryption key of ${cluster.name}`,
    when: 'When KubernetesEncryptionFails fires, or the key shall be changed.',
    steps:
      facts.kind === 'kubeadm'
        ? [
            {
              say: 'Compare the file on all members: one that differs cannot read what the others write.',
              run: facts.members.map(({ name }) => `ssh root@${name} sha256sum ${file}`).join('\n'),
              expect: 'the same sum everywhere',
            },
            { say: `A lost file comes from the backup: ${keyBackup}.`, run: `ssh root@${first} ls -l ${file}` },
            {
              say: 'To change the key, add the new one behind the old on every member and wait a minute (the file is read again by itself); then put it first on every member, and wait again.',
              run: others
                .map(
                  ({ name }) =>
                    `ssh root@${first} cat ${file} | ssh root@${name} 'umask 077; cat > ${file}.new && mv ${file}.new ${file}'`,
                )
                .join('\n'),
            },
            rewrite,
            {
              say: `Take the old key out, back up the file (${keyBackup}), and keep the old one as long as snapshots that need it.`,
            },
          ]
        : [
            {
              say: `Change ${cluster.name}/encryption.yaml in the secret store: new key behind the old one; roll the members; new key first; roll again. Back it up: ${keyBackup}.`,
              run: `clusterctl alpha rollout restart kubeadmcontrolplane/${cluster.name}-control-plane --namespace ${MANAGEMENT_NAMESPACE} --kubeconfig-context ${MANAGEMENT_CONTEXT}`,
            },
            rewrite,
          ],
  };
}
