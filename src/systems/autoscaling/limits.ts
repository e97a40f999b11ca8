/** What this system cannot do for this document, one sentence each. */
import { sayDuration } from '../../core/duration.ts';
import { formatBytes, formatCpu } from '../../core/quantity.ts';
import { poolMaxPerZone } from '../../spec/cluster.ts';
import { kubeletCertificatesOf } from './decisions/pods.ts';
import { lossOf } from './headroom.ts';
import { type Model, needsKeda } from './model.ts';
import { REPLICAS } from './sizing.ts';
import { isOpen, mostNodes, zonesOfPool } from './node-pools.ts';

/** Default quota of managed node groups per cluster (Amazon EKS service quotas). */
const EKS_GROUPS = 30;

/** Sentences in a fixed order. */
export function limitsOf(model: Model): readonly string[] {
  return [...engineLimits(model), ...groupLimits(model), ...roomLimits(model), ...podLimits(model)];
}

function engineLimits({ engine, cluster, nodeReady, section, holder, engineSize }: Model): readonly string[] {
  const stuck = cluster.pools.filter((pool) => engine === 'none' && poolMaxPerZone(pool) > pool.nodesPerZone);
  return [
    ...(nodeReady === null
      ? []
      : [
          `The boot of ${sayDuration(section.nodeBoot.least)} to ${sayDuration(section.nodeBoot.most)} is an assumption; measure it and write autoscaling.nodeBoot.`,
        ]),
    ...(stuck.length === 0
      ? []
      : [
          `${stuck
            .map(({ name }) => name)
            .slice(0, 5)
            .join(
              ', ',
            )}: maxNodesPerZone is above nodesPerZone, but nothing adds machines; the plan counts with nodesPerZone.`,
        ]),
    ...(engine === 'cluster-autoscaler' && holder === 'cluster-api'
      ? [
          `Cluster Autoscaler runs on the management cluster, which is not planned here: its ${REPLICAS} pods of ${formatCpu(engineSize.cpu)} CPU and ${formatBytes(engineSize.memory)} are not in the sums, and its alerts fire only where the metrics of that cluster are read.`,
        ]
      : []),
    ...(engine === 'karpenter'
      ? ["Karpenter's limits count a pool over all its zones; maxNodesPerZone is kept in sum, not in each zone."]
      : []),
  ];
}

function groupLimits({ holder, engine, pools, room }: Model): readonly string[] {
  const groups = pools.reduce((sum, pool) => sum + zonesOfPool(pool).length, 0);
  const spot = pools.filter(({ capacity }) => capacity === 'spot').map(({ name }) => name);
  return [
    ...(holder === 'eksctl' && groups > EKS_GROUPS && engine === 'cluster-autoscaler'
      ? [
          `${groups} managed node groups are more than the ${EKS_GROUPS} that EKS gives a cluster by default; ask for a higher quota.`,
        ]
      : []),
    ...(spot.length === 0
      ? []
      : [
          `Spot machines of ${spot.slice(0, 5).join(', ')} can all be reclaimed within two minutes; the room for a loss does not stand in for that.`,
        ]),
    ...(room === null
      ? []
      : pools.filter((pool) => !isOpen(pool) && mostNodes(pool) > 0).length > 0
        ? ['Pools with taints have no placeholder pods: after a loss, their pods wait for new machines.']
        : []),
  ];
}

function roomLimits({ room, section, cluster, pools, engine }: Model): readonly string[] {
  const limits: string[] = [];
  const loss = lossOf(section, cluster);
  if (room === null) {
    limits.push(
      loss === 'none'
        ? 'No room is kept for a loss, as the document says.'
        : 'No room is kept for a loss: no pool without taints has machines that always run.',
    );
    return limits;
  }
  if (cluster.objectives.zoneFailureRecovery !== undefined && loss === 'node') {
    limits.push(
      'zoneFailureRecovery is promised, but room is kept for one machine only; a lost zone waits for new machines.',
    );
  }
  const growing = pools.filter(
    (pool) => isOpen(pool) && pool.maxNodesPerZone > (section.headroom.nodesPerZone ?? pool.minNodesPerZone),
  );
  if (engine !== 'none' && loss !== 'node' && growing.length > 0) {
    limits.push(
      `The room is that of the machines that always run; when ${growing
        .map(({ name }) => name)
        .slice(0, 3)
        .join(
          ', ',
        )} ${growing.length === 1 ? 'has' : 'have'} grown, a lost ${loss} is larger than the room. Raise headroom.nodesPerZone for the size that a loss shall be covered at.`,
    );
  }
  return limits;
}

function podLimits(model: Model): readonly string[] {
  const approve =
    model.cluster.controlPlane.kind === 'kubeadm' &&
    model.cluster.provider !== 'lab' &&
    kubeletCertificatesOf(model) === 'signed';
  const single = model.workloads.filter(({ minReplicas }) => minReplicas < 2);
  return [
    ...single.map(
      ({ namespace, name }) => `${namespace}/${name} may shrink to 1 pod, and is down when that pod's machine is.`,
    ),
    ...(approve
      ? [
          'Nothing here approves the serving certificate of a new machine (kubectl certificate approve); until it is approved, metrics-server, logs and exec do not reach that machine.',
        ]
      : []),
    ...(needsKeda(model)
      ? [
          'Metrics of your own come from one Prometheus; while it is away, KEDA falls back to a fixed number of pods and does not follow the load.',
        ]
      : []),
  ];
}
