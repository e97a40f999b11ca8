import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../system.ts';
import { compareWithLive } from './compare.ts';
import type { Connection, Reply } from './connection.ts';

const resource = (name: string, kind: string, scope = 'Namespaced') => ({
  resource: name,
  responseKind: { kind },
  scope,
  verbs: ['get', 'list', 'patch'],
});
const discovery = (name: string, resources: readonly object[]) => ({
  kind: 'APIGroupDiscoveryList',
  items: [{ metadata: { name }, versions: [{ version: 'v1', resources }] }],
});
const core = [resource('configmaps', 'ConfigMap'), resource('secrets', 'Secret'), resource('nodes', 'Node', 'Cluster')];

/** An API server that answers with these statuses, and otherwise as if it held nothing. */
function server(
  answers: Readonly<Record<string, Partial<Reply> & { body?: object }>>,
): Connection & { readonly asked: string[] } {
  const asked: string[] = [];
  const reply = (status: number, body: object): Reply => ({
    status,
    text: JSON.stringify(body),
    retryAfterSeconds: undefined,
  });
  const answer = async (verb: string, path: string): Promise<Reply> => {
    asked.push(`${verb} ${path}`);
    if (path === '/api') return reply(200, discovery('', core));
    if (path === '/apis') return reply(200, discovery('apps', [resource('deployments', 'Deployment')]));
    const found = answers[`${verb} ${path.replace(/\?.*$/, '')}`];
    if (found !== undefined) return reply(found.status ?? 200, found.body ?? {});
    return path.includes('?') ? reply(200, { kind: 'List', apiVersion: 'v1', items: [] }) : reply(404, {});
  };
  return {
    context: 'test',
    asked,
    get: (path) => answer('GET', path),
    dryRunApply: (path) => answer('PATCH', path),
    close: () => undefined,
  };
}

const configMap = (name: string, namespace?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
const compare = (connection: Connection, objects: readonly KubernetesObject[], more: object = {}) =>
  compareWithLive(
    connection,
    objects.map((object) => ({ object, file: 'a.yaml' })),
    { cluster: 'shop', dryRun: false, ...more },
  );

describe('rendered objects against a server', () => {
  it('one that is not there is missing; one that may not be read is neither', async () => {
    const connection = server({
      'GET /api/v1/namespaces/default/configmaps/b': { status: 403, body: { message: 'no' } },
    });
    const { objects } = await compare(connection, [configMap('a'), configMap('b')]);
    expect(objects.map(({ state }) => state)).toEqual(['missing', 'unread']);
    expect(objects[1]).toMatchObject({ why: 'The API server refuses reading it (403): no' });
  });

  it('never asks for a Secret', async () => {
    const connection = server({});
    const { objects } = await compare(connection, [{ ...configMap('s'), kind: 'Secret' }]);
    expect(objects[0]).toMatchObject({ state: 'unread', why: 'Secrets are never read.' });
    expect(connection.asked.filter((path) => path.includes('secret'))).toEqual([]);
  });

  it('a kind in a version that is not served cannot be there', async () => {
    const old = { ...configMap('d'), apiVersion: 'apps/v1beta1', kind: 'Deployment' };
    const { objects } = await compare(server({}), [
      old,
      { ...configMap('n'), apiVersion: 'karpenter.sh/v1', kind: 'NodePool' },
    ]);
    expect(objects.map(({ state }) => state)).toEqual(['not-served', 'not-served']);
  });

  it('asks for a dry run only when it may, and only of what is there', async () => {
    const path = '/api/v1/namespaces/default/configmaps/a';
    const there = {
      [`GET ${path}`]: { body: configMap('a') },
      [`PATCH ${path}`]: { status: 422, body: { message: 'immutable' } },
    };
    const quiet = server(there);
    await compare(quiet, [configMap('a')]);
    expect(quiet.asked.filter((one) => one.startsWith('PATCH'))).toEqual([]);
    const asking = server(there);
    const { objects } = await compare(asking, [configMap('a'), configMap('b')], { dryRun: true });
    expect(asking.asked.filter((one) => one.startsWith('PATCH'))).toEqual([`PATCH ${path}`]);
    expect(objects[0]).toMatchObject({
      state: 'present',
      refused: 'The API server refuses the dry run (422): immutable',
    });
  });

  it('in one namespace compares what is in it, and what belongs to none', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
    const { objects } = await compare(server({}), [configMap('a', 'shop'), configMap('b', 'other'), node], {
      namespace: 'shop',
    });
    expect(objects.map(({ rendered }) => rendered.object.metadata?.name)).toEqual(['a', 'n']);
  });

  it('names what nothing renders, but not what a controller made', async () => {
    const metadata = (name: string, more: object = {}) => ({
      metadata: { name, namespace: 'default', uid: name, ...more },
    });
    const items = [metadata('a'), metadata('left'), metadata('made', { ownerReferences: [{}] }), metadata('elsewhere')];
    const connection = server({
      'GET /api/v1/configmaps': { body: { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', items } },
      'GET /apis/apps/v1/deployments': { status: 403 },
    });
    const { extra, unlisted } = await compare(connection, [configMap('a')], {
      elsewhere: [{ object: configMap('elsewhere'), file: 'm.yaml' }],
    });
    expect(extra.map(({ kind, metadata: of }) => [kind, of?.name])).toEqual([['ConfigMap', 'left']]);
    expect(unlisted).toEqual([{ kind: 'apps/Deployment', why: 'The credentials may not list it (403).' }]);
  });
});
