/** `simulate` for the terminal: the verdict first, then who goes down for how long and why, worst first. */
import { sayDuration } from '../core/duration.ts';
import { wrap } from '../render/wrap.ts';
import type { Paint } from './paint.ts';
import { type Column, writeNotedTable, writeTable } from './table.ts';
import type { TextOptions } from './text.ts';
import type { SimulationOutput } from './twin-schemas.ts';
import { VERDICT_SIGNS, counted, listed } from './words.ts';

type Workload = SimulationOutput['workloads'][number];
type Interval = Workload['intervals'][number];

/** What became of a workload in one word: the worst that it was. */
export type Fate = 'down' | 'degraded' | 'frozen' | 'up';

const ORDER: readonly Fate[] = ['down', 'degraded', 'frozen', 'up'];

export function fateOf({ intervals }: Workload): Fate {
  return ORDER.find((fate) => intervals.some(({ state }) => state === fate)) ?? 'up';
}

/** Pods that hold room for others are no workload that anybody misses. */
function isReal({ placeholder }: Workload): boolean {
  return placeholder !== true;
}

/** Longest down first, then longest degraded, then by name. */
export function worstFirst(workloads: readonly Workload[]): readonly Workload[] {
  return workloads.toSorted(
    (a, b) =>
      ORDER.indexOf(fateOf(a)) - ORDER.indexOf(fateOf(b)) ||
      b.downSeconds - a.downSeconds ||
      b.degradedSeconds - a.degradedSeconds ||
      (a.workload < b.workload ? -1 : 1),
  );
}

/** `2 of 8 workloads go down, the longest for 7 m 16 s; …` */
export function simulationSentence(simulation: SimulationOutput): string {
  const { scenario } = simulation;
  const workloads = simulation.workloads.filter(isReal);
  const down = workloads.filter((one) => fateOf(one) === 'down');
  const degraded = workloads.filter((one) => fateOf(one) === 'degraded');
  const all = counted(workloads.length, 'workload');
  const lasting = workloads.filter(({ intervals }) => isLess(intervals.at(-1)?.state));
  const parts = [
    down.length > 0
      ? `${down.length} of ${all} ${down.length === 1 ? 'goes' : 'go'} down, the longest for ${sayLongest(down, simulation)}`
      : `none of ${all} goes down`,
    ...(degraded.length > 0 ? [`${degraded.length} ${degraded.length === 1 ? 'is' : 'are'} short of pods`] : []),
    ...(lasting.length > 0
      ? [
          `${lasting.length} ${lasting.length === 1 ? 'is' : 'are'} not whole again after ${seconds(simulation.horizonSeconds)}`,
        ]
      : []),
  ];
  return `${capital(scenario)}: ${listed(parts)}.`;
}

function sayLongest(down: readonly Workload[], { horizonSeconds }: SimulationOutput): string {
  const worst = Math.max(...down.map(({ downSeconds }) => downSeconds));
  const never = down.some(({ downSeconds, intervals }) => downSeconds === worst && intervals.at(-1)?.state === 'down');
  return never ? `${seconds(worst)}, to the end of the ${seconds(horizonSeconds)} looked at` : seconds(worst);
}

