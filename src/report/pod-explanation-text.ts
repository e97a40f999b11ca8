/** `explain pods` for the terminal: where each pod fits, best node first, and what keeps it from the others. */
import { wrap } from '../render/wrap.ts';
import type { PodExplanationOutput } from './twin-schemas.ts';
import { type Column, writeTable } from './table.ts';
import type { TextOptions } from './text.ts';
import { counted, listed } from './words.ts';

type Pod = PodExplanationOutput['pods'][number];
type Node = Pod['nodes'][number];

/** More names than these are a count. */
const MOST_NODES = 3;
const MOST_NODE_CHARACTERS = 46;

/** Pods with the same answer are said once. */
export function podExplanationText({ pods, kubernetesVersion }: PodExplanationOutput, options: TextOptions): string {
  if (pods.length === 0) return 'No pod waits for the scheduler.\n';
  const groups = groupsOf(pods);
  return [
    `${options.paint.bold(summary(pods))}\n`,
    ...groups.map((group) => groupText(group, options)),
    `${options.paint.dim(`As kube-scheduler ${kubernetesVersion} judges it.`)}\n`,
  ].join('\n');
}

function summary(pods: readonly Pod[]): string {
  const refused = pods.filter((pod) => !fitsSomewhere(pod));
  const placeable = pods.length - refused.length;
  if (refused.length === 0)
    return pods.length === 1 ? `${pods[0]?.pod ?? ''} fits.` : `All ${pods.length} pods fit somewhere.`;
  if (placeable === 0)
    return pods.length === 1 ? `${pods[0]?.pod ?? ''} fits nowhere.` : `None of ${pods.length} pods fits anywhere.`;
  return `${refused.length} of ${pods.length} pods ${refused.length === 1 ? 'fits' : 'fit'} nowhere.`;
}

function fitsSomewhere({ nodes, choice }: Pod): boolean {
  return choice === undefined ? nodes.some(({ fits }) => fits) : choice.node !== undefined;
}

interface Group {
  readonly first: Pod;
  readonly names: readonly string[];
}

function groupsOf(pods: readonly Pod[]): readonly Group[] {
  const groups = new Map<string, { first: Pod; names: string[] }>();
  for (const pod of pods) {
    const { pod: name, ...answer } = pod;
    const key = JSON.stringify(answer);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: pod, names: [name] });
    else known.names.push(name);
  }
  return [...groups.values()];
}

function groupText({ first, names }: Group, options: TextOptions): string {
  const { paint, width } = options;
  const more = names.length > 1 ? ` and ${counted(names.length - 1, 'more like it', 'more like it')}` : '';
  const colour = fitsSomewhere(first) ? paint.green : paint.red;
  const head = `${colour(paint.bold(names[0] ?? ''))}${more}: ${verdictOf(first)}`;
  const lines = [head];
  if (first.preFilter !== undefined) lines.push(...wrap(first.preFilter, width - 2).map((line) => `  ${line}`));
  const table = first.nodes.length === 0 ? '' : nodeTable(first, options);
  const room = first.preemption === undefined ? '' : `${preemptionText(first.preemption, options)}\n`;
  return `${lines.join('\n')}\n${table}${room}`;
}

function verdictOf({ nodes, best, choice }: Pod): string {
  const fitting = nodes.filter(({ fits }) => fits).length;
  const placed = choice?.node === undefined ? '' : `; placed on ${choice.node}`;
  const nominated =
    choice?.nominated === undefined ? '' : `; ${listed(choice.victims ?? [])} would have to leave ${choice.nominated}`;
  if (fitting === 0) return `fits on none of ${counted(nodes.length, 'node')}${nominated}`;
  const score = nodes.find(({ node }) => node === best[0])?.total ?? 0;
  const top = best.length === 1 ? `best is ${best[0]} with ${score}` : `${best.length} share the best score ${score}`;
  return `fits on ${fitting} of ${counted(nodes.length, 'node')}; ${top}${placed}`;
}

function nodeTable(pod: Pod, options: TextOptions): string {
  return options.wide ? wideTable(pod, options) : groupedTable(pod, options);
}

/** Nodes with one answer are one row. */
function groupedTable({ nodes }: Pod, { paint, width }: TextOptions): string {
  const rows = new Map<string, { nodes: string[]; explanation: Node }>();
  for (const explanation of inOrder(nodes)) {
    const { fits, plugin, reasons, total, scores } = explanation;
    const key = JSON.stringify([fits, plugin, reasons, total, scores]);
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { nodes: [explanation.node], explanation: explanation });
    else known.nodes.push(explanation.node);
  }
  const columns: readonly Column[] = [
    { title: 'NODES', most: MOST_NODE_CHARACTERS },
    { title: 'SCORE', right: true },
    { title: 'WHY', paint: (cell, text) => (text.includes(': ') ? paint.yellow(cell) : cell) },
  ];
  return writeTable(
    columns,
    [...rows.values()].map(({ nodes: names, explanation }) => [
      `${names.length > 1 ? `${names.length}: ` : ''}${short(names)}`,
      explanation.total === undefined ? '-' : String(explanation.total),
      whyOf(explanation),
    ]),
    width,
  );
}

function wideTable({ nodes }: Pod, { width }: TextOptions): string {
  const columns: readonly Column[] = [{ title: 'NODE' }, { title: 'SCORE', right: true }, { title: 'WHY' }];
  const rows = inOrder(nodes).map((node) => [
    node.node,
    node.total === undefined ? '-' : String(node.total),
    whyOf(node),
  ]);
  return writeTable(columns, rows, width);
}

/** Fitting nodes first, the best of them first; the scheduler's order within. */
function inOrder(nodes: Pod['nodes']): Pod['nodes'] {
  return nodes.toSorted((a, b) => Number(b.fits) - Number(a.fits) || (b.total ?? 0) - (a.total ?? 0));
}

function whyOf({ fits, plugin, reasons, scores }: Node): string {
  if (!fits) return `${plugin ?? ''}: ${(reasons ?? []).join('; ')}`;
  return Object.entries(scores ?? {})
    .filter(([, score]) => score !== 0)
    .map(([name, score]) => `${name} ${score}`)
    .join(', ');
}

function preemptionText({ candidates, best, refused }: NonNullable<Pod['preemption']>, { width }: TextOptions): string {
  if (refused !== undefined) return wrap(`No preemption: ${refused}.`, width).join('\n');
  const chosen = candidates.find(({ node }) => node === best[0]);
  if (chosen === undefined) return 'Removing pods of lower priority makes no room.';
  const budgets = chosen.pdbViolations > 0 ? `, against ${counted(chosen.pdbViolations, 'disruption budget')}` : '';
  const others = candidates.length > 1 ? ` (${counted(candidates.length - 1, 'other node')} would do too)` : '';
  return wrap(
    `Room can be made on ${short(best)}: ${listed(chosen.victims)} would have to go${budgets}${others}.`,
    width,
  ).join('\n');
}

function short(names: readonly string[]): string {
  const rest = names.length - MOST_NODES;
  return rest > 0 ? `${names.slice(0, MOST_NODES).join(', ')} and ${rest} more` : names.join(', ');
}
