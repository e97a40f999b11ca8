import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { World, WorldPod } from '../../inventory/world.ts';
import { explainPod } from '../explain-pods.ts';
import type { NodeIndex } from './cluster-state.ts';
import type { ExplainableState, StateSettings } from './create-state.ts';
import { createClusterState } from './create-state.ts';
import { node, pod, worldOf } from './state.test-support.ts';
import {
  EBS,
  boundClaim,
  claim,
  claims,
  csiNode,
  on,
  statefulSet,
  storageClass,
  volume,
} from './volumes.test-support.ts';

type Fields = Readonly<Record<string, unknown>>;

const ZONE = 'topology.kubernetes.io/zone';
const zones = [node('a', { zone: 'a' }), node('a2', { zone: 'a' }), node('b', { zone: 'b' })];
const wait = storageClass('wait');

function setUp(objects: readonly Fields[], settings?: StateSettings) {
  const world = worldOf([...zones, ...objects]);
  return { world, state: createClusterState(world, settings) };
}

function podNamed(world: World, name: string): WorldPod {
  const found = world.workloads.flatMap(({ pods }) => pods).find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no pod ${name}`);
  return found;
}

function at(state: ExplainableState, name: string): NodeIndex {
  return state.nodeNamed(name) as NodeIndex;
}

/** Nodes that a new pod in the place of this one fits. */
function fitting(state: ExplainableState, source: WorldPod): readonly string[] {
  const one = state.addPod(state.shapeFor(source.template, source), 0);
  return ['a', 'a2', 'b'].filter((name) => state.nodeNamed(name) !== undefined && state.fits(one, at(state, name)));
}

describe('a volume that is made for a pod', () => {
  it('keeps the next pod in the zone of the first, and undo sets it free', () => {
    const { world, state } = setUp([wait, statefulSet(1)]);
    const db = podNamed(world, 'db-0');
    const first = state.podOf(db) as number;
    const before = state.mark();
    expect(fitting(state, db)).toEqual(['a', 'a2', 'b']);
    state.place(first, at(state, 'a'));
    state.removePod(first);
    expect(fitting(state, db)).toEqual(['a', 'a2']);
    state.removeNode(at(state, 'a'));
    state.removeNode(at(state, 'a2'));
    expect(fitting(state, db)).toEqual([]);
    expect(state.assumed()).toEqual([
      `Volumes of StorageClass wait (${EBS}) are within reach of the zone that they are made in alone.`,
    ]);
    state.undo(before);
    expect(fitting(state, db)).toEqual(['a', 'a2', 'b']);
    expect(state.assumed()).toEqual([]);
  });

  it('was made where its pod has been from the beginning', () => {
    const running = pod('p', { ...claims('x'), nodeName: 'b' });
    const { world, state } = setUp([wait, claim('x'), running]);
    state.removePod(state.podOf(podNamed(world, 'p')) as number);
    expect(fitting(state, podNamed(world, 'p'))).toEqual(['b']);
  });

  it('is on the node of a local provisioner', () => {
    const { world, state } = setUp([storageClass('wait', 'rancher.io/local-path'), statefulSet(1)]);
    const db = podNamed(world, 'db-0');
    const one = state.podOf(db) as number;
    state.place(one, at(state, 'a2'));
    state.removePod(one);
    expect(fitting(state, db)).toEqual(['a2']);
  });

  it('is the static one where one fits, and no other claim gets it', () => {
    const local = storageClass('wait', 'kubernetes.io/no-provisioner');
    const disk = volume('v', { csi: undefined, local: { path: '/d' }, ...on('kubernetes.io/hostname', 'b') });
    const { world, state } = setUp([local, disk, claim('x'), claim('y'), pod('p', claims('x')), pod('q', claims('y'))]);
    expect(fitting(state, podNamed(world, 'q'))).toEqual(['b']);
    const before = state.mark();
    state.place(state.podOf(podNamed(world, 'p')) as number, at(state, 'b'));
    expect(fitting(state, podNamed(world, 'q'))).toEqual([]);
    state.undo(before);
    expect(fitting(state, podNamed(world, 'q'))).toEqual(['b']);
  });

  it('counts against the limit of its driver', () => {
    const { world, state } = setUp([wait, statefulSet(3), csiNode('a', 1), csiNode('a2', 0)]);
    state.place(state.podOf(podNamed(world, 'db-0')) as number, at(state, 'a'));
    expect(fitting(state, podNamed(world, 'db-1'))).toEqual(['b']);
  });
});

describe('what a simulation takes for granted', () => {
  it('a class that was not given makes volumes that every node reaches, and that is said', () => {
    const { world, state } = setUp([statefulSet(1)]);
    const db = podNamed(world, 'db-0');
    const one = state.podOf(db) as number;
    state.place(one, at(state, 'a'));
    state.removePod(one);
    expect(fitting(state, db)).toEqual(['a', 'a2', 'b']);
    expect(state.assumed()).toEqual([
      'StorageClass wait was not given: its volumes are taken to be within reach of every node.',
    ]);
  });

  it('without any class a default one is taken for granted, but not where others were given', () => {
    const undefinedClass = statefulSet(1, { storageClassName: undefined });
    const without = setUp([undefinedClass]);
    expect(fitting(without.state, podNamed(without.world, 'db-0'))).toEqual(['a', 'a2', 'b']);
    const others = setUp([undefinedClass, storageClass('other')]);
    expect(fitting(others.state, podNamed(others.world, 'db-0'))).toEqual([]);
  });

  it('a claim of an immediate class gets its volume with its first pod', () => {
    const { world, state } = setUp([storageClass('wait', EBS, { volumeBindingMode: 'Immediate' }), statefulSet(1)]);
    const db = podNamed(world, 'db-0');
    expect(fitting(state, db)).toEqual(['a', 'a2', 'b']);
    const one = state.podOf(db) as number;
    state.place(one, at(state, 'b'));
    state.removePod(one);
    expect(fitting(state, db)).toEqual(['b']);
  });

  it('a bound volume that was not given is where its pod is', () => {
    const running = pod('p', { ...claims('x'), nodeName: 'b' });
    const { world, state } = setUp([wait, boundClaim('x', 'pvc-1'), running]);
    state.removePod(state.podOf(podNamed(world, 'p')) as number);
    expect(fitting(state, podNamed(world, 'p'))).toEqual(['b']);
  });

  it('such a volume is unknown again after undo', () => {
    const { world, state } = setUp([wait, boundClaim('x', 'pvc-1'), pod('p', claims('x'))]);
    const source = podNamed(world, 'p');
    const before = state.mark();
    state.place(state.podOf(source) as number, at(state, 'b'));
    expect(fitting(state, source)).toEqual(['b']);
    state.undo(before);
    expect(fitting(state, source)).toEqual(['a', 'a2', 'b']);
  });

  it('an ephemeral volume goes with its pod', () => {
    const spec = {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'wait',
      resources: { requests: { storage: '1Gi' } },
    };
    const volumes = [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec } } }];
    const { world, state } = setUp([wait, pod('p', { volumes })]);
    const source = podNamed(world, 'p');
    const one = state.podOf(source) as number;
    const before = state.mark();
    state.place(one, at(state, 'a'));
    expect(state.assumed()).toHaveLength(1);
    state.removePod(one);
    expect(fitting(state, source)).toEqual(['a', 'a2', 'b']);
    const next = state.addPod(state.shapeFor(source.template, source), 0);
    state.place(next, at(state, 'b'));
    state.undo(before);
    expect(fitting(state, source)).toEqual(['a', 'a2', 'b']);
  });

  it('an attachment goes with the pod that has its volume', () => {
    const attachment = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'va' },
      spec: { attacher: EBS, nodeName: 'a', source: { persistentVolumeName: 'v' } },
      status: { attached: true },
    };
    const objects = [
      wait,
      csiNode('a', 1),
      attachment,
      volume('v', {}, { phase: 'Bound' }),
      boundClaim('x', 'v'),
      claim('y'),
      pod('p', { ...claims('x'), nodeName: 'a' }),
      pod('q', claims('y')),
    ];
    const moved = setUp(objects);
    moved.state.removePod(moved.state.podOf(podNamed(moved.world, 'p')) as number);
    expect(fitting(moved.state, podNamed(moved.world, 'q'))).toContain('a');
    const exact = setUp(objects, { exactVolumes: true });
    exact.state.removePod(exact.state.podOf(podNamed(exact.world, 'p')) as number);
    expect(fitting(exact.state, podNamed(exact.world, 'q'))).not.toContain('a');
  });
});

describe('as the scheduler assumes it', () => {
  it('a claim to be provisioned keeps the node that was selected', () => {
    const { world, state } = setUp([wait, claim('x'), pod('p', claims('x'))], { exactVolumes: true });
    const one = state.podOf(podNamed(world, 'p')) as number;
    state.place(one, at(state, 'a'));
    state.removePod(one);
    expect(fitting(state, podNamed(world, 'p'))).toEqual(['a']);
  });

  it('a pod that is there from the beginning binds nothing', () => {
    const { world, state } = setUp([wait, claim('x'), pod('p', { ...claims('x'), nodeName: 'b' })], {
      exactVolumes: true,
    });
    expect(fitting(state, podNamed(world, 'p'))).toEqual(['a', 'a2', 'b']);
  });
});

describe('a claim that one pod alone may use', () => {
  const sole = { accessModes: ['ReadWriteOncePod'] };

  it('is free again when preemption takes the pod that has it', () => {
    const high = { priorityClassName: 'high', priority: 1000 };
    const { world, state } = setUp([
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 },
      wait,
      claim('x', sole),
      pod('p', { ...claims('x'), nodeName: 'a' }),
      pod('q', { ...claims('x'), ...high }),
    ]);
    const verdict = explainPod(state, podNamed(world, 'q'));
    expect(verdict.nodes.map(({ plugin, code }) => `${plugin ?? ''} ${code ?? ''}`)).toEqual(
      Array.from({ length: 3 }, () => 'VolumeRestrictions Unschedulable'),
    );
    expect(verdict.preemption?.candidates).toEqual([{ node: 'a', victims: ['shop/p'], pdbViolations: 0 }]);
  });

  it('does not count on a node that is gone', () => {
    const { world, state } = setUp([
      wait,
      claim('x', sole),
      pod('p', { ...claims('x'), nodeName: 'b' }),
      pod('q', claims('x')),
    ]);
    expect(fitting(state, podNamed(world, 'q'))).toEqual([]);
    state.removeNode(at(state, 'b'));
    expect(fitting(state, podNamed(world, 'q'))).not.toContain('b');
  });
});

/** Whatever happened, undo leaves what was: every pod is judged as before. */
it('takes every binding back', () => {
  const objects: readonly Fields[] = [
    wait,
    storageClass('local', 'kubernetes.io/no-provisioner'),
    volume('v1', { storageClassName: 'local', ...on('kubernetes.io/hostname', 'a') }),
    volume('v2', { storageClassName: 'local', capacity: { storage: '2Gi' }, ...on(ZONE, 'b') }),
    claim('x', { storageClassName: 'local' }),
    claim('y', { storageClassName: 'local' }),
    claim('z', { accessModes: ['ReadWriteOncePod'] }),
    csiNode('a', 1),
    csiNode('b', 2),
    statefulSet(3),
    pod('p', claims('x')),
    pod('q', claims('y', 'z')),
    pod('r', claims('z')),
    pod('s', { volumes: [{ name: 'v', awsElasticBlockStore: { volumeID: 'vol-1' } }] }),
    pod('t', { volumes: [{ name: 'v', awsElasticBlockStore: { volumeID: 'vol-1' } }], nodeName: 'b' }),
  ];
  const moves = fc.array(fc.record({ pod: fc.nat(7), node: fc.nat(2), leave: fc.boolean() }), { maxLength: 12 });
  fc.assert(
    fc.property(moves, moves, fc.boolean(), (first, second, exactVolumes) => {
      const { world, state } = setUp(objects, { exactVolumes });
      const all = world.workloads.flatMap(({ pods }) => pods);
      const judged = (): unknown =>
        all.map((one) => [state.nodeOfPod(state.podOf(one) as number), fitting(state, one)]);
      const run = (list: typeof first): void => {
        for (const move of list) {
          const one = state.podOf(all[move.pod % all.length] as WorldPod) as number;
          if (move.leave || state.nodeOfPod(one) >= 0) continue;
          if (state.fits(one, move.node)) state.place(one, move.node);
        }
      };
      state.mark();
      run(first);
      const mark = state.mark();
      const before = judged();
      run(second);
      for (const one of all) {
        const index = state.podOf(one) as number;
        if (state.nodeOfPod(index) >= 0) state.removePod(index);
      }
      state.undo(mark);
      expect(judged()).toEqual(before);
    }),
    { numRuns: 60 },
  );
});
