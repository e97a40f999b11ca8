/**
 * The one way to a world. `worldOfInventory` takes what was given; `worldOfPlan` takes what the plan renders, read back
 * by the same readers, with the machines of the document's pools and the document's workloads.
 */
import type { Admission, ContainerDefaults, PriorityClass } from '../kubernetes/defaulting.ts';
import { SYSTEM_PRIORITY_CLASSES } from '../kubernetes/defaulting.ts';
import { readNodePool } from '../kubernetes/karpenter.ts';
import type { Refuse } from '../kubernetes/objects.ts';
import { at } from '../kubernetes/objects.ts';
import { namespaceLabels, readLimitRange, readPriorityClass, readRuntimeClass } from '../kubernetes/readers.ts';
import type { Plan } from '../plan/types.ts';
import { versionOf } from '../spec/cluster.ts';
import { controlPlaneOfObjects, controlPlaneOfPlan } from './control-plane.ts';
import { controllerSelectors } from './controllers.ts';
import { buildCsi } from './csi.ts';
import type { Sourced } from './identity.ts';
import { nameOf, namespaceOf } from './identity.ts';
import type { ObjectIndex } from './indexes.ts';
import { indexObjects, labelsOf, ofKind } from './indexes.ts';
import type { Inventory } from './inventory.ts';
import { mergeInventories, readInventory } from './inventory.ts';
import { nodesOfMembers, nodesOfObjects, nodesOfPools, zonesOfNodes } from './nodes.ts';
import { notesOf } from './notes.ts';
import { Refusals } from './refusals.ts';
import { type RenderedText, renderedTexts } from './rendered.ts';
import {
  autoscalerRanges,
  buildAutoscalers,
  buildBudgets,
  buildServices,
  buildWebhooks,
  indexWorkloads,
} from './relations.ts';
import { buildClaims, buildStorageClasses, buildVolumes } from './storage.ts';
import type { Namespace, World, WorldControlPlane, WorldNode } from './world.ts';
import { validateObjects } from './validate.ts';
import { buildWorkloads } from './workloads.ts';

export interface PlanInputs {
  readonly plan: Plan;
  /** The rendered tree; wrapper files of a GitOps tool may be among it. */
  readonly files: readonly RenderedText[];
  /** The manifests that the document names under `workloads:`, or that were given beside it. */
  readonly workloads: Inventory;
}

/**
 * The world of manifests or live objects. Where they do not tell of the control plane, the plan does, if there is one:
 * what a cluster holds is what it holds, whatever its document says.
 */
export function worldOfInventory(inventory: Inventory, plan?: Plan): World {
  const reading = startReading(inventory);
  const nodes = reading.refusals.without(nodesOfObjects(reading.index, reading.refuseIn));
  const found = controlPlaneOfObjects(reading.index, inventory.configurations, nodes);
  const controlPlane = found.kind === 'unknown' && plan !== undefined ? controlPlaneOfPlan(plan) : found;
  const kubernetesVersion = inventory.live?.kubernetesVersion ?? kubeletVersion(nodes);
  return build(reading, { of: 'inventory', nodes, controlPlane, kubernetesVersion });
}

/** The world that a plan makes. Node objects among the workloads stand beside the machines of the pools. */
export function worldOfPlan({ plan, files, workloads }: PlanInputs): World {
  const { objects, ofHosts } = renderedTexts(files);
  const rendered = readInventory(objects);
  // What kubelets read from their own disks is no object of the API: the same static pod lies on every machine.
  const configurations = ofHosts.flatMap((text) => readInventory([text]).configurations);
  // Values of charts and other files of the tree are not meant to be manifests; only the user's own are worth a word.
  const inventory = mergeInventories([
    { ...rendered, passedOver: [] },
    { ...readInventory([]), configurations },
    workloads,
  ]);
  const reading = startReading(inventory);
  const nodes = [
    ...nodesOfMembers(plan.systems['control-plane'].facts),
    ...nodesOfPools(plan),
    ...reading.refusals.without(nodesOfObjects(reading.index, reading.refuseIn)),
  ];
  return build(reading, {
    of: 'plan',
    nodes,
    controlPlane: controlPlaneOfPlan(plan),
    kubernetesVersion: versionOf(plan.cluster, 'kubernetes'),
  });
}

interface Reading {
  readonly inventory: Inventory;
  readonly index: ObjectIndex;
  readonly refusals: Refusals;
  readonly refuseIn: (sourced: Sourced) => Refuse;
}

function startReading(inventory: Inventory): Reading {
  const refusals = new Refusals();
  const index = indexObjects(inventory.objects);
  validateObjects(index, refusals.of);
  return { inventory, index, refusals, refuseIn: refusals.of };
}

interface Ground {
  readonly of: World['of'];
  readonly nodes: readonly WorldNode[];
  readonly controlPlane: WorldControlPlane;
  readonly kubernetesVersion: string | undefined;
}

