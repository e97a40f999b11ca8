/** Pieces that several sections use. */
import type { Verdict } from '../../plan/types.ts';
import { VERDICT_SIGNS, VERDICT_WORDS } from '../words.ts';
import { html, type Html, type HtmlValue } from './markup.ts';

/** A verdict as sign, word and colour. */
export function badge(verdict: Verdict['verdict']): Html {
  return html`<span class="badge ${verdict}"
    ><span aria-hidden="true">${VERDICT_SIGNS[verdict]}</span>${VERDICT_WORDS[verdict]}</span
  >`;
}

export interface Cell {
  readonly label: string;
  readonly content: HtmlValue;
  readonly kind?: 'number' | 'value' | 'head' | 'text' | 'empty';
}

export interface TableRow {
  readonly id?: string;
  readonly differs?: boolean;
  /** The last row of a table, with what the others come to. */
  readonly sum?: boolean;
  readonly cells: readonly Cell[];
}

/** A table that scrolls sideways by keyboard too, and on a phone becomes a list of cards. */
export function table(label: string, rows: readonly TableRow[]): Html {
  const columns = rows[0]?.cells ?? [];
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">
    <table class="stack">
      <thead>
        <tr>
          ${columns.map(({ label: title, kind }) => html`<th scope="col" class="${kind === 'number' ? 'number' : ''}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(rowHtml)}
      </tbody>
    </table>
  </div>`;
}

function rowHtml({ id, differs, sum, cells }: TableRow): Html {
  const body = cells.map(({ label, content, kind }) =>
    kind === 'head'
      ? html`<th scope="row">${content}</th>`
      : html`<td class="${kind ?? ''}" data-label="${label}">${content}</td>`,
  );
  const tone = differs === true ? 'differs' : sum === true ? 'sum' : '';
  return id === undefined
    ? html`<tr class="${tone}">
        ${body}
      </tr> `
    : html`<tr class="${tone}" id="${id}">
        ${body}
      </tr> `;
}

/** Sentences as a list. */
export function bullets(sentences: readonly string[]): Html {
  return html`<ul>
    ${sentences.map((sentence) => html`<li>${sentence}</li> `)}
  </ul>`;
}

/** A section that opens on a click or a key. */
export function fold(title: HtmlValue, body: Html, open = false): Html {
  const content = html`<summary>${title}</summary>
    <div class="body">${body}</div>`;
  return open ? html`<details open>${content}</details> ` : html`<details>${content}</details> `;
}
