/** Wrapper files for `kubectl apply -k`: one kustomization per folder of objects, and one for all. */
import { writeHeader } from './header.ts';
import type { RenderedFile, Rendering, Unit } from './types.ts';
import { writeSortedYaml } from './yaml.ts';

type ObjectsUnit = Extract<Unit, { form: 'objects' }>;

/** The wrapper files; objects are listed in the order in which they are applied. */
export function kustomizeFiles(rendering: Rendering, alerts: readonly RenderedFile[]): readonly RenderedFile[] {
  const units = rendering.units.filter((unit): unit is ObjectsUnit => unit.form === 'objects');
  const folders = units.map((unit) => ({
    path: `${unit.folder}/kustomization.yaml`,
    owner: unit.system,
    text: kustomization(rendering, {
      purpose: `The objects of ${unit.folder}, those that others refer to first.`,
      resources: namesIn(unit, alerts),
    }),
  }));
  const root = {
    path: 'kustomization.yaml',
    owner: 'tree',
    text: kustomization(rendering, {
      purpose:
        'Every object of the tree in the order of application. Charts are not in it: README.md has their commands.',
      resources: units.filter(({ target }) => target === 'cluster').map(({ folder }) => folder),
    }),
  };
  return [...folders, root];
}

function namesIn(unit: ObjectsUnit, alerts: readonly RenderedFile[]): readonly string[] {
  const from = unit.folder.split('/').length;
  if (unit.artifacts.length === 0) return alerts.map(({ path }) => path.split('/').slice(from).join('/'));
  return unit.artifacts.map(({ path }) =>
    path
      .split('/')
      .slice(from - 1)
      .join('/'),
  );
}

function kustomization(
  rendering: Rendering,
  { purpose, resources }: { purpose: string; resources: readonly string[] },
): string {
  const header = writeHeader({ cluster: rendering.plan.cluster.name, purpose, decisions: [] });
  const body = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
    // Kustomize sorts by kind unless told that the list is the order.
    sortOptions: { order: 'fifo' },
  };
  return `${header}${writeSortedYaml(body)}`;
}
