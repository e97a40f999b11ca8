/** Everything that the judges judge: the rendered trees of all examples, and of documents that choose what no example does. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plan } from '../../src/plan/types.ts';
import { planCluster } from '../../src/plan/run.ts';
import { pathInTree } from '../../src/render/path.ts';
import { renderTree } from '../../src/render/tree.ts';
import type { Artifact } from '../../src/system.ts';
import { checkClusterDocument } from '../../src/systems/document.ts';
import { systems } from '../../src/systems/index.ts';
import { extraDocuments } from './documents.ts';

export interface Rendered {
  /** The example's path, or the name of an extra document. */
  readonly name: string;
  readonly plan: Plan;
  readonly files: readonly RenderedArtifact[];
}

/** One file of the tree as it is written, with its header, and what it was rendered from. */
export interface RenderedArtifact {
  readonly path: string;
  readonly text: string;
  readonly artifact: Artifact;
}

const examples = join(import.meta.dirname, '..', '..', 'examples');

/** All rendered trees; every example that is a cluster document is in it. */
export function renderedTrees(): readonly Rendered[] {
  const written = documentFiles().map((file) => ({ name: relative(examples, file), text: readFileSync(file, 'utf8') }));
  return [...written, ...extraDocuments].map(({ name, text }) => rendered(name, text));
}

function rendered(name: string, text: string): Rendered {
  const { document, problems } = checkClusterDocument({ file: name, text });
  if (document === undefined) throw new Error(`${name}: ${problems.map(({ message }) => message).join('; ')}`);
  const plan = planCluster(document, systems);
  const texts = new Map(renderTree(plan, systems, { layout: 'plain' }).files.map((file) => [file.path, file.text]));
  const files = systems.flatMap((system) => {
    const artifacts = system.render(plan.systems[system.id], { cluster: plan.cluster, plans: plan.systems });
    return artifacts.map((artifact) => {
      const path = pathInTree(system.id, artifact);
      const written = texts.get(path);
      if (written === undefined) throw new Error(`${name}: ${path} is not in the tree.`);
      return { path, text: written, artifact };
    });
  });
  return { name, plan, files };
}

/** Cluster documents among the examples; those under `broken/` are wrong on purpose. */
function documentFiles(): readonly string[] {
  return readdirSync(examples, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.startsWith('broken') && !file.includes('manifests'))
    .map((file) => join(examples, file))
    .filter((file) => /^kind: Cluster$/m.test(readFileSync(file, 'utf8')))
    .toSorted();
}

/** Files of one text syntax over all trees; equal texts are judged once. */
export function textFiles(
  trees: readonly Rendered[],
  syntax: string,
): readonly { name: string; file: RenderedArtifact }[] {
  return distinct(trees, ({ artifact }) => artifact.form === 'text' && artifact.syntax === syntax);
}

/** Files that hold a document of `apiVersion`, over all trees; equal texts are judged once. */
export function configurationFiles(
  trees: readonly Rendered[],
  apiVersion: string,
): readonly { name: string; file: RenderedArtifact }[] {
  return distinct(
    trees,
    ({ artifact }) =>
      artifact.form === 'configuration' && artifact.documents.some((document) => document.apiVersion === apiVersion),
  );
}

function distinct(
  trees: readonly Rendered[],
  wanted: (file: RenderedArtifact) => boolean,
): readonly { name: string; file: RenderedArtifact }[] {
  const seen = new Set<string>();
  return trees
    .flatMap((tree) => tree.files.filter(wanted).map((file) => ({ name: `${tree.name}: ${file.path}`, file })))
    .filter(({ file }) => (seen.has(file.text) ? false : (seen.add(file.text), true)));
}
