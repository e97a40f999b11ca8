/**
 * Findings as SARIF 2.1.0 (OASIS, sarif-v2.1.0-os), for code scanning. Fingerprints hold no lines, so that a finding
 * stays the same when lines move.
 */
import type { FindingListOutput, FindingOutput } from './finding-schemas.ts';
import { objectName, renderedSentence, witnessSentence } from './finding-words.ts';
import { writeJson } from './json.ts';
import { replacementsOf } from './replacements.ts';

const LEVELS: Readonly<Record<FindingOutput['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** `fixes`: what mending a finding alone changes, by its fingerprint. */
export function sarif(list: FindingListOutput, version: string, fixes: Fixes = new Map()): string {
  const rules = rulesOf(list.findings);
  const places = new Map(rules.map(({ id }, index) => [id, index]));
  const compared = list.summary.known > 0;
  return writeJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'holdfast', version, semanticVersion: version, rules } },
        columnKind: 'utf16CodeUnits',
        results: list.findings.map((finding) => ({
          ...resultOf(finding, places.get(finding.rule) ?? 0, compared),
          ...fixesOf(finding, fixes),
        })),
      },
    ],
  });
}

type Fixes = ReadonlyMap<string, Change>;

interface Change {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

function fixesOf({ fingerprint, remedy }: FindingOutput, fixes: Fixes): object {
  const change = fixes.get(fingerprint);
  if (change === undefined) return {};
  const { file, before, after } = change;
  const replacements = replacementsOf(before, after).map(({ inserted, ...deletedRegion }) => ({
    deletedRegion,
    insertedContent: { text: inserted },
  }));
  const artifactChanges = [{ artifactLocation: { uri: uriOf(file) }, replacements }];
  return { fixes: [{ description: { text: remedy }, artifactChanges }] };
}

interface SarifRule {
  readonly id: string;
}

/** The rules that found something, each once, by id. */
function rulesOf(findings: readonly FindingOutput[]): readonly SarifRule[] {
  const byId = new Map(findings.map((finding) => [finding.rule, finding]));
  return [...byId]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { title, why, remedy, price }]) => ({
      id,
      shortDescription: { text: title },
      fullDescription: { text: why },
      help: { text: `${remedy}${price === undefined ? '' : ` Its price: ${price}`}` },
    }));
}

function resultOf(finding: FindingOutput, ruleIndex: number, compared: boolean): object {
  const { rule, severity, message, remedy, witness, fingerprint, known } = finding;
  const shown = witness === undefined ? '' : ` ${witnessSentence(witness)}.`;
  const rendered = renderedSentence(finding.origin);
  const where = rendered === undefined ? '' : ` It is in ${rendered}.`;
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: `${objectName(finding.object)}: ${message}${where}${shown} ${remedy}` },
    locations: [locationOf(finding)],
    partialFingerprints: { 'holdfastFinding/v1': fingerprint },
    ...(compared ? { baselineState: known === true ? 'unchanged' : 'new' } : {}),
    ...(finding.takesDown.length === 0 ? {} : { properties: { takesDown: finding.takesDown } }),
  };
}

function locationOf({ origin, object, path }: FindingOutput): object {
  const { file, line, column } = origin;
  const region =
    line === undefined ? {} : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  return {
    ...(file === undefined ? {} : { physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }),
    logicalLocations: [{ fullyQualifiedName: `${objectName(object)} ${path}`, kind: 'resource' }],
  };
}

/** A relative reference (RFC 3986) from where the command ran; a colon in its first segment would be a scheme. */
function uriOf(file: string): string {
  const encoded = file.split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${encoded}` : encoded;
}
