/** A fault as a person wrote it, before its names are looked up: the common form of `--lose` and of scenario files. */
import { parseDuration } from '../core/duration.ts';
import type { Position, Problem } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import type { Millis } from '../core/units.ts';
import { FAULT_KINDS, type FaultField, type FaultWords, faultWords } from './catalog.ts';
import type { FaultKind } from './scenario.ts';

export interface WrittenFault {
  readonly kind: FaultKind;
  /** The value of the kind; undefined when only the kind is written. */
  readonly name: string | undefined;
  readonly fields: Readonly<Partial<Record<FaultField['name'], string>>>;
  readonly at: Millis;
  readonly until: Millis | undefined;
  readonly origin: Position | undefined;
  /** What a message calls it: the option as written, or its path in the file. */
  readonly label: string;
}

/** Reads `zone=us-west-2b,at=10s,for=5m`. */
export function parseLose(text: string): { fault?: WrittenFault; problems: readonly Problem[] } {
  const label = `--lose ${text}`;
  const problems: Problem[] = [];
  const refuse = (problem: Omit<Problem, 'path'>): void => {
    problems.push({ path: label, ...problem });
  };
  const [first = '', ...rest] = text.split(',').map((part) => part.trim());
  const [kind, name] = cut(first);
  const words = faultWords(kind);
  if (words === undefined) return { problems: [unknownKind(kind, label)] };
  checkName(words, name, refuse);
  const fields: Record<string, string> = {};
  for (const part of rest) {
    const [key, value] = cut(part);
    const known = fieldNames(words);
    if (!known.includes(key)) refuse(unknownField(words, key, known));
    else if (Object.hasOwn(fields, key)) refuse({ code: 'duplicate-field', message: `${key} is given twice` });
    else if (value === undefined || value === '')
      refuse({ code: 'missing', message: `${key} has no value`, expected: `${key}=VALUE` });
    else fields[key] = value;
  }
  checkFields(words, fields, refuse);
  const { at = '0', for: length, ...own } = fields;
  if (problems.length > 0) return { problems };
  const start = parseDuration(at) ?? 0;
  const until = length === undefined ? undefined : start + (parseDuration(length) ?? 0);
  return { fault: { kind: words.kind, name, fields: own, at: start, until, origin: undefined, label }, problems };
}

/** What is wrong with the value of the kind and with the fields, but for names, which need a world. */
export function checkName(
  words: FaultWords,
  name: string | undefined,
  refuse: (problem: Omit<Problem, 'path'>) => void,
): void {
  const { names, kind, example } = words;
  if (names === undefined && name !== undefined)
    refuse({ code: 'unexpected-name', message: `${kind} takes no name`, found: name, expected: `${kind} alone` });
  if (names !== undefined && names.optional === undefined && (name ?? '') === '')
    refuse({
      code: 'missing',
      message: `${kind} names nothing`,
      expected: names.what,
      hint: `For example ${example}.`,
    });
}

/** Required fields, durations and counts. */
export function checkFields(
  words: FaultWords,
  fields: Readonly<Record<string, string>>,
  refuse: (problem: Omit<Problem, 'path'>, field?: string) => void,
): void {
  for (const { name, required, means } of words.fields) {
    if (required === true && fields[name] === undefined)
      refuse({
        code: 'missing',
        message: `${words.kind} needs ${name}: ${means}`,
        hint: `For example ${words.example}.`,
      });
  }
  for (const [name, value] of Object.entries(fields)) {
    const form = name === 'at' || name === 'for' ? 'duration' : words.fields.find((one) => one.name === name)?.form;
    if (form === 'duration' && parseDuration(value) === undefined)
      refuse(
        { code: 'wrong-form', message: `${name} is not a duration`, found: value, expected: 'a duration, like 10s' },
        name,
      );
    else if (name === 'for' && parseDuration(value) === 0)
      refuse({ code: 'too-small', message: 'for is nothing', found: value, expected: 'a duration longer than 0' });
    if (form === 'count' && !/^[1-9]\d{0,5}$/.test(value))
      refuse(
        { code: 'wrong-form', message: `${name} is not a count`, found: value, expected: 'a whole number from 1' },
        name,
      );
  }
}

/** Fields that may stand beside the kind on the command line. */
export function fieldNames(words: FaultWords): readonly string[] {
  return [...words.fields.map(({ name }) => name), 'at', 'for'];
}

export function unknownField(words: FaultWords, key: string, known: readonly string[]): Omit<Problem, 'path'> {
  const near = nearest(key, known);
  return {
    code: 'unknown-field',
    message: `${words.kind} has no field ${key === '' ? 'without a name' : key}`,
    expected: `one of ${known.join(', ')}`,
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  };
}

function unknownKind(kind: string, label: string): Problem {
  const near = nearest(kind, FAULT_KINDS);
  return {
    code: 'unknown-fault',
    path: label,
    message: kind === '' ? 'names no fault' : `${kind} is no kind of fault`,
    expected: `one of ${FAULT_KINDS.join(', ')}`,
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  };
}

/** At the first `=`: the value of a rack holds one of its own. */
function cut(part: string): readonly [string, string | undefined] {
  const at = part.indexOf('=');
  return at === -1 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
}
