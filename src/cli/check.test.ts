/** What check says of a document, simulate says too. */
import { chmodSync, copyFileSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { holdfast, newWorld } from '../../test/unit/cli-harness.ts';
import type { FindingListOutput } from '../report/finding-schemas.ts';
import type { SimulationOutput } from '../report/twin-schemas.ts';

const naive = join(import.meta.dirname, '../../examples/naive/holdfast.yaml');
const world = newWorld();
afterAll(() => world.remove());

it('each witness gives the same seconds through simulate --scenario', async () => {
  const said = await holdfast(world, 'check', '-f', naive, '-o', 'json');
  const { findings } = JSON.parse(said.stdout) as FindingListOutput;
  const shown = findings.flatMap(({ witness }) => (witness?.seconds === undefined ? [] : [witness]));
  expect(said.exitCode).toBe(1);
  expect(shown.length).toBeGreaterThan(2);
  for (const { scenario, workload, seconds } of shown) {
    writeFileSync(join(world.cwd, 'lost.json'), JSON.stringify(scenario));
    const simulated = await holdfast(world, 'simulate', '-f', naive, '--scenario', 'lost.json', '-o', 'json');
    const { workloads, controlPlane, horizonSeconds } = JSON.parse(simulated.stdout) as SimulationOutput;
    const lasts = controlPlane.intervals
      .filter(({ state }) => state === 'down' || state === 'read-only')
      .reduce((sum, { from, to = horizonSeconds }) => sum + to - from, 0);
    const down = workload === undefined ? lasts : workloads.find((one) => one.workload === workload)?.downSeconds;
    expect(down).toBeCloseTo(seconds ?? 0, 3);
  }
});

it('says the same twice', async () => {
  const once = await holdfast(world, 'check', '-f', naive, '-o', 'json');
  const twice = await holdfast(world, 'check', '-f', naive, '-o', 'json');
  expect(twice.stdout).toBe(once.stdout);
});

it('a baseline of all that is found lets the next run pass', async () => {
  const { stdout } = await holdfast(world, 'check', '-f', naive, '-o', 'json');
  writeFileSync(join(world.cwd, 'baseline.json'), stdout);
  const said = await holdfast(world, 'check', '-f', naive, '--baseline', 'baseline.json', '--fail-on', 'info');
  expect(said.exitCode).toBe(0);
  expect(said.stdout).toContain('of them known');
});

it('what cannot be decided fails only with --strict', async () => {
  const argv = ['check', '-f', naive.replace('naive', 'hardened')];
  expect((await holdfast(world, ...argv)).exitCode).toBe(0);
  expect((await holdfast(world, ...argv, '--strict')).exitCode).toBe(1);
  expect((await holdfast(world, ...argv, '--strict', '--fail-on', 'never')).exitCode).toBe(0);
});

it('standard input is checked, and left as it is by --fix', async () => {
  world.stdin = readFileSync(join(import.meta.dirname, '../../test/fixtures/check/PD03/fail.yaml'), 'utf8');
  const said = await holdfast(world, 'check', '-f', '-', '--rule', 'PD03', '--fix');
  expect(said.stderr).toContain('not mended: PD03 of PodDisruptionBudget/shop/cart: it is not written in a file');
  expect(said.exitCode).toBe(1);
});

it('--fix writes through a link and keeps the permissions of the file', async () => {
  const file = join(world.cwd, 'kept.yaml');
  copyFileSync(join(import.meta.dirname, '../../test/fixtures/check/PD03/fail.yaml'), file);
  chmodSync(file, 0o640);
  symlinkSync(file, join(world.cwd, 'link.yaml'));
  const said = await holdfast(world, 'check', '-f', 'link.yaml', '--rule', 'PD03', '--fix');
  expect(said.exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('maxUnavailable: 1');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(lstatSync(join(world.cwd, 'link.yaml')).isSymbolicLink()).toBe(true);
});

it('what manifests hold steers no terminal', async () => {
  const rule = {
    id: 'ACME01',
    title: 'A note',
    severity: 'warning',
    whySeverity: 'W.',
    takesDown: 'T.',
    remedy: 'R.',
    kinds: ['Deployment.apps'],
    when: 'true',
    message: "object.metadata.annotations['note']",
    path: 'metadata',
  };
  const fixture = readFileSync(join(import.meta.dirname, '../../test/fixtures/check/PD03/fail.yaml'), 'utf8');
  writeFileSync(
    join(world.cwd, 'own.json'),
    JSON.stringify({ apiVersion: 'holdfast.dev/v1', kind: 'RuleList', rules: [rule] }),
  );
  writeFileSync(
    join(world.cwd, 'steers.yaml'),
    `${fixture}\n---\n${JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'steers', annotations: { note: 'a\u001B[2Jb\u202E' } },
      spec: {
        selector: { matchLabels: { app: 'a' } },
        template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'r/x:1' }] } },
      },
    })}\n---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: "\\e[2J"}, spec: {minAvailable: "\\u202e"}}\n`,
  );
  for (const form of ['text', 'wide', 'github', 'junit', 'html']) {
    const said = await holdfast(world, 'check', '-f', 'steers.yaml', '--rules', 'own.json', '-o', form);
    expect(said.exitCode).toBe(2);
    expect(said.stdout).toContain('[2Jb');
    expect(`${said.stdout}${said.stderr}`).not.toMatch(/(?![\t\n])\p{Cc}|\u202E/u);
  }
});

it('says which waiver lets nothing stay', async () => {
  const fixture = join(import.meta.dirname, '../../test/fixtures/check/PD03/fail.yaml');
  const waiver = (name: string, expires: string): string =>
    `- {rule: PD03, object: PodDisruptionBudget/shop/${name}, reason: why, owner: who, expires: ${expires}}\n`;
  writeFileSync(
    join(world.cwd, 'waivers.yaml'),
    `apiVersion: holdfast.dev/v1\nkind: WaiverList\nwaivers:\n${waiver('cart', '2999-01-31')}${waiver('card', '2999-01-31')}${waiver('cars', '2000-01-31')}`,
  );
  const argv = ['check', '-f', fixture, '--waivers', 'waivers.yaml'];
  const said = await holdfast(world, ...argv);
  expect(said.stderr).toBe(
    'note: waivers.yaml:5:3: nothing is found that the waiver of PD03 for PodDisruptionBudget/shop/card would let stay\n',
  );
  expect((await holdfast(world, ...argv, '--rule', 'PD01')).stderr).toBe('');
  writeFileSync(
    join(world.cwd, 'waivers.yaml'),
    `apiVersion: holdfast.dev/v1\nkind: WaiverList\nwaivers:\n${waiver('cart', '2999-02-30')}`,
  );
  expect((await holdfast(world, ...argv)).stderr).toContain(
    'waivers[0].expires is no day of the calendar (found 2999-02-30, expected a day, like 2027-01-31)',
  );
});

it('mends nothing beside what cannot be read, and says so; a diff has one form', async () => {
  const file = join(world.cwd, 'half.yaml');
  const fixture = readFileSync(join(import.meta.dirname, '../../test/fixtures/check/PD03/fail.yaml'), 'utf8');
  writeFileSync(file, `${fixture}\n---\na: [\n`);
  const said = await holdfast(world, 'check', '-f', 'half.yaml', '--fix');
  expect(said.exitCode).toBe(2);
  expect(said.stderr).toContain('Nothing is mended while the input has problems.\n');
  expect(readFileSync(file, 'utf8')).toBe(`${fixture}\n---\na: [\n`);
  const asData = await holdfast(world, 'check', '-f', 'half.yaml', '--fix', '--dry-run', '-o', 'sarif');
  expect(asData).toMatchObject({ exitCode: 2, stdout: '' });
  expect(asData.stderr).toContain('(only-a-diff)');
});
