/** Two plans side by side as one offline HTML file: what each promises and keeps, what differs and why. */
import type { PlanChange, Verdict } from '../../plan/types.ts';
import { shown } from '../diff-text.ts';
import type { DiffReport, PlanReport } from '../types.ts';
import { priceSentence } from '../words.ts';
import { html, type Html } from './markup.ts';
import { lossesSideBySide } from './losses.ts';
import { type Section, writePage } from './page.ts';
import { evidenceHtml } from './sections.ts';
import { badge, fold, table, type TableRow } from './parts.ts';
import { figuresHtml } from './figures.ts';
import { countsHtml, planSections } from './plan-page.ts';

export interface Comparison extends DiffReport {
  readonly title: string;
  /** The verdict about both, one sentence. */
  readonly headline: string;
  /** What the two are called here: the clusters may have the same name. */
  readonly labels: Labels;
}

interface Labels {
  readonly before: string;
  readonly after: string;
}

/** The comparison; both plans follow in full. */
export function comparisonHtml(comparison: Comparison): string {
  const { title, headline, before, after, labels } = comparison;
  const sides = [
    { label: labels.before, report: before },
    { label: labels.after, report: after },
  ];
  return writePage({
    title,
    over: `Holdfast: ${labels.before} against ${labels.after}`,
    headline,
    lead: html`<div class="sides">${sides.map(sideHtml)}</div>`,
    sections: [
      { id: 'verdicts', title: 'Objectives, side by side', body: verdictsHtml(comparison) },
      ...lossSections(comparison),
      { id: 'differences', title: 'What differs and why', body: changesHtml(comparison) },
      ...sides.map(({ label, report }, index) => ({
        id: `plan-${index + 1}`,
        title: `The plan: ${label}`,
        body: wholePlan(report, index + 1),
      })),
    ],
    foot: html`<p>Written by Holdfast; this file loads nothing and runs nothing.</p>`,
  });
}

function lossSections({ before, after, labels }: Comparison): readonly Section[] {
  if (before.losses === undefined || after.losses === undefined) return [];
  const body = lossesSideBySide(before.losses, after.losses, labels);
  return [{ id: 'losses', title: 'What each loss takes down', body }];
}

function sideHtml({ label, report }: { label: string; report: PlanReport }): Html {
  const { plan, headline } = report;
  return html`<div class="card">
    <h3>${label}</h3>
    ${countsHtml(plan.verdicts)}${figuresHtml(plan)}
    <p class="soft">${headline}${plan.price.lacks.length > 0 ? ` ${priceSentence(plan.price)}` : undefined}</p>
  </div> `;
}

function verdictsHtml({ before, after, labels }: Comparison): Html {
  const pairs = before.plan.verdicts.map((one) => ({
    one,
    other: after.plan.verdicts.find(({ name }) => name === one.name),
  }));
  const promises = pairs.toSorted((a, b) => Number(nobodyPromises(a)) - Number(nobodyPromises(b)));
  const rows = promises.map(({ one, other }): TableRow => {
    return {
      differs: one.verdict !== other?.verdict,
      cells: [
        { label: 'Objective', content: one.title, kind: 'head' },
        { label: labels.before, content: verdictCell(one), kind: 'text' },
        { label: labels.after, content: other ? verdictCell(other) : '–', kind: 'text' },
      ],
    };
  });
  return table('Objectives of both', rows);
}

function nobodyPromises({ one, other }: { readonly one: Verdict; readonly other: Verdict | undefined }): boolean {
  return [one, other].every((verdict) => verdict === undefined || verdict.verdict === 'not-promised');
}

function verdictCell(verdict: Verdict): Html {
  const figures = [verdict.promised === undefined ? '' : `promised ${verdict.promised}`, verdict.measured ?? '']
    .filter((part) => part !== '')
    .join('; ');
  return html`${badge(verdict.verdict)}
    <p>${figures}</p>
    <div class="source">${evidenceHtml(verdict)}</div>`;
}

/** Decisions first: they are what a person wrote the document for; verdicts stand in the table above. */
function changesHtml({ changes, labels }: Comparison): Html {
  const decisions = changes.filter(({ subject }) => subject === 'decision');
  const others = changes.filter(({ subject }) => subject === 'need' || subject === 'price');
  if (decisions.length + others.length === 0) return html`<p>Nothing differs.</p>`;
  const rows = (list: readonly PlanChange[]): readonly TableRow[] => list.map((change) => changeRow(change, labels));
  return html`${decisions.length > 0 ? table('Decisions that differ', rows(decisions)) : undefined}
  ${others.length > 0 ? fold('What they take and cost', table('Needs and prices that differ', rows(others))) : undefined}`;
}

const HEADINGS: Readonly<Record<PlanChange['subject'], string>> = {
  decision: 'Decision',
  verdict: 'Objective',
  need: 'What it takes',
  price: 'Price',
};

function changeRow(change: PlanChange, labels: Labels): TableRow {
  const follows =
    change.from && change.from.length > 0 ? html`<p class="source">Follows ${change.from.join(', ')}.</p>` : undefined;
  return {
    cells: [
      { label: HEADINGS[change.subject], content: html`<code>${change.id}</code>`, kind: 'head' },
      { label: labels.before, content: html`<code>${shown(change.before)}</code>`, kind: 'value' },
      { label: labels.after, content: html`<code>${shown(change.after)}</code>`, kind: 'value' },
      { label: 'Why', kind: 'text', content: html`${change.because ?? ''}${follows}` },
    ],
  };
}

function wholePlan(report: PlanReport, number: number): Html {
  return html`${planSections(report, `p${number}-`).map(({ id, title, body }) => fold(html`<h3 id="${id}">${title}</h3>`, body))}`;
}
