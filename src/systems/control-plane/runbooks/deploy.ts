/** How the control plane is made, in this cluster's names. */
import type { ControlPlaneFacts, EtcdFacts, Member } from '../../../facts.ts';
import {
  fetchKubeconfig,
  kubeconfigFile,
  MANAGEMENT_CONTEXT,
  MANAGEMENT_VARIABLE,
  onManagement,
} from '../../../kubernetes/management.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import { versionOf } from '../../../spec/cluster.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import { FILES } from '../arguments.ts';
import { REPAIR_NAMESPACE } from '../priority.ts';
import { hasCloudController } from '../cloud-controller.ts';
import type { Settled } from '../settings.ts';

const PKI = '/etc/kubernetes/pki';

/** Making the cluster. */
export function deployRunbook(facts: Settled, cluster: Cluster, etcd: EtcdFacts): Runbook {
  const steps = { eks: eksSteps, kubeadm: kubeadmSteps, 'cluster-api': clusterApiSteps }[facts.kind](
    facts,
    cluster,
    etcd,
  );
  return {
    id: 'deploy',
    title: `Make the control plane of ${cluster.name}`,
    when: 'Once, before anything else is applied.',
    steps,
  };
}

function eksSteps(facts: Settled, cluster: Cluster): readonly RunbookStep[] {
  const region = cluster.regions[0]?.name ?? '';
  return [
    {
      say: 'See that EKS offers the version.',
      run: `eksctl utils describe-cluster-versions --region ${region}`,
      expect: facts.settings.kubernetesVersion,
    },
    {
      say: 'See what would be made, then make it; it takes a quarter of an hour.',
      run: 'eksctl create cluster -f control-plane/eks/cluster.yaml --dry-run\neksctl create cluster -f control-plane/eks/cluster.yaml',
      expect: `EKS cluster "${cluster.name}" in "${region}" region is ready`,
    },
    {
      say: facts.settings.publicEndpoint
        ? 'See that the API is ready.'
        : "From a machine in the cluster's VPC, or in a network that reaches it: see that the API is ready. Its endpoint is private, so from here on no other machine runs kubectl against it.",
      run: "kubectl get --raw '/readyz?verbose'",
      expect: 'readyz check passed',
    },
  ];
}

function kubeadmSteps(facts: Settled, cluster: Cluster, etcd: EtcdFacts): readonly RunbookStep[] {
  const [first, ...others] = facts.members;
  if (!first) return [];
  return [
    ...(etcd.topology === 'external' ? [externalEtcdStep(facts)] : []),
    machineStep(facts, cluster),
    ...encryptionSteps(facts, first),
    ...(cluster.provider === 'aws' ? [instanceStep(facts)] : []),
    ...balancerSteps(facts, first),
    ...initSteps(facts, first),
    ...(others.length === 0 ? [] : joinSteps({ facts, cluster, first, others, stacked: etcd.topology === 'stacked' })),
    ...afterSteps(facts, cluster),
  ];
}

function machineStep({ members, settings }: Settled, cluster: Cluster): RunbookStep {
  const [pods, services] = [cluster.cidrs.pods, cluster.cidrs.services];
  return {
    say: `Each member is a machine with containerd, kubelet, kubeadm and kubectl of the version, no swap, IP forwarding on, and its own address of the plan; ${pods} and ${services} are not routed anywhere else.`,
    run: members.map(({ name }) => `ssh root@${name} kubeadm version -o short`).join('\n'),
    expect: settings.kubernetesVersion,
  };
}

/** The cloud controller finds the instance of a member by nothing else, since its node has a name of the plan. */
function instanceStep({ members }: Settled): RunbookStep {
  return {
    say: 'Let every member say which instance it is: its node has a name of the plan, by which the cloud controller finds no instance.',
    run: members.map(({ name }) => `ssh root@${name} sh ${FILES}/write-provider-id.sh`).join('\n'),
    expect: members.map(({ zone }) => `aws:///${zone}/i-…`).join('\n'),
  };
}

