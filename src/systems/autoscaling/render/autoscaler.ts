/** The priorities of Cluster Autoscaler, in the one ConfigMap that its expander reads. */
import { joinName } from '../../../kubernetes/names.ts';
import type { Artifact, KubernetesObject } from '../../../system.ts';
import { type Holder, holderOf } from '../engine.ts';
import { regionalAutoscalers } from '../regions.ts';
import type { Rendering } from './rendering.ts';
import { machineDeploymentName } from './cluster-api.ts';
import { groupName } from './eksctl.ts';
import type { NodePool } from '../settings.ts';

/** The name and the key are fixed in the expander (cluster-autoscaler-1.36.1 expander/priority/priority.go). */
export const PRIORITIES = 'cluster-autoscaler-priority-expander';
/** Ten times the pool's priority stands in the ConfigMap, so that a catch-all fits below the lowest. */
const STEP = 10;
const CATCH_ALL = 1;

/** One ConfigMap per installation, and the namespaces of installations that have their own. */
export function renderAutoscalerObjects(from: Rendering): readonly Artifact[] {
  const holder = holderOf(from.cluster);
  const installations = regionalAutoscalers(from.cluster, holder);
  return installations.flatMap(({ region, namespace }): readonly Artifact[] => [
    ...(namespace === 'kube-system' ? [] : [namespaceArtifact(namespace, region)]),
    {
      form: 'object',
      path: `objects/configmap-${PRIORITIES}${installations.length === 1 ? '' : `-${region}`}.yaml`,
      purpose: 'Which groups grow first; without it the priority expander is skipped.',
      decisions: ['autoscaling.priorities'],
      object: priorities(from, { region: installations.length === 1 ? null : region, namespace, holder }),
    },
  ]);
}

function namespaceArtifact(name: string, region: string): Artifact {
  return {
    form: 'object',
    path: `objects/namespace-${name}.yaml`,
    purpose: `Where the Cluster Autoscaler of ${region} runs, apart from those of other regions.`,
    decisions: ['autoscaling.engine'],
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      // The autoscaler reaches the metadata service of its machine over the host's network.
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    },
  };
}

interface Installation {
  /** Null when it looks after all regions. */
  readonly region: string | null;
  readonly namespace: string;
  readonly holder: Holder;
}

function priorities(from: Rendering, { region, namespace, holder }: Installation): KubernetesObject {
  const byPriority = new Map<number, string[]>();
  for (const pool of from.facts.pools) {
    const zones = pool.places
      .filter((place) => region === null || place.region === region)
      .flatMap((place) => place.zones);
    if (zones.length === 0) continue;
    const lines = byPriority.get(pool.priority) ?? [];
    lines.push(pattern(pool, { zones, holder, cluster: from.cluster.name }));
    byPriority.set(pool.priority, lines);
  }
  const blocks = [...byPriority]
    .toSorted(([a], [b]) => b - a)
    .map(([priority, lines]) => [`${priority * STEP}:`, ...lines.map((line) => `- ${line}`)].join('\n'));
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: PRIORITIES, namespace },
    data: { priorities: `${[...blocks, `${CATCH_ALL}:\n- .*`].join('\n')}\n` },
  };
}

interface Groups {
  readonly zones: readonly string[];
  readonly holder: Holder;
  readonly cluster: string;
}

/** A regular expression that matches the pool's groups and no other's: whole names, since one pool's may begin like another's. */
function pattern(pool: NodePool, { zones, holder, cluster }: Groups): string {
  if (holder === 'eksctl') return `^eks-(${zones.map((zone) => groupName(pool, zone)).join('|')})-[0-9a-f-]{36}$`;
  if (holder === 'cluster-api') {
    return `^MachineDeployment/[^/]+/(${zones.map((zone) => machineDeploymentName(cluster, pool, zone)).join('|')})$`;
  }
  return `^(${zones.map((zone) => autoScalingGroupName(cluster, pool.name, zone)).join('|')})$`;
}

/** Name of an Auto Scaling group that Terraform makes. */
export function autoScalingGroupName(cluster: string, pool: string, zone: string): string {
  return joinName(cluster, pool, zone);
}
