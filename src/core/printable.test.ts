import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('takes the power over a terminal from a text, and no letter', () => {
  expect(printable('a\u001B[31mb\u0007\rc\u009Bd\u202Ee\u2066')).toBe('a\uFFFD[31mb\uFFFD\uFFFDc\uFFFDd\uFFFDe\uFFFD');
  expect(printable('é 漢字 🚀\t\r\nשלום\n')).toBe('é 漢字 🚀\t\nשלום\n');
});