function encryptionSteps(facts: Settled, first: Member): readonly RunbookStep[] {
  const copy: RunbookStep = {
    say: `Copy each member's own folder and the shared files to ${FILES} of that member; a member never gets another's kubeadm.yaml.`,
    run: facts.members
      .map(
        ({ name }) =>
          `ssh root@${name} mkdir -p ${FILES} && scp control-plane/hosts/${name}/* control-plane/hosts/shared/* root@${name}:${FILES}/`,
      )
      .join('\n'),
  };
  if (facts.settings.encryption.provider === 'kms') {
    return [
      copy,
      {
        say: 'Build kubernetes-sigs/aws-encryption-provider, and run it on every member as a static pod that listens on the socket of encryption.yaml, with the KMS key of the plan.',
        run: facts.members
          .map(({ name }) => `ssh root@${name} test -S /var/run/kmsplugin/socket.sock && echo ${name} listens`)
          .join('\n'),
        expect: facts.members.map(({ name }) => `${name} listens`).join('\n'),
      },
    ];
  }
  return [
    copy,
    {
      say: 'Make the encryption key on the first member.',
      run: `ssh root@${first.name} sh ${FILES}/make-encryption-key.sh`,
      expect: 'Back up',
    },
    {
      say: `Back it up now: ${facts.settings.encryption.keyBackup}. Without it no etcd snapshot of this cluster can be read.`,
      run: `ssh root@${first.name} sha256sum ${FILES}/encryption.yaml`,
      expect: 'the same sum as that of the copies',
    },
  ];
}

function balancerSteps(facts: Settled, first: Member): readonly RunbookStep[] {
  const { kind } = facts.balancer;
  const { host } = facts.endpoint;
  const dns: RunbookStep = {
    say: 'Point the name to the address, with a short time to live; it must resolve on every machine.',
    run: `getent hosts ${host}`,
    expect: facts.settings.address ?? host,
  };
  const own = () => ownBalancerSteps(facts, first, dns);
  const byKind: Readonly<Record<ControlPlaneFacts['balancer']['kind'], () => readonly RunbookStep[]>> = {
    haproxy: own,
    nginx: own,
    'kube-vip': () => [
      dns,
      {
        say: `Put kube-vip's static pod on ${first.name}. Until init is done admin.conf has no rights, so it reads super-admin.conf there.`,
        run: `ssh root@${first.name} "mkdir -p /etc/kubernetes/manifests && sed 's#path: /etc/kubernetes/admin.conf#path: /etc/kubernetes/super-admin.conf#' ${FILES}/kube-vip.yaml > /etc/kubernetes/manifests/kube-vip.yaml"`,
      },
    ],
    nlb: () => [
      {
        say: 'Make the balancer and the record; the members must let the balancer in on the port of the API.',
        run: 'cd control-plane/terraform && terraform init && terraform apply',
      },
      {
        say: 'See that the name resolves on a member.',
        run: `ssh root@${first.name} getent hosts ${host}`,
        expect: host,
      },
    ],
    managed: () => [],
  };
  return byKind[kind]();
}

