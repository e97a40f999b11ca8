/** Text that others wrote, on its way to a terminal or a log. */

/** Escape sequences begin with a control character, and U+202A to U+202E and U+2066 to U+2069 turn the order of what stands behind them (CVE-2021-42574). */
const UNPRINTABLE = /(?![\t\n])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu;

/** The text with U+FFFD for each character that would steer a terminal; line ends and tabs stay. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNPRINTABLE, '\uFFFD');
}
