/**
 * One measurement: manifests of many workloads, from the file to the findings. Arguments: pods, `json` or `yaml`,
 * `witnesses` to have the failures run too, and a form of check-inputs.ts. The file is written by a process of its own
 * (`write PATH PODS TYPE FORM`), so that the peak of memory is that of the check.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { check } from '../src/check/check.ts';
import { type Form, FORMS } from './check-inputs.ts';
import { readInventory } from '../src/inventory/inventory.ts';
import { readTexts } from '../src/inventory/read.ts';
import { worldOfInventory } from '../src/inventory/world-of.ts';
import { fitYoungGeneration } from '../src/cli/young-generation.ts';

const [mode = '', ...rest] = process.argv.slice(2);
if (mode === 'write') write(rest[0] ?? '', Number(rest[1]), rest[2] ?? 'json', rest[3] ?? 'usual');
else if (mode === 'load') await load(rest[0] ?? '', rest[1] === 'witnesses');
else measure(mode || '10000', rest[0] ?? 'json', rest[1] ?? '', rest[2] ?? 'usual');

function measure(pods: string, type: string, more: string, form: string): void {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const path = join(directory, `manifests.${type}`);
  try {
    run('write', path, pods, type, form);
    process.stdout.write(run('load', path, more));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(...args: string[]): string {
  const result = spawnSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

async function load(path: string, witnesses: boolean): Promise<void> {
  const before = cpuMillis();
  const started = performance.now();
  const { texts } = await readTexts([path]);
  // As the command does.
  fitYoungGeneration(texts);
  const inventory = readInventory(texts);
  const parsed = performance.now();
  const world = worldOfInventory(inventory);
  const made = performance.now();
  if (world.problems.length > 0) throw new Error(JSON.stringify(world.problems[0]));
  const { findings, summary } = check(world, witnesses ? {} : { failures: 0 });
  const ended = performance.now();
  process.stdout.write(
    JSON.stringify({
      millis: ended - started,
      cpuMillis: cpuMillis() - before,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      detail: `${summary.workloads} workloads, ${summary.nodes} nodes, ${(statSync(path).size / 2 ** 20).toFixed(1)} MiB; ${findings.length} findings by ${summary.rules} rules; parse ${(parsed - started).toFixed(0)}, world ${(made - parsed).toFixed(0)}, check ${(ended - made).toFixed(0)} ms`,
    }),
  );
}

/** Of all threads of this process. */
function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function write(path: string, pods: number, type: string, form: string): void {
  const objects = FORMS[form as Form](pods);
  const text =
    type === 'json'
      ? JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
      : objects.map((object) => stringify(object)).join('---\n');
  writeFileSync(path, text);
}
