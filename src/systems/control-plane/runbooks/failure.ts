/** What to do when something is lost, in this cluster's names. */
import { formatPercent } from '../../../core/percent.ts';
import { sayDuration } from '../../../core/duration.ts';
import type { ControlPlaneFacts, Member } from '../../../facts.ts';
import { onManagement } from '../../../kubernetes/management.ts';
import type { Cluster } from '../../../spec/cluster.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import { FILES } from '../arguments.ts';
import { STATUS_PORT } from '../balancer.ts';
import type { Settled } from '../settings.ts';

/** The API does not answer, or slowly. */
export function apiRunbook(facts: Settled, cluster: Cluster): Runbook {
  const { host, port } = facts.endpoint;
  const region = cluster.regions[0]?.name ?? '';
  const look: Readonly<Record<ControlPlaneFacts['kind'], readonly RunbookStep[]>> = {
    eks: [
      {
        say: 'Ask EKS for its view of the cluster.',
        run: `aws eks describe-cluster --name ${cluster.name} --region ${region} --query 'cluster.{status:status,health:health.issues,endpoint:endpoint}'`,
        expect: 'ACTIVE',
      },
      {
        say: 'If a zone is impaired, shift its traffic away.',
        run: `aws arc-zonal-shift start-zonal-shift --resource-identifier $(aws eks describe-cluster --name ${cluster.name} --region ${region} --query cluster.arn --output text) --away-from ZONE_ID --expires-in 3h --comment "zone impaired" --region ${region}`,
      },
    ],
    kubeadm: [
      {
        say: 'Ask the endpoint, then every member by itself: if members answer and the endpoint does not, it is the balancer or the name.',
        run: [
          `curl --insecure --max-time 3 https://${host}:${port}/readyz`,
          ...facts.members.map(({ address }) => `curl --insecure --max-time 3 https://${address}:${port}/readyz`),
        ].join('\n'),
        expect: 'ok',
      },
      {
        say: 'Where a member is not ready, its own words say why.',
        run: `ssh root@${facts.members[0]?.name ?? ''} "kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://127.0.0.1:${port} get --raw '/readyz?verbose'"`,
        expect: '[+]etcd ok',
      },
      ...(facts.balancer.kind === 'haproxy'
        ? [
            {
              say: 'Ask the balancers whom they see.',
              run: facts.balancer.instances.map(({ name }) => statistics(name)).join('\n'),
              expect: facts.members.map((member) => `members,${member.name},UP`).join('\n'),
            },
          ]
        : []),
      {
        say: 'With a majority of etcd members gone nothing is written: go on with the restore runbook of the etcd system.',
        run: facts.members.map(({ name }) => `ssh root@${name} crictl ps --name 'etcd|kube-apiserver'`).join('\n'),
      },
    ],
    'cluster-api': [
      {
        say: 'See the machines and their conditions in the management cluster.',
        run: onManagement(`get kubeadmcontrolplane,machines -l cluster.x-k8s.io/cluster-name=${cluster.name}`),
        expect: 'Running',
      },
      {
        say: 'See which targets the balancer holds healthy.',
        run: `aws elbv2 describe-target-groups --region ${region} --query "TargetGroups[?contains(TargetGroupName, 'apiserver')].TargetGroupArn" --output text | xargs -n1 aws elbv2 describe-target-health --region ${region} --target-group-arn`,
      },
    ],
  };
  return {
    id: 'api-unavailable',
    title: `The API of ${cluster.name} does not answer or is slow`,
    when: 'When KubernetesApiDown, KubernetesApiErrorBudgetBurn, KubernetesApiSlow or KubernetesApiRejectsRequests fires. Running pods keep running meanwhile.',
    steps: [
      ...look[facts.kind],
      {
        say: 'A flood of requests: find the client, then give its FlowSchema fewer seats instead of restarting members.',
        run: 'kubectl get --raw /debug/api_priority_and_fairness/dump_priority_levels\nkubectl get --raw /debug/api_priority_and_fairness/dump_requests | head -50',
        expect: 'the level with waiting requests, and who sends them',
      },
    ],
  };
}

function statistics(name: string): string {
  return `ssh root@${name} "curl --silent 'http://127.0.0.1:${STATUS_PORT}/stats;csv' | cut -d, -f1,2,18"`;
}

