/** What every system in the list must hold, whatever it plans. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ZodType } from 'zod';
import type { Plan } from '../../src/plan/types.ts';
import { renderTree } from '../../src/render/tree.ts';
import { sectionKey } from '../../src/spec/section.ts';
import { unwrap } from '../../src/spec/schema-walk.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { systems } from '../../src/systems/index.ts';
import { bases } from './bases.ts';
import { planRaw } from './plan-fixtures.ts';
import { validateObject } from './schemas.ts';

const planned: readonly (readonly [string, unknown, Plan])[] = Object.entries(bases).map(([name, raw]) => {
  const { plan, refused } = planRaw(raw);
  if (!plan) throw new Error(`base document "${name}" is refused: ${refused}`);
  return [name, raw, plan];
});

describe('the list of systems', () => {
  it('is in the order of the article, each id and section once', () => {
    expect(new Set(systems.map(({ id }) => id)).size).toBe(systems.length);
    const first = systems.map(({ seedItems }) => Math.min(...seedItems));
    expect(first).toEqual([...first].sort((a, b) => a - b));
  });
});

describe.each(systems.map((system) => [system.id, system] as const))('%s', (id, system) => {
  it('is found in two hops: the list names its folder, and the folder has the files that the architecture names', () => {
    const folder = join(import.meta.dirname, '../../src/systems', id);
    for (const file of ['section.ts', 'plan.ts', 'render.ts']) expect(readdirSync(folder)).toContain(file);
  });

  it('has words', () => {
    for (const text of [system.words.title, system.words.summary, system.words.limits])
      expect(text.length).toBeGreaterThan(3);
    expect(system.words.summary).toMatch(/\.$/);
    expect(system.seedItems.length).toBeGreaterThan(0);
  });

  it('has a section whose defaults parse to themselves and whose every field is described', () => {
    const defaults = (system.section as ZodType).parse({});
    expect((system.section as ZodType).parse({})).toEqual(defaults);
    expect(undescribed(system.section as ZodType, sectionKey(id))).toEqual([]);
  });

  it.each(planned)('plans "%s" with reasons, deterministically', (_, raw, plan) => {
    const own = plan.systems[id];
    expect(planRaw(raw).plan?.systems[id]).toEqual(own);
    expect(new Set(own.decisions.map(({ field }) => field)).size).toBe(own.decisions.length);
    for (const decision of own.decisions) {
      expect(decision.field, 'camelCase').toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(decision.because, decision.field).toMatch(/[.!)]$/);
      expect(decision.because.length, decision.field).toBeGreaterThan(20);
      expect(decision.source.project.length * decision.source.where.length, decision.field).toBeGreaterThan(0);
      expect(decision.from.length, `${decision.field} follows something`).toBeGreaterThan(0);
    }
  });

  it.each(planned)('gives well-formed needs, alerts, verification and runbooks for "%s"', (_, __, plan) => {
    const own = plan.systems[id];
    const zones = new Set(plan.cluster.regions.flatMap((region) => region.zones));
    for (const need of own.needs) {
      expect(need.zones.filter((zone) => !zones.has(zone))).toEqual([]);
      for (const figure of [need.replicas, need.cpu, need.memory, need.storage, need.trafficPerMonth])
        expect(figure).toBeGreaterThanOrEqual(0);
    }
    const runbooks = new Set(own.runbooks.map((runbook) => runbook.id));
    expect(runbooks.size).toBe(own.runbooks.length);
    expect(own.runbooks.length).toBeGreaterThan(0);
    expect(own.verify.length).toBeGreaterThan(0);
    for (const alert of own.alerts) {
      expect(runbooks.has(alert.runbook), `${alert.name} names runbook ${alert.runbook}`).toBe(true);
      expect(alert.test.firing.length, alert.name).toBeGreaterThan(0);
    }
    for (const runbook of own.runbooks) expect(runbook.steps.length, runbook.id).toBeGreaterThan(0);
  });
});

describe('the rendered tree', () => {
  it.each(planned)('of "%s" is the same bytes twice, and every file parses back', (_, __, plan) => {
    const tree = renderTree(plan, systems, { layout: 'plain' });
    expect(renderTree(plan, systems, { layout: 'plain' })).toEqual(tree);
    const paths = tree.files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const { path, text } of tree.files.filter((file) => file.path.endsWith('.yaml'))) {
      for (const document of parseAllDocuments(text, { version: '1.1' })) expect(document.errors, path).toEqual([]);
    }
  });

  it.each(planned)('of "%s" holds only objects that pass their released schemas', (_, __, plan) => {
    const faults: string[] = [];
    for (const system of systems) {
      const artifacts = system.render(plan.systems[system.id] as never, {
        cluster: plan.cluster,
        plans: plan.systems as never,
      });
      for (const artifact of artifacts) {
        if (artifact.form === 'object') {
          const { apiVersion, kind, metadata } = artifact.object;
          if (!apiVersion || !kind || !metadata?.name) faults.push(`${artifact.path} lacks apiVersion, kind or name`);
        }
        const objects =
          artifact.form === 'object' ? [artifact.object] : artifact.form === 'configuration' ? artifact.documents : [];
        for (const object of objects)
          faults.push(...validateObject(object).map((fault) => `${system.id}/${artifact.path}: ${fault}`));
      }
    }
    expect(faults).toEqual([]);
  });

  it.each(planned)(
    'of "%s" has what makes the cluster under management/, and nothing of it elsewhere',
    (_, __, plan) => {
      const documents = renderTree(plan, systems, { layout: 'plain' })
        .files.filter(({ path }) => path.endsWith('.yaml') && !path.includes('/values/'))
        .flatMap(({ path, text }) =>
          parseAllDocuments(text).map((document) => ({ path, object: document.toJS() as KubernetesObject })),
        );
      const misplaced = documents.filter(
        ({ path, object }) => /(^|\.)cluster\.x-k8s\.io\//.test(object.apiVersion) && !path.startsWith('management/'),
      );
      expect(misplaced.map(({ path }) => path)).toEqual([]);
      const there = documents.filter(({ path }) => path.startsWith('management/'));
      expect(there.length > 0).toBe(plan.cluster.controlPlane.kind === 'cluster-api');
      expect(there.filter(({ object }) => !object.metadata?.namespace).map(({ path }) => path)).toEqual([]);
    },
  );
});

function undescribed(schema: ZodType, path: string): readonly string[] {
  const [inner] = unwrap(schema);
  const { shape, element } = (inner?._zod.def ?? {}) as unknown as {
    shape?: Record<string, ZodType>;
    element?: ZodType;
  };
  if (element) return undescribed(element, `${path}[]`);
  return Object.entries(shape ?? {}).flatMap(([key, field]) => [
    ...(hasDescription(field) ? [] : [`${path}.${key}`]),
    ...undescribed(field, `${path}.${key}`),
  ]);
}

/** A description may sit under optional, default and pipe wrappers. */
function hasDescription(schema: ZodType): boolean {
  if (schema.description) return true;
  const { innerType, in: inside } = schema._zod.def as unknown as { innerType?: ZodType; in?: ZodType };
  const next = innerType ?? inside;
  return next ? hasDescription(next) : false;
}
