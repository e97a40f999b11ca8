/** HTML as values: whatever is put into a template is escaped, unless it is HTML that a template made. */

/** Markup that is safe to put into a page. Made only by `html` and `styleSheet`. */
export interface Html {
  readonly markup: string;
}

export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/** A template whose values are escaped; attribute values must stand in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { markup: parts.map(withoutIndent).reduce((text, part, index) => text + escaped(values[index - 1]) + part) };
}

/** Indents of our own source say nothing to a reader of the page; values keep theirs. */
function withoutIndent(part: string): string {
  return part.replaceAll(/\n\s+/g, '\n');
}

/** A style sheet of our own; nothing that a person wrote goes in here. */
export function styleSheet(css: string): Html {
  return { markup: `<style>\n${css}</style>` };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text that stays text in an element and in a quoted attribute. Control characters, which HTML forbids, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/[&<>"'`]/g, (letter) => ENTITIES[letter] ?? letter)
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\uFFFE\uFFFF]/gu, '\uFFFD');
}

function escaped(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.map(escaped).join('');
  return value.markup;
}

function isList(value: Html | readonly HtmlValue[]): value is readonly HtmlValue[] {
  return Array.isArray(value);
}
