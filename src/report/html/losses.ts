/** What single losses take down, as tables of one plan or of two side by side. */
import type { Sweep } from '../../twin/results.ts';
import { type LossRow, lossRows, sayLoss } from '../losses.ts';
import { seconds } from '../simulation-text.ts';
import { html, type Html } from './markup.ts';
import { table, type TableRow } from './parts.ts';

export function lossesHtml(sweep: Sweep): Html {
  const rows = lossRows(sweep).map((row): TableRow => ({
    cells: [
      { label: 'Lose', content: row.title, kind: 'head' },
      { label: 'What it takes down', content: lossHtml(row), kind: 'text' },
      { label: 'Why', content: html`<div class="source">${row.failure.cause}</div>`, kind: 'text' },
    ],
  }));
  return html`${table('What single losses take down', rows)}${noteHtml(sweep)}`;
}

/** Rows of both by their title; a cluster without such a thing has a dash. */
export function lossesSideBySide(before: Sweep, after: Sweep, labels: { before: string; after: string }): Html {
  const [left, right] = [lossRows(before), lossRows(after)];
  const titles = [...new Set([...left, ...right].map(({ title }) => title))];
  const cell = (rows: readonly LossRow[], title: string) => {
    const row = rows.find((one) => one.title === title);
    return row === undefined
      ? '–'
      : html`${lossHtml(row)}
          <div class="source">${row.failure.cause}</div>`;
  };
  const rows = titles.map((title): TableRow => ({
    cells: [
      { label: 'Lose', content: title, kind: 'head' },
      { label: labels.before, content: cell(left, title), kind: 'text' },
      { label: labels.after, content: cell(right, title), kind: 'text' },
    ],
  }));
  return html`${table('What single losses take down, side by side', rows)}${noteHtml(after)}`;
}

function lossHtml({ failure, tone }: LossRow): Html {
  const names = failure.workloadsDown.length > 0 ? failure.workloadsDown : [];
  return html`<p class="loss ${tone}">${sayLoss(failure)}</p>
    ${names.length === 0 ? undefined : html`<p>${names.map((name) => html`<code>${name}</code> `)}</p>`}`;
}

function noteHtml({ horizonSeconds, kubernetesVersion, seed }: Sweep): Html {
  return html`<p class="soft">
    Each thing is lost for good and the controllers of Kubernetes ${kubernetesVersion} are simulated for
    ${seconds(horizonSeconds)} (seed ${seed}). <code>holdfast simulate --lose</code> shows one loss in full.
  </p>`;
}
