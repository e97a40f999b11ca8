/** What no API server would accept is told with its place, and takes no part in the world. */
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../src/inventory/inventory.ts';
import { worldOfInventory } from '../../src/inventory/world-of.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { objectCases, podCases, podOf } from './refused.ts';

const worldOf = (...objects: KubernetesObject[]) =>
  worldOfInventory(
    readInventory([{ file: 'a.json', text: objects.map((object) => JSON.stringify(object)).join('\n'), named: true }]),
  );

/** Who gives a class gives all of them. */
const silver = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'silver' }, value: 3 };

describe('a pod', () => {
  it.each(podCases)('with $name', (one) => {
    const world = worldOf(silver, podOf(one));
    const paths = world.problems.map(({ path }) => path);
    if (one.refused === undefined) expect(paths).toEqual([]);
    else expect(paths).toContain(`spec.${one.refused}`);
    expect(world.workloads).toHaveLength(one.refused === undefined ? 1 : 0);
    expect(world.refused).toHaveLength(one.refused === undefined ? 0 : 1);
  });
});

describe('an object', () => {
  it.each(objectCases)('$name', ({ object, refused }) => {
    const world = worldOf(object);
    const paths = world.problems.map(({ path }) => path);
    if (refused === undefined) expect(paths).toEqual([]);
    else expect(paths).toContain(refused);
    const parts = [...world.workloads, ...world.budgets, ...world.autoscalers, ...world.nodes];
    const claims = world.claims.filter(({ sourced }) => sourced !== undefined);
    expect(parts.length + claims.length).toBe(refused === undefined ? 1 : 0);
  });
});

it('pods that share a specification are all refused for it, each with its own line', () => {
  const owned = (name: string): KubernetesObject => {
    const pod = podOf({ name: '', change: { containers: [] } });
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r', controller: true };
    return { ...pod, metadata: { ...pod.metadata, name, ownerReferences: [owner] } };
  };
  const world = worldOf(owned('a'), owned('b'));
  expect(world.problems.map(({ path, at }) => [path, at?.line])).toEqual([
    ['spec.containers', 1],
    ['spec.containers', 2],
  ]);
  expect(world.workloads).toEqual([]);
});

it('what an API server has taken is not judged again', () => {
  const pod = podOf({ name: '', change: { containers: [], priorityClassName: 'gone' } });
  const world = worldOf({ ...pod, metadata: { ...pod.metadata, uid: 'u' } });
  expect(world.problems).toEqual([]);
  expect(world.workloads).toHaveLength(1);
});

it('a class that was not given may be in the cluster, when none were given', () => {
  const pod = podOf({ name: '', change: { priorityClassName: 'gold' } });
  const world = worldOf(pod);
  expect([world.problems, world.refused]).toEqual([[], []]);
  expect(world.workloads).toHaveLength(1);
  expect(world.doubtful.flatMap(({ problems }) => problems.map(({ path }) => path))).toEqual([
    'spec.priorityClassName',
  ]);
  expect(worldOf(pod, silver).doubtful).toEqual([]);
});

it('a class among the objects is known', () => {
  const gold = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'gold' }, value: 7 };
  const pod = podOf({ name: '', change: { priorityClassName: 'gold', priority: 7 } });
  const world = worldOf(gold, pod);
  expect(world.problems).toEqual([]);
  expect(world.workloads[0]?.templates[0]?.priority).toBe(7);
});

describe('what is said without being refused', () => {
  const notes = (...objects: object[]) =>
    worldOf(...(objects as KubernetesObject[])).notes.map(({ code, message }) => [code, message]);

  it('a scheduler that is not modelled', () => {
    expect(notes(podOf({ name: '', change: { schedulerName: 'other' } }))).toEqual([
      ['unknown-scheduler', 'Pod/default/p: the scheduler other is not modelled; its pods are left alone'],
    ]);
  });

  it('a namespace that is not there, when others are', () => {
    const pod = podOf();
    const elsewhere = { ...pod, metadata: { ...pod.metadata, namespace: 'shop' } };
    expect(notes(elsewhere)).toEqual([]);
    expect(notes(elsewhere, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } })).toEqual([
      ['missing-namespace', 'the namespace shop is not among the objects; it is taken to be there, without labels'],
    ]);
  });

  it('nodes without a zone', () => {
    const bare = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    expect(notes(bare('a'), bare('b'))).toEqual([
      ['no-zone', '2 of 2 nodes carry no zone label, so that no zone can take them down: a, b'],
    ]);
  });

  it('owners in a circle', () => {
    const set = (name: string, owner: string) => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name,
        uid: name,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
      },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: {} } },
    });
    expect(notes(set('a', 'b'), set('b', 'a'))).toEqual([
      ['owner-circle', 'ReplicaSet default/a is in the end its own owner; no controller speaks for it'],
    ]);
  });

  it('claims on devices', () => {
    const change = { resourceClaims: [{ name: 'gpu', resourceClaimName: 'g' }] };
    expect(notes(podOf({ name: '', change })).map(([code]) => code)).toEqual(['device-claims']);
  });
});
