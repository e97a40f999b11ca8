import { describe, expect, it } from 'vitest';
import type { Fault } from '../faults/scenario.ts';
import { claim, claims, statefulSet, storageClass } from './model/volumes.test-support.ts';
import { of, scenario, workload, world, zones } from './twin.test-support.ts';
import { Twin } from './twin.ts';

const zone = (name: string): Fault => ({ kind: 'zone', region: '', zone: name });

function withVolumes(provisioner: string): Twin {
  const pods = workload('Deployment', 'db', { replicas: 1, pod: claims('x') });
  return new Twin(world(zones(['a', 'b'], 2), pods, storageClass('wait', provisioner), claim('x')));
}

/** The zone in which the pod with the volume is. */
function home(twin: Twin): string {
  const { state } = twin;
  for (let node = 0; node < state.nodeCount; node += 1)
    if (state.podsOnCount(node) > 0) return state.nodeName(node).slice(0, 1);
  throw new Error('the pod has a node');
}

describe('the zone of a volume is lost', () => {
  it('keeps the pod from its volume until the zone returns', () => {
    const twin = withVolumes('ebs.csi.aws.com');
    const lost = zone(home(twin));
    const forGood = twin.simulate(scenario(lost));
    expect(forGood.pendingAtEnd).toBe(1);
    expect(of(forGood, 'db').intervals.map(({ state }) => state)).toEqual(['down']);
    expect(of(forGood, 'db').intervals[0]?.cause).toContain(
      "no node fits: 2 node(s) didn't match PersistentVolume's node affinity, 2 node(s) had untolerated taint(s)",
    );
    expect(forGood.assumed).toContain(
      'Volumes of StorageClass wait (ebs.csi.aws.com) are within reach of the zone that they are made in alone.',
    );
    const { recoveredAt } = of(twin.simulate(scenario({ fault: lost, until: 1_800_000 })), 'db');
    expect(recoveredAt).toBeGreaterThan(1_800);
    expect(twin.simulate(scenario(lost))).toEqual(forGood);
  });

  it('does not matter to a network file system', () => {
    const twin = withVolumes('efs.csi.aws.com');
    expect(of(twin.simulate(scenario(zone(home(twin)))), 'db').recoveredAt).toBeLessThan(600);
  });
});

it('spreads the pods of a StatefulSet, and each has a volume of its own', () => {
  const twin = new Twin(world(zones(['a', 'b', 'c'], 1), storageClass('wait'), statefulSet(3)));
  const counts = Array.from({ length: 3 }, (_, node) => twin.state.podsOnCount(node));
  expect(counts).toEqual([1, 1, 1]);
  expect(of(twin.simulate(scenario(zone('b'))), 'db').intervals.map(({ state, ready }) => [state, ready])).toEqual([
    ['degraded', 2],
  ]);
});
