/** Decisions about the machines of the control plane and the name that reaches them. */
import { formatBytes, formatCpu, sayBytes } from '../../../core/quantity.ts';
import type { Decision, DocumentPath, SystemPlan } from '../../../system.ts';
import { EKS_AVAILABILITY, type Context } from '../facts.ts';
import { mostNodes } from '../sizing.ts';
import { KIND, NODES, pathsOf, PROVIDER } from './paths.ts';
import type { Settled } from '../settings.ts';

const KUBEADM = { project: 'kubeadm v1.36.3', where: 'cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go' };
const EKS = { project: 'Amazon EKS', where: 'User Guide: control plane; Service Level Agreement' };

/** Who the members are, which version they run, how large they are, and how they are reached. */
export function memberDecisions(facts: Settled, context: Context): readonly Decision[] {
  return [
    kind(facts, context),
    version(facts),
    endpoint(facts, context),
    ...(facts.kind === 'eks'
      ? []
      : [members(facts, context), machine(facts, context), names(facts, context), localEndpoints(facts)]),
  ];
}

function kind(facts: Settled, { cluster }: Context): Decision {
  const because = {
    eks: `AWS runs the API servers and etcd over three zones and promises ${EKS_AVAILABILITY * 100}% of the time (Amazon EKS SLA). Flags of the API server, the controller manager, the scheduler and etcd cannot be set: failure detection, eviction rates, audit policy, priority-and-fairness seats and leader election keep the provider's values.`,
    kubeadm: `kubeadm makes the members of ${cluster.name}; every flag can be set, and every repair is ours. Configuration is v1beta4: extraArgs are lists of name and value.`,
    'cluster-api': `Cluster API makes and replaces the members of ${cluster.name} from another cluster, which must stand outside this one: when it is gone nothing is repaired, but everything keeps running.`,
  }[facts.kind];
  return { field: 'kind', value: facts.kind, because, source: facts.kind === 'eks' ? EKS : KUBEADM, from: [KIND] };
}

function version(facts: Settled): Decision {
  const { kubernetesVersion } = facts.settings;
  const because =
    facts.kind === 'eks'
      ? `EKS takes a minor version and chooses the patch. It offers a minor weeks to months after its release: eksctl utils describe-cluster-versions says whether ${kubernetesVersion} is among them.`
      : `All members run ${kubernetesVersion}. API servers may differ by one minor during an upgrade, kubelets may be three minors older and never newer.`;
  return {
    field: 'kubernetesVersion',
    value: kubernetesVersion,
    because,
    source: { project: 'Kubernetes v1.36.3', where: 'version skew policy' },
    from: [KIND, 'spec.versions.kubernetes'],
  };
}

function endpoint(facts: Settled, { cluster }: Context): Decision {
  const { host, port } = facts.endpoint;
  const assigned = { eks: 'assigned by EKS', 'cluster-api': 'assigned by the AWS provider', kubeadm: '' }[facts.kind];
  const because =
    facts.kind === 'kubeadm'
      ? `Every kubeconfig, kubelet and proxy of ${cluster.name} names ${host}:${port} and never a member, so no member's loss strands a client. kubeadm fixes the name in every certificate and kubeconfig at init; only the address behind it may change.`
      : `${facts.kind === 'eks' ? 'EKS' : 'The AWS provider'} gives the balancer a DNS name that resolves to one address per zone; clients use that name${host === '' ? '' : `, and ${host} where it is pointed there`}. ${facts.settings.publicEndpoint ? 'It is reachable from the internet as well.' : 'It is reachable from inside the network only.'}`;
  const value = {
    host: facts.kind === 'kubeadm' ? host : host === '' ? assigned : host,
    port,
    public: facts.kind === 'kubeadm' ? null : facts.settings.publicEndpoint,
  };
  const own = 'spec.controlPlane.endpoint';
  return {
    field: 'endpoint',
    value,
    because,
    source: KUBEADM,
    from: [KIND, 'metadata.name', `${own}.host`, `${own}.port`, `${own}.public`],
  };
}

