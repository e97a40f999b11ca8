/** Decisions about machines: the engine, its groups, their order, what they may cost the account. */
import { formatDuration, sayDuration } from '../../../core/duration.ts';
import { formatPercent } from '../../../core/percent.ts';
import type { Decision } from '../../../system.ts';
import { ENGINE_FROM, type Holder, possibleEngines, PRESENCE_FROM } from '../engine.ts';
import type { Model } from '../model.ts';
import { formatTaint, GROWTH_FROM, grows, mostNodes, PLACES_FROM, standingNodes, zonesOfPool } from '../node-pools.ts';
import { autoscalerSource, EC2_QUOTAS, karpenterSource } from '../sources.ts';
import { provisionTime } from '../timing.ts';
import { unreadyPercentage, USUAL_UNREADY } from '../unready.ts';
import type { NodePool } from '../settings.ts';

/** In the order of the page. */
export function nodeDecisions(model: Model): readonly Decision[] {
  return [
    engine(model),
    groups(model),
    ...(model.cluster.provider === 'aws' ? [machineTypes(model), quota(model)] : []),
    ...(model.engine === 'none' ? [] : [priorities(model)]),
    ...(model.engine === 'karpenter' ? [expiry(model)] : []),
    ...(model.engine === 'none' ? [] : [scaleDown(model)]),
    ...(model.engine === 'cluster-autoscaler' ? [giveUp(model), unready(model)] : []),
    ...(model.holder === 'eksctl' ? [nodeImage(model)] : []),
    ...(model.gpuPools.length > 0 ? [gpuPools(model)] : []),
  ];
}

const ENGINE_WORDS = {
  karpenter:
    'Karpenter orders single machines from EC2 for the pods that wait, whatever group they would belong to, and falls to the next type or zone within seconds when one is sold out.',
  'cluster-autoscaler':
    'Cluster Autoscaler sets the size of groups of equal machines; it works with whatever makes the groups.',
  none: 'Nothing adds machines: the pools are fixed, and the room for a loss has to stand there beforehand.',
} as const;

function engine({ engine: value, cluster, section }: Model): Decision {
  const { provider, controlPlane } = cluster;
  const chosen =
    section.engine === undefined ? `the default for ${provider} with ${controlPlane.kind}` : 'as the document says';
  return {
    field: 'engine',
    value,
    because: `${ENGINE_WORDS[value]} It is ${chosen}; possible here: ${possibleEngines(cluster).join(', ')}.`,
    source: value === 'karpenter' ? karpenterSource('pkg/apis/v1/nodepool.go') : autoscalerSource('README.md'),
    from: ENGINE_FROM,
  };
}

const HOLDER_WORDS: Readonly<Record<Holder, string>> = {
  eksctl: 'EKS managed node groups, one per pool and zone, hold the machines that always run',
  terraform: 'Auto Scaling groups, one per pool and zone, hold the machines',
  'cluster-api': 'MachineDeployments, one per pool and zone, hold the machines',
  'join-configuration': "each host joins with its pool's kubeadm configuration",
  simulated: 'the lab simulates the machines',
};

function groups({ pools, holder, engine: by }: Model): Decision {
  const always = sum(pools, standingNodes);
  const most = sum(pools, mostNodes);
  const count = sum(pools, (pool) => zonesOfPool(pool).length);
  const growth =
    by === 'karpenter'
      ? ` Karpenter adds up to ${most - always} more; its limit counts a pool's machines over all zones, not per zone.`
      : by === 'none'
        ? ''
        : ` Cluster Autoscaler grows them to ${most}; one group per zone, because it takes all machines of a group for equal, and a pod with a zonal volume would wait forever on a group that may open its next machine in another zone.`;
  return {
    field: 'groups',
    value: { by: holder, groups: count, always, most },
    because: `${pools.length === 1 ? 'One pool makes' : `${pools.length} pools make`} ${count} groups with ${always} machines that always run: ${HOLDER_WORDS[holder]}. Labels and taints stand in the group, so that a replaced machine registers with them before any pod lands on it.${growth}`,
    source: autoscalerSource('FAQ.md'),
    from: [...GROWTH_FROM, 'spec.controlPlane.kind'],
  };
}

