/** Effects: the files, directories, standard input and live cluster that a command was given → a world. */
import { dirname, isAbsolute, join } from 'node:path';
import { HoldfastError } from '../core/error.ts';
import { readTexts } from '../inventory/read.ts';
import { readClusterDocument } from '../systems/document.ts';
import type { World } from '../inventory/world.ts';
import { detail, flag, type Invocation, listOption, progress, textOption } from './invocation.ts';
import { podOwnersOf } from './pod-owners.ts';
import { readLiveObjects } from './read-live.ts';
import { documentAmong, type MadeWorld, makeWorld, refusedInput, type WorldInputs } from './world-inputs.ts';

/** Options that say nothing without a chart. */
const OF_CHART = { values: '--values', set: '--set', releaseName: '--release-name' };
const OF_RELEASE = { ...OF_CHART, namespace: '--namespace' };

/** The world of `-f`, of the paths given and of a chart. Never picks up a document that nobody named. */
export async function readWorld(
  invocation: Invocation,
  paths: readonly string[] = [],
): Promise<MadeWorld & { readonly inputs: WorldInputs }> {
  return worldOfInputs(invocation, await readWorldInputs(invocation, paths));
}

/** The same where `--namespace` chooses pods too. */
export async function readWorldOfPods(invocation: Invocation): Promise<MadeWorld> {
  return worldOfInputs(invocation, await readWorldInputs(invocation, [], { ofRelease: OF_CHART }));
}

function worldOfInputs(invocation: Invocation, inputs: WorldInputs): MadeWorld & { readonly inputs: WorldInputs } {
  const made = makeWorld(inputs);
  const { nodes, workloads } = made.world;
  detail(invocation, `${nodes.length} nodes, ${workloads.length} workloads`);
  sayNotes(invocation, made.world, inputs);
  if (nodes.length === 0)
    throw new HoldfastError('no-nodes', 'The input holds no nodes.', {
      hint:
        inputs.live === undefined
          ? 'Give Node objects (kubectl get nodes -o yaml) or a cluster document with pools beside the manifests.'
          : 'The credentials must be allowed to list nodes.',
    });
  return { ...made, inputs };
}

/** More are told with -v: a cluster of which half is missing has hundreds. */
const MOST_NOTES = 5;

/** What the input lacks or what is not modelled of it; nothing that keeps an answer from being given. */
export function sayNotes(invocation: Invocation, world: World, { texts, named }: WorldInputs): void {
  // What a plan renders is ours to know.
  const given = new Set([...texts, ...named].flatMap(({ file, template }) => [file, template?.file ?? file]));
  const notes = world.notes.filter(({ at }) => at === undefined || given.has(at.file));
  const shown = flag(invocation, 'verbose') ? notes : notes.slice(0, MOST_NOTES);
  for (const { message, at } of shown)
    progress(invocation, `note: ${at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `}${message}`);
  if (shown.length < notes.length) progress(invocation, `note: ${notes.length - shown.length} more; -v shows them`);
}

interface ReadingOptions {
  /** Options that mean something only with a chart, each with what it is. */
  readonly ofRelease?: Readonly<Record<string, string>>;
  /** Kinds that rules read, of which a live cluster is asked beside those of the world. */
  readonly reads?: readonly string[] | undefined;
}

/**
 * The texts of `-f`, of the paths and of a chart, with the manifests that a document among them names, and what a live
 * cluster holds.
 */
export async function readWorldInputs(
  invocation: Invocation,
  args: readonly string[],
  { ofRelease = OF_RELEASE, reads = [] }: ReadingOptions = {},
): Promise<WorldInputs> {
  const paths = [...listOption(invocation, 'file'), ...args];
  const fromCluster = ['context', 'kubeconfig'].some((option) => textOption(invocation, option) !== undefined);
  const chart = textOption(invocation, 'chart');
  if (chart === undefined) refuseLone(invocation, fromCluster ? OF_CHART : ofRelease);
  if (paths.length === 0 && chart === undefined && !fromCluster)
    throw new HoldfastError('no-input', 'No manifests, no cluster document and no cluster were named.', {
      hint: 'Name files, directories or - with -f: manifests with their nodes, or a holdfast.yaml; a chart with --chart; or a live cluster with --context.',
    });
  const files = await read(invocation, paths);
  const texts = chart === undefined ? files : [...files, ...(await chartTextsOf(invocation, chart))];
  const document = documentAmong(texts);
  const given = fromCluster || texts.length > 1;
  const named = document === undefined ? [] : await namedWorkloads(invocation, document, given);
  const owners = await podOwnersOf(invocation);
  const ownerKinds = owners.map(({ group, kind }) => `${group}/${kind}`);
  const live = await readLiveObjects(invocation, [...ownerKinds, ...reads]);
  return {
    texts,
    named,
    owners,
    kubernetesVersion: textOption(invocation, 'kubernetesVersion'),
    ...(live === undefined ? {} : { live }),
  };
}

async function chartTextsOf(invocation: Invocation, chart: string): Promise<WorldInputs['texts']> {
  const { readChart } = await import('./chart.ts');
  return readChart(invocation, chart);
}

function refuseLone(invocation: Invocation, words: Readonly<Record<string, string>>): void {
  const lone = Object.keys(words).find((name) => isGiven(invocation.options[name]));
  if (lone !== undefined)
    throw new HoldfastError('no-chart', `${words[lone] ?? lone} is said of a chart, and none is given.`, {
      hint: `Name one with --chart${lone === 'namespace' ? ', or a cluster with --context' : ''}.`,
    });
}

function isGiven(value: Invocation['options'][string]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

/** What the document names under `workloads:`, from where it lies, unless manifests were given beside it. */
async function namedWorkloads(
  invocation: Invocation,
  document: Parameters<typeof readClusterDocument>[0],
  given: boolean,
): Promise<WorldInputs['named']> {
  if (given) return [];
  const folder = document.file === '<stdin>' ? '.' : dirname(document.file);
  const { workloads } = readClusterDocument(document).cluster;
  const paths = workloads.map((path) => (isAbsolute(path) ? path : join(folder, path)));
  return paths.length === 0 ? [] : read(invocation, paths);
}

async function read(invocation: Invocation, paths: readonly string[]): Promise<WorldInputs['texts']> {
  const { cwd, readStdin } = invocation.context;
  const { texts, problems } = await readTexts(paths, { directory: cwd, stdin: once(readStdin) });
  if (problems.length > 0) throw refusedInput(problems);
  return texts;
}

async function* once(readStdin: () => Promise<string>): AsyncIterable<string> {
  yield await readStdin();
}
