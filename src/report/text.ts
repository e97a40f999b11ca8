/** A plan for the terminal: verdicts first, then decisions by system, price, availability, and what is not covered. */
import { sayDuration } from '../core/duration.ts';
import { formatMoney } from '../core/money.ts';
import { formatPercent } from '../core/percent.ts';
import type { Plan, Verdict } from '../plan/types.ts';
import { sayValue } from '../render/value.ts';
import { wrap } from '../render/wrap.ts';
import type { Paint } from './paint.ts';
import { type Column, writeTable } from './table.ts';
import type { PlanReport, SystemWords } from './types.ts';
import { availabilitySentence, byWeight, priceSentence, rowPrice, rowQuantity, VERDICT_WORDS } from './words.ts';

export interface TextOptions {
  readonly paint: Paint;
  /** Characters of a line. */
  readonly width: number;
  /** Also sources, document paths and assumptions. */
  readonly wide: boolean;
}

/** The plan as text that ends with a newline. */
export function planText(report: PlanReport, options: TextOptions): string {
  const { plan } = report;
  const parts = [
    `${wrap(report.headline, options.width).map(options.paint.bold).join('\n')}\n`,
    verdictTable(plan.verdicts, options),
    ...plan.verdicts
      .filter(({ verdict }) => verdict === 'missed' || verdict === 'unknown')
      .map((verdict) => verdictDetail(verdict, options)),
    ...report.systems.map((system) => systemText(system, plan, options)),
    priceText(plan, options),
    availabilityText(plan, options),
    notCoveredText(plan, options),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** The colour of a verdict. */
export function verdictPaint(paint: Paint, verdict: Verdict['verdict']): (text: string) => string {
  const paints = { kept: paint.green, missed: paint.red, unknown: paint.yellow, 'not-promised': paint.dim };
  return paints[verdict];
}

function verdictTable(verdicts: readonly Verdict[], { paint, width, wide }: TextOptions): string {
  const shown = byWeight(verdicts);
  const columns: readonly Column[] = [
    { title: 'OBJECTIVE' },
    {
      title: 'VERDICT',
      paint: (cell, text) =>
        verdictPaint(paint, shown.find(({ verdict }) => VERDICT_WORDS[verdict] === text)?.verdict ?? 'unknown')(cell),
    },
    { title: 'PROMISED' },
    { title: 'MEASURED', ...(wide ? { most: 48 } : {}) },
    ...(wide ? [{ title: 'EVIDENCE' }] : []),
  ];
  const rows = shown.map(({ title, verdict, promised, measured, evidence }) => [
    title,
    VERDICT_WORDS[verdict],
    promised ?? '-',
    measured ?? '-',
    evidence,
  ]);
  return writeTable(columns, rows, width);
}

function verdictDetail({ title, verdict, evidence, remedy }: Verdict, { paint, width }: TextOptions): string {
  const lines = [
    verdictPaint(paint, verdict)(`${title}: ${VERDICT_WORDS[verdict]}`),
    ...wrap(evidence, width - 2).map((line) => `  ${line}`),
    ...(remedy === undefined ? [] : wrap(`To keep it: ${remedy}`, width - 2).map((line) => `  ${line}`)),
  ];
  return `${lines.join('\n')}\n`;
}

function systemText(system: SystemWords, plan: Plan, { paint, width, wide }: TextOptions): string {
  const own = plan.systems[system.id];
  const columns: readonly Column[] = [
    { title: 'DECISION' },
    { title: 'VALUE', most: 32 },
    ...(wide
      ? [
          { title: 'FROM', most: 36 },
          { title: 'SOURCE', most: 32 },
        ]
      : []),
    { title: 'BECAUSE' },
  ];
  const rows = own.decisions.map(({ field, value, because, source, from }) => [
    `${system.id}.${field}`,
    sayValue(value),
    ...(wide ? [from.join(' '), `${source.project}, ${source.where}`] : []),
    because,
  ]);
  const summary = wrap(system.summary, width).join('\n');
  return `${paint.bold(system.title.toUpperCase())}\n${summary}\n${rows.length === 0 ? '' : `\n${writeTable(columns, rows, width)}`}`;
}

function priceText({ price }: Plan, { paint, width, wide }: TextOptions): string {
  const columns: readonly Column[] = [
    { title: 'COMPONENT' },
    { title: 'OFFER' },
    { title: 'QUANTITY', right: true },
    { title: 'EACH', right: true },
    { title: 'PER MONTH', right: true },
    ...(wide ? [{ title: 'SOURCE' }, { title: 'DATE' }] : []),
  ];
  const rows = price.rows.map((row) => [
    row.component,
    row.offer,
    rowQuantity(row),
    row.unitPerMonth ? formatMoney(row.unitPerMonth) : 'unknown',
    rowPrice(row),
    ...(wide ? [row.source ?? '-', row.date ?? '-'] : []),
  ]);
  const table = rows.length === 0 ? '' : `\n${writeTable(columns, rows, width)}`;
  return `${paint.bold('PRICE')}\n${wrap(priceSentence(price), width).join('\n')}\n${table}`;
}

function availabilityText({ availability }: Plan, { paint, width, wide }: TextOptions): string {
  const { causes, assumptions } = availability;
  const columns: readonly Column[] = [
    { title: 'CAUSE' },
    { title: 'DOWN PER YEAR', right: true },
    { title: 'SHARE', right: true },
  ];
  const rows = causes.map(({ cause, downtimePerYear: down, share }) => [
    cause,
    sayDuration(down),
    formatPercent(share, 1),
  ]);
  const table = rows.length === 0 ? '' : `\n${writeTable(columns, rows, width)}`;
  const assumed = wide && assumptions.length > 0 ? `\nAssumed:\n${bullets(assumptions, width)}` : '';
  return `${paint.bold('AVAILABILITY')}\n${wrap(availabilitySentence(availability), width).join('\n')}\n${table}${assumed}`;
}

function notCoveredText({ notCovered }: Plan, { paint, width }: TextOptions): string {
  return notCovered.length === 0 ? '' : `${paint.bold('NOT COVERED')}\n${bullets(notCovered, width)}`;
}

function bullets(sentences: readonly string[], width: number): string {
  const lines = sentences.flatMap((sentence) =>
    wrap(sentence, width - 2).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`),
  );
  return lines.map((line) => `${line}\n`).join('');
}