function machineTypes({ pools, cluster }: Model): Decision {
  const types = [...new Set(pools.flatMap((pool) => pool.machineTypes))].toSorted();
  const named = cluster.pools.filter(({ machine }) => machine.type !== undefined).length;
  return {
    field: 'machineTypes',
    value: types,
    because: `${named} of ${pools.length} pools name their type; for the others every known type of the same size is taken, newest first, because the more types a group may take, the less a sold-out one stops it.`,
    source: { project: 'AWS', where: 'Amazon EC2 instance types' },
    from: ['spec.provider', 'spec.pools[].machine'],
  };
}

function quota({ pools }: Model): Decision {
  const value: Record<string, number> = {};
  for (const pool of pools) {
    const name = quotaOf(pool);
    value[name] = (value[name] ?? 0) + (mostNodes(pool) * pool.cpu) / 1_000;
  }
  const said = Object.entries(value).map(([name, vcpus]) => `${vcpus} vCPU of "${name}"`);
  return {
    field: 'accountQuota',
    value,
    because: `With every pool at its most, the account needs ${said.join(' and ')}, over all its regions; a quota counts per region, and one that is too small stops a scale-up as a sold-out zone does.`,
    source: EC2_QUOTAS,
    from: ['spec.pools[].machine', 'spec.pools[].capacity', ...GROWTH_FROM],
  };
}

/** Name of the vCPU quota in the Service Quotas console. */
function quotaOf({ machineTypes: [type = ''], capacity, gpus }: NodePool): string {
  const family = gpus === 0 ? 'Standard (A, C, D, H, I, M, R, T, Z)' : type.startsWith('p') ? 'P' : 'G and VT';
  return capacity === 'spot' ? `All ${family} Spot Instance Requests` : `Running On-Demand ${family} instances`;
}

function priorities({ pools, engine: by }: Model): Decision {
  const value = [...new Set(pools.map(({ priority }) => priority))].toSorted((a, b) => b - a);
  const first = pools.filter(({ priority }) => priority === value[0]).map(({ name }) => name);
  const named = first.length > 3 ? `${first.slice(0, 3).join(', ')} and ${first.length - 3} more` : first.join(', ');
  const order =
    value.length === 1
      ? `all pools stand at ${value[0]}, so ${by === 'karpenter' ? 'the cheapest fitting machine' : 'the one that wastes least'} wins`
      : `${named} at ${value[0]} ${first.length === 1 ? 'grows' : 'grow'} first`;
  return {
    field: 'priorities',
    value,
    because:
      by === 'karpenter'
        ? `Each NodePool's weight is its pool's priority, 1 to 100, higher first: ${order}.`
        : `--expander=priority,least-waste reads the ConfigMap cluster-autoscaler-priority-expander, higher first: ${order}. A catch-all of the lowest priority stands below them: a group that no line matches would never be used, and without the ConfigMap the expander is skipped with nothing but an event.`,
    source:
      by === 'karpenter' ? karpenterSource('pkg/apis/v1/nodepool.go') : autoscalerSource('expander/priority/readme.md'),
    from: ['spec.pools[].priority', ...PRESENCE_FROM],
  };
}

function expiry({ section: { disruption } }: Model): Decision {
  return {
    field: 'nodeExpiry',
    value: formatDuration(disruption.expireAfter),
    because: `Karpenter replaces a machine after ${sayDuration(disruption.expireAfter)}, drained within the disruption budgets of its pods. terminationGracePeriod is not set: it would override those budgets.`,
    source: karpenterSource('pkg/apis/v1/nodepool.go'),
    from: ['spec.autoscaling.disruption.expireAfter', 'spec.autoscaling.engine', 'spec.controlPlane.kind'],
  };
}

