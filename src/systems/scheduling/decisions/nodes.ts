/** Decisions on the nodes themselves: shutdown, what their kubelets keep back, and who may use GPU machines. */
import { sayDuration, formatDuration } from '../../../core/duration.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import type { NodeTaint } from '../../../facts.ts';
import type { Decision, DocumentPath } from '../../../system.ts';
import { GPU_PRESENT, GPU_RESOURCE, gpuPools } from '../gpu.ts';
import type { Model } from '../model.ts';
import { sources } from '../sources.ts';

export function nodeDecisions(model: Model): readonly Decision[] {
  return [shutdown(model), reservations(model), ...gpu(model)];
}

function shutdown({ section, cluster }: Model): Decision {
  const { shutdownGracePeriod: all, shutdownGracePeriodCriticalPods: critical } = section;
  const spot = cluster.pools.some(({ capacity }) => capacity === 'spot')
    ? ' A spot machine has 120 s from its notice.'
    : '';
  return {
    field: 'shutdown',
    value: { all: formatDuration(all), criticalPods: formatDuration(critical) },
    because: `A node that is shut down stops its pods itself: ordinary ones get ${sayDuration(all)} − ${sayDuration(critical)} = ${sayDuration(all - critical)}, critical ones the ${sayDuration(critical)} after that. The default of 0 cuts connections off. Pods whose terminationGracePeriodSeconds is longer are killed at the end of their part.${spot} The kubelet raises logind's InhibitDelayMaxSec to the sum, or refuses to guard the shutdown.`,
    source: sources.shutdown,
    from: ['spec.scheduling.shutdownGracePeriod', 'spec.scheduling.shutdownGracePeriodCriticalPods'],
  };
}

function reservations({ reservations: all }: Model): Decision {
  const [example] = all;
  const said =
    example === undefined
      ? ''
      : ` Pool ${example.pool} keeps ${formatCpu(example.kube.cpu + example.system.cpu)} CPU and ${formatBytes(example.kube.memory + example.system.memory + example.evictionMemory)} back.`;
  return {
    field: 'reservations',
    value: Object.fromEntries(
      all.map(({ pool, kube, system }) => [
        pool,
        `kube ${formatCpu(kube.cpu)} ${formatBytes(kube.memory)}, system ${formatCpu(system.cpu)} ${formatBytes(system.memory)}`,
      ]),
    ),
    because: `Without reservations pods can take the whole machine, the kubelet starves, and the node is lost to its own load. For the kubelet: 255Mi + 11Mi per pod, and 6 %, 1 %, 0.5 %, 0.5 % and 0.25 % of the first, second, third, fourth and further cores; for the system 100m and 200Mi; pods are evicted when less than 100Mi is free.${said}`,
    source: sources.reservations,
    from: ['spec.pools[].name', 'spec.pools[].machine'],
  };
}

function gpu({ gpu: settings, cluster, section }: Model): readonly Decision[] {
  if (settings === null) return [];
  const pools = gpuPools(cluster);
  const named = section.gpuNamespaces !== undefined;
  const several = pools.length > 1;
  const byName =
    !named &&
    pools.some(({ taints }) => !taints.some(({ effect, value }) => effect !== 'PreferNoSchedule' && value !== ''));
  const names: readonly DocumentPath[] = [...(byName ? ['spec.pools[].name'] : []), 'spec.scheduling.gpuNamespaces'];
  const access: Decision = {
    field: 'gpuAccess',
    value: {
      taints: settings.taints.map(sayTaint),
      selectors: settings.selectors.map(saySelector),
      namespaces: [...settings.namespaces],
    },
    because: `A toleration only permits, it leads nobody: pods that may use the GPU machines tolerate ${settings.taints.map(sayTaint).join(' and ')}, the very taint that the machines register with, and select ${settings.selectors.map(saySelector).join(' or ')}. Outside the namespaces ${settings.namespaces.join(', ')} and kube-system a policy refuses the toleration and requests for ${GPU_RESOURCE}, except for pods of DaemonSets: device plugin, log shipper and monitoring have to run there. ${effectWords(settings.taints)}`,
    source: sources.taints,
    from: ['spec.pools[].machine', 'spec.pools[].taints', 'spec.pools[].labels', ...names],
  };
  const quota: Decision = {
    field: 'gpuQuota',
    value: settings.perNamespace,
    because:
      section.gpusPerNamespace === undefined
        ? `The GPU pools may grow to ${settings.perNamespace * settings.namespaces.length} GPUs or a few more; each of ${settings.namespaces.length} namespaces may request an equal share. GPUs cannot be overcommitted: requests equal limits.`
        : `The document gives each of ${settings.namespaces.length} namespaces so many GPUs.`,
    source: sources.quota,
    from: [
      'spec.pools[].machine',
      'spec.pools[].maxNodesPerZone',
      'spec.scheduling.gpusPerNamespace',
      ...(named ? ['spec.scheduling.gpuNamespaces'] : []),
      ...(pools.some(({ maxNodesPerZone }) => maxNodesPerZone === undefined) ? ['spec.pools[].nodesPerZone'] : []),
      ...(pools.some(({ zones }) => zones === undefined) ? ['spec.regions[].zones'] : []),
      ...(pools.some(({ zones }) => zones !== undefined) ? ['spec.pools[].zones'] : []),
      ...(several && !named ? ['spec.pools[].taints', 'spec.pools[].name'] : []),
    ],
  };
  return [access, quota];
}

/** 5.4: NoSchedule leaves what already runs. */
function effectWords(taints: readonly NodeTaint[]): string {
  const stay = taints.filter(({ effect }) => effect === 'NoSchedule');
  if (stay.length === 0) return 'NoExecute also evicts pods that already run there without the toleration.';
  return `NoSchedule leaves pods that already run there; machines that register with the taint have none.`;
}

export function sayTaint({ key, value, effect }: NodeTaint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}

export function saySelector(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(Object.keys(labels).length > 0 ? labels : GPU_PRESENT);
  return pairs.map(([key, value]) => `${key}=${value}`).join(',');
}
