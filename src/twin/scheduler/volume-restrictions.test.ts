import { describe, expect, it } from 'vitest';
import type { InTreeDisk } from '../../kubernetes/disks.ts';
import { disksConflict, isRestricted, moveSoleUse, soleUse } from './volume-restrictions.ts';

const gce = (readOnly: boolean, disk = 'd'): InTreeDisk => ({ kind: 'gcePersistentDisk', disk, readOnly });
const ebs = (readOnly: boolean): InTreeDisk => ({ kind: 'awsElasticBlockStore', volumeId: 'v', readOnly });
const iscsi = (readOnly: boolean): InTreeDisk => ({ kind: 'iscsi', iqn: 'q', readOnly });
const rbd = (readOnly: boolean, monitors: readonly string[], pool = 'rbd'): InTreeDisk => ({
  kind: 'rbd',
  monitors,
  pool,
  image: 'i',
  readOnly,
});

describe('VolumeRestrictions', () => {
  it('lets several pods read a disk, but an EBS volume has one pod', () => {
    expect(disksConflict(gce(true), gce(true))).toBe(false);
    expect(disksConflict(gce(true), gce(false))).toBe(true);
    expect(disksConflict(gce(false), gce(false, 'other'))).toBe(false);
    expect(disksConflict(iscsi(true), iscsi(true))).toBe(false);
    expect(disksConflict(iscsi(false), iscsi(true))).toBe(true);
    expect(disksConflict(ebs(true), ebs(true))).toBe(true);
  });

  it('takes RBD images for the same when they share a monitor and the pool', () => {
    expect(disksConflict(rbd(false, ['a', 'b']), rbd(false, ['b', 'c']))).toBe(true);
    expect(disksConflict(rbd(true, ['a']), rbd(true, ['a']))).toBe(false);
    expect(disksConflict(rbd(false, ['a']), rbd(false, ['b']))).toBe(false);
    expect(disksConflict(rbd(false, ['a']), rbd(false, ['a'], 'other'))).toBe(false);
  });

  it('does not compare disks of different kinds, nor those of other plugins', () => {
    expect(disksConflict(gce(false), ebs(false))).toBe(false);
    expect(isRestricted({ kind: 'cinder', volumeId: 'v' })).toBe(false);
    expect(isRestricted(gce(true))).toBe(true);
  });

  it('follows the pods that are moved by the names of their claims', () => {
    const use = soleUse(new Set(['c']), 1, false);
    moveSoleUse(use, ['c', 'other'], -1);
    expect(use.conflicts).toBe(0);
    moveSoleUse(use, ['c', 'c'], -1);
    expect(use.conflicts).toBe(-2);
    expect(use.skipped).toBe(false);
  });

  it('has nothing to do without disks while nobody uses the claim', () => {
    expect(soleUse(new Set(['c']), 0, false).skipped).toBe(true);
    expect(soleUse(new Set(['c']), 0, true).skipped).toBe(false);
  });
});
