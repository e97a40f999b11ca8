/**
 * One measurement of time simulated: a zone of three lost to the last pod's return, and every single node lost, on one
 * world. Arguments: nodes, pods. Reading the world is not in it; `load-world.ts` measures that.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInventory } from '../src/inventory/inventory.ts';
import { readTexts } from '../src/inventory/read.ts';
import { worldOfInventory } from '../src/inventory/world-of.ts';
import { Twin, planSweep, runSweep } from '../src/twin/index.ts';

const [nodes = 5_000, pods = 150_000] = process.argv.slice(2).map(Number);
/** Longer than the last node of the zone waits for its taint: one goes every 10 s. */
const HORIZON = (nodes / 3) * 10_000 + 3_600_000;

const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
try {
  const path = join(directory, 'cluster.json');
  const written = spawnSync(process.execPath, [
    join(import.meta.dirname, 'load-world.ts'),
    'write',
    path,
    String(pods),
    String(nodes),
  ]);
  if (written.status !== 0) throw new Error(written.stderr.toString());
  const { texts, problems } = await readTexts([path]);
  const world = worldOfInventory(readInventory(texts));
  const [wrong] = [...problems, ...world.problems];
  if (wrong !== undefined) throw new Error(JSON.stringify(wrong));
  const started = performance.now();
  const twin = new Twin(world);
  const ready = performance.now();
  const zone = twin.simulate({
    name: 'a zone is lost',
    horizon: HORIZON,
    faults: [{ fault: { kind: 'zone', region: 'west', zone: 'west-b' }, at: 0, until: undefined, origin: undefined }],
  });
  const lost = performance.now();
  const { failures } = planSweep(twin, { domains: ['node'], depth: 1 });
  let down = 0;
  for (const one of runSweep(twin, failures)) down += one.workloadsDown.length;
  const swept = performance.now();
  const recovered = zone.workloads.reduce((last, { recoveredAt }) => Math.max(last, recoveredAt ?? 0), 0);
  const unrecovered = zone.workloads.filter(
    ({ intervals, recoveredAt }) => intervals.some(({ state }) => state !== 'up') && recoveredAt === undefined,
  ).length;
  process.stdout.write(
    JSON.stringify({
      zoneMillis: lost - ready,
      sweepMillis: swept - lost,
      twinMillis: ready - started,
      failures: failures.length,
      cpuMillis: process.cpuUsage().user / 1_000,
      peakBytes: process.resourceUsage().maxRSS * 1_024,
      detail: `${zone.workloads.length} workloads, the last back after ${recovered.toFixed(0)} s, ${unrecovered} not back; ${down} workloads down over all nodes`,
    }),
  );
} finally {
  rmSync(directory, { recursive: true });
}
