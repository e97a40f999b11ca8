/** Server blocks of a Corefile, as far as rules look at them: zones, and directives with their arguments (CoreDNS docs, manual/configuration). */

export interface ServerBlock {
  /** Without scheme and port: `.`, `cluster.local`. */
  readonly zones: readonly string[];
  readonly directives: readonly Directive[];
}

interface Directive {
  readonly name: string;
  readonly arguments: readonly string[];
}

/** Undefined when braces do not pair. */
export function parseCorefile(text: string): readonly ServerBlock[] | undefined {
  const blocks: { zones: string[]; directives: Directive[] }[] = [];
  let depth = 0;
  for (const line of text.split('\n')) {
    const words = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) continue;
    const opens = words.at(-1) === '{';
    const named = opens ? words.slice(0, -1) : words;
    if (words[0] === '}') depth -= 1;
    else if (depth === 0 && opens) blocks.push({ zones: named.map(zoneOf), directives: [] });
    else if (depth === 1) blocks.at(-1)?.directives.push({ name: named[0] ?? '', arguments: named.slice(1) });
    if (opens) depth += 1;
    if (depth < 0) return undefined;
  }
  return depth === 0 ? blocks : undefined;
}

function zoneOf(written: string): string {
  const zone = written
    .replace(/,$/, '')
    .replace(/^[a-z]+:\/\//, '')
    .replace(/:\d+$/, '');
  return zone === '' ? '.' : zone;
}
