/** What a world is made from, as plain data: a worker thread makes the same world from the same inputs. */
import { HoldfastError, type Problem } from '../core/error.ts';
import type { InputText, Inventory } from '../inventory/inventory.ts';
import { mergeInventories, readInventory } from '../inventory/inventory.ts';
import { withPodOwners } from '../inventory/pod-owners.ts';
import { inventoryOfLive, type LiveObjects } from '../inventory/live/live-objects.ts';
import type { World } from '../inventory/world.ts';
import { worldOfInventory, worldOfPlan } from '../inventory/world-of.ts';
import type { PodOwner } from '../kubernetes/pod-owners.ts';
import { contradictionsIn } from '../plan/contradictions.ts';
import { planCluster } from '../plan/run.ts';
import type { Plan } from '../plan/types.ts';
import { renderTree } from '../render/tree.ts';
import type { DocumentText, ParsedDocument } from '../spec/parse.ts';
import { readClusterDocument } from '../systems/document.ts';
import { systems } from '../systems/index.ts';
import { versions } from '../versions.ts';
import { noObjects } from './no-objects.ts';

export interface WorldInputs {
  /** Manifests that were given, the cluster document among them. */
  readonly texts: readonly InputText[];
  /** Manifests that the document names under `workloads:`; used when none were given. */
  readonly named: readonly InputText[];
  /** What a live cluster holds; manifests beside it stand in the place of its objects. */
  readonly live?: LiveObjects;
  /** Custom resources that make pods. */
  readonly owners?: readonly PodOwner[];
  /** In place of what the nodes say, `v1.36`. */
  readonly kubernetesVersion: string | undefined;
}

export interface MadeWorld {
  readonly world: World;
  /** Undefined without a document. */
  readonly plan: Plan | undefined;
  /** Undefined without one. */
  readonly document: ParsedDocument | undefined;
  /** Sentences about what had to be taken. */
  readonly notes: readonly string[];
}

/** Of the scheduler that the twin was compared with. */
const EXACT = '1.36';
/** Their differences are switches; nothing compared them with their schedulers. */
const SWITCHED: readonly string[] = ['1.34', '1.35'];

/**
 * The world of the inputs.
 * @throws HoldfastError `refused-input` with every problem, `nothing-to-check`, `two-documents`, `invalid-document`, `unsupported-version`.
 */
export function makeWorld(inputs: WorldInputs): MadeWorld {
  const made = makeReadableWorld(inputs);
  const { problems, doubtful } = made.world;
  // Without its class nobody knows whom a pod pushes out, nor whether it is made at all.
  const all = [...problems, ...doubtful.flatMap((object) => object.problems)];
  if (all.length > 0) throw refusedInput(all);
  return made;
}

/**
 * The world of what can be read of the inputs; its problems say what cannot.
 * @throws HoldfastError as `makeWorld`, but for `refused-input`.
 */
export function makeReadableWorld(inputs: WorldInputs): MadeWorld {
  const { owners = [] } = inputs;
  const written = withPodOwners(readInventory(inputs.texts), owners);
  const nothing = noObjects(inputs.texts, written);
  if (nothing !== undefined) throw nothing;
  const given =
    inputs.live === undefined
      ? written
      : mergeInventories([withPodOwners(inventoryOfLive(inputs.live), owners), written]);
  const made = worldOfInputs(given, inputs);
  const { world } = made;
  const told = inputs.kubernetesVersion ?? world.kubernetesVersion ?? versions.kubernetes.version;
  const version = checkedVersion(told, inputs.kubernetesVersion);
  const notes = [...version.notes, ...partNotes(world)];
  return { ...made, world: { ...world, kubernetesVersion: version.version }, notes };
}

/** What a simulation of a part of a cluster takes for the whole. */
function partNotes({ live }: World): readonly string[] {
  if (live?.namespace === undefined) return [];
  return [`Only the namespace ${live.namespace} was read: pods of others take no room on the nodes.`];
}

/** The one cluster document among the texts, if there is one. */
export function documentAmong(texts: readonly InputText[]): DocumentText | undefined {
  const { clusterDocuments } = readInventory(texts.filter(({ text }) => text.includes('holdfast.dev/v1')));
  const [first, second] = clusterDocuments;
  if (first === undefined || second === undefined) return first;
  throw new HoldfastError(
    'two-documents',
    `${clusterDocuments.length} files hold a cluster document: ${clusterDocuments.map(({ file }) => file).join(', ')}.`,
    { hint: 'One document describes one cluster: name one of them.' },
  );
}

function worldOfInputs(given: Inventory, { texts, named, owners = [] }: WorldInputs): Omit<MadeWorld, 'notes'> {
  const text = documentAmong(texts);
  if (text === undefined) return { world: worldOfInventory(given), plan: undefined, document: undefined };
  const document = readClusterDocument(text);
  const plan = planCluster(document, systems);
  const problems = contradictionsIn(document, plan);
  if (problems.length > 0)
    throw new HoldfastError('invalid-document', `${text.file} contradicts itself.`, { problems });
  if (given.live !== undefined) return { world: worldOfInventory(given, plan), plan, document };
  const ofDocument = withPodOwners(readInventory(named), owners);
  const noWorkloads = noObjects(named, ofDocument);
  if (noWorkloads !== undefined) throw noWorkloads;
  const workloads = mergeInventories([given, ofDocument]);
  const { files } = renderTree(plan, systems, { layout: 'plain' });
  return { world: worldOfPlan({ plan, files, workloads }), plan, document };
}

export function refusedInput(problems: readonly Problem[]): HoldfastError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new HoldfastError('refused-input', `The input has ${count}.`, { problems: problems.toSorted(byPlace) });
}

/** Those without a place first. */
function byPlace({ at: a }: Problem, { at: b }: Problem): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;
}

function checkedVersion(
  version: string,
  asked: string | undefined,
): { readonly version: string; readonly notes: readonly string[] } {
  const minor = /^v?(\d+\.\d+)(?:\.\d+)?(?:[-+].*)?$/.exec(version)?.[1];
  const written = version.startsWith('v') ? version : `v${version}`;
  if (minor === EXACT) return { version: written, notes: [] };
  if (minor !== undefined && SWITCHED.includes(minor))
    return { version: written, notes: [`Kubernetes ${written} was not compared with its scheduler; v${EXACT} was.`] };
  const known = [...SWITCHED, EXACT].join(', ');
  throw new HoldfastError(
    'unsupported-version',
    asked === undefined ? `The nodes run Kubernetes ${version}.` : `${version} is no version that can be simulated.`,
    { hint: `Known are ${known}; --kubernetes-version ${EXACT} looks at the input as if it ran that.` },
  );
}
