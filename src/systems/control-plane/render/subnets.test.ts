import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps, parseCidr } from '../../../core/cidr.ts';
import { subnetsOf } from './subnets.ts';

describe('subnets', () => {
  it('never overlap and lie in the range, for every number of zones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), (count) => {
        const names = Array.from({ length: count }, (_, index) => `z${index}`);
        const ranges = subnetsOf('10.0.0.0/16', names).flatMap((zone) => [zone.private, zone.public]);
        const parsed = ranges.map((range) => parseCidr(range));
        for (const [index, one] of parsed.entries()) {
          if (!one) throw new Error(`${ranges[index] ?? ''} is no range`);
          expect(one.prefixLength).toBeLessThanOrEqual(28);
          for (const other of parsed.slice(index + 1)) if (other) expect(overlaps(one, other)).toBe(false);
        }
      }),
    );
  });
});
