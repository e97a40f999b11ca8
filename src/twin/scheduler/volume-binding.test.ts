import { describe, expect, it } from 'vitest';
import { explainPods } from '../explain-pods.ts';
import { node, pod, worldOf } from '../model/state.test-support.ts';
import { boundClaim, claim, claims, on, storageClass, volume } from '../model/volumes.test-support.ts';

type Fields = Readonly<Record<string, unknown>>;

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const nodes = [node('a', { zone: 'a' }), node('b', { zone: 'b' })];
const wait = storageClass('wait');
const local = storageClass('local', 'kubernetes.io/no-provisioner');
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const NO_SPACE = 'node(s) did not have enough free storage';

/** What is said of the one pending pod: why it is refused, or the reasons by node. */
function said(...objects: readonly Fields[]): unknown {
  const [verdict] = explainPods(worldOf([...nodes, ...objects])).pods;
  if (verdict?.preFilter !== undefined) return verdict.preFilter;
  return Object.fromEntries((verdict?.nodes ?? []).map(({ node: name, reasons }) => [name, reasons ?? 'fits']));
}

describe('claims that keep a pod from being looked at', () => {
  it('a claim that is not there is named by the first plugin', () => {
    expect(said(pod('p', claims('x')))).toBe('VolumeRestrictions: persistentvolumeclaim "x" not found');
  });

  it('a claim of an ephemeral volume is waited for', () => {
    const ephemeral = { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'wait' } } };
    expect(said(wait, pod('p', { volumes: [{ name: 'v', ephemeral }] }))).toBe(
      'VolumeBinding: waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"',
    );
  });

  it('a claim that lost its volume, or that goes', () => {
    const lost = claim('x', { volumeName: 'gone' }, {}, 'Lost');
    expect(said(wait, lost, pod('p', claims('x')))).toBe(
      'VolumeBinding: persistentvolumeclaim "x" bound to non-existent persistentvolume "gone"',
    );
    const going = claim('x');
    const metadata = { ...(going['metadata'] as Fields), deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(said(wait, { ...going, metadata }, pod('p', claims('x')))).toBe(
      'VolumeBinding: persistentvolumeclaim "x" is being deleted',
    );
  });

  it.each([
    ['an immediate class', { storageClassName: 'now' }],
    ['no class', { storageClassName: '' }],
    ['a class that is not there', { storageClassName: 'absent' }],
    ['a volume that is named but not bound', { volumeName: 'v' }],
  ])('%s', (_, spec) => {
    const now = storageClass('now', 'x', { volumeBindingMode: 'Immediate' });
    expect(said(wait, now, claim('x', spec), pod('p', claims('x')))).toBe(
      'VolumeBinding: pod has unbound immediate PersistentVolumeClaims',
    );
  });

  it('a bound volume that is not there is named by the last plugin', () => {
    expect(said(wait, boundClaim('x', 'gone'), pod('p', claims('x')))).toBe(
      'VolumeZone: persistentvolume "gone" not found',
    );
  });
});

describe('bound claims', () => {
  it('go where their volume is', () => {
    const objects = [wait, boundClaim('x', 'v'), volume('v', on(ZONE, 'a'), { phase: 'Bound' })];
    expect(said(...objects, pod('p', claims('x')))).toEqual({ a: 'fits', b: [NODE_CONFLICT] });
  });

  it('pass over the fields of a term: the scheduler asks without a name', () => {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['a'] }];
    const nodeAffinity = { required: { nodeSelectorTerms: [{ matchFields }] } };
    const objects = [wait, boundClaim('x', 'v'), volume('v', { nodeAffinity }, { phase: 'Bound' })];
    expect(said(...objects, pod('p', claims('x')))).toEqual({ a: 'fits', b: 'fits' });
  });

  it('take the terms of the driver on nodes that have handed an in-tree disk over', () => {
    const migrated = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name: 'a', annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/aws-ebs' } },
      spec: { drivers: [] },
    };
    const disk = { csi: undefined, awsElasticBlockStore: { volumeID: 'vol-1' }, ...on(ZONE, 'a', 'b') };
    const objects = [wait, boundClaim('x', 'v'), volume('v', disk, { phase: 'Bound' })];
    expect(said(...objects, migrated, pod('p', claims('x')))).toEqual({ a: [NODE_CONFLICT], b: 'fits' });
  });
});

