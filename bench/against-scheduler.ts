/**
 * The twin's scheduling cycle beside the real scheduler's own loop, case by case in one run: `npm run bench:scheduler`.
 * Bounds are pods per second of the twin, and the ratio for the mixed stream, whose choices the scheduler then replays:
 * each must be one that it could have made itself.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureOracle } from '../test/oracle/binary.ts';

interface Measured {
  readonly podsPerSecond: number;
  readonly fitting: number;
  readonly pods: number;
}

const CASES = [
  { name: 'plain', least: 50_000, pods: 30_000, theirs: 3_000 },
  { name: 'service', least: 30_000, pods: 30_000, theirs: 300 },
  { name: 'spread', least: 30_000, pods: 30_000, theirs: 300 },
  { name: 'anti-affinity', least: 10_000, pods: 3_500, theirs: 300 },
  { name: 'affinity', least: 10_000, pods: 30_000, theirs: 300 },
] as const;
const OUTPUT = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
const STREAM_RATIO = 70;
const STREAM_PODS = 5_000;
/** The scheduler looks at each choice on all 5,000 nodes: some tenths of a second each. */
const REPLAYED = 600;

const oracle = await ensureOracle();
let missed = 0;
console.log('5,000 nodes in three zones, 150,000 placed pods; pods per second');
for (const { name, least, pods, theirs } of CASES) {
  const real = run(oracle, ['bench', '--case', name, '--pods', String(theirs)]);
  const twin = node('scheduler.ts', name, '5000', '150000', String(pods));
  say(name, { real, twin, held: twin.podsPerSecond >= least, bound: `at least ${least}` });
}
const directory = mkdtempSync(join(tmpdir(), 'holdfast-stream-'));
try {
  const file = join(directory, 'stream.json');
  const choices = join(directory, 'choices.json');
  plainNode('mixed-stream.ts', file, String(STREAM_PODS));
  const twin = node('scheduler.ts', 'stream', file, choices);
  const real = run(oracle, ['bench', '--case', 'stream', '--pods', '500', file]);
  const held = twin.podsPerSecond >= STREAM_RATIO * real.podsPerSecond;
  say('mixed stream', { real, twin, held, bound: `at least ${STREAM_RATIO} times` });
  replay(file, choices);
} finally {
  rmSync(directory, { recursive: true });
}
process.exitCode = missed === 0 ? 0 : 1;

function replay(file: string, choices: string): void {
  const all = JSON.parse(readFileSync(choices, 'utf8')) as readonly unknown[];
  writeFileSync(choices, JSON.stringify(all.slice(0, REPLAYED)));
  const answer = spawnSync(oracle, ['replay', file, '--choices', choices, '--adaptive'], OUTPUT);
  if (answer.status !== 0) throw new Error(answer.stderr);
  const {
    choices: count,
    wrong,
    problems,
  } = JSON.parse(answer.stdout) as {
    choices: number;
    wrong: number;
    problems: readonly string[];
  };
  if (wrong > 0) missed += 1;
  console.log(
    `${wrong === 0 ? 'held  ' : 'MISSED'}  the scheduler replays ${count} choices: ${wrong} that it could not have made`,
  );
  for (const problem of problems) console.log(`        ${problem}`);
}

interface Row {
  readonly real: Measured;
  readonly twin: Measured;
  readonly held: boolean;
  readonly bound: string;
}

function say(name: string, { real, twin, held, bound }: Row): void {
  if (!held) missed += 1;
  const ratio = twin.podsPerSecond / real.podsPerSecond;
  const figures = [twin.podsPerSecond.toFixed(0), real.podsPerSecond.toFixed(1), `${ratio.toFixed(0)}×`];
  const [ours = '', theirs = '', times = ''] = figures;
  console.log(
    `${held ? 'held  ' : 'MISSED'}  ${name.padEnd(14)} twin ${ours.padStart(7)}   scheduler ${theirs.padStart(7)}   ${times.padStart(6)}   (${bound}; ${twin.fitting} of ${twin.pods} placed)`,
  );
}

function node(script: string, ...args: string[]): Measured {
  return run(process.execPath, ['--max-old-space-size=4096', join(import.meta.dirname, script), ...args]);
}

function plainNode(script: string, ...args: string[]): void {
  const result = spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], OUTPUT);
  if (result.status !== 0) throw new Error(result.stderr);
}

function run(program: string, args: readonly string[]): Measured {
  const result = spawnSync(program, args, OUTPUT);
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Measured;
}
