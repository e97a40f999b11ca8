/** Scenario files: `apiVersion: holdfast.dev/v1, kind: Scenario`. Text → written faults with their places, or every problem at once. */
import { z } from 'zod';
import type { Position, Problem } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import type { Millis } from '../core/units.ts';
import { API_VERSION } from '../spec/cluster.ts';
import { duration, name } from '../spec/fields.ts';
import type { DocumentText } from '../spec/parse.ts';
import { problemsOf } from '../spec/problems.ts';
import { readYaml, type YamlDocument } from '../spec/yaml-source.ts';
import { FAULT_KINDS, FAULTS, type FaultField, faultWords } from './catalog.ts';
import type { FaultKind } from './scenario.ts';
import { checkFields, checkName, unknownField, type WrittenFault } from './written.ts';

export const SCENARIO_KIND = 'Scenario';

export interface WrittenScenario {
  readonly name: string;
  /** Undefined when the file leaves it to the command. */
  readonly horizon: Millis | undefined;
  readonly faults: readonly WrittenFault[];
}

/** Ten thousand faults are no scenario that a person wrote. */
const MOST_FAULTS = 10_000;

const text = () => z.union([z.string().min(1), z.number()]).meta({ type: ['string', 'number'] });

/** The value of a kind; `true` where nothing need be named. */
function kindValue(kind: FaultKind) {
  const words = FAULTS.find((one) => one.kind === kind);
  const { names, title = '', takesDown = '' } = words ?? {};
  const means =
    names === undefined ? 'true' : `${names.what}${names.optional === undefined ? '' : `; true: ${names.optional}`}`;
  const described = `${title}. ${takesDown} Takes ${means}.`;
  if (names === undefined) return z.literal(true).optional().describe(described);
  if (names.optional === undefined) return text().optional().describe(described);
  return z
    .union([z.literal(true), text()])
    .optional()
    .describe(described);
}

const kinds = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, kindValue(kind)])) as Readonly<
  Record<FaultKind, ReturnType<typeof kindValue>>
>;
const fieldsOfAll = new Map(FAULTS.flatMap(({ fields }) => fields.map((field) => [field.name, field] as const)));
const fields = Object.fromEntries(
  [...fieldsOfAll].map(([key, { means }]) => [key, text().optional().describe(`${means}.`)]),
) as Readonly<Record<FaultField['name'], z.ZodOptional<ReturnType<typeof text>>>>;

const fault = z
  .strictObject({
    ...kinds,
    ...fields,
    at: duration().optional().describe('When it breaks, from the start. Default: with the scenario.'),
    after: duration().optional().describe('When it breaks, from the start of the fault above it. In place of at.'),
    for: duration().optional().describe('How long until it heals. Default: never.'),
  })
  .describe('One thing that breaks: exactly one kind of fault, its fields, its times.');

/** The schema of a scenario file. */
export const scenarioSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION).describe('Version of this form.'),
  kind: z.literal(SCENARIO_KIND).describe('Always Scenario.'),
  metadata: z.strictObject({ name: name().describe('What the outcome calls it.') }).describe('Which scenario it is.'),
  spec: z
    .strictObject({
      horizon: duration()
        .optional()
        .describe('How long is looked at. Default: an hour, or 30 minutes after the last fault.'),
      faults: z.array(fault).min(1).max(MOST_FAULTS).describe('What breaks, in the order of their times.'),
    })
    .describe('What happens.'),
});

/** What a scenario file holds, as data. */
export interface ScenarioFile {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: typeof SCENARIO_KIND;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly faults: readonly Readonly<Record<string, string | true>>[] };
}

/** The file that breaks the same. */
export function scenarioFileOf(faults: readonly WrittenFault[], scenario: string): ScenarioFile {
  return {
    apiVersion: API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: scenario },
    spec: {
      faults: faults.map(({ kind, name: value, fields: own, at, until }) => ({
        [kind]: value ?? true,
        ...own,
        ...(at === 0 ? {} : { at: `${at}ms` }),
        ...(until === undefined ? {} : { for: `${until - at}ms` }),
      })),
    },
  };
}

/** True for a text that says it is a scenario. */
export function isScenario(value: unknown): boolean {
  return isObject(value) && value['apiVersion'] === API_VERSION && value['kind'] === SCENARIO_KIND;
}

