/** Colours of a terminal, or none. */

/** Wraps a text in what makes it stand out. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const same = (text: string): string => text;

/** Leaves every text as it is. */
export const noPaint: Paint = { bold: same, dim: same, green: same, red: same, yellow: same };

const ansi =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001B[${on}m${text}\u001B[${off}m`;

/** SGR sequences that every terminal of today knows. */
export const ansiPaint: Paint = {
  bold: ansi(1, 22),
  dim: ansi(2, 22),
  green: ansi(32, 39),
  red: ansi(31, 39),
  yellow: ansi(33, 39),
};
