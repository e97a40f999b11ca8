/** How helm is called; what it renders is held to the real one in test/e2e/chart.test.ts. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { holdfast, newWorld } from '../../test/unit/cli-harness.ts';

const world = newWorld();
const system = world.env['PATH'] ?? '';
afterAll(() => world.remove());

/** A program of that name that writes down how it was called. */
function helm(does: string): void {
  const script = `#!/bin/sh\n[ "$1" = version ] && echo v4.3.2 && exit\nprintf '%s\\n' "$@" > "$HERE/called"\nenv > "$HERE/env"\n${does}\n`;
  writeFileSync(join(world.cwd, 'bin', 'helm'), script, { mode: 0o755 });
}

const said = (name: string): readonly string[] => readFileSync(join(world.cwd, name), 'utf8').trim().split('\n');
const MAP = `printf -- '---\\n# Source: shop/templates/map.yaml\\napiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: a}\\n'`;

beforeEach(() => {
  for (const folder of ['bin', 'shop']) mkdirSync(join(world.cwd, folder), { recursive: true });
  for (const file of ['a,b.yaml', 'c.yaml', 'nodes.yaml']) writeFileSync(join(world.cwd, file), '');
  Object.assign(world.env, { PATH: `${join(world.cwd, 'bin')}:${system}`, HERE: world.cwd, HELM_DRIVER: 'sql' });
});

it('gives helm the values, the release, the version of Kubernetes, and no settings of the person', async () => {
  helm(MAP);
  const argv =
    'check --chart ./shop/ --values a,b.yaml --values c.yaml --set x=1 --set y={a,b} --release-name fall -n sales --kubernetes-version 1.35';
  const { exitCode, stderr } = await holdfast(world, ...argv.split(' '));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(said('called')).toEqual([
    'template',
    '--include-crds',
    '--namespace=sales',
    '--kube-version=1.35',
    `--values="${join(world.cwd, 'a,b.yaml')}"`,
    `--values=${join(world.cwd, 'c.yaml')}`,
    '--set=x=1',
    '--set=y={a,b}',
    '--',
    'fall',
    join(world.cwd, 'shop'),
  ]);
  const env = said('env').filter((line) => /^(?:HELM|KUBE)/.test(line));
  expect(new Set(env.map((line) => line.split('=')[0]))).toEqual(
    new Set(['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME', 'KUBECONFIG']),
  );
});

it('tells what helm says when it fails', async () => {
  helm(
    `printf 'level=WARN msg=x\\nError: no such value\\n\\nUse --debug flag to render out invalid YAML\\n' >&2; exit 1`,
  );
  const { exitCode, stderr } = await holdfast(world, 'check', '--chart', 'shop');
  expect(exitCode).toBe(2);
  expect(stderr).toBe('error: helm cannot render the chart shop. (chart-not-rendered)\nno such value\n');
});

it('a chart that renders nothing is an error, whatever is beside it', async () => {
  helm(`printf -- '---\\n# Source: shop/templates/a.yaml\\n'`);
  writeFileSync(join(world.cwd, 'nodes.yaml'), 'apiVersion: v1\nkind: Node\nmetadata: {name: n}\n');
  const { exitCode, stdout, stderr } = await holdfast(world, 'check', '--chart', 'shop', '-f', 'nodes.yaml');
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('The chart shop renders no object with these values. (nothing-to-check)');
});

it('says what to do without helm', async () => {
  writeFileSync(join(world.cwd, 'bin', 'helm'), '#!/bin/sh\necho "Client: v2.17.0+gabc"\n', { mode: 0o755 });
  world.env['PATH'] = join(world.cwd, 'bin');
  const { exitCode, stderr } = await holdfast(world, 'check', '--chart', 'shop');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('bin/helm does not say that it is helm 3 or newer. (helm-missing)');
  expect(stderr).toContain('helm template … | holdfast check -f -');
});

it.each([
  [['check', '--chart', 'oci://example.com/shop'], 'oci://example.com/shop cannot be read'],
  [['check', '--chart', 'shop', '--values', 'none.yaml'], 'none.yaml cannot be read'],
  [['check', '--chart', 'shop', '-n', 'No_Name'], 'No namespace can be called No_Name.'],
  [['check', '--set', 'a=1', 'nodes.yaml'], '--set is said of a chart, and none is given. (no-chart)'],
  [['simulate', '-n', 'shop', '-f', 'nodes.yaml'], '--namespace is said of a chart, and none is given. (no-chart)'],
  [['sweep', '--release-name', 'x', '-f', 'nodes.yaml'], '--release-name is said of a chart'],
  [['explain', 'pods', '--values', 'c.yaml', '-f', 'nodes.yaml'], '--values is said of a chart'],
])('%j is refused before helm is asked', async (argv, says) => {
  helm('exit 70');
  const { exitCode, stderr } = await holdfast(world, ...argv);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
});

it('Ctrl-C ends helm and what it started', async () => {
  const interrupted = newWorld();
  Object.assign(interrupted.env, world.env);
  helm(`sleep 600 & echo $! > "$HERE/child"; wait`);
  const call = holdfast({ ...interrupted, cwd: world.cwd }, 'check', '--chart', 'shop');
  while (!readdirSync(world.cwd).includes('child') || said('child')[0] === '')
    await new Promise((resolve) => setTimeout(resolve, 20));
  interrupted.interruption.abort();
  expect((await call).exitCode).toBe(130);
  const child = Number(said('child')[0]);
  await expect.poll(() => isAlive(child)).toBe(false);
  interrupted.remove();
});

/** A process that has ended and that nobody has waited for yet is gone too. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
