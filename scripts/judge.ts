/**
 * Runs a judge on everything that is rendered for it and records what it says: `npm run judge NAME`. Without a name
 * it lists the judges; with `--check` it fails when a rendered file has no accepting verdict.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Rendered, renderedTrees } from '../test/e2e/rendered.ts';
import type { Judge, Verdict } from './judges/judge.ts';
import { filesFor, type Found, judges, readVerdicts, sha256, unjudged, writeVerdicts } from './judges/records.ts';

const [name] = process.argv.slice(2);
const judge = judges.find((one) => one.name === name);

if (name === '--check') process.exitCode = check(renderedTrees());
else if (judge !== undefined) process.exitCode = await record(judge, renderedTrees());
else {
  process.stdout.write(
    `usage: npm run judge NAME | npm run judge -- --check\n\n${judges.map((one) => `${one.name}  ${one.decides}`).join('\n')}\n`,
  );
  process.exitCode = name === undefined ? 0 : 2;
}

function check(trees: readonly Rendered[]): number {
  const missing = unjudged(trees, readVerdicts());
  process.stdout.write(missing.length === 0 ? 'Every rendered file has its verdicts.\n' : `${missing.join('\n')}\n`);
  return missing.length === 0 ? 0 : 1;
}

async function record(by: Judge, trees: readonly Rendered[]): Promise<number> {
  const version = await by.version();
  if (version === undefined) {
    process.stderr.write(`The program of the judge ${by.name} is not on this machine.\n`);
    return 3;
  }
  const verdicts: Verdict[] = [];
  for (const found of filesFor(by, trees)) verdicts.push(await judged(by, version, found));
  writeVerdicts([...readVerdicts().filter((one) => one.judge !== by.name), ...verdicts]);
  const refused = verdicts.filter(({ verdict }) => verdict === 'refused').length;
  process.stdout.write(`${by.name} ${version}: ${verdicts.length - refused} accepted, ${refused} refused.\n`);
  return refused === 0 ? 0 : 1;
}

async function judged(by: Judge, version: string, { file, tree }: Found): Promise<Verdict> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-judge-'));
  try {
    const own = basename(file.path);
    writeFileSync(join(directory, own), file.text);
    const { verdict, log } = await by.judge(directory, { name: own, file, tree });
    const said = log.replaceAll(directory, '.');
    if (verdict === 'refused') process.stdout.write(`${file.path}: refused\n${said}\n`);
    return { artifact: file.path, sha256: sha256(file.text), judge: by.name, version, verdict, log: sha256(said) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
