/** Commands that show whether the decisions hold. */
import type { Cluster } from '../../spec/cluster.ts';
import type { Verification } from '../../system.ts';
import { STATUS_PORT } from './balancer.ts';
import type { Settled } from './settings.ts';

/** What a person runs, and what it must print. */
export function verificationsOf(facts: Settled, cluster: Cluster): readonly Verification[] {
  return [
    ...common(facts, cluster),
    ...(facts.kind === 'kubeadm' ? members(facts) : []),
    ...balancer(facts),
    ...(facts.kind === 'eks' ? eks(facts, cluster) : leases()),
  ];
}

function common(facts: Settled, cluster: Cluster): readonly Verification[] {
  return [
    { title: 'The API is ready', command: "kubectl get --raw '/readyz?verbose'", expect: 'readyz check passed' },
    {
      title: 'The endpoint is one name, never a member',
      command: "kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'",
      expect:
        facts.endpoint.host === ''
          ? `the name of ${cluster.name}'s balancer`
          : `https://${facts.endpoint.host}:${facts.endpoint.port}`,
    },
    {
      title: 'Every API server is an endpoint of the Service kubernetes',
      command: 'kubectl get endpointslices -l kubernetes.io/service-name=kubernetes',
      expect:
        facts.kind === 'kubeadm'
          ? facts.members.map(({ address }) => address).join(',')
          : 'an address for each API server',
    },
    ...(facts.settings.repairAccounts.length === 0
      ? []
      : [
          {
            title: 'Repair has its own level of priority',
            command: 'kubectl get flowschema platform-repair',
            expect: 'platform-repair',
          },
        ]),
  ];
}

function members(facts: Settled): readonly Verification[] {
  const port = facts.endpoint.port;
  return [
    ...facts.members.map(({ name, address, zone }) => ({
      title: `Member ${name} in zone ${zone} is ready`,
      command: `curl --insecure --silent https://${address.includes(':') ? `[${address}]` : address}:${port}/readyz`,
      expect: 'ok',
    })),
    ...facts.members.map(({ name, address }) => ({
      title: `Controllers of ${name} talk to its own API server`,
      command: `ssh root@${name} grep server: /etc/kubernetes/controller-manager.conf /etc/kubernetes/scheduler.conf`,
      expect: `https://${address.includes(':') ? `[${address}]` : address}:${port}`,
    })),
    {
      title: 'Members stand in their zones',
      command: 'kubectl get nodes -l node-role.kubernetes.io/control-plane -L topology.kubernetes.io/zone',
      expect: facts.members.map(({ zone }) => zone).join(', '),
    },
    {
      title: 'Nothing but health checks answers without credentials',
      command: `curl --insecure --silent --output /dev/null --write-out '%{http_code}' https://${facts.endpoint.host}:${port}/api`,
      expect: '401',
    },
    {
      title: 'Secrets are encrypted in etcd',
      command:
        'kubectl create secret generic probe --from-literal=word=visible && kubectl --namespace kube-system exec etcd-' +
        `${facts.members[0]?.name ?? ''} -- etcdctl --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key get /registry/secrets/default/probe | head -c 40; kubectl delete secret probe`,
      expect: 'k8s:enc:',
    },
  ];
}

function balancer(facts: Settled): readonly Verification[] {
  const { kind, instances } = facts.balancer;
  if (kind === 'haproxy') {
    return instances.map(({ name }) => ({
      title: `${name} sees every member up`,
      command: `ssh root@${name} "curl --silent 'http://127.0.0.1:${STATUS_PORT}/stats;csv' | cut -d, -f1,2,18 | grep ^members"`,
      expect: facts.members.map((member) => `members,${member.name},UP`).join('\n'),
    }));
  }
  if (kind === 'nginx')
    return instances.map(({ name }) => ({
      title: `${name} passes the API through`,
      command: `ssh root@${name} curl --silent --cacert /etc/nginx/kubernetes-ca.crt https://127.0.0.1:${facts.endpoint.port}/readyz`,
      expect: 'ok',
    }));
  if (kind === 'kube-vip')
    return [
      {
        title: 'One member holds the address',
        command: "kubectl --namespace kube-system get lease plndr-cp-lock -o jsonpath='{.spec.holderIdentity}'",
        expect: 'the name of one member',
      },
    ];
  if (kind === 'nlb')
    return [
      {
        title: 'Every target of the balancer is healthy',
        command:
          "aws elbv2 describe-target-health --target-group-arn TARGET_GROUP --query 'TargetHealthDescriptions[].TargetHealth.State'",
        expect: facts.members.map(() => 'healthy').join(', '),
      },
    ];
  return [];
}

function eks(facts: Settled, cluster: Cluster): readonly Verification[] {
  const region = cluster.regions[0]?.name ?? '';
  return [
    {
      title: 'EKS runs the version',
      command: `aws eks describe-cluster --name ${cluster.name} --region ${region} --query cluster.version --output text`,
      expect: facts.settings.kubernetesVersion,
    },
    {
      title: 'Logs of the control plane are kept',
      command: `aws eks describe-cluster --name ${cluster.name} --region ${region} --query 'cluster.logging.clusterLogging[?enabled].types[]'`,
      expect: 'audit',
    },
  ];
}

function leases(): readonly Verification[] {
  return [
    {
      title: 'Controller manager and scheduler have leaders',
      command: 'kubectl --namespace kube-system get lease kube-controller-manager kube-scheduler',
      expect: 'a holder for each',
    },
  ];
}
