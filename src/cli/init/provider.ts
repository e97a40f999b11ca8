/** Who provides the machines, as the nodes tell. */
import { at } from '../../kubernetes/objects.ts';
import type { WorldNode } from '../../inventory/world.ts';
import type { Provider } from '../init-document.ts';
import { counted, listed } from '../../report/words.ts';

export interface ObservedProvider {
  readonly provider: Provider;
  readonly seen: string;
}

/** Set on nodes that KWOK plays (sigs.k8s.io/kwok v0.8.0 pkg/config/vars.go); its providers write `kwok://`. */
const KWOK_NODE = 'kwok.x-k8s.io/node';
const PLANNED: Readonly<Record<string, Provider>> = { aws: 'aws', kwok: 'lab' };

/** By `spec.providerID`; what this version does not plan is planned like bare metal, and said. */
export function providerOf(nodes: readonly WorldNode[]): ObservedProvider {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const scheme = schemeOf(node);
    counts.set(scheme, (counts.get(scheme) ?? 0) + 1);
  }
  const named = [...counts].filter(([scheme]) => scheme !== '').sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const [first] = named;
  if (first === undefined)
    return { provider: 'bare-metal', seen: 'No node has a providerID: taken for bare metal, the default.' };
  const [scheme, count] = first;
  const others = named.slice(1).map(([other, number]) => `${number} ${other}`);
  const beside = others.length === 0 ? '' : ` Others name ${listed(others)}.`;
  const provider = PLANNED[scheme];
  if (provider !== undefined)
    return { provider, seen: `Seen on ${counted(count, 'node')}: ${evidenceOf(scheme)}.${beside}` };
  return {
    provider: 'bare-metal',
    seen: `Seen on ${counted(count, 'node')}: the provider ${scheme}, which this version does not plan: it knows aws, bare-metal and lab. Planned like bare metal.${beside}`,
  };
}

function evidenceOf(scheme: string): string {
  return scheme === 'kwok' ? 'nodes of KWOK' : `the providerID begins with ${scheme}://`;
}

/** Empty when the node names none. */
function schemeOf({ labels, sourced }: WorldNode): string {
  const object = sourced?.object;
  if (at(object, 'metadata', 'annotations', KWOK_NODE) !== undefined) return 'kwok';
  const id = at(object, 'spec', 'providerID');
  const scheme = typeof id === 'string' ? /^([a-z][a-z0-9+.-]*):\/\//i.exec(id)?.[1]?.toLowerCase() : undefined;
  if (scheme !== undefined) return scheme;
  return labels['eks.amazonaws.com/nodegroup'] === undefined ? '' : 'aws';
}
