import { describe, expect, it } from 'vitest';
import { formatPath } from '../../inventory/refusals.ts';
import { changesOf, differencesOf } from './differences.ts';

const entry = (manager: string, fieldsV1: object, operation = 'Update') => ({ manager, operation, fieldsV1 });
const live = (fields: object, ...managedFields: readonly object[]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...fields,
  metadata: { name: 'web', uid: 'u', resourceVersion: '7', managedFields },
  status: { replicas: 2 },
});
const rendered = (fields: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  ...fields,
});
const say = (list: ReturnType<typeof differencesOf>) =>
  list.map(({ path, live, rendered, managers }) => [
    formatPath(path),
    live,
    rendered,
    managers.map(({ name }) => name).join(),
  ]);

describe('a live object against what is rendered', () => {
  it.each<[string, object, object]>([
    ['the same', { spec: { replicas: 3 } }, { spec: { replicas: 3 } }],
    ['defaults that are not ours', { spec: { replicas: 3, paused: true } }, { spec: { replicas: 3 } }],
    [
      'quantities in another form',
      { spec: { limits: { cpu: '1', memory: '1Gi' } } },
      { spec: { limits: { cpu: '1000m', memory: '1024Mi' } } },
    ],
    ['a quantity as a number', { spec: { hard: { pods: '4' } } }, { spec: { hard: { pods: 4 } } }],
    [
      'what the API server leaves out',
      { spec: {} },
      { spec: { hostNetwork: false, volumes: [], value: '', selector: {}, priority: 0 } },
    ],
    [
      'defaults within a list of one value',
      { spec: { ports: [{ port: 80, protocol: 'TCP' }] } },
      { spec: { ports: [{ port: 80 }] } },
    ],
  ])('%s: nothing differs', (_, of, from) => expect(say(differencesOf(live(of), rendered(from)))).toEqual([]));

  it.each<[string, object, object, unknown[]]>([
    ['a field', { spec: { replicas: 2 } }, { spec: { replicas: 3 } }, ['spec.replicas', 2, 3, '']],
    ['a field that is gone', { spec: {} }, { spec: { replicas: 3 } }, ['spec.replicas', undefined, 3, '']],
    [
      'text that only looks like a quantity',
      { data: { version: '1' } },
      { data: { version: '1.0' } },
      ['data.version', '1', '1.0', ''],
    ],
    [
      'zero is a value where something else is',
      { spec: { replicas: 2 } },
      { spec: { replicas: 0 } },
      ['spec.replicas', 2, 0, ''],
    ],
    [
      'a shorter list of one value',
      { spec: { args: ['a'] } },
      { spec: { args: ['a', 'b'] } },
      ['spec.args', ['a'], ['a', 'b'], ''],
    ],
    [
      'the order of a list of one value',
      { spec: { args: ['b', 'a'] } },
      { spec: { args: ['a', 'b'] } },
      ['spec.args', ['b', 'a'], ['a', 'b'], ''],
    ],
    ['another type', { spec: { x: 'true' } }, { spec: { x: true } }, ['spec.x', 'true', true, '']],
  ])('%s differs', (_, of, from, found) => expect(say(differencesOf(live(of), rendered(from)))).toEqual([found]));

  const containers = [
    { name: 'sidecar', image: 'mesh' },
    { name: 'web', image: 'web:2', ports: [{ containerPort: 80, protocol: 'TCP' }] },
  ];
  const keyed = {
    'f:spec': {
      'f:containers': {
        'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': {} } },
        'k:{"name":"sidecar"}': { '.': {}, 'f:name': {}, 'f:image': {} },
      },
    },
  };

  it('finds elements by their keys, whatever stands before them, and leaves those of others alone', () => {
    const object = live({ spec: { containers } }, entry('kubectl-edit', keyed));
    const wanted = { spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }] } };
    expect(say(differencesOf(object, rendered(wanted)))).toEqual([
      ['spec.containers[web].image', 'web:2', 'web:1', 'kubectl-edit'],
    ]);
  });

  it('names an element that is gone', () => {
    const object = live({ spec: { containers: containers.slice(0, 1) } }, entry('kubectl-edit', keyed));
    expect(say(differencesOf(object, rendered({ spec: { containers: [{ name: 'web', image: 'x' }] } })))).toEqual([
      ['spec.containers[web]', undefined, { name: 'web', image: 'x' }, 'kubectl-edit'],
    ]);
  });

  it('finds elements by name where nobody tells who owns what', () => {
    const object = live({ spec: { containers } });
    expect(say(differencesOf(object, rendered({ spec: { containers: [{ name: 'web', image: 'web:1' }] } })))).toEqual([
      ['spec.containers[web].image', 'web:2', 'web:1', ''],
    ]);
  });

  it('a map that is owned as a whole is one value', () => {
    const object = live({ spec: { selector: { app: 'b' } } }, entry('helm', { 'f:spec': { 'f:selector': {} } }));
    expect(say(differencesOf(object, rendered({ spec: { selector: { app: 'a' } } })))).toEqual([
      ['spec.selector', { app: 'b' }, { app: 'a' }, 'helm'],
    ]);
  });

  it('finds what only an earlier apply of ours has put there', () => {
    const ours = entry('holdfast', { 'f:data': { 'f:old': {}, 'f:shared': {}, 'f:kept': {} } }, 'Apply');
    const theirs = entry('tool', { 'f:data': { 'f:shared': {}, 'f:theirs': {} } });
    const object = live({ data: { old: '1', shared: '2', kept: '3', theirs: '4' } }, ours, theirs);
    expect(say(differencesOf(object, rendered({ data: { kept: '3' } })))).toEqual([
      ['data.old', '1', undefined, 'holdfast'],
    ]);
  });
});

describe('a live object against a dry run', () => {
  it('tells every field that would change, but for what the API server keeps', () => {
    const before = live(
      { spec: { replicas: 2, paused: true } },
      entry('kubectl-edit', { 'f:spec': { 'f:replicas': {} } }),
    );
    const after = live({ spec: { replicas: 3, minReadySeconds: 5 } });
    const changed = { ...after, metadata: { ...after.metadata, resourceVersion: '8', generation: 2 }, status: {} };
    expect(say(changesOf(before, changed))).toEqual([
      ['spec.replicas', 2, 3, 'kubectl-edit'],
      ['spec.minReadySeconds', undefined, 5, ''],
      ['spec.paused', true, undefined, ''],
    ]);
  });

  it('knows the elements of a list by what either object tells of its keys', () => {
    const before = live({ spec: { env: [{ name: 'A', value: '1' }] } });
    const applied = { 'f:spec': { 'f:env': { 'k:{"name":"B"}': { '.': {} }, 'k:{"name":"A"}': { '.': {} } } } };
    const after = live(
      {
        spec: {
          env: [
            { name: 'B', value: '2' },
            { name: 'A', value: '1' },
          ],
        },
      },
      entry('holdfast', applied, 'Apply'),
    );
    expect(say(changesOf(before, after))).toEqual([['spec.env[B]', undefined, { name: 'B', value: '2' }, '']]);
  });

  it('survives managed fields of any shape', () => {
    const odd = [null, 7, {}, { fieldsV1: 3 }, { manager: 1, fieldsV1: { 'k:{': {}, 'f:spec': null } }];
    const object = { ...live({ spec: { a: [{}] } }), metadata: { name: 'web', managedFields: odd } };
    expect(say(differencesOf(object, rendered({ spec: { a: [{ x: 1 }] } })))).toEqual([
      ['spec.a', [{}], [{ x: 1 }], ''],
    ]);
  });
});
