/** What the machines of the pools and the add-ons of this system take. */
import type { Need } from '../../system.ts';
import { regionalAutoscalers } from './regions.ts';
import { type Model, needsKeda } from './model.ts';
import { standingNodes, zonesOfPool } from './node-pools.ts';
import { DEVICE_PLUGIN_SIZE, KEDA_SIZE, REPLICAS, type Size } from './sizing.ts';

/** Machines first, then what runs on them. */
export function needsOf(model: Model): readonly Need[] {
  return [...machines(model), ...addOns(model), ...placeholders(model), ...devicePlugin(model)];
}

function machines({ pools, section }: Model): readonly Need[] {
  return pools.flatMap((pool) => {
    const replicas = standingNodes(pool);
    const [type] = pool.machineTypes;
    if (replicas === 0) return [];
    return [
      {
        component: `pool ${pool.name}`,
        form: 'machine' as const,
        replicas,
        zones: zonesOfPool(pool),
        cpu: pool.cpu,
        memory: pool.memory,
        storage: section.rootVolume,
        trafficPerMonth: 0,
        ...(type === undefined ? {} : { offer: `${pool.capacity === 'spot' ? 'ec2-spot' : 'ec2'}/${type}` }),
      },
    ];
  });
}

function addOns(model: Model): readonly Need[] {
  const { engine, addOnZones, metricsServer, engineSize } = model;
  const pod = (component: string, size: Size, zones: readonly string[] = addOnZones): Need => ({
    component,
    form: 'pod',
    replicas: REPLICAS,
    zones,
    ...size,
    storage: 0,
    trafficPerMonth: 0,
  });
  const engines =
    engine === 'none'
      ? []
      : engine === 'karpenter'
        ? [pod('karpenter', engineSize)]
        : regionalAutoscalers(model.cluster, model.holder).map(({ release }) =>
            pod(release, engineSize, engineZones(model)),
          );
  const keda = needsKeda(model) ? ['keda-operator', 'keda-metrics-apiserver', 'keda-admission-webhooks'] : [];
  return [...engines, pod('metrics-server', metricsServer), ...keda.map((name) => pod(name, KEDA_SIZE))];
}

/** Cluster Autoscaler runs on the members of a control plane that kubeadm makes. */
function engineZones({ holder, cluster, addOnZones }: Model): readonly string[] {
  return holder === 'terraform' ? (cluster.regions[0]?.zones ?? []) : addOnZones;
}

function placeholders({ room, addOnZones }: Model): readonly Need[] {
  if (room === null) return [];
  return [
    {
      component: 'headroom',
      form: 'pod',
      replicas: room.replicas,
      zones: addOnZones,
      cpu: room.podCpu,
      memory: room.podMemory,
      storage: 0,
      trafficPerMonth: 0,
    },
  ];
}

function devicePlugin({ gpuPools }: Model): readonly Need[] {
  const replicas = gpuPools.reduce((sum, pool) => sum + standingNodes(pool), 0);
  if (gpuPools.length === 0) return [];
  const zones = [...new Set(gpuPools.flatMap(zonesOfPool))];
  return [
    {
      component: 'nvidia-device-plugin',
      form: 'daemon',
      replicas,
      zones,
      ...DEVICE_PLUGIN_SIZE,
      storage: 0,
      trafficPerMonth: 0,
    },
  ];
}
