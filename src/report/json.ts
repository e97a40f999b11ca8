/** Any output as JSON. */

/** Two blanks of indent and a newline at the end, so that it reads well and differs well. */
export function writeJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
