/** What the control plane of this document cannot do, one sentence each. */
import { sayDuration } from '../../core/duration.ts';
import type { Context } from './facts.ts';
import type { ControlPlaneFacts } from '../../facts.ts';
import type { Cluster } from '../../spec/cluster.ts';
import { hasCloudController } from './cloud-controller.ts';
import type { Settled } from './settings.ts';

/** Sentences for "not covered". */
export function limitsOf(facts: Settled, { cluster }: Context): readonly string[] {
  return [
    ...kindLimits(facts, cluster),
    ...balancerLimits(facts),
    ...placeLimits(
      facts,
      cluster.regions.map(({ name }) => name),
    ),
    ...repairLimits(facts, cluster.objectives.nodeFailureRecovery),
  ];
}

function kindLimits(facts: Settled, cluster: Cluster): readonly string[] {
  if (facts.kind === 'eks') {
    return [
      "EKS lets no flag of the API server, controller manager, scheduler or etcd be set: failure detection, eviction rates, audit policy and leader election are the provider's.",
      'EKS repairs its own members; how fast is not published.',
      "On EKS pods take addresses of the machines' range (VPC CNI), so cidrs.pods is not used.",
    ];
  }
  const kubelets =
    'Kubernetes approves no serving certificate of a kubelet by itself: until somebody does, logs, exec and metrics of that node fail.';
  const plugIn =
    facts.settings.encryption.provider === 'kms'
      ? [
          'The KMS plug-in (kubernetes-sigs/aws-encryption-provider) publishes no image; building it and running it on every member, or in their machine image, is left to you.',
        ]
      : [];
  const cloud =
    'The AWS cloud controller manager is installed by the runbook, not rendered: until it runs, new nodes stay tainted as uninitialized.';
  const noCloud =
    'No cloud controller manager runs: that of AWS knows one region and deletes the nodes of others. Machines say their zone and instance themselves; the Node of a machine that has ended stays until somebody deletes it, and a Service of type LoadBalancer gets no balancer.';
  if (facts.kind === 'kubeadm') {
    const controller = cluster.provider !== 'aws' ? [] : [hasCloudController(cluster) ? cloud : noCloud];
    return [kubelets, ...controller, ...plugIn];
  }
  return [
    'The management cluster is not planned here: while it is gone no member and no node is replaced.',
    'The AWS provider of Cluster API leaves sessions to a failed member open for 300 s; it has no field for it.',
    "Names and addresses of members are Cluster API's own; the plan's names say how many stand where.",
    kubelets,
    cloud,
    ...plugIn,
  ];
}

function balancerLimits(facts: Settled): readonly string[] {
  const { least, most } = facts.balancer.takeover;
  const limits: Readonly<Record<ControlPlaneFacts['balancer']['kind'], readonly string[]>> = {
    nginx: [
      'The free nginx never takes out a member that accepts connections but answers /readyz with 500, and closes no session of a failed member; haproxy does both.',
    ],
    'kube-vip': [
      `kube-vip sends all requests to one member and reads no /readyz; after its loss nobody answers for ${sayDuration(least)} to ${sayDuration(most)}.`,
    ],
    haproxy: [
      'Statistics of HAProxy are served on loopback only; no alert reads them. What clients see is watched at the API servers.',
    ],
    nlb: [
      'How long a network load balancer takes to act on a failed check in all its zones is not published; the figure is the checks alone.',
    ],
    managed: [],
  };
  return limits[facts.balancer.kind];
}

function placeLimits(facts: Settled, regions: readonly string[]): readonly string[] {
  const [first] = regions;
  if (regions.length < 2) return [];
  const spread = new Set(facts.members.map(({ region }) => region)).size > 1;
  const what = spread
    ? 'The members stand in several regions, but the balancer and its address'
    : 'The control plane and its address';
  return [
    `${what} stand in region ${first ?? ''}: while it is lost nobody can change or repair anything in the other regions, and what runs there keeps running. Surviving a region without that needs a cluster in each.`,
  ];
}

function repairLimits({ nodeRepair }: Settled, promised: number | undefined): readonly string[] {
  const zone =
    'Repair stops by itself when a whole zone is lost; freeing its volumes is a decision of a person, in the runbook node-lost.';
  if (promised === undefined || nodeRepair.after < promised) return [zone];
  return [
    zone,
    `StatefulSets do not return within ${sayDuration(promised)} of the loss of a node: repair waits ${sayDuration(nodeRepair.after)}.`,
  ];
}
