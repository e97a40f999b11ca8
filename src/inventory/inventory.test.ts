import { describe, expect, it } from 'vitest';
import { formatPosition } from '../core/error.ts';
import { namespaceOf } from './identity.ts';
import type { Inventory } from './inventory.ts';
import { mergeInventories, readInventory } from './inventory.ts';
import { isClusterDocument, scopeOf } from './kinds.ts';
import { type FileOrigin, positionOf } from './origin.ts';

const read = (text: string, file = 'a.yaml', named = true) => readInventory([{ file, text, named }]);
const names = ({ objects }: Inventory) => objects.map(({ object }) => `${object.kind}/${object.metadata?.name ?? ''}`);
const object = (kind: string, name: string, more = '') =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}${more}}\n`;
const told = ({ problems }: Inventory) =>
  problems.map(({ code, at, message }) => [code, at && formatPosition(at), message]);

describe('an inventory', () => {
  it('holds the objects of several documents, each with its place', () => {
    const inventory = read(`${object('Service', 'a')}---\n${object('Secret', 'b')}`);
    expect(names(inventory)).toEqual(['Service/a', 'Secret/b']);
    expect(
      inventory.objects.map(({ origin }) => formatPosition(positionOf(origin as FileOrigin, ['metadata', 'name']))),
    ).toEqual(['a.yaml:3:12', 'a.yaml:7:12']);
  });

  it('takes lists apart; items of typed lists learn their kind', () => {
    const list =
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}}\n- apiVersion: v1\n  kind: Secret\n  metadata:\n    name: b\n';
    expect(names(read(list))).toEqual(['Service/a', 'Secret/b']);
    expect(read(list).objects.map(({ origin }) => positionOf(origin as FileOrigin, ['metadata', 'name']).line)).toEqual(
      [4, 8],
    );
    const typed =
      '{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "p"}}, {"metadata": {"name": "q"}}]}';
    const inventory = read(typed, 'a.json');
    expect(names(inventory)).toEqual(['Pod/p', 'Pod/q']);
    expect(formatPosition(positionOf(inventory.objects[1]?.origin as never, ['metadata']))).toBe('a.json:1:81');
  });

  it('takes a List of nothing for empty, and says which item or list is none', () => {
    expect(told(read('apiVersion: v1\nkind: List\nitems: null\n'))).toEqual([]);
    expect(told(read('apiVersion: v1\nkind: List\nitems: {a: b}\n'))).toEqual([
      ['not-an-object', 'a.yaml:1:1', 'the document is a List whose items are a map'],
    ]);
    expect(told(read('apiVersion: v1\nkind: List\nitems: [5]\n'))).toEqual([
      ['not-an-object', 'a.yaml:3:9', 'the item is the number 5, not a Kubernetes object'],
    ]);
  });

  it('keeps what programs read from disk apart', () => {
    const inventory = read(
      'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n',
    );
    expect(inventory.objects).toEqual([]);
    expect(inventory.configurations.map(({ object: { kind } }) => kind)).toEqual([
      'ClusterConfiguration',
      'KubeletConfiguration',
    ]);
  });

  it('reads flow-style YAML that looks like JSON, but .json only as JSON', () => {
    expect(names(read('{apiVersion: v1, kind: Service, metadata: {name: a}}'))).toEqual(['Service/a']);
    expect(read('{apiVersion: v1}', 'a.json').problems[0]?.code).toBe('not-json');
  });

  it('tells what is no object, but passes over it in files that nobody named', () => {
    expect(told(read('replicas: 3\n'))).toEqual([
      ['not-an-object', 'a.yaml:1:1', 'the document has no apiVersion and no kind'],
    ]);
    expect(told(read('just text\n'))).toEqual([
      ['not-an-object', 'a.yaml:1:1', 'the document is the text "just text", not a Kubernetes object'],
    ]);
    const found = read('replicas: 3\n', 'values.yaml', false);
    expect(found.problems).toEqual([]);
    expect(found.passedOver).toEqual([{ file: 'values.yaml', line: 1, why: 'has no apiVersion and no kind' }]);
    expect(told(read('kind: Service\nmetadata: {name: a}\n', 'a.yaml', false))).toEqual([
      ['not-an-object', 'a.yaml:1:1', 'the document has no apiVersion'],
    ]);
  });

  it('tells a name that is none', () => {
    expect(told(read(object('Service', '8080')))).toEqual([
      ['no-name', 'a.yaml:3:12', 'the Service has the number 8080 as its name'],
    ]);
    expect(told(read('apiVersion: v1\nkind: Service\n'))).toEqual([
      ['no-name', 'a.yaml:1:1', 'the Service has no name'],
    ]);
    expect(names(read('apiVersion: v1\nkind: Pod\nmetadata: {generateName: p-}\n'))).toEqual(['Pod/']);
  });

  it('keeps the later of two objects with one name and tells both places', () => {
    const inventory = read(
      `${object('Service', 'a')}---\n${object('Service', 'a', ', namespace: default')}---\n${object('Service', 'a', ', namespace: x')}`,
    );
    expect(told(inventory)).toEqual([
      ['duplicate-object', 'a.yaml:1:1', 'Service default/a is given twice; the later one, in a.yaml:5:1, is used'],
    ]);
    expect(inventory.objects.map((sourced) => namespaceOf(sourced.object))).toEqual(['default', 'x']);
    const twice = mergeInventories([read(object('Service', 'a')), read(object('Service', 'a'), 'b.yaml')]);
    expect(twice.objects).toHaveLength(1);
    expect(twice.problems).toHaveLength(1);
  });

  it('counts the kinds that it does not know, and those with pod templates among them', () => {
    const custom = (name: string) =>
      `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: []}}}\n`;
    expect(read(`${custom('a')}---\n${custom('b')}---\n${object('Service', 's')}`).unknownKinds).toEqual([
      { apiVersion: 'example.com/v1', kind: 'Widget', count: 2, withPodTemplate: 2 },
    ]);
  });
});

describe('the cluster document', () => {
  const document = 'apiVersion: holdfast.dev/v1\nkind: Cluster\nmetadata: {name: shop}\n';

  it('is told by apiVersion and kind', () => {
    expect(isClusterDocument({ apiVersion: 'holdfast.dev/v1', kind: 'Cluster' })).toBe(true);
    expect(isClusterDocument({ apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster' })).toBe(false);
    expect(isClusterDocument(null)).toBe(false);
  });

  it('is left to its own parser with its lines as in the file', () => {
    const inventory = read(`${object('Service', 'a')}---\n${document}---\n${object('Secret', 'b')}`);
    expect(names(inventory)).toEqual(['Service/a', 'Secret/b']);
    expect(inventory.problems).toEqual([]);
    const [found] = inventory.clusterDocuments;
    expect(found?.text.split('\n').slice(4, 7)).toEqual(document.trim().split('\n'));
    expect(found?.text.slice(0, found.text.indexOf('apiVersion')).trim()).toBe('');
  });

  it('is left to it with its mistakes, which it explains better', () => {
    const inventory = read(`${document}spec:\n  a: 1\n  a: 2\n`);
    expect(inventory.problems).toEqual([]);
    expect(inventory.clusterDocuments).toHaveLength(1);
  });

  it('is found in JSON too', () => {
    expect(read('{"apiVersion": "holdfast.dev/v1", "kind": "Cluster"}', 'a.json').clusterDocuments).toHaveLength(1);
  });
});

describe('scopes', () => {
  it.each([
    ['v1', 'Node', 'cluster'],
    ['v1', 'Service', 'namespace'],
    ['apps/v1', 'Deployment', 'namespace'],
    ['scheduling.k8s.io/v1', 'PriorityClass', 'cluster'],
    ['example.com/v1', 'Widget', 'unknown'],
  ])('%s %s: %s', (apiVersion, kind, scope) => {
    expect(scopeOf(apiVersion, kind)).toBe(scope);
  });
});
