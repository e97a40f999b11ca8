/** What the commands do with a real document, by the systems that are in the list. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdfast, newWorld, type World } from '../../test/unit/cli-harness.ts';
import {
  demoResultSchema,
  doctorSchema,
  planDiffSchema,
  planSchema,
  renderResultSchema,
  versionSchema,
} from '../report/schemas.ts';
import { systems } from '../systems/index.ts';

const document = `apiVersion: holdfast.dev/v1
kind: Cluster
metadata: {name: shop}
spec:
  provider: aws
  regions:
  - name: us-west-2
    zones: [us-west-2a, us-west-2b, us-west-2c]
  objectives: {apiAvailability: 90%}
`;

let world: World;
beforeEach(() => {
  world = newWorld();
  writeFileSync(join(world.cwd, 'holdfast.yaml'), document);
});
afterEach(() => world.remove());

describe('plan', () => {
  it('prints data that fit their schema, the same as JSON and YAML', async () => {
    const json = await holdfast(world, 'plan', '-o', 'json', '--fail-on', 'never');
    const yaml = await holdfast(world, 'plan', '-o', 'yaml', '--fail-on', 'never');
    expect(json.stderr).toBe('');
    const value = planSchema.parse(JSON.parse(json.stdout));
    expect(load(yaml.stdout)).toEqual(value);
    expect(value.systems.map(({ id }) => id)).toEqual(systems.map(({ id }) => id));
  });

  it('says that a file is in UTF-16, as some shells write it', async () => {
    writeFileSync(join(world.cwd, 'wide.yaml'), Buffer.from(`\uFEFF${document}`, 'utf16le'));
    const { exitCode, stderr } = await holdfast(world, 'plan', '-f', 'wide.yaml');
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'error: wide.yaml is not text in UTF-8. (not-utf8)\nwide.yaml:1:1: the file is in UTF-16 (expected text in UTF-8)\n',
    );
  });

  it('takes the document from a file, a directory, and standard input, with the same answer', async () => {
    const expected = (await holdfast(world, 'plan')).stdout;
    world.stdin = document;
    mkdirSync(join(world.cwd, 'clusters'));
    writeFileSync(join(world.cwd, 'clusters', 'shop.yml'), document);
    writeFileSync(join(world.cwd, 'clusters', 'web.yaml'), 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n');
    for (const file of ['holdfast.yaml', 'clusters', 'clusters/shop.yml', '-'])
      expect((await holdfast(world, 'plan', '-f', file)).stdout).toBe(expected);
  });

  it('exits with 1 when a promise is missed, and not when told never to', async () => {
    writeFileSync(
      join(world.cwd, 'holdfast.yaml'),
      document
        .replace('apiAvailability: 90%', 'crossZoneLatency: 1ms')
        .replace('zones: [', 'zoneRoundTrip: 50ms\n    zones: ['),
    );
    const said = await holdfast(world, 'plan', '-o', 'json');
    const missed = planSchema.parse(JSON.parse(said.stdout)).verdicts.some(({ verdict }) => verdict === 'missed');
    expect(missed).toBe(true);
    expect(said.exitCode).toBe(1);
    expect((await holdfast(world, 'plan', '--fail-on', 'never')).exitCode).toBe(0);
  });

  it('counts unknown only when it is strict', async () => {
    writeFileSync(join(world.cwd, 'holdfast.yaml'), document.replace('apiAvailability: 90%', 'apiLatencyP99: 1s'));
    const { verdicts } = planSchema.parse(JSON.parse((await holdfast(world, 'plan', '-o', 'json')).stdout));
    expect(verdicts.find(({ name }) => name === 'apiLatencyP99')?.verdict).toBe('unknown');
    expect((await holdfast(world, 'plan')).exitCode).toBe(0);
    expect((await holdfast(world, 'plan', '--strict')).exitCode).toBe(1);
  });

  it('is quiet about no change, and shows a change with exit code 1', async () => {
    writeFileSync(join(world.cwd, 'old.yaml'), document);
    expect(await holdfast(world, 'plan', '--diff', 'old.yaml')).toEqual({
      exitCode: 0,
      stdout: 'No changes.\n',
      stderr: '',
    });
    writeFileSync(join(world.cwd, 'old.yaml'), document.replace('90%', '99.999%'));
    const said = await holdfast(world, 'plan', '--diff', 'old.yaml', '-o', 'json');
    expect(said.exitCode).toBe(1);
    expect(planDiffSchema.parse(JSON.parse(said.stdout)).changes.length).toBeGreaterThan(0);
  });

  it('has colours on a terminal only, and none with NO_COLOR or --no-color', async () => {
    const colourful = newWorld({ tty: true });
    writeFileSync(join(colourful.cwd, 'holdfast.yaml'), document);
    expect((await holdfast(colourful, 'plan')).stdout).toContain('\u001B[');
    expect((await holdfast(colourful, 'plan', '--no-color')).stdout).not.toContain('\u001B[');
    colourful.env['NO_COLOR'] = '1';
    expect((await holdfast(colourful, 'plan')).stdout).not.toContain('\u001B[');
    colourful.remove();
    expect((await holdfast(world, 'plan')).stdout).not.toContain('\u001B[');
  });

  it('prints one HTML file and Markdown', async () => {
    expect((await holdfast(world, 'plan', '-o', 'html')).stdout).toMatch(/^<!doctype html>/);
    expect((await holdfast(world, 'plan', '-o', 'markdown')).stdout).toMatch(/^# shop\n/);
  });
});

describe('render', () => {
  it('writes, then has nothing to do, and finds what a person changed', async () => {
    const first = await holdfast(world, 'render', '--out', 'tree', '-o', 'json');
    expect(first.exitCode).toBe(0);
    const { files } = renderResultSchema.parse(JSON.parse(first.stdout));
    expect(files.every(({ state }) => state === 'created')).toBe(true);
    expect((await holdfast(world, 'render', '--out', 'tree', '--check')).exitCode).toBe(0);
    const [{ path } = { path: '' }] = files;
    writeFileSync(join(world.cwd, 'tree', path), 'mine\n');
    const check = await holdfast(world, 'render', '--out', 'tree', '--check');
    expect([check.exitCode, check.stdout]).toEqual([1, `edited   ${path}\n`]);
    const again = await holdfast(world, 'render', '--out', 'tree');
    expect([again.exitCode, again.stdout]).toEqual([1, `kept (edited)   ${path}\n`]);
    expect(readFileSync(join(world.cwd, 'tree', path), 'utf8')).toBe('mine\n');
    expect((await holdfast(world, 'render', '--out', 'tree', '--force')).stdout).toBe(`replaced   ${path}\n`);
    expect((await holdfast(world, 'render', '--out', 'tree', '--check')).exitCode).toBe(0);
  });

  it('writes nothing with --check and --dry-run', async () => {
    for (const option of ['--check', '--dry-run']) {
      const said = await holdfast(world, 'render', '--out', 'tree', option);
      expect(said.exitCode).toBe(1);
      expect(said.stdout).toContain('README.md');
      expect(existsSync(join(world.cwd, 'tree'))).toBe(false);
    }
  });

  it('names its repository for Argo CD: from the options, else from the checkout, without credentials', async () => {
    const refused = await holdfast(world, 'render', '--layout', 'argocd');
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('(repository-unknown)')]);
    mkdirSync(join(world.cwd, '.git'));
    writeFileSync(
      join(world.cwd, '.git', 'config'),
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://user:token@git.shop.example/clusters.git\n\tfetch = x\n',
    );
    expect((await holdfast(world, 'render', '--layout', 'argocd', '--out', 'clusters/shop')).exitCode).toBe(0);
    const root = readFileSync(join(world.cwd, 'clusters/shop/argocd/root.yaml'), 'utf8');
    expect(root).toContain('repoURL: https://git.shop.example/clusters.git');
    expect(root).toContain('path: clusters/shop/argocd/applications');
  });

  it('knows the systems by name', async () => {
    const said = await holdfast(world, 'render', '--system', 'no-such-system');
    expect([said.exitCode, said.stderr]).toEqual([2, expect.stringContaining('(unknown-system)')]);
  });

  it('leaves no tree behind when it is interrupted', async () => {
    world.interruption.abort();
    expect(await holdfast(world, 'render', '--out', 'tree')).toEqual({
      exitCode: 130,
      stdout: '',
      stderr: 'Interrupted.\n',
    });
    expect(existsSync(join(world.cwd, 'tree'))).toBe(false);
  });
});

describe('init', () => {
  it('asks on a terminal, and the answers make a document that can be planned', async () => {
    world.answers = ['garden', 'aws', '', 'us-east-1a, us-east-1b'];
    const said = await holdfast(world, 'init', '-f', 'garden.yaml');
    expect(said.exitCode).toBe(0);
    expect(said.stderr).toContain('Region [us-west-2]: ');
    expect(load(readFileSync(join(world.cwd, 'garden.yaml'), 'utf8'))).toMatchObject({
      metadata: { name: 'garden' },
      spec: { provider: 'aws', survive: 'node', regions: [{ name: 'us-west-2', zones: ['us-east-1a', 'us-east-1b'] }] },
    });
    expect((await holdfast(world, 'plan', '-f', 'garden.yaml', '--fail-on', 'never')).exitCode).toBe(0);
  });

  it.each(['aws', 'bare-metal', 'lab'])(
    'writes a document for %s that can be planned and rendered',
    async (provider) => {
      expect((await holdfast(world, 'init', '--force', '--provider', provider)).exitCode).toBe(0);
      expect((await holdfast(world, 'plan', '--fail-on', 'never')).exitCode).toBe(0);
      expect((await holdfast(world, 'render')).exitCode).toBe(0);
    },
  );
});

describe('demo', () => {
  it('judges both bundled clusters by the same promises, writes one report, and says what to try next', async () => {
    const said = await holdfast(world, 'demo', '--trees', 'trees');
    expect(said.exitCode).toBe(0);
    expect(said.stdout).toMatch(/^Of \d+ promises the naive cluster would keep \d+, the hardened one keeps \d+\.\n/);
    expect(said.stdout).toContain('Report: holdfast-report.html');
    expect(said.stdout).toContain('Try next:');
    expect(said.stdout).toMatch(/^Zone us-west-2b +✗ 1 workload down for .* ✓ none down, \d+ short of pods$/m);
    const report = readFileSync(join(world.cwd, 'holdfast-report.html'), 'utf8');
    expect(report).toMatch(/^<!doctype html>/);
    expect(report).toContain('What each loss takes down');
    // Both are judged by the promises of the hardened one: the naive cluster makes none and keeps few of these.
    expect(report).toMatch(/Simulated: kept in 0 of 9 losses; missed by node=/);
    // Places are told from the document's folder, so the report is the same wherever it is made.
    expect(report).toMatch(/[^/]manifests\/\w+\.yaml:\d+/);
    expect(report).not.toContain('examples/hardened/manifests');
    expect(readdirSync(join(world.cwd, 'trees'))).toEqual(['hardened', 'naive']);
  });

  it('is data too, and the hardened cluster keeps more', async () => {
    const { stdout } = await holdfast(world, 'demo', '-q', '-o', 'json', '--out', 'r.html');
    const { clusters, changes } = demoResultSchema.parse(JSON.parse(stdout));
    const kept = clusters.map(({ verdicts }) => verdicts.filter(({ verdict }) => verdict === 'kept').length);
    const promised = clusters.map(
      ({ verdicts }) => verdicts.filter(({ verdict }) => verdict !== 'not-promised').length,
    );
    expect(promised[0]).toBe(promised[1]);
    expect(kept[1]).toBeGreaterThan(kept[0] ?? 0);
    expect(changes.length).toBeGreaterThan(0);
    expect(readdirSync(world.cwd).toSorted()).toEqual(['holdfast.yaml', 'r.html']);
  });
});

describe('other commands', () => {
  it('report writes one file and prints its path', async () => {
    const said = await holdfast(world, 'report', '--out', 'shop.html');
    expect([said.exitCode, said.stdout]).toEqual([0, 'shop.html\n']);
    expect(readFileSync(join(world.cwd, 'shop.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect(readdirSync(world.cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('version is data too', async () => {
    expect((await holdfast(world, 'version')).stdout).toMatch(/^holdfast \d+\.\d+\.\d+\n$/);
    expect(versionSchema.parse(JSON.parse((await holdfast(world, '--version', '-o', 'json')).stdout)).node).toBe(
      process.versions.node,
    );
  });

  it('explain decision lists ids and explains one', async () => {
    const list = await holdfast(world, 'explain', 'decision', '-f', 'holdfast.yaml');
    expect(list.stdout).toMatch(/^DECISION/);
    const [, first = ''] = list.stdout.split('\n');
    const id = first.split(' ')[0] ?? '';
    if (systems.length > 0)
      expect((await holdfast(world, 'explain', 'decision', id, '-f', 'holdfast.yaml')).stdout).toContain('Follows: ');
    expect((await holdfast(world, 'explain', 'decision', 'no.such', '-f', 'holdfast.yaml')).exitCode).toBe(2);
  });

  it('doctor looks at this machine', async () => {
    const said = await holdfast(world, 'doctor', '-o', 'json');
    expect(said.exitCode).toBe(0);
    const { checks, ok } = doctorSchema.parse(JSON.parse(said.stdout));
    expect(checks.find(({ name }) => name === 'Node.js')?.status).toBe('ok');
    expect((await holdfast(world, 'doctor', '--strict')).exitCode).toBe(ok ? 0 : 3);
  });

  it('a fault of ours is no stack trace but a file', async () => {
    const broken: World = {
      ...world,
      get stdin(): string {
        throw new TypeError('broken inside');
      },
    };
    const said = await holdfast(broken, 'plan', '-f', '-');
    expect(said.exitCode).toBe(70);
    expect(said.stderr).toMatch(
      /^error: this is a fault of Holdfast, not of your input: broken inside\nA report is in .*\n$/,
    );
    expect(said.stderr).not.toContain('    at ');
    const [report = ''] = readdirSync(join(world.cwd, '.state', 'crashes'));
    expect(readFileSync(join(world.cwd, '.state', 'crashes', report), 'utf8')).toMatch(
      /^holdfast plan -f -\nnode v[\s\S]*TypeError: broken inside\n {4}at /,
    );
  });
});
