/**
 * The order in which the scheduler looks at nodes: zones take turns, each with its nodes in the order in which they
 * came. Kubernetes v1.36.3 pkg/scheduler/backend/cache/node_tree.go; the zone's key is region and zone, the beta labels first.
 */
import type { NodeTable } from '../model/node-table.ts';

/** Nodes that are there, in order. */
export function nodeOrder(nodes: NodeTable): Int32Array {
  const zones = new Map<string, number[]>();
  for (let node = 0; node < nodes.count; node += 1) {
    const source = nodes.sources[node];
    if (nodes.exists[node] !== 1 || source === undefined) continue;
    const key = `${source.region}:\0:${source.zone}`;
    const list = zones.get(key);
    if (list === undefined) zones.set(key, [node]);
    else list.push(node);
  }
  const order = new Int32Array(nodes.present);
  const lists = [...zones.values()];
  let filled = 0;
  for (let turn = 0; filled < order.length; turn += 1) {
    for (const list of lists) {
      const node = list[turn];
      if (node === undefined) continue;
      order[filled] = node;
      filled += 1;
    }
  }
  return order;
}

/** So many nodes that fit are enough: schedule_one.go (numFeasibleNodesToFind). `percentage` 0 means adaptive. */
export function enoughNodes(nodes: number, percentage: number): number {
  if (nodes < LEAST_NODES) return nodes;
  const share = percentage === 0 ? Math.max(LEAST_PERCENTAGE, 50 - Math.trunc(nodes / 125)) : percentage;
  if (share >= 100) return nodes;
  return Math.max(LEAST_NODES, Math.trunc((nodes * share) / 100));
}

const LEAST_NODES = 100;
const LEAST_PERCENTAGE = 5;
