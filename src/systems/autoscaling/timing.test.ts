import { describe, expect, it } from 'vitest';
import { decisionOf, example, onEks, onKubeadm, onMetal, withSection, withSpec } from './example.test-support.ts';
import { provisionTime } from './timing.ts';
import { unreadyPercentage } from './unready.ts';

describe('from a pending pod to a machine', () => {
  it('is the batch and the boot with Karpenter', () => {
    expect(example(onEks).plan.facts.nodeReady).toEqual({ least: 41_000, most: 100_000 });
  });

  it('is the loop and the boot with Cluster Autoscaler', () => {
    expect(example(onKubeadm).plan.facts.nodeReady).toEqual({ least: 42_000, most: 150_000 });
  });

  it('never comes where nothing orders', () => {
    const made = example(onMetal);
    expect(made.plan.facts).toMatchObject({ engine: 'none', nodeReady: null, scaleUpRate: null });
    expect(decisionOf(made, 'nodeReady').because).toContain('until a person brings some');
  });
});

describe('machines per minute', () => {
  it('is the narrowest of room, launches and pods', () => {
    const made = example(onEks);
    expect(decisionOf(made, 'scaleUpRate').value).toEqual({ room: 33, launches: 120, podCreation: 120 });
    expect(made.plan.facts.scaleUpRate).toBeCloseTo(33 / 60);
  });

  it('keeps a promise, or says what is the best and what would help', () => {
    const promised = withSpec(onEks, { objectives: { scaleUpRate: '50/min' } });
    expect(decisionOf(example(promised), 'scaleUpRate').because).toMatch(
      /The promised 50\/min is not reached; the best is 33\/min\. To reach it, raise maxNodesPerZone/,
    );
    const dense = withSection({ ...promised, podsPerSecond: 20 }, { podsPerNode: 100 });
    expect(decisionOf(example(dense), 'scaleUpRate').because).toContain(
      'the best is 12/min. To reach it, use larger pods',
    );
    const slow = withSection(promised, { launchRate: '10/min' });
    expect(decisionOf(example(slow), 'scaleUpRate').because).toContain('RunInstances');
    const enough = withSpec(onEks, { objectives: { scaleUpRate: '30/min' } });
    expect(decisionOf(example(enough), 'scaleUpRate').because).toContain('That keeps the promised 30/min.');
  });

  it('follows the client rate of the controller manager, with the paths of that decision', () => {
    const decision = decisionOf(example({ ...onEks, podsPerSecond: 40 }), 'scaleUpRate');
    expect(decision.value).toMatchObject({ podCreation: 240 });
    expect(decision.from).toContain('spec.pools[].machine.pods');
  });
});

describe('when a machine is given up', () => {
  it('is three slow boots in whole minutes, between 3 and 15', () => {
    expect(provisionTime({ nodeBoot: { least: 0, most: 90_000 } })).toBe(300_000);
    expect(provisionTime({ nodeBoot: { least: 0, most: 1_000 } })).toBe(180_000);
    expect(provisionTime({ nodeBoot: { least: 0, most: 3_600_000 } })).toBe(900_000);
  });
});

describe('when Cluster Autoscaler stops', () => {
  it('keeps the usual limit while a zone is less, and raises it for the loss of one of two zones', () => {
    expect(unreadyPercentage(34)).toBe(45);
    expect(unreadyPercentage(50)).toBe(60);
    const two = withSpec(onKubeadm, { regions: [{ name: 'us-west-2', zones: ['us-west-2a', 'us-west-2b'] }] });
    expect(decisionOf(example(two), 'unreadyLimit').value).toEqual({ limit: 60, largestLoss: 50 });
    expect(decisionOf(example(onKubeadm), 'unreadyLimit').value).toEqual({ limit: 45, largestLoss: 34 });
  });
});
