/** An input without an object is an error that says what was read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { holdfast, newWorld } from '../../test/unit/cli-harness.ts';

const world = newWorld();
afterAll(() => world.remove());

function write(path: string, text: string): string {
  mkdirSync(join(world.cwd, path, '..'), { recursive: true });
  writeFileSync(join(world.cwd, path), text);
  return path;
}

async function refused(...paths: readonly string[]): Promise<string> {
  const said = await holdfast(world, 'check', ...paths);
  expect(said).toMatchObject({ exitCode: 2, stdout: '' });
  return said.stderr;
}

const KUSTOMIZATION = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n';

describe('an input without an object', () => {
  beforeEach(() => {
    world.stdin = '';
  });

  it.each([
    ['empty.yaml', '', 'empty.yaml is empty'],
    ['comments.yaml', '# Source: a\n---\n\n---\n# b\n', 'comments.yaml holds no document but comments'],
    ['list.json', '{"apiVersion":"v1","kind":"List","items":[]}', 'list.json holds a list without items'],
    ['list.yaml', 'apiVersion: v1\nkind: PodList\nitems: []\n', 'list.yaml holds a list without items'],
    ['kustomization.yaml', KUSTOMIZATION, 'kustomization.yaml:1:1: the Kustomization is read by kustomize alone'],
    [
      'audit.yaml',
      '\napiVersion: audit.k8s.io/v1\nkind: Policy\n',
      'audit.yaml:2:1: the Policy of audit.k8s.io/v1 is a',
    ],
  ])('%s is an error that says what it holds', async (file, text, says) => {
    const stderr = await refused(write(file, text));
    expect(stderr).toContain(`error: No Kubernetes object is in what was read: ${file}. (nothing-to-check)`);
    expect(stderr).toContain(says);
  });

  it('standard input that rendered nothing is an error', async () => {
    expect(await refused('-')).toContain('<stdin> is empty');
  });

  it('a directory of which everything is passed over says which files and why', async () => {
    write('values/values.yaml', 'a: 1\n');
    write('values/more/list.json', '[1]');
    const stderr = await refused('values');
    expect(stderr).toContain('values/values.yaml:1:1: the document has no apiVersion and no kind');
    expect(stderr).toContain('values/more/list.json:1:1: the document is a list, not a Kubernetes object');
  });

  it('tells the first of many', async () => {
    for (let at = 0; at < 30; at += 1) write(`many/${at}.yaml`, '# nothing\n');
    const stderr = await refused('many');
    expect(stderr).toContain('what was read: 30 files');
    expect(stderr).toContain('10 more');
    expect(stderr.split('\n').filter((line) => line.startsWith('many/'))).toHaveLength(20);
  });

  it('a named file that is no manifest is not followed by a verdict', async () => {
    expect(await refused(write('values.yaml', 'a: 1\n'))).toContain('has no apiVersion and no kind');
  });

  it('manifests that hold nothing beside a document are an error too, given or named by it', async () => {
    const document = (more: string): string =>
      `apiVersion: holdfast.dev/v1\nkind: Cluster\nmetadata: {name: shop}\nspec:\n  provider: aws\n  survive: zone\n  regions:\n  - name: us-west-2\n    zones: [us-west-2a, us-west-2b, us-west-2c]\n${more}`;
    const nothing = write('nothing.yaml', '# nothing\n');
    expect(await refused(write('holdfast.yaml', document('')), nothing)).toContain('nothing.yaml holds no document');
    expect(await refused(write('named.yaml', document('  workloads: [nothing.yaml]\n')))).toContain(
      'nothing.yaml holds no document',
    );
  });

  it('simulate says the same', async () => {
    const said = await holdfast(world, 'simulate', '-f', write('empty.yaml', ''), '--lose', 'zone=a');
    expect(said).toMatchObject({ exitCode: 2, stdout: '' });
    expect(said.stderr).toContain('empty.yaml is empty');
  });
});

describe('what holds something', () => {
  it.each([
    ['a kubelet configuration', 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n'],
    ['one object among comments', '# a\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'],
    ['an object of an unknown kind', 'apiVersion: a.example.com/v1\nkind: Thing\nmetadata: {name: a}\n'],
  ])('%s is checked', async (_name, text) => {
    const said = await holdfast(world, 'check', write('some.yaml', text), write('none.yaml', '# nothing\n'));
    expect(said).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('one rule that finds nothing is no error', async () => {
    const file = write('map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
    const said = await holdfast(world, 'check', file, '--rule', 'WL01');
    expect(said).toMatchObject({ exitCode: 0 });
    expect(said.stdout).toContain('Nothing found in 1 object');
  });
});
