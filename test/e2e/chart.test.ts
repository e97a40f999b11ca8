/** A chart through the real helm: what check finds is what it finds in the output of `helm template`, in files that there are. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchBinaries, labSettings } from '../../src/lab/index.ts';
import { run } from '../../src/lab/process/run.ts';
import type { FindingListOutput, FindingOutput } from '../../src/report/finding-schemas.ts';
import { holdfast, newWorld, type Said } from '../unit/cli-harness.ts';

const CHART = join(import.meta.dirname, '../fixtures/charts/shop');
const PRODUCTION = join(CHART, 'production.yaml');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-chart-'));
const world = newWorld();
let helm = '';

beforeAll(async () => {
  const [found] = await fetchBinaries(labSettings(process.env), ['helm'], { consent: true, onProgress: console.log });
  helm = found?.path ?? '';
  world.env['HOLDFAST_BINARIES'] = join(helm, '..');
});
afterAll(() => {
  world.remove();
  rmSync(folder, { recursive: true, force: true });
});

const check = (...argv: readonly string[]): Promise<Said> => holdfast(world, 'check', ...argv);

function findingsOf({ stdout }: Said): readonly FindingOutput[] {
  return (JSON.parse(stdout) as FindingListOutput).findings;
}

/** What `helm template` writes, as a person would pipe it. */
async function template(...args: readonly string[]): Promise<string> {
  const said = await run(helm, ['template', CHART, '--include-crds', ...args], {
    environment: { ...process.env, HELM_DATA_HOME: folder, HELM_CONFIG_HOME: folder, HELM_CACHE_HOME: folder },
  });
  expect(said.code, said.stderr).toBe(0);
  return said.stdout;
}

