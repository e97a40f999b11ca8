import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HoldfastError } from '../../core/error.ts';
import { type ChosenContext, readContext } from './kubeconfig.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-kubeconfig-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const read = (
  context: string,
  { kubeconfig, env = {} }: { kubeconfig?: string; env?: Record<string, string> } = {},
): Promise<ChosenContext> => readContext({ context, kubeconfig, env: { HOME: home, ...env }, directory: home });
const failure = (reading: Promise<unknown>): Promise<HoldfastError> =>
  reading.then(
    () => Promise.reject(new Error('it was read')),
    (error: HoldfastError) => error,
  );

const config = (name: string, server: string, more = ''): string => `
clusters: [{name: ${name}, cluster: {server: ${server}, certificate-authority: ca.crt}}]
users: [{name: ${name}, user: {client-key: keys/me.key, exec: {command: ./bin/plugin}}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: shop}}]
${more}`;

function write(path: string, text: string): void {
  mkdirSync(join(home, path, '..'), { recursive: true });
  writeFileSync(join(home, path), text);
}

describe('a kubeconfig', () => {
  it('is the one that is named, else those of KUBECONFIG, else the one at home', async () => {
    write('.kube/config', config('prod', 'https://home'));
    write('env.yaml', config('prod', 'https://env'));
    write('named.yaml', config('prod', 'https://named'));
    const serverOf = async (reading: Promise<ChosenContext>): Promise<unknown> => (await reading).cluster['server'];
    const env = { KUBECONFIG: join(home, 'env.yaml') };
    expect(await serverOf(read('prod'))).toBe('https://home');
    expect(await serverOf(read('prod', { env }))).toBe('https://env');
    expect(await serverOf(read('prod', { env, kubeconfig: 'named.yaml' }))).toBe('https://named');
  });

  it('may be several, of which the first that names a thing wins and a missing one is passed over', async () => {
    write('a.yaml', config('one', 'https://a'));
    write('b.yaml', config('one', 'https://b') + config('two', 'https://b').replaceAll(/^\w+: \[.*/gm, ''));
    write('c.yaml', config('two', 'https://c'));
    const env = {
      KUBECONFIG: ['a.yaml', 'gone.yaml', 'b.yaml', 'c.yaml'].map((file) => join(home, file)).join(delimiter),
    };
    expect((await read('one', { env })).cluster['server']).toBe('https://a');
    expect((await read('two', { env })).cluster['server']).toBe('https://c');
  });

  it('holds paths that start where it lies', async () => {
    write('far/config', config('prod', 'https://x'));
    const { cluster, user, namespace } = await read('prod', { kubeconfig: 'far/config' });
    expect(namespace).toBe('shop');
    expect(cluster['certificate-authority']).toBe(join(home, 'far/ca.crt'));
    expect(user).toEqual({
      'client-key': join(home, 'far/keys/me.key'),
      exec: { command: join(home, 'far/bin/plugin') },
    });
  });

  it('that lacks the context names those that it has', async () => {
    write('.kube/config', config('production', 'https://x'));
    expect(await failure(read('produktion'))).toMatchObject({
      code: 'unknown-context',
      exitCode: 2,
      hint: 'Did you mean production? Contexts are production.',
    });
  });

  it('of no use is said to be so, without what it holds', async () => {
    expect(await failure(read('prod'))).toMatchObject({ code: 'no-kubeconfig', exitCode: 2 });
    expect(await failure(read('prod', { kubeconfig: 'gone' }))).toMatchObject({
      code: 'no-kubeconfig',
      message: `The kubeconfig ${join(home, 'gone')} is of no use: it does not exist.`,
    });
    const broken = {
      'users: [{name: a, user: {token: s3cret}': 'it is not YAML',
      s3cret: 'it is no map',
      'contexts: [{name: prod, context: {cluster: s, user: u}}]': 'names the cluster s, which is not there',
      'contexts: [{name: prod, context: {user: u}}]': 'names no cluster',
    };
    for (const [text, why] of Object.entries(broken)) {
      write('.kube/config', text);
      const error = await failure(read('prod'));
      expect(error.code).toBe('invalid-kubeconfig');
      expect(error.message).toContain(why);
      expect(error.message).not.toContain('s3cret');
    }
  });

  it('needs no user', async () => {
    write(
      '.kube/config',
      'clusters: [{name: c, cluster: {server: "http://x"}}]\ncontexts: [{name: p, context: {cluster: c}}]',
    );
    expect((await read('p')).user).toEqual({});
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is told', async () => {
    write('.kube/config', '');
    chmodSync(join(home, '.kube/config'), 0o000);
    expect((await failure(read('prod'))).message).toContain('you may not read it');
  });
});
