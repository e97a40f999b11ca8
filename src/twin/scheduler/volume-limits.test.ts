import { describe, expect, it } from 'vitest';
import { FITS } from './failures.ts';
import { Attached, VOLUME_LIMIT, counted, limitsOf } from './volume-limits.ts';

const volume = (handle: string, driver = 'ebs.csi.aws.com') => counted({ driver, handle });
const csi = (limits: Readonly<Record<string, number | undefined>>) => ({
  name: 'n',
  migratedPlugins: [],
  drivers: Object.entries(limits).map(([name, limit]) => ({ name, nodeId: 'n', topologyKeys: [], limit })),
});
const two = limitsOf(csi({ 'ebs.csi.aws.com': 2 }));

function failure(ofPods: readonly string[], ofAttachments: readonly string[], added: readonly string[]): number {
  const attached = new Attached(
    ofPods.map((handle) => volume(handle)),
    ofAttachments.map((handle) => volume(handle)),
  );
  if (two === undefined) throw new Error('the node has a limit');
  return attached.failure(
    added.map((handle) => volume(handle)),
    two,
  );
}

describe('NodeVolumeLimits', () => {
  it('counts what is attached and what is new', () => {
    expect(failure(['a'], [], ['b'])).toBe(FITS);
    expect(failure(['a'], [], ['b', 'c'])).toBe(VOLUME_LIMIT);
    expect(failure(['a', 'b'], [], ['c'])).toBe(VOLUME_LIMIT);
  });

  it('counts a volume once, however many pods share it', () => {
    expect(failure(['a', 'a', 'b'], ['a'], ['a', 'b'])).toBe(FITS);
  });

  it('counts attachments of volumes that no pod on the node has', () => {
    expect(failure([], ['a', 'b', 'b'], ['c'])).toBe(VOLUME_LIMIT);
  });

  it('counts a new volume twice when an attachment alone tells of it', () => {
    expect(failure(['b'], ['a'], ['a'])).toBe(VOLUME_LIMIT);
  });

  it('is full only for drivers that the pod needs', () => {
    const attached = new Attached([volume('a'), volume('b'), volume('c')], []);
    const limits = limitsOf(csi({ 'ebs.csi.aws.com': 2, other: 1 }));
    if (limits === undefined) throw new Error('the node has limits');
    expect(attached.failure([volume('x', 'other')], limits)).toBe(FITS);
    expect(attached.failure([volume('x', 'free')], limits)).toBe(FITS);
    expect(attached.failure([volume('x')], limits)).toBe(VOLUME_LIMIT);
  });

  it('knows no limit without a CSINode or a count', () => {
    expect(limitsOf(undefined)).toBeUndefined();
    expect(limitsOf(csi({ 'ebs.csi.aws.com': undefined }))).toBeUndefined();
  });
});
