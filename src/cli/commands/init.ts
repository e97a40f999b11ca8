/** `holdfast init`: a commented document to start from, or that of a cluster that runs. */
import { existsSync } from 'node:fs';
import { HoldfastError } from '../../core/error.ts';
import type { InitResultOutput } from '../../report/schemas.ts';
import { readClusterDocument } from '../../systems/document.ts';
import { EXIT } from '../exit-codes.ts';
import { inventoryOfLive } from '../../inventory/live/live-objects.ts';
import { worldOfInventory } from '../../inventory/world-of.ts';
import { documentOf } from '../init/document.ts';
import { observe } from '../init/observed.ts';
import { type Answers, defaultsFor, documentText, type Provider } from '../init-document.ts';
import { flag, formatOf, type Invocation, pathFrom, progress, textOption } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { readLiveObjects } from '../read-live.ts';
import { writeAtOnce } from '../write-file.ts';

/** Asks, takes defaults or looks at the cluster, checks the result like any document, writes it in one step. */
export async function run(invocation: Invocation): Promise<number> {
  const { stdout } = invocation.context;
  const file = textOption(invocation, 'file') ?? 'holdfast.yaml';
  const path = pathFrom(invocation, file);
  if (file !== '-' && existsSync(path) && !flag(invocation, 'force')) throw exists(file);
  const text = (await textOfCluster(invocation, file)) ?? documentText(await answersOf(invocation));
  const { cluster } = readClusterDocument({ text, file });
  if (file === '-') {
    stdout.write(text);
    return EXIT.ok;
  }
  await writeAtOnce(path, text);
  const format = formatOf(invocation);
  const result: InitResultOutput = { apiVersion: 'holdfast.dev/v1', kind: 'InitResult', file, cluster: cluster.name };
  if (isData(format)) stdout.write(writeData(result, format));
  else stdout.write(`${file}\n`);
  progress(
    invocation,
    `Wrote the document of cluster ${cluster.name}. Next: holdfast plan${file === 'holdfast.yaml' ? '' : ` -f ${file}`}`,
  );
  return EXIT.ok;
}

/** Answers that the cluster gives itself. */
const SEEN_IN_CLUSTER = ['provider', 'region', 'zones'] as const;
/** Beside what every world is made of. */
const MORE_KINDS: readonly string[] = ['networking.k8s.io/ServiceCIDR'];

/** The document of the cluster that --context names; undefined without it. */
async function textOfCluster(invocation: Invocation, file: string): Promise<string | undefined> {
  const answered = SEEN_IN_CLUSTER.find((name) => textOption(invocation, name) !== undefined);
  if (answered !== undefined && textOption(invocation, 'context') !== undefined)
    throw new HoldfastError('answer-with-context', `--${answered} is an answer, and --context asks the cluster.`, {
      hint: 'Give one of the two; with --context only --name is taken.',
    });
  const live = await readLiveObjects(invocation, MORE_KINDS);
  if (live === undefined) return undefined;
  const world = worldOfInventory(inventoryOfLive(live));
  return documentOf(observe(world, { context: live.context, name: textOption(invocation, 'name') }), file);
}

function exists(file: string): HoldfastError {
  return new HoldfastError('file-exists', `${file} is there already.`, {
    hint: 'Replace it with --force, or name another file with -f.',
  });
}

async function answersOf(invocation: Invocation): Promise<Answers> {
  const ask = (name: string, question: string, fallback: string) => answer(invocation, { name, question, fallback });
  const name = await ask('name', 'Name of the cluster', 'my-cluster');
  const provider = (await ask(
    'provider',
    'Who provides the machines (aws, bare-metal, lab)',
    'bare-metal',
  )) as Provider;
  const defaults = defaultsFor(provider);
  if (!defaults)
    throw new HoldfastError('unknown-provider', `${provider} is not a provider.`, {
      hint: 'Known are aws, bare-metal and lab.',
    });
  const region = await ask('region', 'Region', defaults.region);
  const zones = await ask('zones', 'Zones, with commas', defaults.zonesOf(region).join(','));
  return {
    name,
    provider,
    region,
    zones: zones
      .split(',')
      .map((zone) => zone.trim())
      .filter((zone) => zone !== ''),
  };
}

/** An option wins; then a person is asked, if there is one; then the default. */
async function answer(
  invocation: Invocation,
  { name, question, fallback }: { name: string; question: string; fallback: string },
): Promise<string> {
  const given = textOption(invocation, name);
  if (given !== undefined) return given;
  if (!invocation.context.interactive) return fallback;
  const typed = (await invocation.context.ask(`${question} [${fallback}]: `)).trim();
  return typed === '' ? fallback : typed;
}
