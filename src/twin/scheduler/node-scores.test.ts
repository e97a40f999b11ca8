import { describe, expect, it } from 'vitest';
import type { World } from '../../inventory/world.ts';
import { explainPods } from '../explain-pods.ts';
import { node, pod, worldOf } from '../model/state.test-support.ts';

function scoresIn(world: World): Readonly<Record<string, number>> {
  return explainPods(world).pods[0]?.nodes[0]?.scores ?? {};
}

describe('scores of one pod on one node', () => {
  // 4 CPUs and 16 GiB, 1 CPU and 256 MiB of them taken.
  const world = worldOf([node('a', { zone: 'z' }), pod('old', { cpu: '1', nodeName: 'a' }), pod('new', { cpu: '1' })]);

  it('are weighted whole numbers', () => {
    // Least: ((4000 − 2000)·100/4000 + (16384 − 512)·100/16384) / 2 = (50 + 96) / 2. Balance before |0.25 − 0.0156|/2 → 88,
    // after |0.5 − 0.03125|/2 → 76: 50 + (50 + 76 − 88) / 2.
    expect(scoresIn(world)).toMatchObject({
      NodeResourcesFit: 73,
      NodeResourcesBalancedAllocation: 69,
      TaintToleration: 300,
      ImageLocality: 0,
    });
  });
  it('balance as they did before 1.36 where that runs', () => {
    expect(scoresIn({ ...world, kubernetesVersion: 'v1.35.2' })).toMatchObject({ NodeResourcesBalancedAllocation: 76 });
  });
  it('leave balance out for a pod that asks for nothing', () => {
    const idle = worldOf([
      node('a', {}),
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'idle', namespace: 'shop' },
        spec: { containers: [{ name: 'c', image: 'x' }] },
      },
    ]);
    expect(Object.keys(scoresIn(idle))).not.toContain('NodeResourcesBalancedAllocation');
  });
});