/** HAProxy or nginx with keepalived, on machines of their own. */
function ownBalancerSteps(facts: Settled, first: Member, dns: RunbookStep): readonly RunbookStep[] {
  const { kind, instances } = facts.balancer;
  const { host } = facts.endpoint;
  const file = kind === 'haproxy' ? 'haproxy.cfg' : 'nginx.conf';
  return [
    dns,
    {
      say: `Make the cluster's authority first, so that the balancer can verify the members: on ${first.name}, then copy ca.crt to each balancer.`,
      run: [
        `ssh root@${first.name} kubeadm init phase certs ca --config ${FILES}/kubeadm.yaml`,
        ...instances.map(
          ({ name }) => `scp root@${first.name}:/etc/kubernetes/pki/ca.crt root@${name}:/etc/${kind}/kubernetes-ca.crt`,
        ),
      ].join('\n'),
    },
    {
      say: 'Install the balancers, check their files, start them; keepalived -t prints nothing when its file is right.',
      run: instances
        .map(
          ({ name }) =>
            `scp control-plane/hosts/${name}/${file} root@${name}:/etc/${kind}/${file} && scp control-plane/hosts/${name}/keepalived.conf root@${name}:/etc/keepalived/keepalived.conf\nssh root@${name} keepalived -t -f /etc/keepalived/keepalived.conf\nssh root@${name} '${kind === 'haproxy' ? 'haproxy -c -f /etc/haproxy/haproxy.cfg' : 'nginx -t'} && systemctl enable --now ${kind} keepalived && systemctl reload ${kind}'`,
        )
        .join('\n'),
      expect: kind === 'haproxy' ? 'Configuration file is valid' : 'test is successful',
    },
    {
      say: `While no member is ready the address is held by nobody, so init must reach the API at ${first.name} itself: point the name there in its hosts file until it is up.`,
      run: `ssh root@${first.name} "echo '${first.address} ${host} # until the first member is ready' >> /etc/hosts"`,
    },
  ];
}

function initSteps(facts: Settled, first: Member): readonly RunbookStep[] {
  const { host, port } = facts.endpoint;
  const usualFile: RunbookStep = {
    say: 'Give kube-vip its usual file back.',
    run: `ssh root@${first.name} cp ${FILES}/kube-vip.yaml /etc/kubernetes/manifests/kube-vip.yaml`,
  };
  const hostsLine: RunbookStep = {
    say: 'Take the line out of the hosts file again.',
    run: `ssh root@${first.name} "sed -i '/until the first member is ready/d' /etc/hosts"`,
  };
  const after: Readonly<Record<ControlPlaneFacts['balancer']['kind'], readonly RunbookStep[]>> = {
    haproxy: [hostsLine],
    nginx: [hostsLine],
    'kube-vip': [usualFile],
    nlb: [],
    managed: [],
  };
  return [
    {
      say: 'Check the file, then make the cluster.',
      run: `ssh root@${first.name} 'cd ${FILES} && kubeadm config validate --config kubeadm.yaml && kubeadm init --config kubeadm.yaml'`,
      expect: 'Your Kubernetes control-plane has initialized successfully!',
    },
    ...after[facts.balancer.kind],
    {
      say: 'See the API through its endpoint.',
      run: `ssh root@${first.name} curl --fail --cacert /etc/kubernetes/pki/ca.crt https://${host}:${port}/readyz`,
      expect: 'ok',
    },
  ];
}

/** The same on every member; everything else is made there. */
const SHARED_PKI = ['ca.crt', 'ca.key', 'sa.key', 'sa.pub', 'front-proxy-ca.crt', 'front-proxy-ca.key'];

interface Joining {
  readonly facts: Settled;
  readonly cluster: Cluster;
  readonly first: Member;
  readonly others: readonly Member[];
  readonly stacked: boolean;
}

/** With etcd on machines of its own its authority's key stays there, and every member has the same client certificate. */
function externalEtcdStep({ members }: Settled): RunbookStep {
  const files = members.map(
    ({ name }) =>
      `ssh root@${name} ls ${PKI}/etcd/ca.crt ${PKI}/apiserver-etcd-client.crt ${PKI}/apiserver-etcd-client.key`,
  );
  return {
    say: "etcd must run first (runbook of the etcd system). Copy its authority's certificate and a client certificate to every member.",
    run: files.join('\n'),
    expect: `${PKI}/apiserver-etcd-client.key`,
  };
}

