/** Machines that share what a zone's name does not tell: a rack, a chassis, a hypervisor, a power feed. */
import type { WorldNode } from '../inventory/world.ts';

/** Last words of label keys: `topology.rook.io/rack`, `node.cluster.x-k8s.io/esxi-host`, `example.com/hypervisor`. */
const PLACE = /(?:^|[/._-])(rack|chassis|hypervisor|esxi-host|physical-host|pdu|power-domain|power-feed)$/;

export interface SharedPlace {
  /** `rack`. */
  readonly what: string;
  readonly value: string;
  /** Nodes of the given ones that are in it. */
  readonly nodes: readonly string[];
}

/** The place that most of the nodes share, of every kind of place that all of them tell; only where there are others. */
export function sharedPlaces(nodes: readonly WorldNode[], all: readonly WorldNode[]): readonly SharedPlace[] {
  const keys = new Set(nodes.flatMap(({ labels }) => Object.keys(labels).filter((key) => PLACE.test(key))));
  return [...keys].sort().flatMap((key) => {
    if (nodes.some(({ labels }) => labels[key] === undefined)) return [];
    if (new Set(all.flatMap(({ labels }) => labels[key] ?? [])).size < 2) return [];
    const groups = new Map<string, string[]>();
    for (const { name, labels } of nodes) {
      const value = labels[key] ?? '';
      groups.set(value, [...(groups.get(value) ?? []), name]);
    }
    const [most] = [...groups].sort((a, b) => b[1].length - a[1].length);
    const what = PLACE.exec(key)?.[1] ?? key;
    return most === undefined ? [] : [{ what, value: most[0], nodes: most[1] }];
  });
}