/** Parses a scenario file. With problems there is no scenario; nothing is thrown for any text. */
export function parseScenario({ text: source, file }: DocumentText): {
  scenario?: WrittenScenario;
  problems: readonly Problem[];
} {
  const { source: yaml, problems: faulty } = readYaml(source, file);
  if (faulty.length > 0) return { problems: faulty };
  const written = yaml.documents.filter(({ value }) => value !== null && value !== undefined);
  const [document, second] = written;
  if (document === undefined || second !== undefined) return { problems: [notOne(file, second)] };
  const result = scenarioSchema.safeParse(document.value);
  if (!result.success) return { problems: problemsOf(result.error.issues, scenarioSchema, document) };
  const { metadata, spec } = result.data;
  const { faults, problems } = writtenFaults(spec.faults, document);
  problems.push(...beyondHorizon(faults, spec.horizon, document));
  return problems.length > 0
    ? { problems }
    : { scenario: { name: metadata.name, horizon: spec.horizon, faults }, problems };
}

function notOne(file: string, second: YamlDocument | undefined): Problem {
  const at = second?.locate([]) ?? { file, line: 1, column: 1 };
  const expected = `apiVersion: ${API_VERSION}, kind: ${SCENARIO_KIND}`;
  return second === undefined
    ? { code: 'empty', message: 'the scenario is empty', at, expected }
    : { code: 'two-documents', message: 'the text holds a second document', at, expected: 'one scenario in a file' };
}

type ParsedFault = z.output<typeof fault>;

function writtenFaults(
  list: readonly ParsedFault[],
  document: YamlDocument,
): { faults: readonly WrittenFault[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const faults: WrittenFault[] = [];
  let previous: Millis = 0;
  for (const [index, parsed] of list.entries()) {
    const path = ['spec', 'faults', index];
    const label = `spec.faults[${index}]`;
    const place = (key: string): Position =>
      Object.hasOwn(parsed, key) ? document.locateKey([...path, key]) : document.locate(path);
    const { after, at: absolute, for: length } = parsed;
    const at: Millis = after === undefined ? (absolute ?? previous) : previous + after;
    const refuse = (key: string, problem: Omit<Problem, 'path' | 'at'>): void => {
      problems.push({ path: label, at: place(key), ...problem });
    };
    if (after !== undefined && absolute !== undefined)
      refuse('after', { code: 'two-times', message: 'at and after are both given', expected: 'one of them' });
    if (length === 0)
      refuse('for', { code: 'too-small', message: 'for is nothing', expected: 'a duration longer than 0' });
    const read = kindOf(parsed, refuse);
    previous = at;
    if (read === undefined) continue;
    const until = length === undefined ? undefined : at + length;
    faults.push({ ...read, at, until, origin: document.locate(path), label });
  }
  return { faults, problems };
}

type RefuseAt = (key: string, problem: Omit<Problem, 'path' | 'at'>) => void;

/** The one kind that is written, with its name and fields. */
function kindOf(parsed: ParsedFault, refuse: RefuseAt): Pick<WrittenFault, 'kind' | 'name' | 'fields'> | undefined {
  const written = FAULT_KINDS.filter((kind) => parsed[kind] !== undefined);
  const [kind, second] = written;
  if (kind === undefined) {
    refuse('', { code: 'no-fault', message: 'no fault is named', expected: `one of ${FAULT_KINDS.join(', ')}` });
    return undefined;
  }
  if (second !== undefined) {
    refuse(second, {
      code: 'two-faults',
      message: `${written.join(' and ')} are named in one entry`,
      expected: 'one fault for each entry of the list',
    });
    return undefined;
  }
  const words = faultWords(kind);
  if (words === undefined) return undefined;
  const value = parsed[kind];
  const name = value === true ? undefined : String(value);
  const own: Record<string, string> = {};
  for (const key of fieldsOfAll.keys()) {
    const given = parsed[key];
    if (given === undefined) continue;
    const known = words.fields.map((field) => field.name);
    if (known.includes(key)) own[key] = String(given);
    else refuse(key, unknownField(words, key, known.length === 0 ? ['at', 'after', 'for'] : known));
  }
  checkName(words, name, (problem) => refuse(kind, problem));
  checkFields(words, own, (problem, field) => refuse(field ?? kind, problem));
  return { kind, name, fields: own };
}

function beyondHorizon(
  faults: readonly WrittenFault[],
  horizon: Millis | undefined,
  document: YamlDocument,
): readonly Problem[] {
  if (horizon === undefined) return [];
  return faults
    .filter(({ at }) => at >= horizon)
    .map(({ label, origin }): Problem => ({
      code: 'after-horizon',
      path: label,
      at: origin ?? document.locate(['spec', 'horizon']),
      message: 'it breaks when nobody looks any more',
      expected: 'a time before spec.horizon',
    }));
}
