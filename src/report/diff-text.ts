/** What a change of the document changes, for the terminal: `+` added, `-` removed, `~` changed. */
import type { PlanChange } from '../plan/types.ts';
import { sayValue } from '../render/value.ts';
import { wrap } from '../render/wrap.ts';
import { markdownTable } from './markdown.ts';
import type { TextOptions } from './text.ts';

const SIGNS: Readonly<Record<PlanChange['kind'], string>> = { added: '+', removed: '-', changed: '~' };

/** The changes as text; says so when there are none. */
export function diffText(changes: readonly PlanChange[], options: TextOptions): string {
  if (changes.length === 0) return 'No changes.\n';
  return changes.map((change) => changeText(change, options)).join('');
}

/** The changes as a Markdown table. */
export function diffMarkdown(changes: readonly PlanChange[]): string {
  if (changes.length === 0) return 'No changes.\n';
  const rows = changes.map((change) => [
    SIGNS[change.kind],
    change.subject,
    change.id,
    shown(change.before),
    shown(change.after),
    change.because ?? '',
  ]);
  return `${markdownTable(['', 'what', 'id', 'before', 'after', 'because'], rows)}\n`;
}

/** A value of a change, or a dash for none. */
export function shown(value: PlanChange['before']): string {
  return value === undefined ? '–' : sayValue(value);
}

function changeText(change: PlanChange, { paint, width, wide }: TextOptions): string {
  const colour = { added: paint.green, removed: paint.red, changed: paint.yellow }[change.kind];
  const values =
    change.kind === 'changed'
      ? `${shown(change.before)} → ${shown(change.after)}`
      : shown(change.kind === 'added' ? change.after : change.before);
  const head = wrap(`${SIGNS[change.kind]} ${change.subject} ${change.id}: ${values}`, width);
  const because = change.because === undefined ? [] : wrap(change.because, width - 4).map((line) => `    ${line}`);
  const from = wide && change.from && change.from.length > 0 ? [`    follows ${change.from.join(', ')}`] : [];
  return `${head.map(colour).join('\n')}\n${[...because, ...from].map((line) => `${line}\n`).join('')}`;
}