/** A lost member comes back on a new machine. */
export function memberRunbook(facts: Settled, cluster: Cluster): Runbook {
  const title = `Replace a lost member of ${cluster.name}`;
  const when =
    'When KubernetesApiMemberDown fires and the machine does not come back. The balancer has taken it out by itself.';
  if (facts.kind === 'cluster-api') {
    return {
      id: 'replace-member',
      title,
      when,
      steps: [
        {
          say: 'Cluster API replaces it when its node is not ready for long enough; to do it now, mark the machine.',
          run: 'kubectl annotate machine NAME cluster.x-k8s.io/remediate-machine=""',
        },
        {
          say: 'Watch it.',
          run: `kubectl get machines -l cluster.x-k8s.io/cluster-name=${cluster.name} --watch`,
          expect: 'Running',
        },
      ],
    };
  }
  const member = facts.members.at(-1);
  const survivor = facts.members[0];
  return {
    id: 'replace-member',
    title,
    when,
    steps: [
      {
        say: `The commands name ${member?.name ?? ''} as the lost one and ${survivor?.name ?? ''} as a sound one; use yours. First make sure that the machine is off.`,
        run: `ping -c 3 ${member?.address ?? ''}`,
        expect: '100% packet loss',
      },
      {
        say: 'Take its etcd member out before a new one comes (runbook of the etcd system): adding first can cost the quorum. Then take the node out.',
        run: `kubectl delete node ${member?.name ?? ''}`,
      },
      {
        say: 'Make a machine with the same name and address, so that no file and no certificate name changes. Copy the shared files and the discovery file and join it as the runbook deploy does; its kubeconfigs are made on it, never copied.',
        run: `ssh root@${member?.name ?? ''} 'cd ${FILES} && ${cluster.provider === 'aws' ? 'sh write-provider-id.sh && ' : ''}kubeadm join --config kubeadm.yaml'`,
        expect: 'This node has joined the cluster and a new control plane instance was created',
      },
      {
        say: 'See it ready, and the balancer send to it.',
        run: `curl --insecure --retry 30 --retry-all-errors --retry-delay 2 https://${member?.address ?? ''}:${facts.endpoint.port}/readyz`,
        expect: 'ok',
      },
      ...(survivor?.name === member?.name
        ? [{ say: 'This cluster has one member: losing it means restoring etcd from a snapshot.' }]
        : survivor
          ? [
              {
                say: `Was ${survivor.name} the lost one? Its kubeadm.yaml makes a new cluster and must not be used: join with the file of another member, with name and address changed.`,
              },
            ]
          : []),
    ],
  };
}

/** Nobody leads. */
export function leaderRunbook(facts: Settled, cluster: Cluster): Runbook {
  const where = facts.members
    .map(
      ({ name }) =>
        `ssh root@${name} grep server: /etc/kubernetes/controller-manager.conf /etc/kubernetes/scheduler.conf`,
    )
    .join('\n');
  const local: readonly RunbookStep[] =
    facts.kind === 'kubeadm'
      ? [
          {
            say: "Each member's controllers must name that member's own address. Files copied from another member tie all of them to one zone.",
            run: where,
            expect: facts.members.map(({ address }) => `https://${address}:${facts.endpoint.port}`).join('\n'),
          },
          ...facts.members.map((member) => ({
            say: `Only if ${member.name} names another address: make its files anew. kubeadm leaves a file that is there as it is, so they go first.`,
            run: ownKubeconfigs(facts, member),
            expect: 'Writing "controller-manager.conf" kubeconfig file, and the same for scheduler.conf',
          })),
        ]
      : [
          {
            say: 'See the pods of the controllers on every member.',
            run: "kubectl --namespace kube-system get pods -l 'component in (kube-controller-manager, kube-scheduler)' -o wide",
            expect: 'Running',
          },
        ];
  return {
    id: 'controllers-without-leader',
    title: `No controller manager or scheduler leads in ${cluster.name}`,
    when: 'When an alert says that one has no leader for two minutes.',
    steps: [
      {
        say: 'See who holds the leases and when they were renewed.',
        run: 'kubectl --namespace kube-system get lease kube-controller-manager kube-scheduler -o custom-columns=NAME:.metadata.name,HOLDER:.spec.holderIdentity,RENEWED:.spec.renewTime',
        expect: `renewed less than ${sayDuration(facts.leaderElection.leaseDuration)} ago`,
      },
      ...local,
    ],
  };
}

/** With flags: of the members only the first has a file that `kubeadm init` reads. */
function ownKubeconfigs({ settings, endpoint }: Settled, { name, address }: Member): string {
  const flags = `--apiserver-advertise-address ${address} --apiserver-bind-port ${endpoint.port} --kubernetes-version ${settings.kubernetesVersion}`;
  return `ssh root@${name} 'cd /etc/kubernetes && rm -f controller-manager.conf scheduler.conf && for user in controller-manager scheduler; do kubeadm init phase kubeconfig $user ${flags} || exit 1; done && crictl stop $(crictl ps --name "kube-controller-manager|kube-scheduler" --quiet)'`;
}

