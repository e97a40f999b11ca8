/** For tests: the small plan as trees, and what stands in them. */
import { parseAllDocuments } from 'yaml';
import { samplePlan, sampleSystems } from '../../test/unit/sample-plan.ts';
import type { AnySystem, Artifact, KubernetesObject } from '../system.ts';
import { renderTree } from './tree.ts';
import type { Layout, Tree } from './types.ts';

export const repository = { url: 'https://git.shop.example/clusters.git', revision: 'main', path: 'clusters/shop' };
export const render = (layout: Layout): Tree => renderTree(samplePlan, sampleSystems, { layout, repository });
export const text = (tree: Tree, path: string): string =>
  tree.files.find((file) => file.path === path)?.text ?? `${path} is not there`;
export const objects = (tree: Tree): readonly KubernetesObject[] =>
  tree.files
    .filter(({ path }) => path.endsWith('.yaml'))
    .flatMap((file) =>
      parseAllDocuments(file.text, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject),
    );

export function withArtifacts(artifacts: readonly Artifact[]): readonly AnySystem[] {
  return sampleSystems.map((system) => (system.id === 'etcd' ? { ...system, render: () => artifacts } : system));
}
