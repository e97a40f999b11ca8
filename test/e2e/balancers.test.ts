/** HAProxy, nginx and keepalived accept every configuration that is rendered for them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/lab/certificates/authority.ts';
import { run } from '../../src/lab/process/run.ts';
import { scratchDirectory } from './control-plane.ts';
import { ensureDebianTool } from './debian.ts';
import { renderedTrees, textFiles } from './rendered.ts';
import { substituteWherePresent } from './substitute.ts';

const trees = renderedTrees();
const directory = scratchDirectory();
const authorityPath = join(directory, 'kubernetes-ca.crt');

beforeAll(async () => {
  writeFileSync(authorityPath, (await createAuthority('kubernetes', new Date())).certificate);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Writes the file where its judge reads it. */
function place(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('haproxy -c accepts', () => {
  const haproxy = ensureDebianTool('haproxy', 'haproxy');
  const files = textFiles(trees, 'haproxy');

  it('at least one configuration', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('$name', async ({ file }) => {
    // The cluster's authority is made when the cluster is; here another one stands in its place.
    const text = substituteWherePresent(file.text, { '/etc/haproxy/kubernetes-ca.crt': authorityPath });
    const result = await run(haproxy, ['-c', '-V', '-f', place('haproxy.cfg', text)]);
    expect(result, result.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Configuration file is valid'),
    });
    expect(result.stderr, 'no warnings').not.toMatch(/\[(WARNING|ALERT)\]/);
  });

  it('and not one that is wrong', async () => {
    const text = files[0]?.file.text.replace('mode tcp', 'mode tpc') ?? '';
    expect((await run(haproxy, ['-c', '-f', place('wrong.cfg', text)])).code).toBe(1);
  });
});

describe('nginx -t accepts', () => {
  const nginx = ensureDebianTool('nginx', 'nginx', 'libnginx-mod-stream');
  const files = textFiles(trees, 'nginx');
  mkdirSync(join(directory, 'nginx'), { recursive: true });

  it('at least one configuration', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('$name', async ({ file }) => {
    // nginx opens its log and its pid file even when it only tests: they go beside the configuration.
    const text = substituteWherePresent(file.text, {
      '/run/nginx.pid': join(directory, 'nginx.pid'),
      '/var/log/nginx/': `${join(directory, 'nginx')}/`,
    });
    const result = await run(nginx, ['-t', '-c', place('nginx.conf', text), '-e', join(directory, 'nginx.log')]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('test is successful');
    expect(result.stderr, 'no warnings').not.toMatch(/\[(warn|error|emerg)\]/);
  });

  it('and not one with the directive of another module', async () => {
    const text = files[0]?.file.text.replace('least_conn;', 'check interval=3000 type=http;') ?? '';
    const result = await run(nginx, ['-t', '-c', place('wrong.conf', text), '-e', join(directory, 'nginx.log')]);
    expect(result.stderr).toContain('unknown directive "check"');
  });
});

describe('keepalived --config-test accepts', () => {
  const keepalived = ensureDebianTool('keepalived', 'keepalived');
  const files = textFiles(trees, 'keepalived');
  const existing = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some(({ internal }) => !internal),
  )?.[0];

  /**
   * The interface must exist where keepalived tests. The scripts' user stays ours: keepalived 2.2.7 ends its own
   * test by SIGTERM when scripts run as another user.
   */
  function adapted(text: string): string {
    if (existing === undefined) throw new Error('keepalived needs a network interface that is not loopback.');
    return text
      .replaceAll(/^(\s*interface) \S+$/gm, `$1 ${existing}`)
      .replaceAll(/^(\s*script_user) \S+$/gm, '$1 root');
  }

  async function verdict(text: string): Promise<{ code: number | null; log: string }> {
    const log = join(directory, 'keepalived.log');
    const { code } = await run(keepalived, [`--config-test=${log}`, '-f', place('keepalived.conf', adapted(text))]);
    return { code, log: (await run('cat', [log])).stdout };
  }

  it('at least one configuration', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('$name', async ({ file }) => {
    expect(await verdict(file.text)).toEqual({ code: 0, log: '' });
  });

  it('and not one with a word that it does not know', async () => {
    const text = files[0]?.file.text.replace('virtual_router_id', 'virtual_ruter_id') ?? '';
    expect((await verdict(text)).log).toContain("Unknown keyword 'virtual_ruter_id'");
  });
});
