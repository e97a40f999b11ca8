/** A plan → the files of one tree. Pure: the same plan gives the same bytes. */
import { createHash } from 'node:crypto';
import { assert } from '../core/error.ts';
import { stableJson } from '../core/json.ts';
import type { Plan } from '../plan/types.ts';
import type { AnySystem, Artifact } from '../system.ts';
import { alertFiles } from './alerts.ts';
import { renderArtifact } from './artifact.ts';
import { argocdFiles } from './layout-argocd.ts';
import { fluxFiles } from './layout-flux.ts';
import { kustomizeFiles } from './layout-kustomize.ts';
import { readmeFile } from './readme.ts';
import { runbookFiles } from './runbooks.ts';
import type { RenderedFile, Rendering, RenderOptions, Tree, Unit } from './types.ts';
import { inApplicationOrder, isCluster, unitsOf } from './waves.ts';

/**
 * Renders every system and the wrapper files of the layout.
 * @throws HoldfastError `repository-unknown` for the layout `argocd` without a repository.
 */
export function renderTree(plan: Plan, systems: readonly AnySystem[], options: RenderOptions): Tree {
  const rendered = inApplicationOrder(systems).map((system) => ({ system, artifacts: artifactsOf(plan, system) }));
  const content = rendered.flatMap(({ system, artifacts }) =>
    artifacts.map((artifact) => renderArtifact(artifact, system.id, plan)),
  );
  const alerts = alertFiles(plan, systems);
  const units = unitsOf(rendered, alerts.length > 0);
  const rendering: Rendering = { plan, systems: rendered, units, management: managementOf(units), options };
  const files = [...content, ...alerts, ...runbookFiles(plan, systems), ...wrapperFiles(rendering, alerts)];
  files.push(readmeFile(rendering, files, documentHash(plan)));
  return { files: sortedByPath(files) };
}

/** sha256 of the document with its defaults: comments and spelling do not change it. */
export function documentHash({ cluster, sections }: Pick<Plan, 'cluster' | 'sections'>): string {
  return createHash('sha256').update(stableJson({ cluster, sections })).digest('hex');
}

function artifactsOf(plan: Plan, system: AnySystem): readonly Artifact[] {
  return system.render(plan.systems[system.id], { cluster: plan.cluster, plans: plan.systems });
}

/** Cluster API keeps the kubeconfig of a cluster beside its Cluster object. */
function managementOf(units: readonly Unit[]): Rendering['management'] {
  const there = units.filter(({ target }) => target === 'management');
  if (there.length === 0) return undefined;
  const objects = there.flatMap((unit) => (unit.form === 'objects' ? unit.artifacts.map(({ object }) => object) : []));
  const cluster = objects.find(isCluster) ?? objects[0];
  return { namespace: cluster?.metadata?.namespace ?? 'default' };
}

function wrapperFiles(rendering: Rendering, alerts: readonly RenderedFile[]): readonly RenderedFile[] {
  switch (rendering.options.layout) {
    case 'plain':
      return [];
    case 'kustomize':
      return kustomizeFiles(rendering, alerts);
    case 'argocd':
      return argocdFiles(rendering);
    case 'flux':
      return fluxFiles(rendering);
  }
}

function sortedByPath(files: readonly RenderedFile[]): readonly RenderedFile[] {
  const result = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const [index, { path }] of result.entries())
    assert(result[index + 1]?.path !== path, `two files have the path ${path}`);
  return result;
}
