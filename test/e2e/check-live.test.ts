/**
 * A live cluster is read as kubectl reads it, and only read: a real API server holds the objects, gives them back with
 * all that it and its controllers add, and keeps a record of what was asked.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../../src/check/rules/index.ts';
import { readInventory } from '../../src/inventory/inventory.ts';
import type { FindingListOutput, FindingOutput } from '../../src/report/finding-schemas.ts';
import { holdfast, newWorld, type Said } from '../unit/cli-harness.ts';
import { applyAll, type LiveCluster, readerOf, startLiveCluster, writeKubeconfig } from './live-cluster.ts';

const root = join(import.meta.dirname, '../..');
/** The small shop that is made badly, and applications that are made well, some with nodes. */
const FOLDERS = [
  'examples/naive/manifests',
  ...readdirSync(join(root, 'test/fixtures/clean')).map((name) => `test/fixtures/clean/${name}`),
];

const world = newWorld();
let cluster: LiveCluster;
let manifests: string;
let kubeconfig: string;

beforeAll(async () => {
  const texts = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => ({
      file: join(folder, name),
      text: readFileSync(join(root, folder, name), 'utf8'),
      named: true,
    })),
  );
  // Of what several of them hold, the last stands.
  const objects = readInventory(texts).objects.map(({ object }) => object);
  cluster = await startLiveCluster();
  const items = await applyAll(cluster.plane, objects);
  manifests = join(cluster.directory, 'manifests.json');
  writeFileSync(manifests, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  kubeconfig = await readerOf(cluster, 'reader');
});
afterAll(async () => {
  world.remove();
  await cluster?.plane.remove();
});

const check = (...more: readonly string[]): Promise<Said> => holdfast(world, 'check', '-o', 'json', ...more);
const live = (name: string, path: string): readonly string[] => ['--kubeconfig', path, '--context', name];
const listOf = ({ stdout, stderr }: Said): FindingListOutput => {
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as FindingListOutput;
};

/** What a finding says, without where it stands and what the twin saw. */
const said = ({ rule, severity, object, path, message, mergedRules = [] }: FindingOutput): string =>
  `${rule}+${mergedRules.join('+')} ${severity} ${object.kind}/${object.namespace ?? ''}/${object.name} at ${path}: ${message}`;

/** Rules that look at what runs have nothing to say of manifests; of the cluster as a whole only it tells. */
const ofManifests = ({ rule, object }: FindingOutput): boolean =>
  object.kind !== 'Cluster' && rules.some(({ id, needs }) => id === rule && needs !== 'live');

