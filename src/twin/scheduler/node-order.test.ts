import { describe, expect, it } from 'vitest';
import { createClusterState } from '../model/create-state.ts';
import { node, worldOf } from '../model/state.test-support.ts';
import { enoughNodes } from './node-order.ts';

describe('how many nodes are enough', () => {
  it.each([
    [50, 50],
    [99, 99],
    [100, 100],
    [250, 120],
    [1_000, 420],
    [5_000, 500],
    [5_625, 281],
    [10_000, 500],
  ])('of %i nodes %i are looked for', (nodes, enough) => expect(enoughNodes(nodes, 0)).toBe(enough));
  it('takes a percentage that is given, with the same floor', () => {
    expect(enoughNodes(1_000, 50)).toBe(500);
    expect(enoughNodes(1_000, 1)).toBe(100);
    expect(enoughNodes(1_000, 100)).toBe(1_000);
  });
});

describe('the order of nodes', () => {
  it('lets zones take turns, in the order in which they came', () => {
    const zones = ['b', 'b', 'a', 'b', 'a', 'c'];
    const state = createClusterState(worldOf(zones.map((zone, at) => node(`n${at}-${zone}`, { zone }))));
    expect([...state.scheduler.order].map(state.nodeName)).toEqual(['n0-b', 'n2-a', 'n5-c', 'n1-b', 'n4-a', 'n3-b']);
  });
});
