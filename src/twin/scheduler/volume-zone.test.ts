import { describe, expect, it } from 'vitest';
import { zoneConflict, zoneLabelsOf } from './volume-zone.ts';

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';

function conflict(volume: Readonly<Record<string, string>>, node: Readonly<Record<string, string>>): boolean {
  return zoneConflict(zoneLabelsOf(volume), node);
}

describe('VolumeZone', () => {
  it('asks for the same zone', () => {
    expect(conflict({ [ZONE]: 'a' }, { [ZONE]: 'a' })).toBe(false);
    expect(conflict({ [ZONE]: 'a' }, { [ZONE]: 'b' })).toBe(true);
  });

  it('takes a label for a set', () => {
    expect(conflict({ [ZONE]: 'a__b' }, { [ZONE]: 'b' })).toBe(false);
    expect(conflict({ [ZONE]: 'a__b' }, { [ZONE]: 'c' })).toBe(true);
  });

  it('passes over a set with an empty zone', () => {
    expect(conflict({ [ZONE]: 'a____b' }, { [ZONE]: 'c' })).toBe(false);
  });

  it('lets a beta label match the GA label, not the other way round', () => {
    expect(conflict({ [BETA_ZONE]: 'a' }, { [ZONE]: 'a' })).toBe(false);
    expect(conflict({ [ZONE]: 'a' }, { [BETA_ZONE]: 'a' })).toBe(true);
  });

  it('lets every volume onto a node without any of the labels', () => {
    expect(conflict({ [ZONE]: 'a' }, { pool: 'x' })).toBe(false);
    expect(conflict({ [ZONE]: 'a' }, { [REGION]: 'r' })).toBe(true);
  });
});