function build(reading: Reading, ground: Ground): World {
  const { index, inventory, refuseIn, refusals } = reading;
  const { controlPlane, nodes } = ground;
  const priorityClasses = readPriorityClasses(index, refuseIn);
  const runtimeClasses = byName(
    ofKind(index, 'node.k8s.io/RuntimeClass').map((sourced) => readRuntimeClass(sourced.object, refuseIn(sourced))),
  );
  const priorityClassesShown = showsPriorityClasses(reading);
  const admissionOf = admission(reading, { priorityClasses, priorityClassesShown, runtimeClasses }, controlPlane);
  const workloads = buildWorkloads({
    index,
    nodes,
    admissionOf,
    autoscalers: autoscalerRanges(index, refuseIn),
    refuseIn,
    isRefused: (sourced) => refusals.has(sourced),
  });
  const inputs = { index, workloads, refuseIn };
  const byLabels = indexWorkloads(workloads);
  const services = refusals.without(buildServices(inputs, byLabels));
  const storageClasses = refusals.without(buildStorageClasses(inputs));
  const volumes = refusals.without(buildVolumes(inputs));
  const namespaces = readNamespaces(reading);
  const parts = {
    budgets: refusals.without(buildBudgets(inputs, byLabels)),
    autoscalers: refusals.without(buildAutoscalers(inputs)),
    claims: refusals.without(buildClaims(inputs, storageClasses, volumes)),
    webhooks: buildWebhooks(inputs, services),
    csi: buildCsi(inputs),
    controllerSelectors: controllerSelectors(index, workloads),
    nodePools: ofKind(index, 'karpenter.sh/NodePool').map((sourced) => ({
      name: nameOf(sourced.object),
      sourced,
      spec: readNodePool(sourced.object, refuseIn(sourced)),
    })),
    namespaces,
  };
  const refused = refusals.all();
  return {
    ...ground,
    ...parts,
    live: inventory.live,
    index,
    zones: zonesOfNodes(nodes, controlPlane.members),
    workloads,
    services,
    volumes,
    storageClasses,
    priorityClasses,
    priorityClassesShown,
    runtimeClasses,
    configurations: inventory.configurations,
    unknownKinds: inventory.unknownKinds,
    passedOver: inventory.passedOver,
    problems: [...inventory.problems, ...refused.flatMap(({ problems }) => problems)],
    refused,
    doubtful: refusals.doubtful(),
    notes: notesOf({ index, workloads, nodes, namespaces }),
  };
}

function admission(
  { index, refuseIn }: Reading,
  classes: Pick<Admission, 'priorityClasses' | 'priorityClassesShown' | 'runtimeClasses'>,
  { settings }: WorldControlPlane,
): (namespace: string) => Admission {
  const defaults = new Map<string, ContainerDefaults[]>();
  for (const sourced of ofKind(index, '/LimitRange')) {
    const range = readLimitRange(sourced.object, refuseIn(sourced));
    const namespace = namespaceOf(sourced.object) ?? '';
    if (range !== undefined) defaults.set(namespace, [...(defaults.get(namespace) ?? []), range]);
  }
  const known = new Map<string, Admission>();
  return (namespace) => {
    const made = known.get(namespace) ?? {
      ...classes,
      containerDefaults: defaults.get(namespace) ?? [],
      notReadySeconds: settings.notReadyTolerationSeconds,
      unreachableSeconds: settings.unreachableTolerationSeconds,
    };
    known.set(namespace, made);
    return made;
  };
}

/** A chart of one application holds none and uses the platform's; who gives one gives all. */
function showsPriorityClasses({ index, inventory }: Reading): boolean {
  const kind = 'scheduling.k8s.io/PriorityClass';
  if (ofKind(index, kind).length > 0) return true;
  return inventory.live !== undefined && !inventory.live.unseen.some((unseen) => unseen.kind === kind);
}

function readPriorityClasses(index: ObjectIndex, refuseIn: Reading['refuseIn']): ReadonlyMap<string, PriorityClass> {
  const given = ofKind(index, 'scheduling.k8s.io/PriorityClass').map((sourced) =>
    readPriorityClass(sourced.object, refuseIn(sourced)),
  );
  return byName([...SYSTEM_PRIORITY_CLASSES, ...given]);
}

function byName<T extends { readonly name: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [thing.name, thing]));
}

function readNamespaces({ index }: Reading): ReadonlyMap<string, Namespace> {
  const namespaces = new Map<string, Namespace>();
  for (const sourced of ofKind(index, '/Namespace')) {
    const name = nameOf(sourced.object);
    namespaces.set(name, { name, labels: namespaceLabels(name, labelsOf(sourced.object)), sourced });
  }
  for (const { object } of index.all) {
    const name = namespaceOf(object);
    if (name !== undefined && !namespaces.has(name))
      namespaces.set(name, { name, labels: namespaceLabels(name, {}), sourced: undefined });
  }
  return namespaces;
}

function kubeletVersion(nodes: readonly WorldNode[]): string | undefined {
  for (const { sourced } of nodes) {
    const version = at(sourced?.object, 'status', 'nodeInfo', 'kubeletVersion');
    if (typeof version === 'string') return version;
  }
  return undefined;
}
