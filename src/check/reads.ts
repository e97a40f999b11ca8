/** Kinds that rules read beside workloads and nodes, and what of a live cluster keeps a rule from being decided. */
import type { LiveReading, Unseen } from '../inventory/inventory.ts';
import { isKind, PLACEMENT_KINDS, sayKind, WORKLOAD_KINDS } from '../inventory/live/kinds.ts';

/** `group/Kind`, the core group being empty; `?/Kind` is that of any group, `group/*` every one of a group, `*` any that is read. */
export type KindKey = `${string}/${string}` | '*';

/** What the twin goes by. */
export const PLACEMENT_READS: readonly KindKey[] = PLACEMENT_KINDS;

/** Why a rule that reads these kinds cannot be decided; undefined when a live cluster showed all of them, or there is none. */
export function unseenOf(
  { reads, acrossNamespaces }: { readonly reads: readonly KindKey[]; readonly acrossNamespaces?: true },
  live: LiveReading | undefined,
): string | undefined {
  if (live === undefined) return undefined;
  const unseen = live.unseen.find(({ kind }) => reads.some((key) => isKind(kind, key)));
  if (unseen !== undefined) return sayUnseen(unseen);
  return acrossNamespaces === true && live.namespace !== undefined
    ? `It looks at the whole cluster, and only the namespace ${live.namespace} was read.`
    : undefined;
}

/** Why the twin would take a part of a cluster for the whole; undefined when it would not. */
export function sayPart(live: LiveReading | undefined): string | undefined {
  return unseenOf({ reads: [...PLACEMENT_READS, '/Node'], acrossNamespaces: true }, live) ?? unseenWorkloads(live);
}

/** Why some workloads may not be among the input. */
export function unseenWorkloads(live: LiveReading | undefined): string | undefined {
  const unseen = live?.unseen.find(({ kind }) => WORKLOAD_KINDS.has(kind));
  return unseen === undefined ? undefined : sayUnseen(unseen);
}

function sayUnseen({ kind, why }: Unseen): string {
  return `${sayKind(kind)} was not seen. ${why}`;
}
