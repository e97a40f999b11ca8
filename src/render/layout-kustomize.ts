/**
 * The wrapper file for `kubectl apply -k`: one kustomization at the root that lists every object. None stands in the
 * folders of objects, where `kubectl apply -f` and controllers that read a folder would take it for an object.
 */
import { writeHeader } from './header.ts';
import type { RenderedFile, Rendering, Unit } from './types.ts';
import { writeSortedYaml } from './yaml.ts';

/** The wrapper file; objects are listed in the order in which they are applied. */
export function kustomizeFiles(rendering: Rendering, alerts: readonly RenderedFile[]): readonly RenderedFile[] {
  const body = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: rendering.units.flatMap((unit) => pathsOf(unit, alerts)),
    // Kustomize sorts by kind unless told that the list is the order.
    sortOptions: { order: 'fifo' },
  };
  const purpose =
    'Every object of the tree in the order of application. Charts are not in it: README.md has their commands.';
  const header = writeHeader({ cluster: rendering.plan.cluster.name, purpose, decisions: [] });
  return [{ path: 'kustomization.yaml', owner: 'tree', text: `${header}${writeSortedYaml(body)}` }];
}

/** What goes to the management cluster is applied there, by itself. */
function pathsOf(unit: Unit, alerts: readonly RenderedFile[]): readonly string[] {
  if (unit.form === 'chart' || unit.target === 'management') return [];
  if (unit.folder === 'alerts') return alerts.map(({ path }) => path);
  return unit.artifacts.map(({ path }) => `${unit.system}/${path}`);
}
