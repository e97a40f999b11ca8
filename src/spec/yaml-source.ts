/** The text of a document as YAML with positions: one tree, a plain value, and where each path stands. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { Position, Problem } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';

export type PathSegment = string | number;

/** Documents larger than this are not cluster documents; a real one has some kilobytes. */
export const MAX_DOCUMENT_CHARACTERS = 1_000_000;
/** Nodes nest no deeper than this in any real document; the parser recurses, so depth is bounded before it. */
const MAX_DEPTH = 64;
/** Anchors may be used often, but not to build a value larger than this many nodes. */
const MAX_ALIAS_COUNT = 100;

export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly YamlDocument[];
}

export interface YamlDocument {
  readonly value: unknown;
  /** Where the value at the path stands; the nearest parent when the path is not written. */
  locate(path: readonly PathSegment[]): Position;
  /** Where the key stands. */
  locateKey(path: readonly PathSegment[]): Position;
  /** The value as written, at most one line of it; undefined when it is not written. */
  written(path: readonly PathSegment[]): string | undefined;
}

/** Reads YAML (or JSON) and keeps positions; every fault of the text is a problem, none is thrown. */
export function readYaml(text: string, file: string): { source: YamlSource; problems: readonly Problem[] } {
  const none = { file, text, documents: [] };
  if (text.length > MAX_DOCUMENT_CHARACTERS) return { source: none, problems: [tooLarge(text, file)] };
  const deep = depthProblem(text, file);
  if (deep) return { source: none, problems: [deep] };
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    merge: true,
    uniqueKeys: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const at = (offset: number): Position => positionAt(lines, file, offset);
  const problems: Problem[] = [];
  const readable: YamlDocument[] = [];
  for (const document of documents) {
    const faults = document.errors.map((error) => syntaxProblem(error.code, error.message, at(error.pos[0])));
    const read = faults.length === 0 ? toDocument(document, { at, text }) : undefined;
    if (read && 'code' in read) faults.push(read);
    else if (read) readable.push(read);
    problems.push(...faults);
  }
  return { source: { file, text, documents: readable }, problems };
}

interface TextView {
  readonly at: (offset: number) => Position;
  readonly text: string;
}

function toDocument(document: Document.Parsed, view: TextView): YamlDocument | Problem {
  const value = toValue(document, view);
  if ('problem' in value) return value.problem;
  const contents = document.contents as Node | null;
  return {
    value: value.value,
    locate: (path) => {
      const { node, key, parent } = find(document, path);
      const best = node?.range?.[0] ?? key?.range?.[0] ?? parent?.range?.[0] ?? contents?.range?.[0] ?? 0;
      return view.at(best);
    },
    locateKey: (path) => {
      const { node, key, parent } = find(document, path);
      return view.at(key?.range?.[0] ?? node?.range?.[0] ?? parent?.range?.[0] ?? 0);
    },
    written: (path) => {
      const { node } = find(document, path);
      if (!node?.range) return undefined;
      const [line = ''] = view.text.slice(node.range[0], node.range[1]).split('\n');
      return line.length > 60 ? `${line.slice(0, 57)}...` : line;
    },
  };
}

function toValue(document: Document.Parsed, view: TextView): { value: unknown } | { problem: Problem } {
  const unknown = unknownAnchor(document, view);
  if (unknown) return { problem: unknown };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) as unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Math.max(0, view.text.indexOf('*'));
    const bomb = /alias/i.test(message);
    return {
      problem: {
        code: bomb ? 'alias-bomb' : 'yaml-value',
        message: bomb ? 'aliases multiply to a value too large to be meant' : `the YAML cannot be read: ${message}`,
        at: view.at(offset),
        expected: bomb ? `at most ${MAX_ALIAS_COUNT} uses of anchors` : 'plain YAML values',
      },
    };
  }
}

/** The first alias whose anchor does not stand before it. */
function unknownAnchor(document: Document.Parsed, view: TextView): Problem | undefined {
  const known = new Set<string>();
  let problem: Problem | undefined;
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node) && !known.has(node.source)) {
        const guess = nearest(node.source, known);
        problem = {
          code: 'unknown-anchor',
          message: 'the alias names an anchor that does not stand before it',
          at: view.at(node.range?.[0] ?? 0),
          found: `*${node.source}`,
          expected:
            known.size === 0
              ? 'an anchor, like &name, before it'
              : `one of ${[...known].map((name) => `*${name}`).join(', ')}`,
          ...(guess === undefined ? {} : { hint: `Did you mean *${guess}?` }),
        };
        return visit.BREAK;
      }
      if (!isAlias(node) && node.anchor !== undefined) known.add(node.anchor);
      return undefined;
    },
  });
  return problem;
}

