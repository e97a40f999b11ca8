/** Who finds no room once a node or a zone is lost: what several rules ask of each loss. */
import type { World } from '../inventory/world.ts';
import type { Twin } from '../twin/twin.ts';
import type { UnknownDraft } from './rule.ts';
import { type Homeless, homelessAfter, homelessAsScheduled, roomIsSure } from './what-if.ts';

export interface NodeLoss {
  readonly node: string;
  /** At least one. */
  readonly homeless: readonly Homeless[];
}

/** Nodes without an easy answer that are tried one by one; more cost seconds, and say the same. */
const MOST_NODES = 200;

/** Each worker whose loss leaves pods without room, and at the end what was not tried. */
export function* nodeLosses(twin: Twin): Iterable<NodeLoss | UnknownDraft> {
  const workers = twin.world.nodes.filter(({ role }) => role === 'worker');
  const unsure = workers.length < 2 ? [] : workers.filter(({ name }) => !roomIsSure(twin, [name]));
  for (const { name } of unsure.slice(0, MOST_NODES)) {
    const homeless = forWantOfRoom(homelessAsScheduled(twin, [name], 'gone'));
    if (homeless.length > 0) yield { node: name, homeless };
  }
  if (unsure.length > MOST_NODES)
    yield {
      unknown: `of ${unsure.length} nodes whose pods may not find room elsewhere the first ${MOST_NODES} were tried`,
    };
}

/** Pods that find no room once the workers of a zone are gone; none of nodes that tell no zone. */
export function homelessWithout(twin: Twin, { zone, nodes }: World['zones'][number]): readonly Homeless[] {
  if (zone === '') return [];
  const names = nodes.filter(({ role }) => role === 'worker').map(({ name }) => name);
  return forWantOfRoom(homelessAfter(twin, names, 'gone'));
}

export function forWantOfRoom(homeless: readonly Homeless[]): readonly Homeless[] {
  return homeless.filter(({ failure }) => failure.plugins.has('NodeResourcesFit'));
}