describe('claims that wait for a pod', () => {
  it('keep to the node that was selected', () => {
    const selected = claim('x', {}, { 'volume.kubernetes.io/selected-node': 'b' });
    expect(said(wait, selected, pod('p', claims('x')))).toEqual({ a: [NO_VOLUME], b: 'fits' });
  });

  it('say every reason in the order of FindPodVolumes', () => {
    const selected = claim('y', {}, { 'volume.kubernetes.io/selected-node': 'b' });
    const objects = [wait, boundClaim('x', 'v'), volume('v', on(ZONE, 'b'), { phase: 'Bound' }), selected];
    expect(said(...objects, pod('p', claims('x', 'y')))).toEqual({ a: [NODE_CONFLICT, NO_VOLUME], b: 'fits' });
  });

  it('need a volume for each where none is made', () => {
    const spec = { storageClassName: 'local' };
    const small = volume('small', { ...spec, capacity: { storage: '1Gi' }, ...on(HOST, 'a') });
    const large = volume('large', { ...spec, capacity: { storage: '9Gi' }, ...on(HOST, 'a') });
    const two = [claim('x', { ...spec, resources: { requests: { storage: '5Gi' } } }), claim('y', spec)];
    expect(said(local, ...two, small, large, pod('p', claims('x', 'y')))).toEqual({ a: 'fits', b: [NO_VOLUME] });
    expect(said(local, ...two, large, pod('p', claims('x', 'y')))).toEqual({ a: [NO_VOLUME], b: [NO_VOLUME] });
  });

  it.each([
    ['fits', {}, {}, true],
    ['too small', { capacity: { storage: '512Mi' } }, {}, false],
    ['another mode', { volumeMode: 'Block' }, {}, false],
    ['another access mode', { accessModes: ['ReadOnlyMany'] }, {}, false],
    ['another attributes class', { volumeAttributesClassName: 'gold' }, {}, false],
    ['not available', {}, { phase: 'Released' }, false],
    ['meant for another claim', { claimRef: { namespace: 'shop', name: 'other' } }, {}, false],
    ['meant for it, in whatever phase', { claimRef: { namespace: 'shop', name: 'x' } }, { phase: 'Bound' }, true],
  ])('a volume that %s', (_, spec, more, fits) => {
    const given = volume('v', { storageClassName: 'local', ...on(HOST, 'a'), ...spec }, more);
    const verdict = said(local, claim('x', { storageClassName: 'local' }), given, pod('p', claims('x')));
    expect(verdict).toEqual({ a: fits ? 'fits' : [NO_VOLUME], b: [NO_VOLUME] });
  });

  it('are made where the class allows it', () => {
    const matchLabelExpressions = [{ key: ZONE, values: ['b', 'c'] }];
    const top = storageClass('wait', 'x', { allowedTopologies: [{ matchLabelExpressions }] });
    expect(said(top, claim('x'), pod('p', claims('x')))).toEqual({ a: [NO_VOLUME], b: 'fits' });
  });

  it('are made where there is room, when the driver tells', () => {
    const driver = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: 'x' },
      spec: { storageCapacity: true },
    };
    const room = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIStorageCapacity',
      metadata: { name: 'c', namespace: 'kube-system' },
      storageClassName: 'wait',
      nodeTopology: { matchLabels: { [HOST]: 'a' } },
      capacity: '2Gi',
    };
    const objects = [storageClass('wait', 'x'), claim('x'), pod('p', claims('x'))];
    expect(said(...objects, driver, room)).toEqual({ a: 'fits', b: [NO_SPACE] });
    expect(said(...objects, driver, { ...room, maximumVolumeSize: '512Mi' })).toEqual({
      a: [NO_SPACE],
      b: [NO_SPACE],
    });
    expect(said(...objects)).toEqual({ a: 'fits', b: 'fits' });
  });
});
