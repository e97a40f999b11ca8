/**
 * What is measured, each against its bound: `npm run bench`. Every case runs in a process of its own, so that its
 * memory is its own. Exit 1 when a bound is missed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { FORMS } from './check-inputs.ts';

interface Measured {
  readonly millis: number;
  readonly peakBytes: number;
  readonly detail: string;
}

const root = join(import.meta.dirname, '..');
let missed = 0;

function row(name: string, measured: Measured, bound: { millis?: number; mebibytes?: number }): void {
  const mebibytes = measured.peakBytes / 2 ** 20;
  const held = measured.millis <= (bound.millis ?? Infinity) && mebibytes <= (bound.mebibytes ?? Infinity);
  if (!held) missed += 1;
  const limits =
    [
      bound.millis === undefined ? '' : `${bound.millis} ms`,
      bound.mebibytes === undefined ? '' : `${bound.mebibytes} MiB`,
    ]
      .filter(Boolean)
      .join(', ') || 'no bound';
  console.log(
    `${held ? 'held  ' : 'MISSED'}  ${name.padEnd(58)} ${measured.millis.toFixed(0).padStart(7)} ms ${mebibytes.toFixed(0).padStart(6)} MiB   (${limits}; ${measured.detail})`,
  );
}

function inProcess(script: string, ...args: string[]): Measured {
  const result = spawnSync(process.execPath, [join(root, 'bench', script), ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Measured;
}

/** Whole-process time of a command: the median of nine after one warm-up. */
function command(args: readonly string[]): Measured {
  const times = Array.from({ length: 10 }, () => {
    const started = performance.now();
    const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(result.stderr);
    return performance.now() - started;
  }).slice(1);
  times.sort((a, b) => a - b);
  return {
    millis: times[4] ?? Number.NaN,
    peakBytes: 0,
    detail: `median of ${times.length}, ${times[0]?.toFixed(0)} to ${times.at(-1)?.toFixed(0)} ms`,
  };
}

execFileSync(process.execPath, [join(root, 'scripts', 'build.ts')], { cwd: root, stdio: 'inherit' });
row('holdfast version, source', command(['src/cli/main.ts', 'version']), {});
row('holdfast version, built', command(['dist/cli/main.js', 'version']), { millis: 150 });
row('node itself, an empty script', command(['-e', '0']), {});
row('plan + render, 5 regions, 25 zones, 5,000 nodes, 1 pool', inProcess('plan-render.ts', '1', '200'), {
  millis: 1_000,
  mebibytes: 200,
});
for (const pools of [1, 10, 100, 1_000])
  row(`plan + render, ${pools} pools over 25 zones`, inProcess('plan-render.ts', String(pools), '0'), {
    millis: 1_000,
    mebibytes: 200,
  });
for (const nodes of [500, 5_000, 10_000])
  row(
    `load ${nodes.toLocaleString('en')} nodes, ${(nodes * 30).toLocaleString('en')} pods`,
    inProcess('load-world.ts', String(nodes * 30), String(nodes)),
    nodes === 5_000 ? { millis: 3_000, mebibytes: 1_536 } : {},
  );
row('check 10,000 pods in 2,000 workloads, JSON', inProcess('check.ts', '10000', 'json'), {
  millis: 2_000,
  mebibytes: 300,
});
row('the same as YAML', inProcess('check.ts', '10000', 'yaml'), {});
row('the same with witnesses', inProcess('check.ts', '10000', 'json', 'witnesses'), {});
for (const form of Object.keys(FORMS))
  row(`check 50,000 pods, ${form}, JSON`, inProcess('check.ts', '50000', 'json', '', form), {});
checkCurve();
timelines();
process.exitCode = missed === 0 ? 0 : 1;

/** The check from 10,000 to 150,000 pods, beside kube-score. */
function checkCurve(): void {
  if (spawnSync(process.execPath, [join(root, 'bench/check-curve.ts')], { stdio: 'inherit' }).status !== 0) missed += 1;
}

/** A zone of three lost and every single node lost, with the curve over the size of the cluster. */
function timelines(): void {
  for (const nodes of [500, 1_000, 2_000, 5_000, 10_000]) {
    const result = spawnSync(process.execPath, [join(root, 'bench/timelines.ts'), String(nodes), String(nodes * 30)], {
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new Error(result.stderr);
    const { zoneMillis, sweepMillis, ...rest } = JSON.parse(result.stdout) as Measured & {
      zoneMillis: number;
      sweepMillis: number;
    };
    const bounded = nodes === 5_000;
    const size = `of ${nodes.toLocaleString('en')} nodes, ${(nodes * 30).toLocaleString('en')} pods`;
    row(`a zone of three lost ${size}`, { ...rest, millis: zoneMillis }, bounded ? { millis: 5_000 } : {});
    row(`each node lost once ${size}`, { ...rest, millis: sweepMillis }, bounded ? { millis: 10_000 } : {});
  }
}