describe('a chart', () => {
  it.each([
    ['its own values', []],
    ['other values', ['--values', PRODUCTION]],
    ['a value of the command line', ['--set', 'budget.enabled=false', '--set', 'cache.size=3']],
  ])('with %s gives what check finds in the output of helm template', async (_name, values) => {
    world.stdin = await template(...values);
    const piped = findingsOf(await check('-f', '-', '-o', 'json'));
    const own = findingsOf(await check('--chart', CHART, ...values, '-o', 'json'));
    expect(own.length).toBeGreaterThan(3);
    const places = own.map(({ origin: { rendered } }) => rendered);
    expect(places).toEqual(piped.map(({ origin: { line, column } }) => ({ line, column })));
    expect(own.map((one) => ({ ...one, origin: {} }))).toEqual(piped.map((one) => ({ ...one, origin: {} })));
  });

  it('names templates that there are, and only lines that say what is found', async () => {
    const found = findingsOf(await check('--chart', CHART, '-o', 'json'));
    const lines = found.map(({ rule, origin: { file = '', line } }) => {
      const text = readFileSync(file, 'utf8').split('\n');
      return `${rule} ${file.slice(CHART.length + 1)}: ${line === undefined ? '' : (text[line - 1] ?? '').trim()}`;
    });
    expect(lines).toContain('WL01 templates/web.yaml: replicas: {{ .Values.replicas }}');
    expect(lines).toContain('PD04 templates/budget.yaml: minAvailable: {{ .Values.budget.minAvailable }}');
    expect(lines).toContain('WL01 charts/cache/templates/cache.yaml: replicas: {{ .Values.size }}');
    expect(lines).toContain('LC09 charts/cache/templates/cache.yaml: terminationGracePeriodSeconds: 0');
  });

  it('does not take hooks for naked pods, and definitions for anything that goes down', async () => {
    const found = findingsOf(await check('--chart', CHART, '-o', 'json', '--fail-on', 'info'));
    const kinds = found.map(({ object }) => object.kind);
    expect(kinds).not.toContain('Pod');
    expect(kinds).not.toContain('Job');
    expect(kinds).not.toContain('CustomResourceDefinition');
    expect(await template()).toContain('kind: Pod\n');
  });

  it('lives in the namespace of its release', async () => {
    const found = findingsOf(await check('--chart', CHART, '-n', 'sales', '--release-name', 'fall', '-o', 'json'));
    expect(new Set(found.map(({ object }) => object.namespace))).toEqual(new Set(['sales']));
    expect(found.map(({ object }) => object.name)).toContain('fall-web');
  });

  it('runs on nodes: simulate says what a loss takes down, and by which line of the template', async () => {
    const zones = ['a', 'b', 'c'];
    const nodes = zones.map(
      (zone) =>
        `---\napiVersion: v1\nkind: Node\nmetadata:\n  name: ${zone}\n  labels: {topology.kubernetes.io/zone: ${zone}}\nstatus: {allocatable: {cpu: '4', memory: 8Gi, pods: '110'}}\n`,
    );
    world.stdin = nodes.join('');
    const said = await holdfast(world, 'sweep', '--chart', CHART, '-f', '-', '--domain', 'zone', '-o', 'json');
    expect(said.stderr).not.toContain('error');
    expect(said.stdout).toContain('StatefulSet/default/release-name-cache');
    const pods = await holdfast(world, 'explain', 'pods', '--chart', CHART, '-f', '-', '-o', 'json');
    expect(pods.stdout).toContain('default/release-name-cache-0');
  });

  it('is read from an archive: the archive is the file, its lines are those of the output', async () => {
    const packed = await run(helm, ['package', CHART, '--destination', folder]);
    expect(packed.code, packed.stderr).toBe(0);
    const archive = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
    const found = findingsOf(await check('--chart', archive, '-o', 'json'));
    const open = findingsOf(await check('--chart', CHART, '-o', 'json'));
    expect(found.map(({ origin: { rendered } }) => ({ file: archive, rendered }))).toEqual(
      found.map(({ origin }) => origin),
    );
    expect(found.map(({ fingerprint }) => fingerprint)).toEqual(open.map(({ fingerprint }) => fingerprint));
    expect(found.map(({ origin: { rendered } }) => rendered)).toEqual(open.map(({ origin: { rendered } }) => rendered));
  });

  it('whose subchart is packed names the archive of the subchart', async () => {
    const own = join(folder, 'packed');
    cpSync(CHART, own, { recursive: true });
    await run(helm, ['package', join(own, 'charts/cache'), '--destination', join(own, 'charts')]);
    rmSync(join(own, 'charts/cache'), { recursive: true });
    const files = findingsOf(await check('--chart', own, '-o', 'json')).map(({ origin: { file = '' } }) => file);
    expect(files.every(existsSync)).toBe(true);
    expect(files).toContain(join(own, 'charts/cache-0.4.0.tgz'));
  });
});

describe('a chart that helm refuses is one error with what helm says', () => {
  it.each([
    ['a template that fails', 'templates/x.yaml', '{{ fail "no such luck" }}', 'no such luck'],
    ['a template that is no YAML', 'templates/x.yaml', 'a: b: c\n', 'YAML parse error on shop/templates/x.yaml'],
    ['values that are no YAML', 'values.yaml', 'replicas: [\n', 'values.yaml'],
    [
      'a dependency that is not there',
      'Chart.yaml',
      'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: redis, version: 1.0.0, repository: "https://charts.example.com"}\n',
      'missing in charts/ directory: redis',
    ],
    [
      'a version of Kubernetes',
      'Chart.yaml',
      'apiVersion: v2\nname: shop\nversion: 1.0.0\nkubeVersion: <1.20\n',
      '<1.20',
    ],
  ])('%s', async (name, path, text, says) => {
    const own = join(folder, name.replaceAll(' ', '-'));
    cpSync(CHART, own, { recursive: true });
    writeFileSync(join(own, path), text);
    const said = await check('--chart', own);
    expect(said).toMatchObject({ exitCode: 2, stdout: '' });
    expect(said.stderr).toContain(`error: helm cannot render the chart ${own}. (chart-not-rendered)\n`);
    expect(said.stderr).toContain(says);
    expect(said.stderr).not.toMatch(/^\s+at /m);
  });
});
