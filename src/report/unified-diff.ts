/** Two texts as a unified diff, as patch(1) and git apply take it. */

const CONTEXT = 3;
/** Beyond, all of it is replaced. */
const MOST_CELLS = 4_000_000;

export interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Empty when they are equal. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return '';
  const lines = diffLines(linesOf(before), linesOf(after));
  // git refuses names with a step that leads nowhere.
  const path = file.replaceAll(/(?<=^|\/)\.?\/+/g, '');
  return `--- ${headName(`a/${path}`)}\n+++ ${headName(`b/${path}`)}\n${hunks(lines).join('')}`;
}

/** With their ends; behind the last end there is no line. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

/** As git 2.51 diff.c writes it: a name with a blank ends in a tab, one with what would end it early stands in quotes. */
function headName(path: string): string {
  if (/["\\\p{Cc}]/u.test(path)) return `"${path.replaceAll(/["\\]|\p{Cc}/gu, quoted)}"`;
  return path.includes(' ') ? `${path}\t` : path;
}

function quoted(letter: string): string {
  if (letter === '"' || letter === '\\') return `\\${letter}`;
  return [...Buffer.from(letter)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** What both begin and end with is cut off; between, the longest common part stays (small: a fix changes few lines). */
export function diffLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  return [
    ...before.slice(0, start).map(sign(' ')),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(sign(' ')),
  ];
}

function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > MOST_CELLS) return [...before.map(sign('-')), ...after.map(sign('+'))];
  const longest = commonLengths(before, after);
  const lines: Line[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    const [old, young] = [before[a], after[b]];
    if (old !== undefined && old === young) {
      lines.push({ sign: ' ', text: old });
      a += 1;
      b += 1;
    } else if (young === undefined || (old !== undefined && (longest[a + 1]?.[b] ?? 0) >= (longest[a]?.[b + 1] ?? 0))) {
      lines.push({ sign: '-', text: old ?? '' });
      a += 1;
    } else {
      lines.push({ sign: '+', text: young });
      b += 1;
    }
  }
  return lines;
}

/** Length of the longest common part of what follows each pair of lines. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly (readonly number[])[] {
  const table = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  for (let a = before.length - 1; a >= 0; a -= 1) {
    const [row = [], below = []] = [table[a], table[a + 1]];
    for (let b = after.length - 1; b >= 0; b -= 1)
      row[b] = before[a] === after[b] ? (below[b + 1] ?? 0) + 1 : Math.max(below[b] ?? 0, row[b + 1] ?? 0);
  }
  return table;
}

function sign(mark: Line['sign']): (text: string) => Line {
  return (text) => ({ sign: mark, text });
}

/** Changes that are less than two contexts apart share a hunk. */
function hunks(lines: readonly Line[]): readonly string[] {
  const changed = lines.flatMap(({ sign: mark }, index) => (mark === ' ' ? [] : [index]));
  const spans: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = spans.at(-1);
    if (last !== undefined && index - last.to <= 2 * CONTEXT) last.to = index;
    else spans.push({ from: index, to: index });
  }
  return spans.map(({ from, to }) =>
    hunk(lines, Math.max(0, from - CONTEXT), Math.min(lines.length, to + CONTEXT + 1)),
  );
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const shown = lines.slice(from, to);
  const count = (list: readonly Line[], other: Line['sign']): number =>
    list.filter((line) => line.sign !== other).length;
  const span = (other: Line['sign']): string => {
    const size = count(shown, other);
    // Of no lines the one before them is named.
    return `${count(lines.slice(0, from), other) + (size === 0 ? 0 : 1)},${size}`;
  };
  return `@@ -${span('+')} +${span('-')} @@\n${shown.map(written).join('')}`;
}

function written({ sign: mark, text }: Line): string {
  return text.endsWith('\n') ? `${mark}${text}` : `${mark}${text}\n\\ No newline at end of file\n`;
}