interface Found {
  readonly node?: Node | undefined;
  readonly key?: Node | undefined;
  readonly parent?: Node | undefined;
}

/** Follows the path through maps, sequences, aliases and merges; stops at the last node that is written. */
function find(document: Document.Parsed, path: readonly PathSegment[]): Found {
  let node: Node | undefined = resolve(document.contents, document);
  let key: Node | undefined;
  let parent: Node | undefined = node;
  for (const segment of path) {
    const step: Found = node ? stepInto(node, segment, document) : {};
    if (!step.node && !step.key) return { parent: node ?? parent, key: undefined };
    parent = node;
    key = step.key;
    node = step.node;
  }
  return { node, key, parent };
}

function stepInto(node: Node, segment: PathSegment, document: Document.Parsed): Found {
  if (isSeq(node)) return { node: resolve(node.items[Number(segment)], document) };
  if (!isMap(node)) return {};
  const pair = node.items.find((item) => keyText(item) === String(segment));
  if (pair) return { key: isNode(pair.key) ? pair.key : undefined, node: resolve(pair.value, document) };
  for (const item of node.items) {
    if (keyText(item) !== '<<') continue;
    const merged = resolve(item.value, document);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const from = resolve(source, document);
      const step = from ? stepInto(from, segment, document) : {};
      if (step.node || step.key) return step;
    }
  }
  return {};
}

function keyText(pair: unknown): string | undefined {
  if (!isPair(pair)) return undefined;
  const { key } = pair as Pair;
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'symbol' ? key.value.description : String(key.value);
}

function resolve(node: unknown, document: Document.Parsed): Node | undefined {
  if (isAlias(node)) return node.resolve(document) ?? undefined;
  return isNode(node) ? node : undefined;
}

function positionAt(lines: LineCounter, file: string, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

function tooLarge(text: string, file: string): Problem {
  return {
    code: 'too-large',
    message: `the document has ${text.length.toLocaleString('en-US')} characters`,
    at: { file, line: 1, column: 1 },
    expected: `at most ${MAX_DOCUMENT_CHARACTERS.toLocaleString('en-US')} characters`,
    hint: 'Workloads do not belong into the cluster document: name their files under spec.workloads.',
  };
}

/** Counts flow brackets and leading blanks: cheap, and enough to keep the recursive parser from its stack's end. */
function depthProblem(text: string, file: string): Problem | undefined {
  let line = 0;
  for (const content of text.split('\n')) {
    line += 1;
    let open = 0;
    let most = 0;
    let dashes = 0;
    for (const letter of content) {
      if (letter === '[' || letter === '{') most = Math.max(most, ++open);
      else if (letter === ']' || letter === '}') open -= 1;
      else if (letter === '-' || letter === '?') dashes += 1;
    }
    const indent = content.length - content.trimStart().length;
    const compact = /^\s*(?:[-?]\s+)+/.exec(content)?.[0].length ?? 0;
    if (most > MAX_DEPTH || indent > MAX_DEPTH * 8 || (dashes > MAX_DEPTH && compact > MAX_DEPTH * 2)) {
      return {
        code: 'too-deep',
        message: 'values are nested too deep to be meant',
        at: { file, line, column: 1 },
        expected: `at most ${MAX_DEPTH} levels`,
      };
    }
  }
  return undefined;
}

const SYNTAX_WORDS: Readonly<Record<string, { code: string; message: string; expected: string }>> = {
  DUPLICATE_KEY: {
    code: 'duplicate-key',
    message: 'the key is written twice in the same map',
    expected: 'each key once',
  },
  TAB_AS_INDENT: { code: 'tab', message: 'a tab is used to indent', expected: 'blanks; YAML forbids tabs there' },
};

function syntaxProblem(code: string, message: string, at: Position): Problem {
  const words = SYNTAX_WORDS[code];
  if (words) return { ...words, at };
  const [first = message] = message.split('\n');
  return { code: 'yaml-syntax', message: first, at, expected: 'valid YAML 1.2' };
}
