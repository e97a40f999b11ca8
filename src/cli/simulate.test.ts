/** What simulate and sweep do beside printing: threads, seeds, interruption, progress. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdfast, newWorld, type World } from '../../test/unit/cli-harness.ts';
import { podExplanationSchema, simulationSchema, sweepSchema } from '../report/twin-schemas.ts';

const nodes = ['a', 'b', 'c']
  .map(
    (zone) => `---
apiVersion: v1
kind: Node
metadata: {name: node-${zone}, labels: {topology.kubernetes.io/region: r, topology.kubernetes.io/zone: r-${zone}, kubernetes.io/hostname: node-${zone}}}
status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}}
`,
  )
  .join('');
const shop = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, annotations: {holdfast.dev/accepted-downtime: 30s}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
`;

let world: World;
const newShop = (options: { tty?: boolean } = {}): World => {
  const made = newWorld(options);
  writeFileSync(join(made.cwd, 'shop.yaml'), nodes + shop);
  return made;
};
beforeEach(() => {
  world = newShop();
});
afterEach(() => world.remove());

const sweep = async (...options: readonly string[]) =>
  sweepSchema.parse(JSON.parse((await holdfast(world, 'sweep', 'shop.yaml', '-o', 'json', ...options)).stdout));

describe('sweep', () => {
  it('gives the same in threads as alone', async () => {
    const alone = await sweep('--depth', '2', '--jobs', '1', '--fail-on', 'never');
    expect(alone.failures.length).toBeGreaterThan(9);
    expect(await sweep('--depth', '2', '--jobs', '2', '--fail-on', 'never')).toEqual(alone);
  });

  it('names the one node that takes the workload down, and the promise that it breaks', async () => {
    const { failures, singlePoints } = await sweep('--domain', 'node');
    const down = failures.filter(({ workloadsDown }) => workloadsDown.length > 0);
    expect(down).toHaveLength(1);
    expect(singlePoints).toEqual([down[0]?.fault]);
    expect(down[0]?.objectivesMissed).toEqual(['acceptedDowntime Deployment/shop/web']);
    expect((await holdfast(world, 'sweep', 'shop.yaml', '--domain', 'node')).exitCode).toBe(1);
  });

  it('ends with what was found when it is interrupted', async () => {
    world.interruption.abort();
    const said = await holdfast(world, 'sweep', 'shop.yaml', '-o', 'json', '--jobs', '1');
    expect([said.exitCode, said.stderr]).toEqual([130, 'Interrupted after 0 of 6 failures.\n']);
    expect(sweepSchema.parse(JSON.parse(said.stdout))).toMatchObject({ failures: [], leftOut: 6 });
  });
});

describe('simulate', () => {
  it.each([
    ['--seeds 0', ['--seeds', '0'], 'is not a whole number from 1'],
    ['a horizon beyond a month', ['--horizon', '1000000000h'], 'longer than 31 days'],
    ['a fault after the horizon', ['--lose', 'zone=a,at=2h', '--horizon', '1h'], 'nobody looks any more'],
  ])('refuses %s', async (_, args, message) => {
    const said = await holdfast(world, 'simulate', 'shop.yaml', '--lose', 'zone=a', ...args);
    expect(said.exitCode).toBe(2);
    expect(said.stderr).toContain(message);
  });

  it('gives the same for the same seed, and figures over seeds', async () => {
    const run = async (...options: readonly string[]) =>
      (await holdfast(world, 'simulate', 'shop.yaml', '--lose', 'node=a', '-o', 'json', ...options)).stdout;
    expect(await run('--seed', '7')).toBe(await run('--seed', '7'));
    const { distribution } = simulationSchema.parse(JSON.parse(await run('--seeds', '20')));
    expect(distribution?.seeds).toBe(20);
    for (const { downSeconds } of distribution?.workloads ?? []) {
      expect(downSeconds.p1).toBeLessThanOrEqual(downSeconds.p50);
      expect(downSeconds.p50).toBeLessThanOrEqual(downSeconds.p99);
    }
  });

  it('shows how far it is on a terminal only, and takes the bar away', async () => {
    const terminal = newShop({ tty: true });
    const argv = ['simulate', 'shop.yaml', '--lose', 'zone=a', '--seeds', '3', '--fail-on', 'never'];
    const said = await holdfast(terminal, ...argv);
    expect(said.stderr).toContain('3 of 3 seeds');
    expect(said.stderr.endsWith('\r\u001B[K')).toBe(true);
    expect((await holdfast(terminal, ...argv, '-q')).stderr).toBe('');
    expect((await holdfast(world, ...argv)).stderr).toBe('');
    terminal.remove();
  });

  it('never takes the document of the folder silently', async () => {
    writeFileSync(join(world.cwd, 'holdfast.yaml'), 'apiVersion: holdfast.dev/v1\nkind: Cluster\n');
    expect(await holdfast(world, 'simulate', '--lose', 'zone=a')).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('reads standard input', async () => {
    world.stdin = nodes + shop;
    const said = await holdfast(world, 'explain', 'pods', '-f', '-', '-o', 'json');
    expect(podExplanationSchema.parse(JSON.parse(said.stdout)).pods).toHaveLength(1);
  });
});
