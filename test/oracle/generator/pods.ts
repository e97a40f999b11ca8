/** Pods, placed and pending, and the odd states they are found in. */
import type { Manifest } from '../oracle.ts';
import { placementOf, podLabels } from './affinity.ts';
import { containersOf } from './containers.ts';
import { fields } from './draw.ts';
import type { Policies } from './policies.ts';
import { type Shape, apps } from './shape.ts';
import type { Storage, VolumeUser } from './storage.ts';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1000;

export function podsOf(shape: Shape, policies: Policies, storage: Storage): Manifest[] {
  return [
    ...Array.from({ length: shape.placed }, (_, index) => podOf(shape, policies, storage, { index, pending: false })),
    ...Array.from({ length: shape.pending }, (_, index) => podOf(shape, policies, storage, { index, pending: true })),
  ];
}

interface Own {
  readonly index: number;
  readonly pending: boolean;
}

function podOf(shape: Shape, policies: Policies, storage: Storage, own: Own): Manifest {
  const { draw } = shape;
  const name = `${own.pending ? 'pending' : 'placed'}-${String(own.index)}`;
  const namespace = draw.pick(shape.namespaces);
  const uid = `uid-${name}`;
  const app = draw.pick(apps);
  const owner = policies.owners.find((one) => one.namespace === namespace && one.app === app);
  const labels = podLabels(draw, app);
  const containers = containersOf(shape, { pending: own.pending, namespace });
  const volumes = volumesOf(shape, storage, { namespace, pod: name, uid, pending: own.pending });
  const status = own.pending ? pendingStatus(shape, volumes) : placedStatus(shape, own.index);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: fields({
      name,
      namespace,
      uid,
      labels,
      ownerReferences:
        owner !== undefined && labels !== undefined && draw.chance(0.8)
          ? [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid, controller: true }]
          : undefined,
      ...(!own.pending && draw.chance(0.04)
        ? { deletionTimestamp: '2026-06-01T00:00:00Z', deletionGracePeriodSeconds: 30 }
        : {}),
    }),
    spec: fields({
      ...containers.spec,
      ...placementOf(shape, { app, pending: own.pending }),
      nodeName: own.pending ? undefined : nodeNameOf(shape, own.index),
      priorityClassName: priorityOf(shape, policies, own),
      runtimeClassName: draw.chance(shape.odds('resources', 0.06)) ? draw.pick(policies.runtimeClasses) : undefined,
      schedulingGates:
        own.pending && draw.chance(0.03) ? [{ name: 'example.com/quota' }, { name: 'example.com/later' }] : undefined,
      volumes,
    }),
    status: { ...status, ...containers.status },
  };
}

/** Where starts are coarse, nodes are filled in turn: Go sorts up to twelve equal elements stably, and more in its own way. */
function nodeNameOf({ draw, nodeNames, coarseStarts }: Shape, index: number): string {
  if (draw.chance(0.02)) return 'node-gone';
  if (coarseStarts) return nodeNames[index % nodeNames.length] ?? 'node-gone';
  return draw.pick(nodeNames);
}

function volumesOf(shape: Shape, storage: Storage, own: VolumeUser): object[] | undefined {
  const { draw } = shape;
  if (!draw.chance(shape.odds('storage', 0.15))) return undefined;
  const first = storage.volume(own, 'data');
  return draw.chance(0.3) ? [first, storage.volume(own, 'more')] : [first];
}

function priorityOf({ draw, focus, coarseStarts }: Shape, policies: Policies, own: Own): string | undefined {
  if (focus === 'preemption' && own.pending) return draw.pick(['middle', 'high', 'high', 'polite']);
  if (own.pending) return draw.chance(0.4) ? draw.pick(policies.priorityClasses) : undefined;
  // Alike in all, so that several nodes are equally good to preempt on.
  if (coarseStarts) return 'low';
  return draw.chance(0.4) ? draw.pick(['low', 'middle', 'high']) : undefined;
}

/** A pod whose claim belongs to someone else is an error on its nominated node, not a verdict: it is nominated nowhere. */
function pendingStatus(shape: Shape, volumes: readonly object[] | undefined): object {
  const nominated = shape.draw.chance(shape.odds('preemption', 0.06)) ? shape.draw.pick(shape.nodeNames) : undefined;
  const own = volumes?.some((volume) => 'ephemeral' in volume) === true;
  return fields({ phase: 'Pending', nominatedNodeName: own ? undefined : nominated });
}

/** Either each pod has its own start, or many share one, as after a roll-out. */
function placedStatus({ draw, coarseStarts }: Shape, index: number): object {
  const phase = draw.weighted([
    [20, 'Running'],
    [1, 'Pending'],
    [0.6, 'Succeeded'],
    [0.4, 'Failed'],
  ] as const);
  const second = coarseStarts ? draw.between(0, 1) : (index * 7919) % 100_003;
  const startTime = new Date(START + second * SECOND).toISOString().replace('.000Z', 'Z');
  return { phase, startTime };
}
