import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinName, shortHash } from './names.ts';

const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

describe('joinName', () => {
  it('joins what fits', () => {
    expect(joinName('shop', 'general', 'us-west-2a')).toBe('shop-general-us-west-2a');
  });

  it('never exceeds the length of a label value and stays a name', () => {
    fc.assert(
      fc.property(part, part, part, (...parts) => {
        expect(joinName(...parts)).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      }),
    );
  });

  it('keeps long names apart', () => {
    const long = 'a'.repeat(60);
    expect(joinName(long, 'zone-a')).not.toBe(joinName(long, 'zone-b'));
  });
});

it('hashes as FNV-1a does', () => {
  expect(shortHash('')).toBe('811c9dc5');
  expect(shortHash('foobar')).toBe('bf9cf968');
});
