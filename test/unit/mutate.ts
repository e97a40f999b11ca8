/** Random damage to the text of a document: what slips of the keyboard, merges and tools do to YAML. */
import type { Random } from '../../src/core/random.ts';

type Damage = (text: string, random: Random) => string;

const TOKENS = [
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '- ',
  '? ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|',
  '>',
  '\t',
  '#',
  '%',
  '@',
  '`',
  '\u0000',
  '\uFEFF',
  '\r\n',
  '---\n',
  '...\n',
  '~',
  'null',
  'yes',
  '0x1F',
  '1e999',
  '-0',
  '.nan',
  '99999999999999999999',
  '__proto__: {}',
  'constructor: x',
  '💥',
  '\u2028',
  '1_000',
  '2026-11-24',
];
const VALUES = [
  '[]',
  '{}',
  'null',
  '""',
  '0',
  '-1',
  '1.5',
  'true',
  '[[[[]]]]',
  '{a: {b: {c: 1}}}',
  '1e308',
  'NaN',
  '2m',
  '10Gi',
  '99.99%',
  '50/min',
  '5000 USD',
  '10.0.0.0/8',
  'x'.repeat(300),
  '[1, 2, 3]',
  '{name: x}',
];

const DAMAGES: readonly Damage[] = [
  (text, random) => withLine(text, random, () => ''),
  (text, random) => withLine(text, random, (line) => `${line}\n${line}`),
  (text, random) => withLine(text, random, (line) => ` ${line}`),
  (text, random) => withLine(text, random, (line) => line.replace(/^ /, '')),
  (text, random) => withLine(text, random, (line) => line.replace(/:.*$/, `: ${pick(VALUES, random)}`)),
  (text, random) => withLine(text, random, (line) => line.replace(/[a-z]/i, String.fromCharCode(97 + random.int(26)))),
  (text, random) => withLine(text, random, (line) => line.replace(/\d/, String(random.int(10)))),
  (text, random) => withLine(text, random, (line) => line.replace(/(\d+)/, '$1'.repeat(1 + random.int(12)))),
  (text, random) => insertAt(text, random, pick(TOKENS, random)),
  (text, random) => insertAt(text, random, String.fromCodePoint(1 + random.int(0xd7ff))),
  (text, random) => text.slice(0, random.int(text.length + 1)),
  (text, random) => {
    const from = random.int(text.length);
    return text.slice(0, from) + text.slice(from + 1 + random.int(12));
  },
  (text, random) => {
    const lines = text.split('\n');
    const [a, b] = [random.int(lines.length), random.int(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return lines.join('\n');
  },
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => `\uFEFF${text}`,
  (text, random) => text + text.slice(random.int(text.length)),
];

/** The text after one to four random damages. */
export function mutate(text: string, random: Random): string {
  let damaged = text;
  for (let count = 1 + random.int(4); count > 0; count -= 1) damaged = pick(DAMAGES, random)(damaged, random);
  return damaged;
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random.int(list.length)] as T;
}

function withLine(text: string, random: Random, change: (line: string) => string): string {
  const lines = text.split('\n');
  const at = random.int(lines.length);
  lines[at] = change(lines[at] ?? '');
  return lines.join('\n');
}

function insertAt(text: string, random: Random, token: string): string {
  const at = random.int(text.length + 1);
  return text.slice(0, at) + token + text.slice(at);
}