/** The address moves, or shall be moved. */
export function balancerRunbook(facts: Settled, cluster: Cluster): Runbook {
  const { instances, kind } = facts.balancer;
  const { address, interface: nic } = facts.settings;
  const service = kind === 'kube-vip' ? 'the static pod kube-vip' : `${kind} and keepalived`;
  const [first] = instances;
  return {
    id: 'balancer-failover',
    title: `Move the address of ${cluster.name} to another machine`,
    when: 'Before work on the machine that holds it, and to see that it moves.',
    steps: [
      {
        say: 'See who holds it: exactly one.',
        run: instances
          .map(
            ({ name }) =>
              `ssh root@${name} "ip -brief address show ${kind === 'kube-vip' && facts.settings.bgp !== null ? 'lo' : nic} | grep -c ${address ?? ''}"`,
          )
          .join('\n'),
        expect: 'one 1, the others 0',
      },
      kind === 'kube-vip'
        ? {
            say: `Take ${service} away from the holder; another member takes the address in at most ${sayDuration(facts.balancer.takeover.most)}.`,
            run: `ssh root@${first?.name ?? ''} 'mv /etc/kubernetes/manifests/kube-vip.yaml ~/'`,
          }
        : {
            say: `Stop keepalived on the holder; the other takes the address at once, and in at most ${sayDuration(facts.balancer.takeover.most)} when the machine dies.`,
            run: `ssh root@${first?.name ?? ''} systemctl stop keepalived`,
          },
      {
        say: 'See the API through it all the while.',
        run: `while sleep 0.5; do curl --insecure --silent --max-time 1 https://${facts.endpoint.host}:${facts.endpoint.port}/readyz || echo " failed"; done`,
        expect: 'ok',
      },
      kind === 'kube-vip'
        ? {
            say: 'Put it back.',
            run: `ssh root@${first?.name ?? ''} 'mv ~/kube-vip.yaml /etc/kubernetes/manifests/'`,
          }
        : {
            say: 'Start keepalived again; it waits and does not take the address back.',
            run: `ssh root@${first?.name ?? ''} systemctl start keepalived`,
          },
    ],
  };
}

/** Nodes are lost and StatefulSets with them. */
export function nodeRunbook(facts: Settled, cluster: Cluster): Runbook {
  const { maxUnhealthy, after, by } = facts.nodeRepair;
  const automatic = {
    'node-healthcheck': {
      say: `Repair begins ${sayDuration(after)} after a node is not ready, and not above ${formatPercent(maxUnhealthy, 0)}. See what it does.`,
      run: 'kubectl get nodehealthcheck workers -o yaml\nkubectl get selfnoderemediations --all-namespaces',
    },
    'machine-healthcheck': {
      say: `Repair begins ${sayDuration(after)} after a node is not ready, and not above ${formatPercent(maxUnhealthy, 0)}. See it in the management cluster.`,
      run: onManagement(`get machinehealthcheck ${cluster.name}-workers -o wide`),
    },
    'eks-node-repair': {
      say: `EKS repairs nodes of managed node groups ${sayDuration(after)} after they are not ready, and not above ${formatPercent(maxUnhealthy, 0)}. See what it did.`,
      run: 'kubectl get events --all-namespaces --field-selector involvedObject.kind=Node',
    },
  }[by];
  return {
    id: 'node-lost',
    title: `A node, or many, of ${cluster.name} are lost and pods do not come back`,
    when: 'When NodeRepairStopped or NodeOutOfServiceTaintLeft fires, or a StatefulSet stays Terminating.',
    steps: [
      {
        say: 'See which nodes are lost, and in which zones: all of one zone means the zone or its network, not the machines.',
        run: "kubectl get nodes -L topology.kubernetes.io/zone | grep -v ' Ready '",
      },
      automatic,
      {
        say: 'Turn the machine off, at its console, its power strip or its provider, and make sure. A machine that still runs and writes would share its volumes with the new pod.',
        run:
          cluster.provider === 'aws'
            ? 'aws ec2 stop-instances --force --instance-ids INSTANCE && aws ec2 wait instance-stopped --instance-ids INSTANCE'
            : 'ipmitool -I lanplus -H CONSOLE -U USER -E chassis power off && ipmitool -I lanplus -H CONSOLE -U USER -E chassis power status',
        ...(cluster.provider === 'aws' ? {} : { expect: 'Chassis Power is off' }),
      },
      {
        say: 'Only then say that it is out of service: its pods are deleted by force, its volumes detached at once, and StatefulSets start elsewhere.',
        run: 'kubectl taint nodes NODE node.kubernetes.io/out-of-service=nodeshutdown:NoExecute',
        expect: 'tainted',
      },
      {
        say: 'See the pods start elsewhere and the volumes move.',
        run: 'kubectl get pods --all-namespaces --field-selector spec.nodeName=NODE\nkubectl get volumeattachments | grep NODE',
        expect: 'nothing but DaemonSets, then nothing',
      },
      {
        say: 'When the machine is sound again, take the taint away, or delete the node if it never returns.',
        run: 'kubectl taint nodes NODE node.kubernetes.io/out-of-service-',
      },
    ],
  };
}
