/**
 * Waivers: findings that somebody answers for, by rule and object, with a reason, an owner and a last day. One that has
 * expired is a finding itself.
 */
import { z } from 'zod';
import type { Position, Problem } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import { parseTime, type EpochSeconds } from '../kubernetes/time.ts';
import { API_VERSION } from '../spec/cluster.ts';
import type { DocumentText } from '../spec/parse.ts';
import { problemsOf } from '../spec/problems.ts';
import { readYaml } from '../spec/yaml-source.ts';
import type { Finding, Waived } from './results.ts';
import type { ObjectName } from './rule.ts';

export const WAIVERS_KIND = 'WaiverList';

export interface Waiver {
  readonly rule: string;
  /** `PodDisruptionBudget/shop/db`. */
  readonly object: string;
  readonly reason: string;
  readonly owner: string;
  readonly expires: string;
  /** The first moment after the last day, in UTC. */
  readonly until: EpochSeconds;
  readonly at: Position;
}

const DAY = 86_400;

const waiver = z
  .strictObject({
    rule: z.string().min(1).describe('Id of the rule, `PD03`.'),
    object: z
      .string()
      .regex(/^[^/\s]+(?:\/[^/\s]+){1,2}$/, 'Kind/namespace/name, or Kind/name for objects without a namespace')
      .describe('`PodDisruptionBudget/shop/db`; `Node/worker-7` for objects without a namespace.'),
    reason: z.string().trim().min(1).describe('Why it may stay.'),
    owner: z.string().trim().min(1).describe('Who answers for it.'),
    expires: z
      .string()
      .refine((text) => dayOf(text) !== undefined, {
        error: 'is no day of the calendar',
        params: { expected: 'a day, like 2027-01-31' },
      })
      .describe('The last day on which it holds, in UTC, `2027-01-31`.'),
  })
  .describe('One finding that may stay.');

/** The schema of a file of waivers. */
export const waiversSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION).describe('Version of this form.'),
  kind: z.literal(WAIVERS_KIND).describe('Always WaiverList.'),
  waivers: z.array(waiver).describe('What may stay, and until when.'),
});

/** Parses a file of waivers; `rules` are the ids that there are. With problems there are none. */
export function parseWaivers(
  { text, file }: DocumentText,
  rules: readonly string[],
): { readonly waivers: readonly Waiver[]; readonly problems: readonly Problem[] } {
  const { source, problems } = readYaml(text, file);
  if (problems.length > 0) return { waivers: [], problems };
  const [document, second] = source.documents.filter(({ value }) => value !== null && value !== undefined);
  if (document === undefined || second !== undefined) {
    const at = second?.locate([]) ?? { file, line: 1, column: 1 };
    const message = second === undefined ? 'the file holds no waivers' : 'the text holds a second document';
    const expected = `apiVersion: ${API_VERSION}, kind: ${WAIVERS_KIND}, waivers: []`;
    return { waivers: [], problems: [{ code: 'not-waivers', message, at, expected }] };
  }
  const result = waiversSchema.safeParse(document.value);
  if (!result.success) return { waivers: [], problems: problemsOf(result.error.issues, waiversSchema, document) };
  const list = result.data.waivers;
  const unknown = list.flatMap(({ rule }, index): readonly Problem[] => {
    if (rules.includes(rule)) return [];
    const near = nearest(rule, rules);
    return [
      {
        code: 'unknown-rule',
        message: `there is no rule ${rule}`,
        path: `waivers[${index}].rule`,
        at: document.locate(['waivers', index, 'rule']),
        ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
      },
    ];
  });
  if (unknown.length > 0) return { waivers: [], problems: unknown };
  const waivers = list.map((one, index) => ({
    ...one,
    until: (dayOf(one.expires) ?? 0) + DAY,
    at: document.locate(['waivers', index]),
  }));
  return { waivers, problems: [] };
}

export interface Sorted {
  readonly kept: readonly Finding[];
  readonly waived: readonly Waived[];
  readonly expired: readonly Waiver[];
}

/** Takes out what is waived. A merged finding is waived under its own id or any that it merged. */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  now: EpochSeconds | undefined,
): Sorted {
  const isExpired = ({ until }: Waiver): boolean => now !== undefined && now >= until;
  const holding = new Map(
    waivers.filter((one) => !isExpired(one)).map((one) => [`${one.rule} ${one.object}`, one] as const),
  );
  const kept: Finding[] = [];
  const waived: Waived[] = [];
  for (const finding of findings) {
    const ids = [finding.rule, ...(finding.mergedRules ?? [])];
    const found = ids.map((id) => holding.get(`${id} ${sayObject(finding.object)}`)).find((one) => one !== undefined);
    if (found === undefined) kept.push(finding);
    else {
      const { reason, owner, expires } = found;
      waived.push({ rule: finding.rule, object: finding.object, reason, owner, expires });
    }
  }
  return { kept, waived, expired: waivers.filter(isExpired) };
}

/** `Deployment/shop/cart`. */
export function sayObject({ kind, namespace, name }: ObjectName): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

function dayOf(text: string): EpochSeconds | undefined {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? parseTime(`${text}T00:00:00Z`) : undefined;
}
