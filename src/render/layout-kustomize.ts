/**
 * The wrapper file for `kubectl apply -k`: one kustomization at the root that lists every object, and one under
 * `management/` for the management cluster. None stands in the folders of objects, where `kubectl apply -f` and
 * controllers that read a folder would take it for an object.
 */
import { writeHeader } from './header.ts';
import { MANAGEMENT_FOLDER, pathInTree } from './path.ts';
import type { RenderedFile, Rendering, Target, Unit } from './types.ts';
import { writeSortedYaml } from './yaml.ts';

/** The wrapper files; objects are listed in the order in which they are applied. */
export function kustomizeFiles(rendering: Rendering, alerts: readonly RenderedFile[]): readonly RenderedFile[] {
  const own = kustomization(rendering, {
    path: 'kustomization.yaml',
    purpose:
      'Every object of the tree in the order of application. Charts are not in it: README.md has their commands.',
    resources: pathsFor('cluster', rendering, alerts),
  });
  if (!rendering.management) return [own];
  const management = kustomization(rendering, {
    path: `${MANAGEMENT_FOLDER}/kustomization.yaml`,
    purpose: `Every object for the management cluster, which makes ${rendering.plan.cluster.name}; none is for ${rendering.plan.cluster.name} itself.`,
    resources: pathsFor('management', rendering, []).map((path) => path.slice(MANAGEMENT_FOLDER.length + 1)),
  });
  return [own, management];
}

interface Listed {
  readonly path: string;
  readonly purpose: string;
  /** Relative to the file. */
  readonly resources: readonly string[];
}

function kustomization({ plan }: Rendering, { path, purpose, resources }: Listed): RenderedFile {
  const body = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
    // Kustomize sorts by kind unless told that the list is the order.
    sortOptions: { order: 'fifo' },
  };
  const header = writeHeader({ cluster: plan.cluster.name, purpose, decisions: [] });
  return { path, owner: 'tree', text: `${header}${writeSortedYaml(body)}` };
}

function pathsFor(target: Target, { units }: Rendering, alerts: readonly RenderedFile[]): readonly string[] {
  return units.flatMap((unit: Unit) => {
    if (unit.form === 'chart' || unit.target !== target) return [];
    if (unit.folder === 'alerts') return alerts.map(({ path }) => path);
    return unit.artifacts.map((artifact) => pathInTree(unit.system, artifact));
  });
}
