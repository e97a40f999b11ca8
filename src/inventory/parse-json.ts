/** JSON manifests: one value, or several one after another as `kubectl get -o json` pipes make them. */
import type { Problem } from '../core/error.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { ItemParser } from './parse-items.ts';
import type { SourceText, TextStart } from './origin.ts';
import { sourceText } from './origin.ts';
import type { ParsedDocument, ParsedText } from './parsed.ts';
import { duplicateKeyProblem, nulProblem, problemAt } from './parsed.ts';
import { scanItems } from './scan-items.ts';
import type { JsonValueRange, TextRange } from './scan-json.ts';
import { scanJson } from './scan-json.ts';

/** Values of the text; those before a fault are kept, a value with a key written twice is not. */
export function parseJson(text: string, file: string, from?: TextStart): ParsedText {
  const source = sourceText(file, text, { from });
  const list = parseList(text, source);
  if (list !== undefined) return { documents: [list], problems: [] };
  const scan = scanJson(text);
  const problems: Problem[] = scan.duplicates.map((duplicate) => duplicateKeyProblem(source, duplicate));
  if (scan.fault !== undefined) {
    const { offset, message } = scan.fault;
    problems.push(
      text[offset] === '\0'
        ? nulProblem(source, offset)
        : problemAt(source, { code: 'not-json', message: `is not JSON: ${message}`, offset }),
    );
  }
  const ambiguous = new Set(scan.duplicates.map(({ value }) => value));
  const documents = scan.values.flatMap((range, index): ParsedDocument[] => {
    if (ambiguous.has(index)) return [];
    const { start, end } = range;
    return [
      {
        value: JSON.parse(text.slice(start, end)),
        origin: { source, format: 'json', start, end, prefix: [] },
        items: itemParts(range),
      },
    ];
  });
  return { documents, problems };
}

const WHOLE: FieldPath = [];

/** The whole text as one list, item by item; undefined when anything about it needs the strict walk. */
function parseList(text: string, source: SourceText): ParsedDocument | undefined {
  const parser = new ItemParser(text);
  const values: unknown[] = [];
  const items: TextRange[] = [];
  try {
    const scan = scanItems(text, (item) => {
      values.push(parser.parse(item));
      items.push({ start: item.start, end: item.end });
    });
    if (scan === undefined) return undefined;
    const { whole, head } = scan;
    const list: unknown = JSON.parse(head);
    return {
      value: { ...(list as object), items: values },
      origin: { source, format: 'json', start: whole.start, end: whole.end, prefix: [] },
      items: itemParts({ items }),
    };
  } catch {
    return undefined;
  }
}

function itemParts({ items }: Pick<JsonValueRange, 'items'>): ParsedDocument['items'] {
  return items.map(({ start, end }) => ({ start, end, prefix: WHOLE }));
}
