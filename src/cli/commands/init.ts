/** `holdfast init`: a commented document to start from. */
import { existsSync } from 'node:fs';
import { HoldfastError } from '../../core/error.ts';
import type { InitResultOutput } from '../../report/schemas.ts';
import { readClusterDocument } from '../../systems/document.ts';
import { EXIT } from '../exit-codes.ts';
import { type Answers, defaultsFor, documentText, type Provider } from '../init-document.ts';
import { flag, formatOf, type Invocation, pathFrom, progress, textOption } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { writeAtOnce } from '../write-file.ts';

/** Asks or takes defaults, checks the result like any document, writes it in one step. */
export async function run(invocation: Invocation): Promise<number> {
  const { stdout } = invocation.context;
  const file = textOption(invocation, 'file') ?? 'holdfast.yaml';
  const path = pathFrom(invocation, file);
  if (file !== '-' && existsSync(path) && !flag(invocation, 'force')) throw exists(file);
  const answers = await answersOf(invocation);
  const text = documentText(answers);
  readClusterDocument({ text, file });
  if (file === '-') {
    stdout.write(text);
    return EXIT.ok;
  }
  await writeAtOnce(path, text);
  const format = formatOf(invocation);
  const result: InitResultOutput = { apiVersion: 'holdfast.dev/v1', kind: 'InitResult', file, cluster: answers.name };
  if (isData(format)) stdout.write(writeData(result, format));
  else stdout.write(`${file}\n`);
  progress(
    invocation,
    `Wrote the document of cluster ${answers.name}. Next: holdfast plan${file === 'holdfast.yaml' ? '' : ` -f ${file}`}`,
  );
  return EXIT.ok;
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
