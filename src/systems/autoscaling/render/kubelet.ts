/** Flags and settings that the kubelets of a pool start with. */
import { stringify } from 'yaml';
import { formatDuration } from '../../../core/duration.ts';
import type { JsonObject } from '../../../core/json.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import type { KubeletReservation, SchedulingFacts } from '../../../facts.ts';
import type { KubernetesObject } from '../../../system.ts';
import { PATCHES } from '../names.ts';
import { formatTaint } from '../node-pools.ts';
import type { Rendering } from './rendering.ts';
import type { NodePool } from '../settings.ts';

/** The document's default for pods per machine. */
const USUAL_PODS = 110;

/** `key=value,…` for --node-labels, in order of the keys. */
export function nodeLabels(pool: NodePool, more: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...pool.labels, ...more })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** `key=value:effect,…` for --register-with-taints; empty without taints. */
export function registeredTaints(pool: NodePool): string {
  return pool.taints.map(formatTaint).join(',');
}

/** The pool's taints as every API takes them: a list of key, value and effect. */
export function taintsField(pool: NodePool): { readonly taints?: readonly JsonObject[] } {
  if (pool.taints.length === 0) return {};
  return { taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect })) };
}

export interface Joining {
  /** The file with the address and authority of the cluster and a token; it is never rendered. */
  readonly discovery: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly flags?: readonly JsonObject[];
}

/** What kubeadm reads on a machine that joins: labels and taints stand in it, so that they are there before the first pod. */
export function joinConfiguration(pool: NodePool, { discovery, labels = {}, flags = [] }: Joining): KubernetesObject {
  return {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'JoinConfiguration',
    discovery: { file: { kubeConfigPath: discovery } },
    nodeRegistration: {
      kubeletExtraArgs: [...flags, { name: 'node-labels', value: nodeLabels(pool, labels) }],
      ...taintsField(pool),
    },
    patches: { directory: PATCHES },
  };
}

/** Gives each pool its kubelet patch; the text is written once for all pools that agree. */
export function kubeletPatches({ plans }: Pick<Rendering, 'plans'>): (pool: NodePool) => string {
  const facts = plans.scheduling.facts;
  const reservations = new Map(facts.reservations.map((one) => [one.pool, one]));
  const written = new Map<string, string>();
  return (pool) => {
    const { pool: _, ...reserved } = reservations.get(pool.name) ?? { pool: pool.name };
    const key = JSON.stringify([pool.pods, reserved]);
    const text = written.get(key) ?? kubeletPatch(pool, facts, reservations.get(pool.name));
    written.set(key, text);
    return text;
  };
}

/** The kubelet's settings on a machine that kubeadm sets up, as a patch in YAML: shutdown that drains, room for the machine itself. */
function kubeletPatch(pool: NodePool, facts: SchedulingFacts, reserved: KubeletReservation | undefined): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    ...podLimit(pool),
    ...shutdown(facts),
    ...(reserved === undefined
      ? {}
      : {
          kubeReserved: { cpu: formatCpu(reserved.kube.cpu), memory: formatBytes(reserved.kube.memory) },
          systemReserved: { cpu: formatCpu(reserved.system.cpu), memory: formatBytes(reserved.system.memory) },
        }),
  });
}

/** The same for nodeadm, the bootstrap of Amazon Linux 2023 on EKS, which reserves by itself; null when nothing is to be said. */
export function nodeConfig({ plans }: Pick<Rendering, 'plans'>, pool?: NodePool): string | null {
  const config = { ...(pool === undefined ? {} : podLimit(pool)), ...shutdown(plans.scheduling.facts) };
  if (Object.keys(config).length === 0) return null;
  return stringify({ apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec: { kubelet: { config } } });
}

function podLimit({ pods }: NodePool): JsonObject {
  return pods === USUAL_PODS ? {} : { maxPods: pods };
}

function shutdown({ shutdownGracePeriod, shutdownGracePeriodCriticalPods }: SchedulingFacts): JsonObject {
  if (shutdownGracePeriod === 0) return {};
  return {
    shutdownGracePeriod: formatDuration(shutdownGracePeriod),
    shutdownGracePeriodCriticalPods: formatDuration(shutdownGracePeriodCriticalPods),
  };
}
