/** Statements of the section that cannot hold together with the rest of the document. */
import { sayDuration } from '../../core/duration.ts';
import type { Cluster, Pool } from '../../spec/cluster.ts';
import type { Contradiction } from '../../system.ts';
import { engineOf, possibleEngines, whyImpossible } from './engine.ts';
import { typesOf } from './machine-offers.ts';
import { nodePoolsOf, isOpen, standingNodes } from './node-pools.ts';
import type { Section, Workload } from './section.ts';

/** Everything in the section and the pools that cannot be built. */
export function contradictionsOf(section: Section, cluster: Cluster): readonly Contradiction[] {
  return [
    ...engineContradictions(section, cluster),
    ...regionContradictions(cluster),
    ...cluster.pools.flatMap((pool, index) => poolContradictions(pool, cluster, `spec.pools[${index}]`)),
    ...timeContradictions(section),
    ...headroomContradictions(section, cluster),
    ...workloadContradictions(section.workloads),
  ];
}

function engineContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const engine = engineOf(section, cluster);
  const possible = possibleEngines(cluster);
  if (!possible.includes(engine)) {
    return [
      {
        path: 'spec.autoscaling.engine',
        code: 'engine-impossible',
        message: whyImpossible(engine, cluster),
        expected: possible.join(' or '),
      },
    ];
  }
  if (engine !== 'karpenter' || nodePoolsOf(section, cluster).some((pool) => isOpen(pool) && standingNodes(pool) > 0)) {
    return [];
  }
  return [
    {
      path: 'spec.pools',
      code: 'no-room-for-karpenter',
      message:
        'every pool starts empty or refuses pods without tolerations, and Karpenter cannot run on the machines that it makes',
      expected: 'a pool without taints with nodesPerZone of 1 or more',
      hint: 'One small machine per zone carries Karpenter, CoreDNS and the metrics server.',
    },
  ];
}

/** An EKS cluster and its nodes live in one region (Amazon EKS user guide, "Amazon EKS architecture"). */
function regionContradictions({ controlPlane, regions }: Cluster): readonly Contradiction[] {
  const [first, second] = regions;
  if (controlPlane.kind !== 'eks' || first === undefined || second === undefined) return [];
  return [
    {
      path: 'spec.regions[1]',
      code: 'one-region',
      message: `an EKS cluster lives in one region: machines of ${second.name} cannot join the one in ${first.name}`,
      expected: 'one region, or controlPlane.kind kubeadm',
      hint: 'Write one document per region and let them share the load above the clusters.',
    },
  ];
}

/** Prefixes within kubernetes.io and k8s.io that a kubelet may label its own node with (Kubernetes v1.36.3 pkg/kubelet/apis/well_known_labels.go). */
const OWN_PREFIXES = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const OWN_LABELS = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
]);

function poolContradictions(pool: Pool, cluster: Cluster, at: string): readonly Contradiction[] {
  const found: Contradiction[] = Object.keys(pool.labels)
    .filter(refusedByKubelet)
    .map((key) => ({
      path: `${at}.labels`,
      code: 'label-refused',
      message: `a kubelet of pool ${pool.name} would not start: it may not set the label ${key} on its own node`,
      expected: 'labels outside of kubernetes.io and k8s.io, like example.com/tier',
    }));
  if (cluster.provider !== 'aws') return found;
  const { machine } = pool;
  if (machine.gpus > 0 && machine.type === undefined) {
    found.push({
      path: `${at}.machine.gpus`,
      code: 'gpu-without-type',
      message: `pool ${pool.name} wants ${machine.gpus} GPUs per machine and names no machine type; the type says which GPU`,
      expected: 'machine.type, like g6.2xlarge',
    });
  } else if (typesOf(pool, cluster).length === 0) {
    found.push({
      path: `${at}.machine`,
      code: 'no-machine-type',
      message: `no known machine type has the size of pool ${pool.name}, and machines are ordered by type`,
      expected: 'machine.type with machine.cpu and machine.memory beside it',
    });
  }
  return found;
}

function refusedByKubelet(key: string): boolean {
  const [prefix, name] = key.includes('/') ? [key.slice(0, key.indexOf('/')), key] : ['', key];
  const reserved = ['kubernetes.io', 'k8s.io'].some((domain) => prefix === domain || prefix.endsWith(`.${domain}`));
  if (!reserved || OWN_LABELS.has(name)) return false;
  return !OWN_PREFIXES.some((allowed) => prefix === allowed || prefix.endsWith(`.${allowed}`));
}