describe('check of a live cluster', () => {
  it('finds what it finds in the manifests that were applied', async () => {
    const written = listOf(await check('--no-witness', '-f', manifests));
    const running = listOf(await check('--no-witness', ...live('reader', kubeconfig)));
    expect(running.findings.filter(ofManifests).map(said).sort()).toEqual(written.findings.map(said).sort());
    expect(written.findings.length).toBeGreaterThan(10);
  });

  it('points at the context and the object, in every form', async () => {
    const { findings, notSeen } = listOf(await check('--no-witness', ...live('reader', kubeconfig)));
    for (const { origin } of findings) expect([{ context: 'reader' }, {}]).toContainEqual(origin);
    expect(notSeen).toEqual([]);
    for (const form of ['text', 'wide', 'yaml', 'sarif', 'junit', 'html', 'github']) {
      const { stdout, stderr } = await holdfast(
        world,
        'check',
        '--no-witness',
        '-o',
        form,
        ...live('reader', kubeconfig),
      );
      expect(stdout, stderr).toContain('queue');
      expect(stdout).not.toContain('undefined');
    }
  });

  it('only reads: no other verb, no Secret, nothing of what is not looked at', async () => {
    await check('--no-witness', ...live('reader', kubeconfig));
    await holdfast(world, 'sweep', '-o', 'json', '--domain', 'zone', ...live('reader', kubeconfig));
    const requests = cluster.requestsOf('reader');
    expect(requests.length).toBeGreaterThan(50);
    expect([...new Set(requests.map(({ verb }) => verb))].sort()).toEqual(['get', 'list']);
    const resources = new Set(
      requests.map(({ objectRef }) => objectRef?.resource).filter((name) => name !== undefined),
    );
    expect(resources).toContain('pods');
    for (const unread of ['secrets', 'events', 'leases', 'serviceaccounts', 'endpointslices', 'controllerrevisions'])
      expect(resources).not.toContain(unread);
  });

  it('knows nothing of a kind that the account may not list, and says so', async () => {
    const path = await readerOf(cluster, 'no-budgets', { except: ['poddisruptionbudgets'] });
    const { findings, unknown, notSeen } = listOf(await check(...live('no-budgets', path)));
    const why = 'The credentials may not list it (403).';
    expect(notSeen).toContainEqual({ kind: 'PodDisruptionBudget (policy)', why });
    const budgetRules = rules.filter(({ reads }) => reads.includes('policy/PodDisruptionBudget')).map(({ id }) => id);
    expect(unknown.map(({ rule }) => rule)).toEqual(expect.arrayContaining(budgetRules));
    expect(findings.filter(({ rule }) => budgetRules.includes(rule))).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
  });

  it('with --strict what cannot be told fails', async () => {
    const chosen = ['--rule', 'PD01', ...live('no-budgets', join(cluster.directory, 'no-budgets.kubeconfig'))];
    expect((await check(...chosen)).exitCode).toBe(0);
    expect((await check('--strict', ...chosen)).exitCode).toBe(1);
  });

  it('reads one namespace with an account that may list no other', async () => {
    const path = await readerOf(cluster, 'shop-only', { onlyIn: 'shop' });
    const one = listOf(await check('-n', 'shop', ...live('shop-only', path)));
    const all = listOf(await check('--no-witness', ...live('reader', kubeconfig)));
    expect(one.notSeen[0]?.kind).toBe('Other namespaces');
    const known = new Set(one.unknown.map(({ rule }) => rule));
    const inShop = ({ object, rule }: FindingOutput): boolean => object.namespace === 'shop' && !known.has(rule);
    // Without nodes fewer rules are decided; those that are say the same.
    const told = new Set(
      all.findings.flatMap(({ rule, object, mergedRules = [] }) =>
        [rule, ...mergedRules].map((id) => `${id} ${object.name}`),
      ),
    );
    const found = one.findings.filter(inShop);
    expect(found.length).toBeGreaterThan(3);
    expect(found.filter(({ rule, object }) => !told.has(`${rule} ${object.name}`)).map(said)).toEqual([]);
    expect(one.findings.filter(({ object }) => object.namespace !== 'shop')).toEqual([]);
  });

  it('judges manifests beside the cluster that they are meant for', async () => {
    const file = join(cluster.directory, 'web.yaml');
    writeFileSync(
      file,
      'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web, namespace: shop}\nspec: {maxUnavailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow, selector: {matchLabels: {app: web}}}\n',
    );
    const before = listOf(await check('--no-witness', ...live('reader', kubeconfig)));
    const after = listOf(await check('--no-witness', '-f', file, ...live('reader', kubeconfig)));
    const bare = ({ findings }: FindingListOutput): readonly string[] =>
      findings.filter(({ rule }) => rule === 'PD01').map(({ object }) => object.name);
    expect(bare(before)).toContain('web');
    expect(bare(after)).not.toContain('web');
  });
});

describe('a cluster that cannot be read', () => {
  it('is told in one sentence, with what to do', async () => {
    const slip = await check(...live('raeder', kubeconfig));
    expect(slip).toMatchObject({ exitCode: 2, stdout: '' });
    expect(slip.stderr).toContain('Did you mean reader?');
    const nobody = writeKubeconfig(cluster, 'nobody', { token: 'not-a-token-of-this-cluster' });
    const refused = await check(...live('nobody', nobody));
    expect(refused).toMatchObject({ exitCode: 3, stdout: '' });
    expect(refused.stderr).toContain('does not accept the credentials (401)');
    expect(refused.stderr).not.toContain('not-a-token');
    const gone = writeKubeconfig(cluster, 'gone', {}, 'https://127.0.0.1:1');
    expect(await check(...live('gone', gone))).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('nothing listens there') as string,
    });
    const nowhere = await check('-n', 'shpo', ...live('reader', kubeconfig));
    expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean shop?') as string });
  });
});
