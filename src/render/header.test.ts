import { expect, it } from 'vitest';
import { writeHeader } from './header.ts';

const decision = (value: readonly string[]) => ({
  field: 'groups',
  value,
  because: 'One group for each pool.',
  source: { project: 'holdfast', where: 'arithmetic' },
  from: ['spec.pools'],
});
const header = (value: readonly string[]) =>
  writeHeader({
    cluster: 'shop',
    purpose: 'What it is for.',
    decisions: [{ id: 'autoscaling.groups', decision: decision(value) }],
  });

it('says what the file is for, whose it is, and which decision shaped it', () => {
  expect(header(['a', 'b'])).toBe(`# What it is for.
# Written by Holdfast for cluster shop. Change the document and render again; an edit here is kept and named.
#
# autoscaling.groups = a, b
#   One group for each pool.
#   Source: holdfast, arithmetic
`);
});

it('cuts a value that nobody would read, and says where the whole of it is', () => {
  const text = header(Array.from({ length: 1_000 }, (_, index) => `pool-${index}`));
  expect(text.length).toBeLessThan(2_000);
  expect(text).toContain('(holdfast explain');
  expect(text.split('\n').every((line) => line === '' || line.startsWith('#'))).toBe(true);
});