function members(facts: Settled, { plans }: Context): Decision {
  const stacked = plans.etcd.facts.topology === 'stacked';
  const zones = new Set(facts.members.map(({ zone }) => zone)).size;
  const because = stacked
    ? `The ${facts.members.length} members of etcd run the API servers, controller managers and schedulers as well, over ${zones} ${zones === 1 ? 'zone' : 'zones'}; each API server reads its own etcd member, so a member fails as a whole and its balancer sees it. Static pods are not scheduled: a member stands in its zone because its machine does, and no label moves it.`
    : `etcd has machines of its own, so ${facts.members.length} machines over ${zones} ${zones === 1 ? 'zone' : 'zones'} run the API servers; they hold no state, and any one of them can serve.`;
  return {
    field: 'members',
    value: facts.members.map(({ name, zone, address }) =>
      facts.kind === 'cluster-api' ? `one in ${zone}` : `${name} in ${zone} at ${address}`,
    ),
    because,
    source: { project: 'kubeadm', where: 'docs/ha-considerations.md' },
    from: [...new Set([KIND, ...memberPaths(plans.etcd)])],
  };
}

/** Stacked members are etcd's; members of their own stand by the document's zones and range. */
function memberPaths(etcd: SystemPlan<'etcd'>): readonly DocumentPath[] {
  const own = etcd.facts.topology === 'stacked' ? [] : ['metadata.name', 'spec.cidrs.nodes', 'spec.regions[].zones'];
  return [...own, ...pathsOf(etcd, ['topology', 'members'])];
}

function machine(facts: Settled, { cluster }: Context): Decision {
  const { cpu, memory, storage } = facts.machine;
  const { machineType } = facts.settings;
  const nodes = mostNodes(cluster);
  const own = 'spec.controlPlane.machine';
  return {
    field: 'machine',
    value: {
      type: machineType,
      cpu: formatCpu(cpu),
      memory: formatBytes(memory),
      storage: formatBytes(storage),
      nodes,
    },
    because: `The pools may grow to ${nodes} nodes: 4 cores and 16 GiB serve up to 100, 8 and 32 up to 500, 16 and 64 above, unless the document says otherwise. With one of ${facts.members.length} members lost, the others carry its load. ${sayBytes(storage)} hold etcd, images, and 1.1 GB of audit logs; etcd wants the disk's flushes below 10 ms.`,
    source: { project: 'Kubernetes', where: 'Considerations for large clusters; measured 300 MB per idle API server' },
    from: [KIND, PROVIDER, `${own}.type`, `${own}.cpu`, `${own}.memory`, `${own}.storage`, ...NODES],
  };
}

function names(facts: Settled, { plans }: Context): Decision {
  const own = 'spec.controlPlane.endpoint';
  return {
    field: 'certificateNames',
    value: facts.settings.certificateNames,
    because:
      "Every member's serving certificate carries the endpoint, its address, all members and localhost: a client that is sent to any of them, the balancer's check and a check on the machine itself all find the name they asked for. kubeadm adds the member's own address and the Service names.",
    source: { project: 'kubeadm v1.36.3', where: 'cmd/kubeadm/app/util/pkiutil: GetAPIServerAltNames' },
    from: [
      ...new Set([
        KIND,
        PROVIDER,
        'metadata.name',
        'spec.cidrs.nodes',
        `${own}.host`,
        `${own}.address`,
        ...memberPaths(plans.etcd),
      ]),
    ],
  };
}

function localEndpoints(facts: Settled): Decision {
  return {
    field: 'controllersEndpoint',
    value:
      facts.kind === 'cluster-api'
        ? "each member's own API server, on its own kubeconfigs"
        : 'each member writes its own kubeconfigs, to its own API server',
    because:
      "kubeadm writes controller-manager.conf and scheduler.conf, and kubelet.conf of members that join, with the member's own API server. That is right as long as every member has its own files: the standby on another member then needs nothing of the lost zone. Copied from one member to the others, all controllers depend on that member's zone: when it is cut off no leader comes, no node is marked, nothing is evicted. Only certificate authorities, the service-account key and the shared files are ever copied.",
    source: {
      project: 'kubeadm v1.36.3',
      where: 'cmd/kubeadm/app/phases/kubeconfig/kubeconfig.go; measured on a cut zone',
    },
    from: [KIND],
  };
}
