/** JSON manifests: one value, or several one after another as `kubectl get -o json` pipes make them. */
import type { Problem } from '../core/error.ts';
import { sourceText } from './origin.ts';
import type { ParsedDocument, ParsedText } from './parsed.ts';
import { duplicateKeyProblem, nulProblem, problemAt } from './parsed.ts';
import type { JsonValueRange } from './scan-json.ts';
import { scanJson } from './scan-json.ts';

/** Values of the text; those before a fault are kept, a value with a key written twice is not. */
export function parseJson(text: string, file: string): ParsedText {
  const source = sourceText(file, text);
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

function itemParts({ items }: JsonValueRange): ParsedDocument['items'] {
  return items.map(({ start, end }) => ({ start, end, prefix: [] }));
}
