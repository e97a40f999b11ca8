/**
 * Every rule against its fixtures: `pass*.yaml` holds what looks like the defect and is none, `fail*.yaml` the defect,
 * with one line `# finds Kind/namespace/name at path` for each finding; `unknown*.yaml` what cannot be told.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from './families.ts';
import { findingsOf, readFixture } from '../../test/unit/check-fixtures.ts';
import { rules } from './rules/index.ts';

const folder = join(import.meta.dirname, '../../test/fixtures/check');

describe.each(rules.map((rule) => ({ id: rule.id, rule })))('rule $id', ({ id, rule }) => {
  const own = join(folder, id);
  const files = existsSync(own) ? readdirSync(own).sort() : [];

  it('has fixtures that pass and that fail', () => {
    expect(files.some((file) => file.startsWith('pass'))).toBe(true);
    expect(files.some((file) => file.startsWith('fail'))).toBe(true);
  });

  it('has whole words', () => {
    const { title, whySeverity, takesDown, remedy, source, price } = rule;
    expect(title).not.toMatch(/\.$/);
    for (const sentence of [whySeverity, takesDown, remedy, price ?? 'Nothing.'])
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(source.length).toBeGreaterThan(10);
    expect(id.slice(0, 2)).toBe(rule.family);
  });

  it.each(files)('%s', (file) => {
    const fixture = readFixture(join(own, file));
    const { found, unknown } = findingsOf(rule, fixture);
    expect(found).toEqual(fixture.finds);
    if (file.startsWith('fail')) expect(found.length).toBeGreaterThan(0);
    if (file.startsWith('pass')) expect([...found, ...unknown]).toEqual([]);
    if (file.startsWith('unknown')) expect(unknown.length).toBeGreaterThan(0);
  });
});

describe('the catalogue', () => {
  it('is in order and names every rule once', () => {
    const ids = rules.map(({ id }) => id);
    const place = (id: string): number => FAMILIES.findIndex((family) => family.id === id.slice(0, 2));
    expect(ids).toEqual(ids.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1)));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
