/** What the commands print with `-o json` is what the published schemas describe. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeWorld } from '../../src/cli/world-inputs.ts';
import { resolveFaults } from '../../src/faults/resolve.ts';
import { parseScenario } from '../../src/faults/scenario-file.ts';
import { holdfast, newWorld } from './cli-harness.ts';

const root = join(import.meta.dirname, '..', '..');
const schemaOf = (kind: string): object =>
  JSON.parse(readFileSync(join(root, 'schema', `${kind}.schema.json`), 'utf8')) as object;

it.each([
  ['plan', ['plan', '-f', join(root, 'examples', 'hardened', 'holdfast.yaml'), '--fail-on', 'never']],
  ['plan', ['plan', '-f', join(root, 'examples', 'aws-eks.yaml'), '--fail-on', 'never']],
  ['version', ['version']],
  ['pod-explanation', ['explain', 'pods', '-f', join(root, 'examples', 'hardened', 'holdfast.yaml')]],
  ['pod-explanation', ['explain', 'pods', '--sequence', '-f', join(root, 'examples', 'naive', 'holdfast.yaml')]],
  [
    'simulation',
    ['simulate', '-f', join(root, 'examples', 'naive', 'holdfast.yaml'), '--lose', 'zone=2a', '--seeds', '2'],
  ],
  ['sweep', ['sweep', '-f', join(root, 'examples', 'naive', 'holdfast.yaml'), '--domain', 'zone,member']],
  ['finding-list', ['check', '-f', join(root, 'examples', 'naive', 'holdfast.yaml')]],
  ['explanation', ['explain', 'rule', 'PD03']],
  ['doctor', ['doctor']],
])('%s: %j', async (kind, argv) => {
  const world = newWorld();
  const said = await holdfast(world, ...argv, '-o', 'json');
  world.remove();
  const output = JSON.parse(said.stdout) as { apiVersion: string; kind: string };
  expect(output.apiVersion).toBe('holdfast.dev/v1');
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schemaOf(kind));
  expect(validate(output), JSON.stringify(validate.errors)).toBe(true);
});

const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.yaml') && !name.includes('manifests') && !/^(?:broken|scenarios)/.test(name),
);
const scenarios = readdirSync(join(root, 'examples', 'scenarios'));
const hardened = join(root, 'examples', 'hardened', 'holdfast.yaml');

it.each(scenarios)('the scenario %s fits its schema and can be resolved', (name) => {
  const text = readFileSync(join(root, 'examples', 'scenarios', name), 'utf8');
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schemaOf('scenario'));
  expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  const { scenario, problems } = parseScenario({ text, file: name });
  expect(problems).toEqual([]);
  const inputs = [{ file: hardened, named: true, text: readFileSync(hardened, 'utf8') }];
  const { world } = makeWorld({ texts: inputs, named: [], kubernetesVersion: undefined });
  expect(resolveFaults(world, scenario?.faults ?? []).problems).toEqual([]);
});

it.each(examples)('the schema of the document accepts %s', (name) => {
  const validate = documents();
  const document: unknown = parse(readFileSync(join(root, 'examples', name), 'utf8'));
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
});

it('the schema of the document refuses what the parser refuses', () => {
  const validate = documents();
  const spec = { regions: [{ name: 'r', zones: ['x', 'y', 'z'] }] };
  const document = { apiVersion: 'holdfast.dev/v1', kind: 'Cluster', metadata: { name: 'a' }, spec };
  expect(validate(document)).toBe(true);
  expect(validate({ ...document, spec: { ...spec, regionz: [] } })).toBe(false);
  expect(validate({ ...document, spec: { ...spec, objectives: { rpo: 'soon' } } })).toBe(false);
  expect(validate({ ...document, spec: { ...spec, survive: 'zones' } })).toBe(false);
});

function documents(): ValidateFunction {
  return new Ajv2020({ strict: false, validateFormats: false }).compile(schemaOf('cluster'));
}
