/**
 * Holds `Decision.from` to the truth: every path that a decision lists can change its value, and no other path does.
 * Each base document is changed in every single way that its schema knows.
 */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/types.ts';
import { clusterSchema } from '../../src/systems/document.ts';
import { bases } from './bases.ts';
import { covers, perturbations } from './perturb.ts';
import { decisionValues, planRaw } from './plan-fixtures.ts';

interface Seen {
  readonly undeclared: Map<string, string>;
  readonly listed: Map<string, Set<string>>;
  readonly moved: Map<string, Set<string>>;
}

const schema = clusterSchema();

function study(seen: Seen, raw: unknown): void {
  const { plan, refused } = planRaw(raw);
  if (!plan) throw new Error(`a base document is refused: ${refused}`);
  const before = decisionValues(plan);
  const from = listedPaths(plan);
  for (const [id, paths] of from) paths.forEach((path) => set(seen.listed, id).add(path));
  for (const change of perturbations(raw, schema)) {
    const after = planRaw(change.document).plan;
    if (!after) continue;
    const values = decisionValues(after);
    const froms = listedPaths(after);
    for (const id of new Set([...before.keys(), ...values.keys()])) {
      if (before.get(id) === values.get(id)) continue;
      const listed = [...(from.get(id) ?? []), ...(froms.get(id) ?? [])];
      const by = listed.filter((path) => covers(path, change.path, change.structural));
      by.forEach((path) => set(seen.moved, id).add(path));
      if (by.length === 0)
        seen.undeclared.set(`${id} follows ${change.path}`, `${change.label}: ${before.get(id)} → ${values.get(id)}`);
    }
  }
}

function listedPaths(plan: Plan): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(plan.systems).flatMap(([id, system]) =>
      system.decisions.map((one): [string, readonly string[]] => [`${id}.${one.field}`, one.from]),
    ),
  );
}

function set(map: Map<string, Set<string>>, key: string): Set<string> {
  const found = map.get(key) ?? new Set<string>();
  map.set(key, found);
  return found;
}

describe('decisions follow what they say they follow', () => {
  const seen: Seen = { undeclared: new Map(), listed: new Map(), moved: new Map() };
  for (const [name, raw] of Object.entries(bases)) {
    it(`no decision of "${name}" follows a path that it does not list`, { timeout: 120_000 }, () => {
      seen.undeclared.clear();
      study(seen, raw);
      expect(Object.fromEntries(seen.undeclared)).toEqual({});
    });
  }
  it('every path that a decision lists can change its value', () => {
    const idle = [...seen.listed].flatMap(([id, paths]) =>
      [...paths].filter((path) => !seen.moved.get(id)?.has(path)).map((path) => `${id} lists ${path}`),
    );
    expect(idle).toEqual([]);
  });
});
