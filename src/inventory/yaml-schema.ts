/**
 * Plain YAML scalars as Kubernetes resolves them. sigs.k8s.io/yaml v1.6.0 converts through go.yaml.in/yaml/v2 v2.4.3
 * (resolve.go), which is YAML 1.1 where it bites: `on`, `no` and `y` are booleans, `0644` is octal, dates stay text.
 */
import type { Schema } from 'js-yaml';
import { FAILSAFE_SCHEMA, NOT_RESOLVED, defineMappingTag, defineScalarTag, mergeTag } from 'js-yaml';

export type Scalar = string | number | boolean | null;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...words(true, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']),
  ...words(false, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']),
  ...words(null, ['', '~', 'null', 'Null', 'NULL']),
]);
const BOUNDLESS = /^(?:\.nan|\.NaN|\.NAN|[-+]?\.(?:inf|Inf|INF))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]*)|([1-9]\d*))$/;
const RADIX = [16, 8, 2, 8, 10] as const;
const NUMBER_STARTS = '+-.0123456789'.split('');
const WORD_STARTS = 'yYnNtTfFoO'.split('');

/** The value of a plain scalar without a tag. Throws on `.inf` and `.nan`: JSON has no form for them. */
export function resolvePlain(text: string): Scalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (BOUNDLESS.test(text)) throw new Error(`${text} has no form in JSON`);
  const plain = text.includes('_') && !text.startsWith('.') ? text.replaceAll('_', '') : text;
  const integer = INTEGER.exec(plain);
  if (integer) return integerOf(integer);
  const float = FLOAT.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(float) ? float + 0 : text;
}

/** The text of a key: what sigs.k8s.io/yaml makes of keys that are no text. Undefined when it refuses the key. */
export function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  return typeof key === 'number' || typeof key === 'boolean' ? String(key) : undefined;
}

/** Maps as plain objects without a way to reach a prototype. */
const mapping = defineMappingTag<Record<string, unknown>>('tag:yaml.org,2002:map', {
  create: () => ({}),
  addPair: (carrier, key, value) => {
    const name = keyText(key);
    if (name === undefined) return 'a key must be text, a number or a boolean';
    if (name === '__proto__')
      Object.defineProperty(carrier, name, { value, enumerable: true, configurable: true, writable: true });
    else carrier[name] = value;
    return '';
  },
  has: (carrier, key) => Object.hasOwn(carrier, keyText(key) ?? ''),
  keys: (result) => Object.keys(result),
  get: (result, key) => result[keyText(key) ?? ''],
  identify: () => false,
});

/** Tags of somebody's own (`!Ref`) leave scalars as the text they are. */
export const KUBERNETES_SCHEMA: Schema = FAILSAFE_SCHEMA.withTags(
  scalar('null', ['', '~', 'n', 'N'], (value) => value === null),
  scalar('bool', WORD_STARTS, (value) => typeof value === 'boolean'),
  scalar('int', NUMBER_STARTS, (value, text) => typeof value === 'number' && !isFloatForm(text)),
  scalar('float', NUMBER_STARTS, (value) => typeof value === 'number'),
  mergeTag,
  mapping,
  defineScalarTag('!', { matchByTagPrefix: true, resolve: (text) => text, identify: () => false }),
);

function scalar(name: string, starts: readonly string[], accepts: (value: Scalar, text: string) => boolean) {
  return defineScalarTag<Scalar>(`tag:yaml.org,2002:${name}`, {
    implicit: true,
    implicitFirstChars: starts,
    resolve: (text) => {
      const value = resolvePlain(text);
      return accepts(value, text) ? value : NOT_RESOLVED;
    },
    identify: () => false,
  });
}

function isFloatForm(text: string): boolean {
  return !INTEGER.test(text.replaceAll('_', ''));
}

/** strconv.ParseInt with base 0; beyond 64 bits Go falls back to a float, which is what Number gives anyway. */
function integerOf(match: RegExpExecArray): number {
  const [, sign, ...digits] = match;
  const form = digits.findIndex((part) => part !== undefined);
  const magnitude = digits[form] === '' ? 0 : Number.parseInt(digits[form] ?? '', RADIX[form] ?? 10);
  return sign === '-' ? 0 - magnitude : magnitude;
}

function words(value: boolean | null, spellings: readonly string[]): readonly (readonly [string, boolean | null])[] {
  return spellings.map((spelling) => [spelling, value] as const);
}
