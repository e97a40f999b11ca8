/** What is decided of a pod before any node is looked at: refused as a whole, or certain nodes only. */
import type { NodeSelectorTerm } from '../../kubernetes/selectors.ts';
import type { NodeIndex } from '../model/cluster-state.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Shape } from '../model/shape.ts';

export type PreFilterResult =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly nodes: readonly NodeIndex[] }
  | { readonly kind: 'refused'; readonly plugin: string; readonly message: string };

const ALL: PreFilterResult = { kind: 'all' };

export function preFilter(shape: Shape, cluster: Cluster): PreFilterResult {
  if (shape.barred !== undefined) return { kind: 'refused', ...shape.barred };
  const named = shape.spec.requiredNodeTerms === undefined ? undefined : nodesNamed(shape.spec.requiredNodeTerms);
  if (named?.size === 0) return { kind: 'refused', plugin: 'NodeAffinity', message: 'pod affinity terms conflict' };
  const refusal = shape.volumes === undefined ? undefined : cluster.volumes.refusal(shape);
  if (refusal !== undefined) return { kind: 'refused', ...refusal };
  if (named === undefined) return ALL;
  const nodes: NodeIndex[] = [];
  for (const name of named) {
    const node = cluster.nodes.named(name);
    if (node !== undefined && cluster.nodes.exists[node] === 1) nodes.push(node);
  }
  return { kind: 'some', nodes };
}

/**
 * Nodes that every term names by `metadata.name In`; undefined when some term names none: plugins/nodeaffinity
 * (PreFilter).
 */
function nodesNamed(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  if (terms.length === 0) return undefined;
  const all = new Set<string>();
  for (const term of terms) {
    let names: Set<string> | undefined;
    for (const { key, operator, values } of term.fields) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      names = names === undefined ? new Set(values) : new Set(values.filter((value) => names?.has(value)));
    }
    if (names === undefined) return undefined;
    for (const name of names) all.add(name);
  }
  return all;
}
