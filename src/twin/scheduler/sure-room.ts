/**
 * Whether pods find a node for certain, whatever the order in which they come and whichever of the nodes that fit the
 * scheduler takes: a bound from below, in place of placing them one by one. It holds because a node that can take so many
 * pods of the largest requests among them takes any so many of them; while fewer pods have come than the nodes can take
 * together, one of these nodes has room. Pods that mind other pods, ports or volumes are not told about.
 */
import type { NodeIndex } from '../model/cluster-state.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Amounts, Shape } from '../model/shape.ts';
import { FITS } from './failures.ts';
import { staticFailure } from './node-filters.ts';

export class SureRoom {
  readonly #cluster: Cluster;
  /** Where the last search ended: there was room. */
  #start: NodeIndex = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** True: pods of these shapes all find a node beside `except`. False says nothing. */
  holds(shapes: readonly Shape[], except: ReadonlySet<NodeIndex>): boolean {
    if (shapes.length === 0) return true;
    if (this.#cluster.nominations.size > 0) return false;
    const distinct = new Set(shapes);
    const selections = new Map<number, Shape>();
    const most = new Map<number, number>();
    for (const shape of distinct) {
      if (!mindsNodesOnly(shape)) return false;
      selections.set(shape.selection, shape);
      raise(most, shape.requests);
      // While a pod is resized it takes another amount than it asks for.
      raise(most, shape.placed);
    }
    const columns = [...most];
    for (const shape of selections.values()) if (!this.#take(shape, shapes.length, columns, except)) return false;
    return true;
  }

  /** Whether the nodes that the shape selects can take so many pods of these amounts. */
  #take(
    shape: Shape,
    pods: number,
    columns: readonly (readonly [column: number, amount: number])[],
    except: ReadonlySet<NodeIndex>,
  ): boolean {
    const { nodes } = this.#cluster;
    let left = pods;
    for (let looked = 0; looked < nodes.count; looked += 1) {
      const node = (this.#start + looked) % nodes.count;
      if (nodes.exists[node] !== 1 || except.has(node)) continue;
      const takes = this.#takes(node, columns);
      if (takes <= 0 || staticFailure(shape, node, nodes) !== FITS) continue;
      left -= takes;
      if (left > 0) continue;
      this.#start = node;
      return true;
    }
    return false;
  }

  /** How many pods of these amounts the node has room for. */
  #takes(node: NodeIndex, columns: readonly (readonly [column: number, amount: number])[]): number {
    const { nodes } = this.#cluster;
    let takes = (nodes.allowedPods[node] as number) - (nodes.pods[node] as number);
    for (const [column, amount] of columns) {
      const free =
        ((nodes.allocatable[column] as Float64Array)[node] as number) -
        ((nodes.requested[column] as Float64Array)[node] as number);
      takes = Math.min(takes, Math.floor(free / amount));
    }
    return takes;
  }
}

/** No other pod decides where it may go. */
function mindsNodesOnly(shape: Shape): boolean {
  return (
    shape.barred === undefined &&
    shape.hostPorts.length === 0 &&
    shape.volumes === undefined &&
    shape.hardSpread.length === 0 &&
    shape.affinity.length === 0 &&
    shape.antiAffinity.length === 0 &&
    shape.refusedBy.length === 0 &&
    shape.spec.neededFeatures.length === 0 &&
    (shape.spec.requiredNodeTerms ?? []).every(({ fields }) => fields.length === 0)
  );
}

function raise(most: Map<number, number>, { columns, amounts }: Amounts): void {
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as number;
    most.set(column, Math.max(most.get(column) ?? 0, amounts[index] as number));
  }
}
