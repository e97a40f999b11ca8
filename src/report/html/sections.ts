/** The sections of a plan's report. */
import { sayDuration } from '../../core/duration.ts';
import { formatMoney } from '../../core/money.ts';
import { formatPercent } from '../../core/percent.ts';
import { formatBytes, formatCpu } from '../../core/quantity.ts';
import type { AvailabilityEstimate, Plan, Price, Verdict } from '../../plan/types.ts';
import { sayValue } from '../../render/value.ts';
import type { Decision, Need, Runbook, SystemPlan, Verification } from '../../system.ts';
import type { SystemWords } from '../types.ts';
import {
  availabilitySentence,
  byWeight,
  counted,
  firstSentence,
  priceSentence,
  rowPrice,
  rowQuantity,
} from '../words.ts';
import { html, type Html } from './markup.ts';
import { badge, bullets, type Cell, fold, table, type TableRow } from './parts.ts';

/** Longer evidence is folded: the figure is what people look for first. */
const LONG_EVIDENCE = 240;

/** Every objective with its figure and the evidence. */
export function objectivesHtml(verdicts: readonly Verdict[]): Html {
  return table(
    'Objectives',
    byWeight(verdicts).map((verdict) => ({
      cells: [
        { label: 'Objective', content: verdict.title, kind: 'head' },
        { label: 'Verdict', content: badge(verdict.verdict) },
        { label: 'Promised', content: verdict.promised ?? '–' },
        { label: 'Measured', content: verdict.measured ?? '–' },
        {
          label: 'Evidence',
          content: evidenceHtml(verdict),
          kind: 'text',
        },
      ],
    })),
  );
}

/** The arithmetic of a verdict and what would keep it; of a long one the first sentence, the rest on a click. */
export function evidenceHtml({ evidence, remedy }: Verdict): Html {
  const { first, rest } = evidence.length > LONG_EVIDENCE ? firstSentence(evidence) : { first: evidence, rest: '' };
  const more =
    rest === ''
      ? undefined
      : html`<details class="more">
          <summary>the whole evidence</summary>
          ${rest}
        </details>`;
  return html`${first}${more}${remedy === undefined ? undefined : html`<p class="remedy">To keep it: ${remedy}</p>`}`;
}

/** One fold per system: decisions, what it takes, how to see that it holds, runbooks. */
export function systemsHtml(systems: readonly SystemWords[], plan: Plan): Html {
  return html`${systems.map((system) => systemHtml(system, plan.systems[system.id]))}`;
}

function systemHtml(system: SystemWords, own: SystemPlan): Html {
  const title = html`<h3>${system.title}</h3>
    <span class="soft">${counted(own.decisions.length, 'decision')} · ${system.summary}</span>`;
  const parts = [
    own.decisions.length > 0 ? decisionsTable(system.id, own.decisions) : undefined,
    own.needs.length > 0 ? fold('What it takes', needsTable(own.needs)) : undefined,
    own.verify.length > 0 ? fold('See that it holds', checksHtml(own.verify)) : undefined,
    ...own.runbooks.map((runbook) => fold(`Runbook: ${runbook.title}`, runbookHtml(runbook))),
    html`<p class="source">${system.limits}</p>`,
  ];
  return fold(title, html`${parts}`);
}

function decisionsTable(system: string, decisions: readonly Decision[]): Html {
  return table(
    `Decisions of ${system}`,
    decisions.map(({ field, value, because, source, from }) => ({
      cells: [
        { label: 'Decision', content: html`<code>${system}.${field}</code>`, kind: 'head' },
        { label: 'Value', content: html`<code>${sayValue(value)}</code>`, kind: 'value' },
        {
          label: 'Because',
          kind: 'text',
          content: html`${because}
            <p class="source">Source: ${source.project}, ${source.where}. Follows ${from.join(', ')}.</p>`,
        },
      ],
    })),
  );
}

