/**
 * YAML manifests as Kubernetes reads them, several documents to a text. Each document stands for itself: a bad one is
 * one diagnosis, the others are kept.
 */
import type { Event } from 'js-yaml';
import { EVENT_ID, COLLECTION_STYLE, YAMLException, constructFromEvents, parseEvents } from 'js-yaml';
import type { Problem } from '../core/error.ts';
import type { SourceForm, SourceText } from './origin.ts';
import { sourceText } from './origin.ts';
import type { ParsedDocument, ParsedText, TextPart } from './parsed.ts';
import { duplicateKeyProblem, nulProblem, problemAt } from './parsed.ts';
import {
  MAX_DEPTH,
  afterNode,
  aliasWithinItself,
  complexKey,
  duplicateKeys,
  expandedSize,
  locateEvent,
  startOf,
} from './scan-yaml.ts';
import { KUBERNETES_SCHEMA } from './yaml-schema.ts';

/** Values in one document once its aliases are followed. go.yaml.in/yaml/v2 stops at 4,000,000 decoded nodes of which 10 % come from aliases. */
export const MAX_EXPANDED_VALUES = 1_000_000;

const MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;

/** One document of a text: the part between two markers. */
interface Part {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export function parseYaml(text: string, file: string, form: SourceForm = {}): ParsedText {
  const source = sourceText(file, text, form);
  const documents: ParsedDocument[] = [];
  const problems: Problem[] = [];
  for (const part of partsOf(source)) {
    const parsed = parsePart(part);
    if (Array.isArray(parsed)) problems.push(...parsed);
    else if (parsed !== undefined) documents.push(parsed as ParsedDocument);
  }
  return { documents, problems };
}

/** The documents of a YAML text, cut at the marker lines as the Kubernetes reader cuts them. */
export function partsOf(source: SourceText): readonly Part[] {
  const { text } = source;
  const parts: Part[] = [];
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  const cut = (end: number): void => {
    if (hasContent(text.slice(start, end))) parts.push({ source, start, end });
  };
  for (const marker of text.matchAll(MARKER)) {
    cut(marker.index);
    start = marker[0] === '...' ? marker.index + marker[0].length : marker.index;
  }
  cut(text.length);
  return parts;
}

/** False for parts with nothing but comments, markers and directives. */
function hasContent(part: string): boolean {
  return part.split('\n').some((line) => !/^\s*(?:#.*)?$|^---\s*(?:#.*)?$|^%/.test(line));
}

function parsePart(part: Part): ParsedDocument | readonly Problem[] | undefined {
  const { source, start, end } = part;
  const text = source.text.slice(start, end);
  const nul = text.indexOf('\0');
  if (nul !== -1) return [nulProblem(source, start + nul)];
  let events: Event[] = [];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const bomb = aliasBomb(events, part, text);
    if (bomb !== undefined) return [bomb];
    const within = aliasWithinItself(events, text);
    if (within !== undefined)
      return [
        problemAt(source, {
          code: 'endless-alias',
          message: 'the alias stands within the value of its own anchor, which would never end',
          offset: start + within,
          expected: 'an anchor whose value ends before it',
        }),
      ];
    const values = constructFromEvents(events, { source: text, schema: KUBERNETES_SCHEMA });
    if (values.length === 0) return undefined;
    return {
      value: values[0],
      origin: { source, format: 'yaml', start, end, prefix: [] },
      items: itemParts(values[0], { events, text, start }),
    };
  } catch (error) {
    const repeated = duplicateKeys(events, text);
    if (repeated.length > 0) return repeated.map((duplicate) => duplicateKeyProblem(source, shifted(duplicate, start)));
    return [syntaxProblem(error, part, { text, complexKey: complexKey(events, text) })];
  }
}

function aliasBomb(events: readonly Event[], { source, start }: Part, text: string): Problem | undefined {
  const first = events.find(({ type }) => type === EVENT_ID.ALIAS);
  if (first === undefined) return undefined;
  const size = expandedSize(events, text);
  if (size <= MAX_EXPANDED_VALUES) return undefined;
  return problemAt(source, {
    code: 'too-many-aliases',
    message: `the document stands for ${size.toLocaleString('en-US')} values once its aliases are followed`,
    offset: start + startOf(first, text),
    expected: `at most ${MAX_EXPANDED_VALUES.toLocaleString('en-US')}`,
  });
}

function syntaxProblem(
  error: unknown,
  { source, start }: Part,
  found: { text: string; complexKey: number | undefined },
): Problem {
  const { text } = found;
  const mark = error instanceof YAMLException ? error.mark : undefined;
  const offset = Math.min(
    found.complexKey ?? mark?.position ?? Math.max(0, text.search(/[-+]?\.(?:inf|nan)\b/i)),
    text.length,
  );
  const reason = error instanceof YAMLException ? error.reason : error instanceof Error ? error.message : String(error);
  const hint = hintFor(reason, lineAt(text, offset));
  return problemAt(source, {
    code: reason.startsWith('nesting exceeded') ? 'too-deep' : 'not-yaml',
    message: reason.startsWith('nesting exceeded')
      ? `nested deeper than ${MAX_DEPTH} levels`
      : `is not YAML: ${reason}`,
    offset: start + offset,
    ...(hint === undefined ? {} : { hint }),
  });
}

function hintFor(reason: string, line: string): string | undefined {
  if (line.includes('{{'))
    return 'This looks like a template of a Helm chart; give the chart with --chart DIR, or what `helm template` writes.';
  if (/\btabs?\b/.test(reason) || /^ *\t/.test(line)) return 'Indent with spaces, not with tabs.';
  return undefined;
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end === -1 ? text.length : end);
}

function shifted<T extends { readonly first: number; readonly second: number }>(duplicate: T, by: number): T {
  return { ...duplicate, first: duplicate.first + by, second: duplicate.second + by };
}

/**
 * Where each element of `items` stands by itself: whole lines from its dash to its last line. Elements in flow style, or
 * in a document with aliases, are found within the whole document instead.
 */
function itemParts(
  value: unknown,
  { events, text, start }: { events: readonly Event[]; text: string; start: number },
): ParsedDocument['items'] {
  const items = typeof value === 'object' && value !== null && 'items' in value ? value.items : undefined;
  if (!Array.isArray(items) || events.some(({ type }) => type === EVENT_ID.ALIAS)) return [];
  const sequence = locateEvent(events, text, ['items']).index;
  const root = events[sequence];
  if (root?.type !== EVENT_ID.SEQUENCE || root.style !== COLLECTION_STYLE.BLOCK) return [];
  const parts: (TextPart | undefined)[] = [];
  for (let at = sequence + 1; events[at] !== undefined && events[at]?.type !== EVENT_ID.POP;) {
    const after = afterNode(events, at);
    parts.push(itemPart(events.slice(at, after), text, start));
    at = after;
  }
  return parts;
}

function itemPart(node: readonly Event[], text: string, start: number): TextPart | undefined {
  const root = node[0];
  if (root?.type !== EVENT_ID.MAPPING || root.style !== COLLECTION_STYLE.BLOCK) return undefined;
  if (node.some((event) => event.type === EVENT_ID.MAPPING && event.style === COLLECTION_STYLE.FLOW)) return undefined;
  const first = text.lastIndexOf('\n', root.start) + 1;
  const last = node.reduce(
    (furthest, event) => (event.type === EVENT_ID.SCALAR ? Math.max(furthest, event.valueEnd) : furthest),
    root.start,
  );
  const end = text.indexOf('\n', last);
  return { start: start + first, end: start + (end === -1 ? text.length : end), prefix: [0] };
}
