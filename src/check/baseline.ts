/** A baseline is what an earlier check printed as JSON: what is in it does not fail again. */
import { HoldfastError } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import type { DocumentText } from '../spec/parse.ts';

/**
 * The fingerprints of its findings.
 * @throws HoldfastError `not-a-baseline`.
 */
export function readBaseline({ text, file }: DocumentText): ReadonlySet<string> {
  const value = parsed(text);
  const findings = isObject(value) && value['kind'] === 'FindingList' ? value['findings'] : undefined;
  if (!Array.isArray(findings)) throw notABaseline(file);
  return new Set(
    findings.map((finding: unknown) => {
      const fingerprint = isObject(finding) ? finding['fingerprint'] : undefined;
      if (typeof fingerprint !== 'string') throw notABaseline(file);
      return fingerprint;
    }),
  );
}

function parsed(text: string): unknown {
  try {
    // Some shells begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function notABaseline(file: string): HoldfastError {
  return new HoldfastError('not-a-baseline', `${file} is no FindingList in JSON.`, {
    hint: 'holdfast check -o json > baseline.json writes one.',
  });
}
