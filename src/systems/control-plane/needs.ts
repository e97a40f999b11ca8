/** What the control plane takes: machines, balancers, services, and the pods that repair nodes. */
import type { Cluster } from '../../spec/cluster.ts';
import { zonesOf } from '../../spec/cluster.ts';
import type { Need } from '../../system.ts';
import type { Settled } from './settings.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const NONE = { cpu: 0, memory: 0, storage: 0, trafficPerMonth: 0 } as const;

/** Everything with its size; traffic between zones is not known here and is 0. */
export function needsOf(facts: Settled, cluster: Cluster): readonly Need[] {
  if (facts.kind === 'eks')
    return [{ component: 'EKS control plane', form: 'service', replicas: 1, zones: [], ...NONE, offer: 'eks/cluster' }];
  return [
    members(facts, cluster),
    ...balancers(facts, cluster),
    ...(facts.nodeRepair.by === 'node-healthcheck' ? repairers(cluster) : []),
  ];
}

function members(facts: Settled, { provider }: Cluster): Need {
  const { machineType } = facts.settings;
  return {
    component: 'control-plane member',
    form: 'machine',
    replicas: facts.members.length,
    zones: [...new Set(facts.members.map(({ zone }) => zone))],
    ...facts.machine,
    trafficPerMonth: 0,
    ...(provider === 'aws' && machineType !== null ? { offer: `ec2/${machineType}` } : {}),
  };
}

function balancers(facts: Settled, { provider }: Cluster): readonly Need[] {
  const { kind, instances } = facts.balancer;
  if (kind === 'nlb')
    return [
      {
        component: 'API balancer',
        form: 'service',
        replicas: 1,
        zones: [],
        ...NONE,
        ...(provider === 'aws' ? { offer: 'elb/nlb' } : {}),
      },
    ];
  if (kind !== 'haproxy' && kind !== 'nginx') return [];
  return [
    {
      component: 'API balancer',
      form: 'machine',
      replicas: instances.length,
      zones: [...new Set(instances.map(({ zone }) => zone))],
      cpu: 1_000,
      memory: GIB,
      storage: 10 * GIB,
      trafficPerMonth: 0,
    },
  ];
}

/** Room kept for the two operators: figures of ours, since their releases request less than they use under load. */
function repairers(cluster: Cluster): readonly Need[] {
  const zones = zonesOf(cluster).map(({ zone }) => zone);
  const nodes = cluster.pools.reduce((sum, pool) => sum + pool.nodesPerZone * (pool.zones?.length ?? zones.length), 0);
  return [
    {
      component: 'node health check',
      form: 'pod',
      replicas: 2,
      zones: zones.slice(0, 2),
      cpu: 100,
      memory: 128 * MIB,
      storage: 0,
      trafficPerMonth: 0,
    },
    {
      component: 'self node remediation',
      form: 'daemon',
      replicas: nodes,
      zones,
      cpu: 20,
      memory: 80 * MIB,
      storage: 0,
      trafficPerMonth: 0,
    },
  ];
}