function needsTable(needs: readonly Need[]): Html {
  return table(
    'What it takes',
    needs.map((need) => ({
      cells: [
        { label: 'Component', content: need.component, kind: 'head' },
        { label: 'Form', content: need.form },
        { label: 'Copies', content: need.replicas, kind: 'number' },
        { label: 'CPU each', content: formatCpu(need.cpu), kind: 'number' },
        { label: 'Memory each', content: formatBytes(need.memory), kind: 'number' },
        { label: 'Storage each', content: formatBytes(need.storage), kind: 'number' },
        { label: 'Zones', content: need.zones.join(', ') || '–' },
      ],
    })),
  );
}

function checksHtml(checks: readonly Verification[]): Html {
  return html`<ol>
    ${checks.map(
      ({ title, command, expect }) =>
        html`<li>
          ${title}
          <pre tabindex="0">${command}</pre>
          <p class="soft">Expected: ${expect}</p>
        </li> `,
    )}
  </ol>`;
}

function runbookHtml({ when, steps }: Runbook): Html {
  const items = steps.map(({ say, run, expect }) => {
    const command = run === undefined ? undefined : html`<pre tabindex="0">${run}</pre>`;
    return html`<li>
      ${say}${command}${expect === undefined ? undefined : html`<p class="soft">Expected: ${expect}</p>`}
    </li> `;
  });
  return html`<p><strong>When:</strong> ${when}</p>
    <ol>
      ${items}
    </ol>`;
}

/** The price with the source and the date of every row, and what the sum lacks. */
export function priceHtml(price: Price): Html {
  const sentence = html`<p>${priceSentence(price)}</p>`;
  if (price.rows.length === 0) return sentence;
  const rows = price.rows.map((row) => ({
    cells: [
      { label: 'Component', content: row.component, kind: 'head' as const },
      { label: 'Offer', content: html`<code class="whole">${row.offer}</code>` },
      { label: 'Quantity', content: rowQuantity(row), kind: 'number' as const },
      { label: 'Each', content: row.unitPerMonth ? formatMoney(row.unitPerMonth) : 'unknown', kind: 'number' as const },
      { label: 'Per month', content: rowPrice(row), kind: 'number' as const },
      {
        label: 'Source',
        content:
          row.source === undefined
            ? '–'
            : html`${row.source}${row.date === undefined ? undefined : html` <span class="soft whole">${row.date}</span>`}`,
        kind: 'text' as const,
      },
    ],
  }));
  return html`${sentence}${table('Price', [...rows, ...sumRow(price)])}`;
}

/** Under the rows what they come to, so that nobody adds up. */
function sumRow({ perMonth }: Price): readonly TableRow[] {
  if (!perMonth) return [];
  const none = (label: string): Cell => ({ label, content: '', kind: 'empty' });
  return [
    {
      sum: true,
      cells: [
        { label: 'Component', content: 'Sum', kind: 'head' },
        none('Offer'),
        none('Quantity'),
        none('Each'),
        { label: 'Per month', content: formatMoney(perMonth), kind: 'number' },
        none('Source'),
      ],
    },
  ];
}

/** Expected availability, what takes it, and what was assumed. */
export function availabilityHtml(estimate: AvailabilityEstimate): Html {
  const { causes, assumptions } = estimate;
  const rows = causes.map(({ cause, downtimePerYear: down, share }) => ({
    cells: [
      { label: 'Cause', content: cause, kind: 'head' as const },
      { label: 'Down per year', content: sayDuration(down), kind: 'number' as const },
      { label: 'Share', content: formatPercent(share, 1), kind: 'number' as const },
      {
        label: '',
        content: html`<span class="bar" aria-hidden="true"
          ><span style="width:${(share * 100).toFixed(1)}%"></span
        ></span>`,
      },
    ],
  }));
  return html`<p>${availabilitySentence(estimate)}</p>
    ${rows.length > 0 ? table('What takes availability', rows) : undefined}
    ${assumptions.length > 0 ? fold('What this assumes', bullets(assumptions)) : undefined}`;
}