export function simulationText(simulation: SimulationOutput, options: TextOptions): string {
  const { paint, width } = options;
  const parts = [
    `${wrap(simulationSentence(simulation), width).map(paint.bold).join('\n')}\n`,
    workloadsText(simulation, options),
    controlPlaneText(simulation, options),
    objectivesText(simulation, options),
    distributionText(simulation, options),
    pendingText(simulation),
    assumedText(simulation, options),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

interface Row {
  readonly cells: readonly string[];
  readonly note: string;
}

function workloadsText(simulation: SimulationOutput, options: TextOptions): string {
  const workloads = simulation.workloads.filter((one) => options.wide || isReal(one));
  const hit = worstFirst(workloads).filter((one) => isHit(one, options.wide));
  const rest = restText(workloads.filter((one) => !isHit(one, options.wide)));
  if (hit.length === 0) return rest;
  const columns: readonly Column[] = [
    { title: 'WORKLOAD' },
    { title: 'STATE', paint: (cell, text) => fatePaint(options.paint, text as Fate)(cell) },
    { title: 'FOR', right: true },
    { title: 'READY', right: true },
    { title: 'BACK AT', right: true },
  ];
  const rows = options.wide ? hit.flatMap(intervalRows) : hit.map(workloadRow);
  return `${writeNotedTable(columns, rows, { width: options.width, paint: options.paint.dim })}${rest}`;
}

/** What the control plane freezes is frozen as a whole: one line says it. */
function isHit(workload: Workload, wide: boolean): boolean {
  const fate = fateOf(workload);
  return fate === 'down' || fate === 'degraded' || (wide && fate === 'frozen');
}

function restText(rest: readonly Workload[]): string {
  const frozen = rest.filter((one) => fateOf(one) === 'frozen').length;
  const still = rest.length - frozen;
  return [
    ...(still === 0 ? [] : [`${counted(still, 'workload')} ${still === 1 ? 'stays' : 'stay'} up throughout.\n`]),
    ...(frozen === 0
      ? []
      : [
          `${counted(frozen, 'workload')} ${frozen === 1 ? 'stays' : 'stay'} up, but while the control plane is away nobody can change or repair ${frozen === 1 ? 'it' : 'them'}.\n`,
        ]),
  ].join('');
}

function workloadRow(workload: Workload): Row {
  const fate = fateOf(workload);
  const those = workload.intervals.filter(({ state }) => state === fate);
  const worst = those.toSorted((a, b) => length(b) - length(a))[0];
  const least = Math.min(...those.map(({ ready }) => ready));
  const cells = [
    workload.workload,
    fate,
    seconds(fate === 'down' ? workload.downSeconds : workload.degradedSeconds),
    `${least}/${workload.replicas}`,
    backAt(workload),
  ];
  return { cells, note: worst?.cause ?? '' };
}

function backAt({ recoveredAt }: Workload): string {
  return recoveredAt === undefined ? 'never' : seconds(recoveredAt);
}

/** With `-o wide`: every interval that is not up. */
function intervalRows({ workload, replicas, intervals }: Workload): readonly Row[] {
  return intervals
    .filter(({ state }) => state !== 'up')
    .map(({ from, to, state, ready, cause }) => ({
      cells: [
        workload,
        state,
        to === undefined ? 'to the end' : seconds(to - from),
        `${ready}/${replicas}`,
        to === undefined ? 'never' : seconds(to),
      ],
      note: cause,
    }));
}

function controlPlaneText({ controlPlane }: SimulationOutput, { paint, width }: TextOptions): string {
  const hit = controlPlane.intervals.filter(({ state }) => state !== 'up');
  if (hit.length === 0) return 'The control plane stays up.\n';
  const columns: readonly Column[] = [
    {
      title: 'CONTROL PLANE',
      paint: (cell, text) => (text === 'down' ? paint.red : paint.yellow)(cell),
    },
    { title: 'FROM', right: true },
    { title: 'FOR', right: true },
  ];
  const rows = hit.map(({ from, to, state, cause }) => ({
    cells: [state.replace('-', ' '), seconds(from), to === undefined ? 'to the end' : seconds(to - from)],
    note: cause,
  }));
  return writeNotedTable(columns, rows, { width, paint: paint.dim });
}

function objectivesText(simulation: SimulationOutput, { paint, width, wide }: TextOptions): string {
  const objectives = simulation.objectives.filter(({ verdict }) => wide || verdict !== 'unknown');
  if (objectives.length === 0) return '';
  const paints = { kept: paint.green, missed: paint.red, unknown: paint.yellow };
  const columns: readonly Column[] = [
    {
      title: 'OBJECTIVE',
      paint: (cell, text) => paints[objectives.find(({ name }) => text.endsWith(name))?.verdict ?? 'unknown'](cell),
    },
    { title: 'PROMISED' },
    { title: 'MEASURED' },
  ];
  const rows = objectives.map(({ name, verdict, promised, measured, evidence }) => ({
    cells: [`${VERDICT_SIGNS[verdict]} ${name}`, promised ?? '-', measured ?? '-'],
    note: evidence,
  }));
  return writeNotedTable(columns, rows, { width, paint: paint.dim });
}

function distributionText({ distribution }: SimulationOutput, { width }: TextOptions): string {
  if (distribution === undefined) return '';
  const rows = distribution.workloads
    .filter(({ downSeconds, recoveredAt }) => downSeconds.p99 > 0 || recoveredAt !== undefined)
    .toSorted((a, b) => b.downSeconds.p50 - a.downSeconds.p50)
    .map(({ workload, downSeconds, recoveredAt }) => [workload, three(downSeconds), three(recoveredAt)]);
  const title = `OVER ${distribution.seeds} SEEDS (P1 P50 P99)`;
  const control = ['control plane without writes', three(distribution.controlPlaneSeconds), '-'];
  return writeTable([{ title }, { title: 'DOWN' }, { title: 'BACK AT' }], [...rows, control], width);
}

function three(spread: { p1: number; p50: number; p99: number } | undefined): string {
  return spread === undefined ? '-' : [spread.p1, spread.p50, spread.p99].map(seconds).join('  ');
}

function pendingText({ pendingAtEnd, horizonSeconds }: SimulationOutput): string {
  if (pendingAtEnd === 0) return '';
  const wait = pendingAtEnd === 1 ? 'waits' : 'wait';
  return `${counted(pendingAtEnd, 'pod')} still ${wait} for a node after ${seconds(horizonSeconds)}.\n`;
}

function assumedText(
  { assumed, kubernetesVersion, seed }: SimulationOutput,
  { paint, width, wide }: TextOptions,
): string {
  const lines = wide ? assumed : [];
  const more = !wide && assumed.length > 0 ? ` ${counted(assumed.length, 'assumption')}: -o wide shows them.` : '';
  const foot = `Controllers of Kubernetes ${kubernetesVersion}, seed ${seed}.${more}`;
  return [...lines.flatMap((line) => wrap(`Assumed: ${line}`, width)), ...wrap(foot, width)]
    .map((line) => `${paint.dim(line)}\n`)
    .join('');
}

export function fatePaint(paint: Paint, fate: Fate): (text: string) => string {
  return { down: paint.red, degraded: paint.yellow, frozen: paint.yellow, up: paint.green }[fate];
}

function isLess(state: string | undefined): boolean {
  return state === 'down' || state === 'degraded';
}

function length({ from, to }: Interval): number {
  return (to ?? Number.POSITIVE_INFINITY) - from;
}

/** `7 m 16 s` from seconds. */
export function seconds(value: number): string {
  return value === 0 ? '0 s' : sayDuration(Math.round(value * 1_000));
}

function capital(text: string): string {
  return text === '' ? text : `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}
