/** Reading from a server that answers as an API server does, over real connections. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HoldfastError } from '../../core/error.ts';
import { connect } from './connection.ts';
import type { LiveObjects } from './live-objects.ts';
import { readLive, type ReadOptions } from './read-live.ts';

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const discovery = (items: readonly unknown[]): Answer => ({ body: { kind: 'APIGroupDiscoveryList', items } });
const resource = (kind: string, name: string, scope = 'Namespaced') => ({
  resource: name,
  responseKind: { kind },
  scope,
  verbs: ['get', 'list'],
});
const CORE = [
  {
    metadata: {},
    versions: [
      {
        version: 'v1',
        resources: [
          resource('Namespace', 'namespaces', 'Cluster'),
          resource('Pod', 'pods'),
          resource('Secret', 'secrets'),
          resource('Event', 'events'),
          { resource: 'bindings', responseKind: { kind: 'Binding' }, scope: 'Namespaced', verbs: ['create'] },
        ],
      },
    ],
  },
];
const GROUPS = [
  {
    metadata: { name: 'autoscaling' },
    versions: [
      { version: 'v2', resources: [resource('HorizontalPodAutoscaler', 'horizontalpodautoscalers')] },
      { version: 'v1', resources: [resource('HorizontalPodAutoscaler', 'horizontalpodautoscalers')] },
    ],
  },
  {
    metadata: { name: 'db.example.com' },
    versions: [{ version: 'v1', resources: [resource('Database', 'databases')] }],
  },
];

const listOf = (kind: string, names: readonly string[], next = ''): Answer => ({
  body: {
    kind: `${kind}List`,
    apiVersion: 'v1',
    metadata: next === '' ? {} : { continue: next },
    items: names.map((name) => ({
      metadata: {
        name,
        managedFields: [{ manager: 'kubectl' }],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' },
      },
    })),
  },
});
const status = (code: number, metadata: object = {}): Answer => ({
  status: code,
  body: { kind: 'Status', code, metadata },
});

/** Of a cluster with one namespace and nothing in it. */
const QUIET: Readonly<Record<string, Answer>> = {
  '/api': discovery(CORE),
  '/apis': discovery(GROUPS),
  '/version': { body: { gitVersion: 'v1.36.3' } },
  '/api/v1/namespaces?limit=500': listOf('Namespace', ['shop']),
  '/api/v1/pods?limit=500': listOf('Pod', []),
  '/apis/autoscaling/v2/horizontalpodautoscalers?limit=500': listOf('HorizontalPodAutoscaler', []),
  '/api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Dkubeadm-config&limit=500': listOf(
    'ConfigMap',
    [],
  ),
};

