/** What judges said, by the hash of what they judged: docs/systems/judged.json. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Rendered, RenderedArtifact } from '../../test/e2e/rendered.ts';
import type { Judge, Verdict } from './judge.ts';
import { gatekeeper } from './gatekeeper.ts';
import { gator } from './gator.ts';
import { systemdVerify } from './systemd-verify.ts';
import { terraformFmt } from './terraform-fmt.ts';

export const judges: readonly Judge[] = [systemdVerify, terraformFmt, gator, gatekeeper];

const path = join(import.meta.dirname, '..', '..', 'docs', 'systems', 'judged.json');

export function readVerdicts(): readonly Verdict[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Verdict[]) : [];
}

/** Writes them in a fixed order, so that the file changes only where a verdict does. */
export function writeVerdicts(verdicts: readonly Verdict[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const key = (verdict: Verdict): string => `${verdict.judge} ${verdict.artifact} ${verdict.sha256}`;
  const sorted = verdicts.toSorted((left, right) => key(left).localeCompare(key(right), 'en'));
  writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A file with the tree that it is in. */
export interface Found {
  readonly file: RenderedArtifact;
  readonly tree: Rendered;
}

/** Every file that the judge must judge, once per distinct text. */
export function filesFor(judge: Judge, trees: readonly Rendered[]): readonly Found[] {
  const distinct = new Map(
    trees
      .flatMap((tree) => tree.files.filter(judge.judges).map((file) => ({ file, tree })))
      .map((found) => [`${found.file.path} ${sha256(found.file.text)}`, found]),
  );
  return [...distinct.values()];
}

/** Files without an accepting verdict for their very bytes, with the judge to run. */
export function unjudged(trees: readonly Rendered[], verdicts: readonly Verdict[]): readonly string[] {
  const missing = judges.flatMap((judge) => {
    const accepted = new Set(
      verdicts.filter((one) => one.judge === judge.name && one.verdict === 'accepted').map((one) => one.sha256),
    );
    return filesFor(judge, trees)
      .filter(({ file }) => !accepted.has(sha256(file.text)))
      .map(({ file }) => `${file.path} has no accepting verdict of ${judge.name}: run npm run judge ${judge.name}`);
  });
  return [...new Set(missing)];
}