function joinSteps({ facts, cluster, first, others, stacked }: Joining): readonly RunbookStep[] {
  const { host, port } = facts.endpoint;
  const archive = `tar -C / -cf - ${[...SHARED_PKI.map((file) => `etc/kubernetes/pki/${file}`), ...(stacked ? ['etc/kubernetes/pki/etcd/ca.crt', 'etc/kubernetes/pki/etcd/ca.key'] : []), `${FILES.slice(1)}/encryption.yaml`, `${FILES.slice(1)}/discovery.conf`].join(' ')}`;
  const config = `kubectl config --kubeconfig=${FILES}/discovery.conf`;
  return [
    {
      say: 'Make a discovery file with a token that lives an hour; machines join with it, since nobody may read cluster-info without one.',
      run: `ssh root@${first.name} 'umask 077; token=$(kubeadm token create --ttl 1h) && ${config} set-cluster ${cluster.name} --server=https://${host}:${port} --certificate-authority=${PKI}/ca.crt --embed-certs=true && ${config} set-credentials join --token=$token && ${config} set-context join --cluster=${cluster.name} --user=join && ${config} use-context join'`,
      expect: 'Switched to context "join".',
    },
    {
      say: 'Copy the authorities, the service-account key, the encryption configuration and the discovery file, and nothing else of /etc/kubernetes: a kubeconfig of another member would tie all controllers to its zone.',
      run: others
        .map(({ name }) => `ssh root@${first.name} '${archive}' | ssh root@${name} 'tar -C / -xpf -'`)
        .join('\n'),
    },
    {
      say: 'Join the members one at a time; start the next when the last is ready.',
      run: others
        .map(
          ({ name, address }) =>
            `ssh root@${name} 'cd ${FILES} && kubeadm config validate --config kubeadm.yaml && kubeadm join --config kubeadm.yaml' && curl --insecure --fail --retry 30 --retry-all-errors --retry-delay 2 https://${address}:${port}/readyz`,
        )
        .join('\n'),
      expect: 'ok',
    },
    ...(facts.balancer.kind === 'kube-vip'
      ? [
          {
            say: "Put each member's kube-vip pod in place.",
            run: others
              .map(({ name }) => `ssh root@${name} cp ${FILES}/kube-vip.yaml /etc/kubernetes/manifests/`)
              .join('\n'),
          },
        ]
      : []),
    {
      say: 'Take the discovery file away everywhere.',
      run: facts.members.map(({ name }) => `ssh root@${name} rm -f ${FILES}/discovery.conf`).join('\n'),
    },
  ];
}

function afterSteps(facts: Settled, cluster: Cluster): readonly RunbookStep[] {
  const cloud = hasCloudController(cluster)
    ? [
        {
          say: `See that the members' instances carry the tag kubernetes.io/cluster/${cluster.name}=owned, without which the cloud controller does not start, and that their role has the policies of a control plane that its manual lists (ec2:Describe*, and those of load balancers).`,
          run: `aws ec2 describe-instances --region ${facts.members[0]?.region ?? ''} --filters Name=tag:kubernetes.io/cluster/${cluster.name},Values=owned Name=private-ip-address,Values=${facts.members.map(({ address }) => address).join(',')} --query 'length(Reservations[].Instances[])'`,
          expect: String(facts.members.length),
        },
        {
          say: 'Install the AWS cloud controller manager, in the network of the machines: it runs before there is one for pods. Until it does, nodes stay tainted as uninitialized.',
          run: cloudController(''),
          expect: 'deployed',
        },
      ]
    : [];
  const version = versionOf(cluster, 'node-healthcheck-operator');
  return [
    ...cloud,
    networkStep(facts, cluster, ''),
    {
      say: "Approve the kubelets' serving certificates (runbook approve-kubelet-certificates).",
      run: 'kubectl get certificatesigningrequests',
    },
    {
      say: `Install the Node Health Check operator ${version} and the Self Node Remediation operator with the Operator Lifecycle Manager into namespace ${REPAIR_NAMESPACE}, then apply the objects.`,
      run: 'kubectl get crd nodehealthchecks.remediation.medik8s.io selfnoderemediationtemplates.self-node-remediation.medik8s.io\nkubectl apply --server-side -f control-plane/objects/',
      expect: 'serverside-applied',
    },
    {
      say: 'See the members in their zones.',
      run: 'kubectl get nodes -l node-role.kubernetes.io/control-plane -L topology.kubernetes.io/zone',
      expect: facts.members.map(({ name, zone }) => `${name} … ${zone}`).join('\n'),
    },
  ];
}

