/** `sweep` for the terminal: what no loss may take, worst first. */
import { wrap } from '../render/wrap.ts';
import { seconds } from './simulation-text.ts';
import { type Column, writeNotedTable } from './table.ts';
import type { TextOptions } from './text.ts';
import type { SweepOutput } from './twin-schemas.ts';
import { counted, listed } from './words.ts';

/** More rows than these are for `-o wide` and data. */
const MOST_ROWS = 20;
const MOST_NAMES = 3;

export function sweepSentence({ failures, singlePoints, domains, depth, leftOut }: SweepOutput): string {
  const down = failures.filter(({ workloadsDown, controlPlane }) => workloadsDown.length > 0 || controlPlane !== 'up');
  const what = `${counted(failures.length, 'failure')} of ${listed(domains)}${depth === 2 ? ', alone and in pairs' : ''}`;
  if (failures.length === 0)
    return leftOut > 0 ? 'No failure was run.' : `There is nothing of ${listed(domains)} to lose.`;
  if (down.length === 0) return `No workload goes down in any of ${what}.`;
  const single = singlePoints.length === 0 ? '' : `; ${counted(singlePoints.length, 'single point')} of failure`;
  return `${down.length} of ${what} take something down${single}.`;
}

export function sweepText(sweep: SweepOutput, options: TextOptions): string {
  const { paint, width, wide } = options;
  const told = sweep.failures.filter(
    ({ workloadsDown, workloadsDegraded, controlPlane }) =>
      wide || workloadsDown.length > 0 || workloadsDegraded.length > 0 || controlPlane !== 'up',
  );
  const shown = wide ? told : told.slice(0, MOST_ROWS);
  const parts = [
    `${wrap(sweepSentence(sweep), width).map(paint.bold).join('\n')}\n`,
    shown.length === 0 ? '' : table(shown, options),
    restText(sweep, { shown: shown.length, told: told.length }),
    `${paint.dim(`Each for ${seconds(sweep.horizonSeconds)}; controllers of Kubernetes ${sweep.kubernetesVersion}, seed ${sweep.seed}. holdfast simulate --lose shows one of them.`)}\n`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function table(failures: SweepOutput['failures'], { paint, width, wide }: TextOptions): string {
  const columns: readonly Column[] = [
    { title: 'LOSE' },
    { title: 'DOWN', right: true, paint: (cell, text) => (text === '0' ? cell : paint.red(cell)) },
    { title: 'FOR', right: true },
    { title: 'SHORT', right: true },
    { title: 'PENDING', right: true },
  ];
  const rows = failures.map((failure) => ({
    cells: [
      failure.fault,
      String(failure.workloadsDown.length),
      failure.workloadsDown.length === 0 ? '-' : seconds(failure.worstSeconds),
      String(failure.workloadsDegraded.length),
      String(failure.pendingAtEnd),
    ],
    note: whoAndWhy(failure, wide),
  }));
  return writeNotedTable(columns, rows, { width, paint: paint.dim });
}

function whoAndWhy(failure: SweepOutput['failures'][number], wide: boolean): string {
  const { workloadsDown, workloadsDegraded, controlPlane, cause, objectivesMissed } = failure;
  const hit = workloadsDown.length > 0 ? workloadsDown : workloadsDegraded;
  const rest = hit.length - MOST_NAMES;
  const names = wide || rest <= 0 ? hit.join(', ') : `${hit.slice(0, MOST_NAMES).join(', ')} and ${rest} more`;
  return [
    ...(controlPlane === 'up' ? [] : [`control plane: ${controlPlane.replace('-', ' ')}`]),
    ...(names === '' ? [] : [names]),
    ...(objectivesMissed.length === 0 ? [] : [`misses ${listed(objectivesMissed)}`]),
    ...(cause === '' ? [] : [cause]),
  ].join(': ');
}

function restText(sweep: SweepOutput, { shown, told }: { shown: number; told: number }): string {
  const quiet = sweep.failures.length - told;
  const lines = [
    ...(told > shown ? [`and ${told - shown} more: -o wide shows them.`] : []),
    ...(quiet > 0 ? [`${counted(quiet, 'failure')} ${quiet === 1 ? 'touches' : 'touch'} no workload.`] : []),
    ...(sweep.leftOut > 0 ? [`${sweep.leftOut.toLocaleString('en-US')} combinations were left out.`] : []),
  ];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
