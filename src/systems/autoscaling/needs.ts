/** What the machines of the pools and the add-ons of this system take. */
import type { Need } from '../../system.ts';
import { regionalAutoscalers } from './regions.ts';
import { type Model, needsKeda } from './model.ts';
import { isOpen, mostNodes, standingNodes, zonesOfPool } from './node-pools.ts';
import { DEVICE_PLUGIN_SIZE, KEDA_SIZE, REPLICAS, type Size } from './sizing.ts';
import type { NodePool } from './settings.ts';

/** Machines first, then what runs on them. */
export function needsOf(model: Model): readonly Need[] {
  return [
    ...machines(model),
    ...machinesForRoom(model),
    ...addOns(model),
    ...placeholders(model),
    ...devicePlugin(model),
  ];
}

function machines(model: Model): readonly Need[] {
  return model.pools
    .map((pool) => machineNeed(model, pool, { component: `pool ${pool.name}`, replicas: standingNodes(pool) }))
    .filter(({ replicas }) => replicas > 0);
}

/**
 * Placeholder pods that find no room on the machines that always run bring others, and keep them. How much room the
 * workloads leave is not known, so all of it is counted, as far as the pools may grow: the pool that grows first, first.
 */
function machinesForRoom(model: Model): readonly Need[] {
  const { room, pools, engine } = model;
  if (room === null || engine === 'none') return [];
  const needs: Need[] = [];
  let left = room.replicas;
  for (const pool of pools.filter(isOpen).toSorted((a, b) => b.priority - a.priority)) {
    const perMachine = Math.max(1, Math.floor(Math.min(pool.cpu / room.podCpu, pool.memory / room.podMemory)));
    const replicas = Math.min(mostNodes(pool) - standingNodes(pool), Math.ceil(left / perMachine));
    if (replicas <= 0) continue;
    left -= replicas * perMachine;
    needs.push(machineNeed(model, pool, { component: `pool ${pool.name}, machines that headroom may add`, replicas }));
  }
  return needs;
}

function machineNeed({ section }: Model, pool: NodePool, own: Pick<Need, 'component' | 'replicas'>): Need {
  const [type] = pool.machineTypes;
  return {
    ...own,
    form: 'machine',
    zones: zonesOfPool(pool),
    cpu: pool.cpu,
    memory: pool.memory,
    storage: section.rootVolume,
    trafficPerMonth: 0,
    ...(type === undefined ? {} : { offer: `${pool.capacity === 'spot' ? 'ec2-spot' : 'ec2'}/${type}` }),
  };
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
        : regionalAutoscalers(model.cluster, model.holder)
            .filter(({ runs }) => runs.on === 'cluster')
            .map(({ release }) => pod(release, engineSize, engineZones(model)));
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
