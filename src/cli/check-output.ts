/** Findings in the form that `-o` asked for. */
import type { LoneFix } from '../check/fix/fix.ts';
import { isObject } from '../core/json.ts';
import { printable } from '../core/printable.ts';
import type { FindingListOutput, FindingOutput } from '../report/finding-schemas.ts';
import { findingsText } from '../report/findings-text.ts';
import { githubAnnotations } from '../report/github.ts';
import { findingsHtml } from '../report/html/findings-page.ts';
import { junit } from '../report/junit.ts';
import type { Paint } from '../report/paint.ts';
import { sarif } from '../report/sarif.ts';
import { writeData } from './output.ts';

export const FORMATS = ['text', 'wide', 'json', 'yaml', 'sarif', 'junit', 'html', 'github'] as const;

export interface FindingOptions {
  readonly paint: Paint;
  readonly width: number;
  readonly version: string;
  /** What mending a finding alone changes, by its fingerprint. */
  readonly fixes: ReadonlyMap<string, LoneFix>;
  /** True for findings for which the command exits with 1. */
  readonly fails: (finding: FindingOutput) => boolean;
}

export function writeFindings(list: FindingListOutput, format: string, options: FindingOptions): string {
  switch (format as (typeof FORMATS)[number]) {
    case 'json':
    case 'yaml':
      return writeData(list, format as 'json' | 'yaml');
    case 'sarif':
      return sarif(list, options.version, options.fixes);
    case 'junit':
      return junit(printed(list), options.fails);
    case 'html':
      return findingsHtml(printed(list));
    case 'github':
      return githubAnnotations(printed(list));
    case 'text':
    case 'wide':
      break;
  }
  return findingsText(printed(list), { ...options, wide: format === 'wide' });
}

/** Names and messages hold what others wrote. Data keeps every character: JSON and YAML escape them. */
function printed<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printed) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, printed(inner)])) as T;
}
