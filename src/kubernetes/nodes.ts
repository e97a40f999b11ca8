/** Nodes as the scheduler sees them. */
import { isObject } from '../core/json.ts';
import { at, flag, integer, into, items, reader, text, textList, textMap } from './objects.ts';
import type { Labels, Refuse } from './objects.ts';
import type { Resources } from './resources.ts';
import { readResources } from './resources.ts';
import type { Taint } from './tolerations.ts';
import { readTaints } from './tolerations.ts';

export const ZONE = 'topology.kubernetes.io/zone';
export const REGION = 'topology.kubernetes.io/region';
export const HOSTNAME = 'kubernetes.io/hostname';
export const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';

export interface NodeSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly region: string;
  /** Empty when the node carries no zone label. */
  readonly zone: string;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  /** `cpu` in thousandths, others in base units; equals capacity where the object gives none. */
  readonly allocatable: Resources;
  readonly capacity: Resources;
  /** False only when the object says so; a manifest without status counts as ready. */
  readonly ready: boolean;
  /** On its disk, in the kubelet's order. */
  readonly images: readonly NodeImage[];
  /** What its kubelet says it can do; a pod that needs more does not fit (NodeDeclaredFeatures). */
  readonly declaredFeatures: readonly string[];
  /** Deleted, but held by a finalizer. */
  readonly terminating: boolean;
}

export interface NodeImage {
  /** Each with a tag or digest: `registry.example.com/shop/cart:1.2`. */
  readonly names: readonly string[];
  readonly bytes: number;
}

/** Reads a Node. Allocatable defaults to capacity (SetDefaults_NodeStatus). */
export function readNode(object: unknown, refuse?: Refuse): NodeSpec {
  const root = reader(object, refuse);
  const metadata = into(root, 'metadata');
  const labels = textMap(metadata, 'labels');
  const capacity = readResources(at(root.value, 'status', 'capacity'));
  const allocatable = at(root.value, 'status', 'allocatable');
  return {
    name: text(metadata, 'name') ?? '',
    labels,
    ...topologyOf(labels),
    taints: readTaints(into(root, 'spec'), 'taints'),
    unschedulable: flag(into(root, 'spec'), 'unschedulable') ?? false,
    allocatable: isObject(allocatable) ? readResources(allocatable) : capacity,
    capacity,
    ready: !items(into(root, 'status'), 'conditions').some(
      (condition) => text(condition, 'type') === 'Ready' && text(condition, 'status') !== 'True',
    ),
    images: items(into(root, 'status'), 'images').map((image) => ({
      names: textList(image, 'names'),
      bytes: integer(image, 'sizeBytes') ?? 0,
    })),
    declaredFeatures: textList(into(root, 'status'), 'declaredFeatures'),
    terminating: at(object, 'metadata', 'deletionTimestamp') !== undefined,
  };
}

/** Region and zone by the node's labels; the beta labels win, as in the scheduler (component-helpers node/topology/helpers.go). */
export function topologyOf(labels: Labels): { readonly region: string; readonly zone: string } {
  return { region: labels[BETA_REGION] ?? labels[REGION] ?? '', zone: labels[BETA_ZONE] ?? labels[ZONE] ?? '' };
}
