/**
 * What other tools were seen to judge wrongly, D1 to D22, each with the truth: `# reports RULE Kind/ns/name at path` are all
 * findings of the rules that are named in the file, `# silent RULE` are rules that must say nothing of it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { sayObject } from '../../src/check/waivers.ts';
import { readFixture } from './check-fixtures.ts';

const folder = join(import.meta.dirname, '../fixtures/differential');

describe('where other tools are wrong', () => {
  const files = readdirSync(folder).sort();

  it('is looked at case by case', () => {
    expect(files).toEqual(Array.from({ length: 22 }, (_, index) => `D${String(index + 1).padStart(2, '0')}.yaml`));
  });

  it.each(files)('%s', (file) => {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const reports = [...text.matchAll(/^# reports (.*)$/gm)].map(([, line]) => line ?? '');
    const silent = [...text.matchAll(/^# silent (.*)$/gm)].map(([, id]) => id ?? '');
    const named = new Set([...reports.map((line) => line.slice(0, 4)), ...silent]);
    const { world, plan } = readFixture(path);
    const { findings } = check(world, { plan, failures: 0 });
    const found = findings
      .filter(({ rule }) => named.has(rule))
      .map(({ rule, object, path: at }) => `${rule} ${sayObject(object)} at ${at}`);
    expect(found.toSorted()).toEqual(reports.toSorted());
    expect(findings.flatMap(({ mergedRules }) => mergedRules ?? []).filter((id) => silent.includes(id))).toEqual([]);
    expect(named.size).toBeGreaterThan(0);
  });
});