let server: Server;
let folder: string;
let seen: IncomingMessage[];
let answers: Record<string, Answer | Answer[]>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-live-'));
  seen = [];
  answers = { ...QUIET };
  server = createServer((request, response) => {
    seen.push(request);
    const found = answers[request.url ?? ''];
    const answer = Array.isArray(found) ? (found.shift() ?? status(500)) : (found ?? status(404));
    response.writeHead(answer.status ?? 200, { 'content-encoding': 'gzip', ...answer.headers });
    response.end(gzipSync(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  writeKubeconfig({ token: 'abc' });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function writeKubeconfig(user: object): void {
  const { port } = server.address() as AddressInfo;
  const config = {
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}/` } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(config));
}

async function read(options: ReadOptions = {}): Promise<LiveObjects> {
  const connection = await connect({ context: 'test', kubeconfig: 'config', env: {}, directory: folder });
  return readLive(connection, options);
}

const namesOf = ({ objects }: LiveObjects, kind: string): readonly string[] =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata?.name ?? '');
const failure = async (reading: Promise<unknown>): Promise<HoldfastError> => {
  const error: unknown = await reading.then(() => undefined).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(HoldfastError);
  return error as HoldfastError;
};

describe('a live cluster', () => {
  it('is asked by GET for the kinds that are looked at, each in the version that its group prefers', async () => {
    const live = await read();
    expect(live).toMatchObject({ context: 'test', kubernetesVersion: 'v1.36.3', unseen: [] });
    expect(namesOf(live, 'Namespace')).toEqual(['shop']);
    expect(seen.map(({ method }) => method)).toEqual(seen.map(() => 'GET'));
    expect(seen.map(({ url }) => url ?? '').sort()).toEqual(Object.keys(QUIET).sort());
    expect(seen.every(({ headers }) => headers.authorization === 'Bearer abc')).toBe(true);
  });

  it('is read page by page, without what nothing reads', async () => {
    answers['/api/v1/pods?limit=2'] = listOf('Pod', ['a', 'b'], 'to/k=1');
    answers['/api/v1/pods?limit=2&continue=to%2Fk%3D1'] = listOf('Pod', ['c'], 'two');
    answers['/api/v1/pods?limit=2&continue=two'] = listOf('Pod', ['d']);
    const live = await read({ pageSize: 2 });
    expect(namesOf(live, 'Pod')).toEqual(['a', 'b', 'c', 'd']);
    expect(live.objects.find(({ kind }) => kind === 'Pod')).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', annotations: { kept: 'yes' } },
    });
    const kept = await read({ pageSize: 2, keepManagedFields: true });
    expect(kept.objects.find(({ kind }) => kind === 'Pod')?.metadata).toHaveProperty('managedFields');
  });

  it('goes on with the token of a list that has expired, or begins it again', async () => {
    answers['/api/v1/pods?limit=500'] = [
      listOf('Pod', ['a'], 'old'),
      listOf('Pod', ['x'], 'older'),
      listOf('Pod', ['y']),
    ];
    answers['/api/v1/pods?limit=500&continue=old'] = status(410, { continue: 'new' });
    answers['/api/v1/pods?limit=500&continue=new'] = listOf('Pod', ['b']);
    answers['/api/v1/pods?limit=500&continue=older'] = status(410);
    expect(namesOf(await read(), 'Pod')).toEqual(['a', 'b']);
    expect(namesOf(await read(), 'Pod')).toEqual(['y']);
    answers['/api/v1/pods?limit=500'] = listOf('Pod', ['a'], 'older');
    expect((await read()).unseen).toEqual([{ kind: '/Pod', why: 'The list changes faster than it can be read.' }]);
  });

  it('waits when the server has too much to do', async () => {
    answers['/api/v1/pods?limit=500'] = [
      { ...status(429), headers: { 'retry-after': '0' } },
      { ...status(503), headers: { 'retry-after': '0' } },
      listOf('Pod', ['a']),
    ];
    expect(namesOf(await read(), 'Pod')).toEqual(['a']);
  });

  it('says which kinds it did not show, and why', async () => {
    answers['/api/v1/pods?limit=500'] = status(403);
    answers['/apis/autoscaling/v2/horizontalpodautoscalers?limit=500'] = { body: '<html>' };
    expect((await read({ moreKinds: ['?/Secret'] })).unseen).toEqual([
      { kind: '/Pod', why: 'The credentials may not list it (403).' },
      { kind: '/Secret', why: 'It is never read.' },
      { kind: 'autoscaling/HorizontalPodAutoscaler', why: 'The answer is no list of objects.' },
    ]);
    expect(seen.some(({ url }) => url?.includes('secrets'))).toBe(false);
  });

  it('is asked for what rules name, and for the owners of what it holds', async () => {
    answers['/apis/db.example.com/v1/databases?limit=500'] = listOf('Database', ['main']);
    expect(namesOf(await read(), 'Database')).toEqual([]);
    for (const key of ['db.example.com/Database', '?/Database', 'db.example.com/*'])
      expect(namesOf(await read({ moreKinds: [key] }), 'Database')).toEqual(['main']);
    const owner = { apiVersion: 'db.example.com/v1', kind: 'Database', name: 'main', uid: 'u', controller: true };
    answers['/api/v1/pods?limit=500'] = {
      body: { kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'a', ownerReferences: [owner] } }] },
    };
    expect(namesOf(await read(), 'Database')).toEqual(['main']);
  });

  it('is read in one namespace, which must be there', async () => {
    answers['/api/v1/namespaces/shop/pods?limit=500'] = listOf('Pod', ['a']);
    answers['/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers?limit=500'] = listOf('X', []);
    const live = await read({ namespace: 'shop' });
    expect(live.namespace).toBe('shop');
    expect(namesOf(live, 'Pod')).toEqual(['a']);
    expect(seen.some(({ url }) => url === '/api/v1/pods?limit=500')).toBe(false);
    const error = await failure(read({ namespace: 'shpo' }));
    expect(error).toMatchObject({ code: 'unknown-namespace', hint: 'Did you mean shop?', exitCode: 2 });
  });

  it('that is none, or lets nobody in, is told', async () => {
    answers['/api'] = status(401);
    expect(await failure(read())).toMatchObject({ code: 'cluster-refuses', exitCode: 3 });
    answers['/api'] = { body: '<html>Welcome</html>' };
    expect(await failure(read())).toMatchObject({ code: 'no-api-server', exitCode: 3 });
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    expect(await failure(read())).toMatchObject({ code: 'cluster-unreachable', exitCode: 3 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  it('gets the credentials of a plugin, and what goes wrong with it without what it says', async () => {
    const script = (text: string): object => ({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: process.execPath,
        args: ['-e', text],
        interactiveMode: 'Never',
      },
    });
    const credential = '{ apiVersion: info.apiVersion, kind: info.kind, status: { token: "plugged" } }';
    writeKubeconfig(
      script(`const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO); console.log(JSON.stringify(${credential}))`),
    );
    await read();
    expect(seen[0]?.headers.authorization).toBe('Bearer plugged');
    for (const text of ['console.error("s3cret"); process.exit(1)', 'console.log("s3cret")']) {
      writeKubeconfig(script(text));
      const error = await failure(read());
      expect(error).toMatchObject({ code: 'no-credentials', exitCode: 3 });
      expect(JSON.stringify([error.message, error.hint, error.problems])).not.toContain('s3cret');
    }
    writeKubeconfig({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin' } });
    expect((await failure(read())).message).toContain('no-such-plugin, which is not installed');
  });

  it('gets a token from its file, which stands before a token, and acts for whom the kubeconfig says', async () => {
    writeFileSync(join(folder, 'token'), 'from-file\n');
    writeKubeconfig({ token: 'abc', tokenFile: 'token', as: 'jane', 'as-groups': ['dev', 'ops'] });
    await read();
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer from-file', 'impersonate-user': 'jane' });
    expect(seen[0]?.headersDistinct['impersonate-group']).toEqual(['dev', 'ops']);
    writeKubeconfig({ tokenFile: 'gone' });
    expect(await failure(read())).toMatchObject({ code: 'no-credentials', exitCode: 3 });
  });
});
