/** What expressions of own rules see of the world: names and numbers, without the shapes that the program works with. */
import type { World } from '../inventory/world.ts';
import type { KubernetesObject } from '../system.ts';

export interface CelWorld {
  /** Every object as it was given. */
  readonly objects: readonly KubernetesObject[];
  readonly nodes: readonly {
    readonly name: string;
    readonly region: string;
    readonly zone: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
  /** Names. */
  readonly zones: readonly string[];
  readonly workloads: readonly {
    readonly id: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** Pods wanted, within the range of its autoscaler. */
    readonly replicas: number;
    readonly labels: Readonly<Record<string, string>>;
    /** Names of Services and budgets that select its pods. */
    readonly services: readonly string[];
    readonly budgets: readonly string[];
  }[];
}

const known = new WeakMap<World, CelWorld>();

/** Made once for a world. */
export function celWorld(world: World): CelWorld {
  const made = known.get(world) ?? make(world);
  known.set(world, made);
  return made;
}

function make(world: World): CelWorld {
  const services = namesByWorkload(world.services);
  const budgets = namesByWorkload(world.budgets);
  return {
    objects: world.index.all.map(({ object }) => object),
    nodes: world.nodes.map(({ name, region, zone, labels }) => ({ name, region, zone, labels })),
    zones: world.zones.map(({ zone }) => zone).filter((zone) => zone !== ''),
    workloads: world.workloads.map(({ id, kind, namespace, name, replicas, spec, sourced }) => ({
      id,
      kind: sourced?.podOwner === undefined ? kind : sourced.object.kind,
      namespace,
      name,
      replicas,
      labels: spec.labels,
      services: services.get(id) ?? [],
      budgets: budgets.get(id) ?? [],
    })),
  };
}

function namesByWorkload(
  things: readonly { readonly name: string; readonly workloads: World['workloads'] }[],
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, workloads } of things)
    for (const { id } of workloads) names.set(id, [...(names.get(id) ?? []), name]);
  return names;
}
