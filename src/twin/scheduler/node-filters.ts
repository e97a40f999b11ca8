/**
 * Filters that one pod and one node decide alone. In the scheduler's order; the first that fails decides. After
 * Kubernetes v1.36.3 plugins nodeunschedulable, tainttoleration, nodeaffinity, nodeports, noderesources/fit.go.
 */
import { matchesNodeSelection, portsCollide } from '../../kubernetes/feasibility.ts';
import { firstUntolerated, tolerates } from '../../kubernetes/tolerations.ts';
import type { NodeIndex } from '../model/cluster-state.ts';
import type { NodeTable } from '../model/node-table.ts';
import { CORDON } from '../model/node-table.ts';
import type { Shape } from '../model/shape.ts';
import { FITS, NODE_AFFINITY, NODE_PORTS, NODE_UNSCHEDULABLE, TAINT_TOLERATION, failureId } from './failures.ts';

const KEEPING_OUT = ['NoSchedule', 'NoExecute'] as const;

/** Cordon, taints, selector and affinity: what changes only when the Node object does. */
export function staticFailure(shape: Shape, node: NodeIndex, nodes: NodeTable): number {
  if (nodes.unschedulable[node] === 1 && !shape.tolerations.some((toleration) => tolerates(toleration, CORDON)))
    return NODE_UNSCHEDULABLE;
  const taints = nodes.taints[node] ?? [];
  if (taints.length > 0 && firstUntolerated(taints, shape.tolerations, KEEPING_OUT) !== undefined)
    return TAINT_TOLERATION;
  const source = nodes.sources[node];
  return source !== undefined && matchesNodeSelection(shape.spec, source) ? FITS : NODE_AFFINITY;
}

/** Ports and resources: what changes with every pod that comes or goes. */
export function dynamicFailure(shape: Shape, node: NodeIndex, nodes: NodeTable): number {
  if (shape.hostPorts.length > 0) {
    const taken = nodes.ports[node] ?? [];
    if (shape.hostPorts.some((wanted) => taken.some((used) => portsCollide(wanted, used)))) return NODE_PORTS;
  }
  if ((nodes.pods[node] as number) + 1 > (nodes.allowedPods[node] as number))
    return resourceFailure(shape, node, nodes);
  const { columns, amounts } = shape.requests;
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as number;
    const free =
      ((nodes.allocatable[column] as Float64Array)[node] as number) -
      ((nodes.requested[column] as Float64Array)[node] as number);
    if ((amounts[index] as number) > free) return resourceFailure(shape, node, nodes);
  }
  return FITS;
}

/** All reasons of NodeResourcesFit: the pod count first, then the resources in the order of their columns. */
function resourceFailure(shape: Shape, node: NodeIndex, nodes: NodeTable): number {
  const reasons: string[] = [];
  let hopeless = false;
  if ((nodes.pods[node] as number) + 1 > (nodes.allowedPods[node] as number)) reasons.push('Too many pods');
  const { columns, amounts } = shape.requests;
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as number;
    const asked = amounts[index] as number;
    const whole = (nodes.allocatable[column] as Float64Array)[node] as number;
    if (asked <= whole - ((nodes.requested[column] as Float64Array)[node] as number)) continue;
    reasons.push(`Insufficient ${nodes.resourceNames[column] ?? ''}`);
    if (asked > whole) hopeless = true;
  }
  return failureId({
    plugin: 'NodeResourcesFit',
    code: hopeless ? 'UnschedulableAndUnresolvable' : 'Unschedulable',
    reasons,
  });
}