function scaleDown({ section: { disruption }, engine: by }: Model): Decision {
  const share = formatPercent(disruption.nodes);
  const karpenter = by === 'karpenter';
  return {
    field: 'scaleDown',
    value: { after: formatDuration(disruption.consolidateAfter), ...(karpenter ? { nodes: share } : {}) },
    because: karpenter
      ? `A machine that is empty or little used for ${sayDuration(disruption.consolidateAfter)} goes, at most ${share} of a pool at a time, rounded up. GPU pools are only emptied, never repacked: a moved training run starts again.`
      : `A machine that is little used for ${sayDuration(disruption.consolidateAfter)} goes (--scale-down-unneeded-time, and as long after the last scale-up); disruption budgets of its pods are kept.`,
    source: karpenter ? karpenterSource('pkg/apis/v1/nodepool.go') : autoscalerSource('config/flags/flags.go'),
    from: [
      'spec.autoscaling.disruption.consolidateAfter',
      ...(karpenter ? ['spec.autoscaling.disruption.nodes'] : []),
      ...ENGINE_FROM,
    ],
  };
}

function giveUp({ section }: Model): Decision {
  const time = provisionTime(section);
  return {
    field: 'provisionTime',
    value: formatDuration(time),
    because: `A machine that is not there after ${sayDuration(time)} is given up and another group is tried: three times the slowest boot (3 × ${sayDuration(section.nodeBoot.most)}), in whole minutes, between 3 and 15. The default of 15 m would keep pods waiting for a sold-out zone that long.`,
    source: autoscalerSource('config/flags/flags.go'),
    from: ['spec.autoscaling.nodeBoot.most', ...ENGINE_FROM],
  };
}

function unready({ unreadyShare, cluster }: Model): Decision {
  const value = unreadyPercentage(unreadyShare);
  const what = cluster.survive === 'region' ? 'region' : 'zone';
  const reason =
    value === USUAL_UNREADY
      ? `The loss of the largest ${what} makes ${unreadyShare} % of the machines unready, below the usual limit of ${USUAL_UNREADY} %.`
      : `The loss of the largest ${what} makes ${unreadyShare} % of the machines unready; with the usual limit of ${USUAL_UNREADY} % Cluster Autoscaler would stop acting just then, so the limit is the loss and 10 more.`;
  return {
    field: 'unreadyLimit',
    value: { limit: value, largestLoss: unreadyShare },
    because: `${reason} Above the limit, and above 3 machines, it takes the cluster for unobservable and does nothing.`,
    source: autoscalerSource('clusterstate/clusterstate.go'),
    from: ['spec.survive', ...PLACES_FROM, ...ENGINE_FROM],
  };
}

function nodeImage({ section }: Model): Decision {
  return {
    field: 'nodeImage',
    value: `al2023@${section.nodeImage}`,
    because: `The image is pinned to ${section.nodeImage}: with @latest every new release of the provider would replace all machines within hours of its appearance, in every cluster at once.`,
    source: { project: 'awslabs/amazon-eks-ami', where: 'releases' },
    from: ['spec.autoscaling.nodeImage', 'spec.controlPlane.kind'],
  };
}

function gpuPools({ gpuPools: pools, engine: by }: Model): Decision {
  const value = pools.map(
    ({ name, accelerator, gpus, taints }) => `${name}: ${gpus} × ${accelerator}, ${taints.map(formatTaint).join(' ')}`,
  );
  const empty = pools.filter((pool) => pool.minNodesPerZone === 0 && grows(pool)).map(({ name }) => name);
  const fromZero =
    empty.length === 0
      ? ''
      : ` ${empty.join(', ')} ${empty.length === 1 ? 'starts' : 'start'} with no machine, so that none is paid for while nobody trains${by === 'cluster-autoscaler' ? '; tags on the groups say what a first machine would bring' : ''}.`;
  return {
    field: 'gpuPools',
    value,
    because: `Each carries a taint that keeps ordinary pods out and labels that let the right ones in; the device plugin tolerates just these taints, since without it no GPU is ever advertised. The label k8s.amazonaws.com/accelerator tells Cluster Autoscaler to wait for the device plugin; any other label, and it orders too many.${fromZero}`,
    source: autoscalerSource('cloudprovider/aws/README.md'),
    from: ['spec.pools[].machine', 'spec.pools[].taints', 'spec.pools[].name'],
  };
}

function sum(pools: readonly NodePool[], count: (pool: NodePool) => number): number {
  return pools.reduce((total, pool) => total + count(pool), 0);
}