/** Its chart puts the pods into the pod network, which is not there yet and from which no instance metadata is read. */
function cloudController(kubeconfig: string): string {
  return `helm${kubeconfig} upgrade --install aws-cloud-controller-manager aws-cloud-controller-manager --repo https://kubernetes.github.io/cloud-provider-aws --namespace kube-system --set hostNetworking=true`;
}

/** Which plug-in is not ours to say; that one has to run is. */
function networkStep({ members }: Settled, cluster: Cluster, kubeconfig: string): RunbookStep {
  return {
    say: `Install the network plug-in that you have chosen, with ${cluster.cidrs.pods} for pods: no node is Ready before.`,
    run: `kubectl${kubeconfig} wait nodes -l node-role.kubernetes.io/control-plane --for=condition=Ready --timeout=5m`,
    expect: `condition met, ${members.length} ${members.length === 1 ? 'time' : 'times'}`,
  };
}

function clusterApiSteps(facts: Settled, cluster: Cluster): readonly RunbookStep[] {
  const local = facts.settings.encryption.provider !== 'kms';
  return [
    {
      say: `Install the providers in the management cluster, which must not be this one. ${MANAGEMENT_VARIABLE} is the name of its context in your kubeconfig; while it is unset, the commands for it stop.`,
      run: `export ${MANAGEMENT_VARIABLE}=NAME_OF_ITS_CONTEXT\nclusterctl init --kubeconfig-context ${MANAGEMENT_CONTEXT} --core cluster-api:${versionOf(cluster, 'cluster-api')} --bootstrap kubeadm:${versionOf(cluster, 'cluster-api')} --control-plane kubeadm:${versionOf(cluster, 'cluster-api')} --infrastructure aws:${versionOf(cluster, 'cluster-api-provider-aws')}`,
    },
    ...(local
      ? [
          {
            say: `Put an EncryptionConfiguration with a new 32-byte key into the secret store behind ClusterSecretStore holdfast, as ${cluster.name}/encryption.yaml, and back it up: ${facts.settings.encryption.keyBackup}.`,
            run: `${onManagement(`apply --server-side -f management/control-plane/objects/externalsecret-${cluster.name}-encryption.yaml`)}\n${onManagement(`wait --for=condition=Ready externalsecret/${cluster.name}-encryption --timeout=2m`)}`,
            expect: 'condition met',
          },
        ]
      : []),
    {
      say: 'Apply the cluster and wait for its first member.',
      run: `${onManagement('apply --server-side -f management/control-plane/objects/')}\n${onManagement(`wait --for=condition=ControlPlaneInitialized cluster/${cluster.name} --timeout=30m`)}`,
      expect: 'condition met',
    },
    {
      say: `Take its kubeconfig, which is a secret, and install the cloud controller manager in ${cluster.name} itself: Cluster API knows a machine by the identity that this gives its node, and adds no further member before.`,
      run: `${fetchKubeconfig(cluster.name)}\n${cloudController(` --kubeconfig ${kubeconfigFile(cluster.name)}`)}`,
    },
    {
      say: 'Wait until Cluster API has made as many members as the plan says, one after the other, and until etcd has its quorum and the API servers answer.',
      run: `${onManagement(`wait --for=jsonpath='{.status.replicas}'=${facts.members.length} kubeadmcontrolplane/${cluster.name}-control-plane --timeout=30m`)}\n${onManagement(`wait --for=condition=ControlPlaneAvailable cluster/${cluster.name} --timeout=15m`)}`,
      expect: 'condition met',
    },
    {
      say: 'See the machines over the zones.',
      run: onManagement(
        `get machines -l cluster.x-k8s.io/cluster-name=${cluster.name},cluster.x-k8s.io/control-plane -o custom-columns=NAME:.metadata.name,ZONE:.spec.failureDomain,PHASE:.status.phase`,
      ),
      expect: 'Running',
    },
    networkStep(facts, cluster, ` --kubeconfig ${kubeconfigFile(cluster.name)}`),
  ];
}
