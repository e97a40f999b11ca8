/** What the demo prints: both clusters side by side, the decisions behind the difference, and what to try next. */
import { relative } from 'node:path';
import type { PlanChange, Verdict } from '../plan/types.ts';
import { wrap } from '../render/wrap.ts';
import { shown } from '../report/diff-text.ts';
import type { Paint } from '../report/paint.ts';
import { type LossRow, lossRows, sayLoss } from '../report/losses.ts';
import { type Column, writeTable } from '../report/table.ts';
import { verdictPaint } from '../report/text.ts';
import { firstSentence, priceSentence, VERDICT_SIGNS, VERDICT_WORDS } from '../report/words.ts';
import { type Demo, type DemoCluster } from './demo.ts';

export interface DemoTextOptions {
  readonly paint: Paint;
  readonly width: number;
  /** Path of the HTML report. */
  readonly report: string;
  readonly trees: string | undefined;
  /** Where the person stands. */
  readonly cwd: string;
}

/** The whole text. */
export function demoText(demo: Demo, options: DemoTextOptions): string {
  const { paint, width } = options;
  return [
    `${wrap(demo.comparison.headline, width).map(paint.bold).join('\n')}\n`,
    objectives(demo, options),
    losses(demo, options),
    [demo.naive, demo.hardened].map(({ label, report }) => `${label}: ${priceSentence(report.plan.price)}\n`).join(''),
    differences(demo.changes, options),
    next(demo, options),
  ].join('\n');
}

function objectives({ naive, hardened }: Demo, { paint, width }: DemoTextOptions): string {
  const rows = hardened.report.plan.verdicts.map((verdict) => {
    const other = naive.report.plan.verdicts.find(({ name }) => name === verdict.name);
    return [verdict.title, verdict.promised ?? '-', other ? cell(other) : '-', cell(verdict)];
  });
  const coloured = (padded: string, text: string): string => {
    const kind = (['kept', 'missed', 'unknown', 'not-promised'] as const).find((one) =>
      text.startsWith(VERDICT_SIGNS[one]),
    );
    return kind ? verdictPaint(paint, kind)(padded) : padded;
  };
  const columns: readonly Column[] = [
    { title: 'OBJECTIVE' },
    { title: 'PROMISED' },
    { title: 'NAIVE', most: 34, paint: coloured },
    { title: 'HARDENED', paint: coloured },
  ];
  return writeTable(columns, rows, width);
}

function cell({ verdict, measured }: Verdict): string {
  return `${VERDICT_SIGNS[verdict]} ${measured ?? (verdict === 'not-promised' ? '-' : VERDICT_WORDS[verdict])}`;
}

/** Every zone, the worst node and the worst control-plane machine of both, simulated. */
function losses({ naive, hardened }: Demo, { paint, width }: DemoTextOptions): string {
  if (naive.report.losses === undefined || hardened.report.losses === undefined) return '';
  const [left, right] = [lossRows(naive.report.losses), lossRows(hardened.report.losses)];
  const titles = [...new Set([...left, ...right].map(({ title }) => title))];
  const say = (rows: readonly LossRow[], title: string): string => {
    const row = rows.find((one) => one.title === title);
    return row === undefined ? '-' : `${VERDICT_SIGNS[row.tone]} ${sayLoss(row.failure)}`;
  };
  const coloured = (padded: string, text: string): string =>
    verdictPaint(paint, text.startsWith(VERDICT_SIGNS.missed) ? 'missed' : 'kept')(padded);
  const columns: readonly Column[] = [
    { title: 'LOSE' },
    { title: 'NAIVE', most: 48, paint: coloured },
    { title: 'HARDENED', paint: coloured },
  ];
  return writeTable(
    columns,
    titles.map((title) => [title, say(left, title), say(right, title)]),
    width,
  );
}

/** On the terminal only differences that read at a glance; the report has all of them with their whole reasons. */
const MOST_DIFFERENCES = 12;
const MOST_VALUE_CHARACTERS = 44;

function differences(changes: readonly PlanChange[], { paint, width }: DemoTextOptions): string {
  const decisions = changes.filter(({ subject }) => subject === 'decision');
  if (decisions.length === 0) return 'No decision differs.\n';
  const shownHere = decisions.filter(isShort).slice(0, MOST_DIFFERENCES);
  const rows = shownHere.map(({ id, before, after, because }) => [
    id,
    shown(before),
    shown(after),
    firstSentence(because ?? '').first,
  ]);
  const columns: readonly Column[] = [
    { title: 'DECISION' },
    { title: 'NAIVE', most: 22 },
    { title: 'HARDENED', most: 22 },
    { title: 'BECAUSE' },
  ];
  const rest = decisions.length - shownHere.length;
  const more = rest === 0 ? '' : `and ${rest} more in the report\n`;
  return `${paint.bold('WHAT DIFFERS AND WHY')}\n${writeTable(columns, rows, width)}${more}`;
}

function isShort({ kind, before, after }: PlanChange): boolean {
  return kind === 'changed' && Math.max(shown(before).length, shown(after).length) <= MOST_VALUE_CHARACTERS;
}

function next({ naive, hardened }: Demo, { paint, report, trees, cwd }: DemoTextOptions): string {
  const hardenedDocument = fromHere(hardened.document, cwd);
  const lines = [
    `${paint.bold('Report:')} ${report} (open it in a browser: one file, no network)`,
    ...(trees === undefined ? [] : [`${paint.bold('Trees:')}  ${place(naive)} and ${place(hardened)}`]),
    '',
    'Try next:',
    `  holdfast plan -f ${hardenedDocument}`,
    `  holdfast explain decision -f ${hardenedDocument}`,
    `  holdfast simulate -f ${hardenedDocument} --lose zone=us-west-2b`,
    `  holdfast render -f ${hardenedDocument} --out shop`,
    '  holdfast init',
  ];
  return `${lines.join('\n')}\n`;
}

/** As a person would type it: relative when it lies below, else absolute. */
function fromHere(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
}

function place({ tree, files }: DemoCluster): string {
  return `${tree} (${files} files)`;
}
