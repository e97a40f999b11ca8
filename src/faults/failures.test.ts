import { describe, expect, it } from 'vitest';
import { exampleWorld } from './example.test-support.ts';
import { failuresOf, formatFailure } from './failures.ts';

const world = exampleWorld({ members: ['a', 'b', 'c'], workers: 2 });
const names = (...options: Parameters<typeof failuresOf>) => failuresOf(...options).failures.map(formatFailure);

describe('failures of a sweep', () => {
  it('loses a machine of the control plane once, whether as node or as member', () => {
    const found = names(world, { domains: ['node', 'member'], depth: 1, shared: [] });
    expect(found).toHaveLength(9);
    expect(found.filter((name) => name.includes('cp-a'))).toEqual(['member=cp-a']);
    expect(names(world, { domains: ['node'], depth: 1, shared: [] })).toContain('node=cp-a');
  });

  it('pairs zones in full, and nodes that share something', () => {
    const { failures, leftOut } = failuresOf(world, {
      domains: ['zone', 'node'],
      depth: 2,
      shared: [
        ['worker-a-1', 'worker-b-1'],
        ['worker-b-1', 'worker-a-1', 'worker-c-2'],
      ],
    });
    const pairs = failures.map(formatFailure).filter((name) => name.includes(' + '));
    expect(pairs.filter((name) => name.startsWith('zone') && name.split('zone=').length === 3)).toHaveLength(3);
    expect(pairs.filter((name) => name.startsWith('node'))).toEqual([
      'node=worker-a-1 + node=worker-b-1',
      'node=worker-b-1 + node=worker-c-2',
      'node=worker-a-1 + node=worker-c-2',
    ]);
    // A node of a lost zone is lost with it.
    expect(pairs).not.toContain('zone=west/west-a + node=worker-a-1');
    expect(pairs).toContain('zone=west/west-a + node=worker-b-1');
    expect(failures.length - 12 + leftOut).toBe((12 * 11) / 2);
  });
});
