/** What a reader of SARIF makes of a fix is what --fix makes of the file. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { afterAll, expect, it } from 'vitest';
import { holdfast, newWorld } from '../../test/unit/cli-harness.ts';
import { applyReplacements } from '../../test/unit/sarif-consumer.ts';

const root = join(import.meta.dirname, '../..');
const world = newWorld();
afterAll(() => world.remove());

interface Sarif {
  readonly runs: readonly [{ readonly results: readonly Result[] }];
}
interface Result {
  readonly ruleId: string;
  readonly fixes?: readonly [{ readonly artifactChanges: readonly [Change] }];
}
interface Change {
  readonly artifactLocation: { readonly uri: string };
  readonly replacements: Parameters<typeof applyReplacements>[1];
}

const schema = JSON.parse(
  gunzipSync(readFileSync(join(root, 'test/schemas/formats/sarif-2.1.0.json.gz'))).toString(),
) as object;
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

async function changesOf(...argv: readonly string[]): Promise<readonly Change[]> {
  const { stdout } = await holdfast(world, 'check', ...argv, '-o', 'sarif');
  const log = JSON.parse(stdout) as Sarif;
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  return log.runs[0].results.flatMap(({ fixes }) => fixes?.[0].artifactChanges ?? []);
}

it.each(['PD01', 'PD03', 'PD04', 'PD07', 'PL01', 'LC01', 'LC07'])('%s', async (rule) => {
  const folder = join(root, 'test/fixtures/check', rule);
  let applied = 0;
  for (const name of readdirSync(folder).filter((file) => /^fail.*\.yaml$/.test(file))) {
    const [ours, theirs] = [join(world.cwd, `ours-${name}`), join(world.cwd, `theirs-${name}`)];
    for (const file of [ours, theirs]) copyFileSync(join(folder, name), file);
    const argv = [`theirs-${name}`, '--rule', rule];
    // What one fix changes moves the lines of the next: one after another, as an editor applies them.
    for (let changes = await changesOf(...argv); changes[0] !== undefined; changes = await changesOf(...argv)) {
      expect(changes[0].artifactLocation.uri).toBe(`theirs-${name}`);
      writeFileSync(theirs, applyReplacements(readFileSync(theirs, 'utf8'), changes[0].replacements));
      applied += 1;
    }
    await holdfast(world, 'check', `ours-${name}`, '--rule', rule, '--fix');
    expect(readFileSync(theirs, 'utf8')).toBe(readFileSync(ours, 'utf8'));
  }
  expect(applied).toBeGreaterThan(0);
});

it('fixes that touch different lines make together what --fix makes', async () => {
  const budget = (name: string): string =>
    `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: ${name}}\nspec:\n  minAvailable: 2 # all\n  selector: {matchLabels: {app: ${name}}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec: {containers: [{name: a, image: a}]}\n`;
  const text = `${budget('a')}---\n${budget('b')}`;
  writeFileSync(join(world.cwd, 'two.yaml'), text);
  const changes = await changesOf('two.yaml', '--rule', 'PD03');
  expect(changes).toHaveLength(2);
  await holdfast(world, 'check', 'two.yaml', '--rule', 'PD03', '--fix');
  expect(
    applyReplacements(
      text,
      changes.flatMap(({ replacements }) => replacements),
    ),
  ).toBe(readFileSync(join(world.cwd, 'two.yaml'), 'utf8'));
});

it('standard input, which --fix leaves alone, has no fixes', async () => {
  const file = join(root, 'test/fixtures/check/PD03/fail.yaml');
  world.stdin = readFileSync(file, 'utf8');
  expect(await changesOf('-', '--rule', 'PD03')).toEqual([]);
});
