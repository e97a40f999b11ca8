/** A plan as Markdown, for pull requests and wikis. */
import { sayDuration } from '../core/duration.ts';
import { formatMoney } from '../core/money.ts';
import { formatPercent } from '../core/percent.ts';
import type { Plan } from '../plan/types.ts';
import { sayValue } from '../render/value.ts';
import type { PlanReport, SystemWords } from './types.ts';
import {
  availabilitySentence,
  byWeight,
  priceSentence,
  rowPrice,
  rowQuantity,
  VERDICT_SIGNS,
  VERDICT_WORDS,
} from './words.ts';

/** The plan as one Markdown document. */
export function planMarkdown({ plan, headline, systems }: PlanReport): string {
  const parts = [
    `# ${inline(plan.cluster.name)}`,
    `**${inline(headline)}**`,
    '## Objectives',
    verdictTable(plan),
    ...systems.flatMap((system) => systemParts(system, plan)),
    '## Price',
    ...priceParts(plan),
    '## Availability',
    ...availabilityParts(plan),
    ...(plan.notCovered.length > 0 ? ['## Not covered', list(plan.notCovered)] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Text that stays text in Markdown and in a cell of a table. */
export function inline(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|~]/g, (letter) => `\\${letter}`)
    .replaceAll('&', '&amp;')
    .replace(/^([-+#]|\d+[.)])/, '\\$1');
}

/** A table in the form that GitHub and GitLab read; cells are escaped. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map((row) => line(row.map(inline)))].join('\n');
}

function verdictTable({ verdicts }: Plan): string {
  const rows = byWeight(verdicts).map(({ title, verdict, promised, measured, evidence, remedy }) => [
    title,
    `${VERDICT_SIGNS[verdict]} ${VERDICT_WORDS[verdict]}`,
    promised ?? '–',
    measured ?? '–',
    remedy === undefined ? evidence : `${evidence} To keep it: ${remedy}`,
  ]);
  return markdownTable(['objective', 'verdict', 'promised', 'measured', 'evidence'], rows);
}

function systemParts({ id, title, summary }: SystemWords, plan: Plan): readonly string[] {
  const rows = plan.systems[id].decisions.map(({ field, value, because, source }) => [
    `${id}.${field}`,
    sayValue(value),
    because,
    `${source.project}, ${source.where}`,
  ]);
  const table = rows.length === 0 ? [] : [markdownTable(['decision', 'value', 'because', 'source'], rows)];
  return [`## ${inline(title)}`, inline(summary), ...table];
}

function priceParts({ price }: Plan): readonly string[] {
  const rows = price.rows.map((row) => [
    row.component,
    row.offer,
    rowQuantity(row),
    row.unitPerMonth ? formatMoney(row.unitPerMonth) : 'unknown',
    rowPrice(row),
    row.source === undefined ? '–' : `${row.source}${row.date === undefined ? '' : `, ${row.date}`}`,
  ]);
  const table =
    rows.length === 0 ? [] : [markdownTable(['component', 'offer', 'quantity', 'each', 'per month', 'source'], rows)];
  return [inline(priceSentence(price)), ...table];
}

function availabilityParts({ availability }: Plan): readonly string[] {
  const { causes, assumptions } = availability;
  const rows = causes.map(({ cause, downtimePerYear: down, share }) => [
    cause,
    sayDuration(down),
    formatPercent(share, 1),
  ]);
  return [
    availabilitySentence(availability),
    ...(rows.length === 0 ? [] : [markdownTable(['cause', 'down per year', 'share'], rows)]),
    ...(assumptions.length === 0 ? [] : [`Assumed:\n\n${list(assumptions)}`]),
  ];
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${inline(sentence)}`).join('\n');
}
