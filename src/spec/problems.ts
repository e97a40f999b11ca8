/** Turns the schema's issues into problems that a person can mend: where, what was found, what is expected, the nearest known word. */
import type { ZodType } from 'zod';
import type { $ZodIssue } from 'zod/v4/core';
import type { Problem } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import { keysAt } from './schema-walk.ts';
import type { PathSegment, YamlDocument } from './yaml-source.ts';

/** All issues of one parse as problems, in the order of the text. */
export function problemsOf(issues: readonly $ZodIssue[], schema: ZodType, document: YamlDocument): readonly Problem[] {
  const problems = issues.flatMap((issue) => toProblems(issue, schema, document));
  // Two bounds of one field are one fault: the later, narrower one is said.
  const last = new Map(problems.map((problem) => [`${problem.path} ${problem.code}`, problem]));
  return [...last.values()].sort(byPosition);
}

/** `spec.pools[1].zones[0]`. */
export function formatPath(path: readonly PathSegment[]): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`)).join('');
}

function byPosition(a: Problem, b: Problem): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}

function toProblems(issue: $ZodIssue, schema: ZodType, document: YamlDocument): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, { schema, document }));
  if (issue.code === 'invalid_union') return [unionProblem(issue, path, document)];
  const words = wordsOf(issue);
  const missing = document.written(path) === undefined && issue.code === 'invalid_type';
  const found = document.written(path);
  return [
    {
      code: missing ? 'missing' : words.code,
      message: missing ? `${formatPath(path) || 'the document'} is missing` : words.message,
      path: formatPath(path),
      at: document.locate(path),
      ...(found === undefined ? {} : { found }),
      expected: words.expected,
      ...(words.known && found !== undefined ? hintOf(found, words.known) : {}),
    },
  ];
}

function unknownKey(
  key: string,
  path: readonly PathSegment[],
  from: { schema: ZodType; document: YamlDocument },
): Problem {
  const known = keysAt(from.schema, path);
  const near = nearest(key, known);
  const list = known.length > 12 ? `${known.slice(0, 12).join(', ')}, …` : known.join(', ');
  return {
    code: 'unknown-key',
    message: `${formatPath([...path, key])} is not a field`,
    path: formatPath([...path, key]),
    at: from.document.locateKey([...path, key]),
    found: key,
    expected: known.length === 0 ? 'no field here' : `one of ${list}`,
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  };
}

function unionProblem(
  issue: $ZodIssue & { code: 'invalid_union' },
  path: readonly PathSegment[],
  document: YamlDocument,
): Problem {
  const expected = issue.errors.flat().map((inner) => wordsOf(inner).expected);
  const found = document.written(path);
  return {
    code: found === undefined ? 'missing' : 'wrong-type',
    message: found === undefined ? `${formatPath(path)} is missing` : `${formatPath(path)} has the wrong form`,
    path: formatPath(path),
    at: document.locate(path),
    ...(found === undefined ? {} : { found }),
    expected: [...new Set(expected)].join(' or ') || 'another form',
  };
}

function hintOf(found: string, known: readonly string[]): { hint?: string } {
  const near = nearest(found.replace(/^["']|["']$/g, ''), known);
  return near === undefined ? {} : { hint: `Did you mean ${near}?` };
}

interface Words {
  readonly code: string;
  readonly message: string;
  readonly expected: string;
  readonly known?: readonly string[];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  record: 'a map',
};

function wordsOf(issue: $ZodIssue): Words {
  const path = formatPath(issue.path as PathSegment[]) || 'the document';
  switch (issue.code) {
    case 'invalid_type':
      return {
        code: 'wrong-type',
        message: `${path} has the wrong type`,
        expected: TYPE_NAMES[issue.expected] ?? issue.expected,
      };
    case 'invalid_value': {
      const known = issue.values.map(String);
      return {
        code: 'unknown-value',
        message: `${path} has a value that is not known`,
        expected: known.length === 1 ? (known[0] ?? '') : `one of ${known.join(', ')}`,
        known,
      };
    }
    case 'too_small':
      return {
        code: 'too-small',
        message: `${path} is too small`,
        expected: `${measure(issue.origin)}at least ${String(issue.minimum)}`,
      };
    case 'too_big':
      return {
        code: 'too-big',
        message: `${path} is too big`,
        expected: `${measure(issue.origin)}at most ${String(issue.maximum)}`,
      };
    case 'not_multiple_of':
      return { code: 'not-multiple', message: `${path} is not a multiple`, expected: `a multiple of ${issue.divisor}` };
    case 'invalid_format':
      return {
        code: 'wrong-form',
        message: `${path} ${formWords(issue.message)}`,
        expected: formExpected(issue.message),
      };
    case 'custom': {
      const params = issue.params as { expected?: string; code?: string } | undefined;
      return {
        code: params?.code ?? 'wrong-form',
        message: `${path} ${issue.message}`,
        expected: params?.expected ?? 'another value',
      };
    }
    case 'invalid_key':
    case 'invalid_element':
      return {
        code: 'wrong-form',
        message: `${path} has a key or an element of the wrong form`,
        expected: 'what the field describes',
      };
    case 'unrecognized_keys':
    case 'invalid_union':
      return { code: 'wrong-form', message: `${path} has the wrong form`, expected: 'another form' };
    default:
      return { code: 'wrong-form', message: `${path} has the wrong form`, expected: 'another value' };
  }
}

/** Field types write their message as `is not X: form, like example`; zod's own start with a capital. */
function formWords(message: string): string {
  return message.startsWith('is not ') ? (message.split(/[:,]/)[0] ?? message) : 'has the wrong form';
}

function formExpected(message: string): string {
  const own = /^is not [^:,]+[:,] ?(.*)$/.exec(message);
  return own?.[1] ?? 'the form that the field describes';
}

function measure(origin: string): string {
  if (origin === 'array') return 'elements: ';
  return origin === 'string' ? 'characters: ' : '';
}