function timeContradictions({ nodeBoot, disruption }: Section): readonly Contradiction[] {
  const found: Contradiction[] = [];
  if (nodeBoot.least > nodeBoot.most) {
    found.push({
      path: 'spec.autoscaling.nodeBoot.most',
      code: 'most-below-least',
      message: `the slowest boot (${sayDuration(nodeBoot.most)}) is shorter than the fastest (${sayDuration(nodeBoot.least)})`,
      expected: `at least ${sayDuration(nodeBoot.least)}`,
    });
  }
  if (disruption.expireAfter < 86_400_000) {
    found.push({
      path: 'spec.autoscaling.disruption.expireAfter',
      code: 'out-of-range',
      message: `machines that expire after ${sayDuration(disruption.expireAfter)} are replaced without end`,
      expected: 'at least 1d',
    });
  }
  if (disruption.nodes === 0) {
    found.push({
      path: 'spec.autoscaling.disruption.nodes',
      code: 'out-of-range',
      message: 'with 0% no node may ever be taken away, so no image and no version is ever replaced',
      expected: 'more than 0%',
    });
  }
  return found;
}

function headroomContradictions({ headroom }: Section, cluster: Cluster): readonly Contradiction[] {
  const zones = cluster.regions.reduce((sum, region) => sum + region.zones.length, 0);
  const found: Contradiction[] = [];
  if (headroom.loss === 'zone' && zones < 2) {
    found.push({
      path: 'spec.autoscaling.headroom.loss',
      code: 'cannot-survive',
      message: 'room for a lost zone would stand in that zone: the document has one zone',
      expected: 'node or none, or a second zone',
    });
  }
  if (headroom.loss === 'region' && cluster.regions.length < 2) {
    found.push({
      path: 'spec.autoscaling.headroom.loss',
      code: 'cannot-survive',
      message: 'room for a lost region would stand in that region: the document has one region',
      expected: 'zone, node or none, or a second region',
    });
  }
  return found;
}

function workloadContradictions(workloads: readonly Workload[]): readonly Contradiction[] {
  const first = new Map<string, number>();
  return workloads.flatMap((workload, index) => {
    const at = `spec.autoscaling.workloads[${index}]`;
    const id = `${workload.kind} ${workload.namespace}/${workload.name}`;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, index);
    const twice: readonly Contradiction[] =
      earlier === undefined
        ? []
        : [
            {
              path: at,
              code: 'scaled-twice',
              message: `${id} is scaled twice, first at spec.autoscaling.workloads[${earlier}]; two autoscalers would undo each other`,
              expected: 'each workload once',
            },
          ];
    return [...twice, ...replicaContradictions(workload, at), ...metricContradictions(workload, at)];
  });
}

function replicaContradictions(workload: Workload, at: string): readonly Contradiction[] {
  const found: Contradiction[] = [];
  if (workload.minReplicas !== undefined && workload.minReplicas > workload.maxReplicas) {
    found.push({
      path: `${at}.minReplicas`,
      code: 'min-above-max',
      message: `${workload.namespace}/${workload.name} shall have at least ${workload.minReplicas} and at most ${workload.maxReplicas} pods`,
      expected: `at most ${workload.maxReplicas}`,
    });
  }
  const { upPercent, upPods, downWindow } = workload.scaling;
  if (upPercent === 0 && upPods === 0) {
    found.push({
      path: `${at}.scaling.upPods`,
      code: 'never-grows',
      message: `${workload.namespace}/${workload.name} could never grow: upPercent and upPods are both 0`,
      expected: 'one of them above 0',
    });
  }
  if (downWindow > 3_600_000) {
    found.push({
      path: `${at}.scaling.downWindow`,
      code: 'out-of-range',
      message: `a window of ${sayDuration(downWindow)} is more than the API takes`,
      expected: 'at most 1h',
    });
  }
  return found;
}

function metricContradictions({ metric }: Workload, at: string): readonly Contradiction[] {
  const path = `${at}.metric`;
  const refuse = (field: string, code: string, message: string, expected: string): Contradiction => ({
    path: `${path}.${field}`,
    code,
    message,
    expected,
  });
  const found: Contradiction[] = [];
  const resource = metric.type === 'cpu' || metric.type === 'memory';
  if (resource && metric.perPod !== undefined) {
    found.push(
      refuse('perPod', 'not-read', `${metric.type} is measured against the requests, not per pod`, 'utilization'),
    );
  }
  if (metric.type !== 'prometheus' && metric.query !== undefined) {
    found.push(refuse('query', 'not-read', `${metric.type} has its own query`, 'type: prometheus'));
  }
  if (!resource && metric.utilization !== undefined) {
    found.push(refuse('utilization', 'not-read', `${metric.type} has no requests to be measured against`, 'perPod'));
  }
  if (metric.utilization === 0) {
    found.push(refuse('utilization', 'out-of-range', 'a target of 0% cannot be divided by', 'more than 0%'));
  }
  if (!resource && metric.perPod === undefined) {
    found.push(refuse('perPod', 'missing', `${metric.type} needs what one pod can carry`, 'a number, like 500'));
  }
  if (metric.type === 'prometheus' && metric.query === undefined) {
    found.push(refuse('query', 'missing', 'prometheus needs a query', 'PromQL that gives one number'));
  }
  return found;
}
