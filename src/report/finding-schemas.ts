/** The shapes of what check and explain rule print. Fields may be added, never renamed. */
import { z } from 'zod';
import type { FindingList } from '../check/results.ts';

const ruleId = z.string().describe('Id of a rule, `PD03`.');
const severity = z.enum(['error', 'warning', 'info']);
const object = z.strictObject({ kind: z.string(), namespace: z.string().optional(), name: z.string() });
const scenario = z
  .strictObject({
    apiVersion: z.literal('holdfast.dev/v1'),
    kind: z.literal('Scenario'),
    metadata: z.strictObject({ name: z.string() }),
    spec: z.strictObject({ faults: z.array(z.record(z.string(), z.union([z.string(), z.literal(true)]))) }),
  })
  .describe('As `simulate --scenario` takes it; it gives the same seconds.');

const witness = z
  .strictObject({
    lose: z.array(z.string()).describe('The same as `simulate --lose` takes it.'),
    scenario,
    workload: z
      .string()
      .optional()
      .describe('`Deployment/shop/cart`; absent where the control plane is what goes down.'),
    controlPlane: z
      .enum(['down', 'read-only'])
      .optional()
      .describe('What the worst of it is, where the control plane is what goes down.'),
    effect: z.string(),
    seconds: z.number().optional().describe('How long the workload is down, or no write reaches the API.'),
  })
  .describe('The failure that shows it, as the twin ran it.');

const drift = z
  .strictObject({
    change: z.enum(['changed', 'missing', 'extra', 'not-served']),
    file: z.string().optional().describe('The file of the rendered tree.'),
    live: z.json().optional().describe('What the live object holds; absent when it holds nothing there.'),
    rendered: z.json().optional().describe('What is rendered, with defaults where the API server told them.'),
    managers: z
      .array(
        z.strictObject({
          name: z.string(),
          operation: z.string().describe('Apply, or Update for every other way of writing.'),
          subresource: z.string().optional(),
          time: z.string().optional().describe('When it wrote last, whichever field.'),
        }),
      )
      .optional()
      .describe('Field managers that own the field now.'),
  })
  .describe('How a live object differs from what is rendered.');

const finding = z.strictObject({
  rule: ruleId,
  severity,
  object,
  origin: z.strictObject({
    file: z.string().optional(),
    line: z.int().optional(),
    column: z.int().optional(),
    rendered: z
      .strictObject({ line: z.int(), column: z.int() })
      .optional()
      .describe(
        'Where it is in what helm template writes; the file is the template, its line is told when it is known.',
      ),
    context: z.string().optional(),
  }),
  path: z.string().describe('The field, `spec.replicas`.'),
  title: z.string(),
  message: z.string().describe('What is wrong with this object.'),
  why: z.string().describe('What goes down, and when.'),
  whySeverity: z.string(),
  remedy: z.string(),
  price: z.string().optional().describe('What the remedy costs or risks.'),
  takesDown: z.array(z.string()).describe('Workloads that it takes down, the worst first.'),
  fingerprint: z.string().describe('The same for the same defect, whatever lines move.'),
  patch: z
    .array(z.strictObject({ op: z.enum(['add', 'replace', 'remove']), path: z.string(), value: z.json().optional() }))
    .optional()
    .describe('JSON Patch (RFC 6902) of the object, safe to apply.'),
  adds: z.record(z.string(), z.json()).optional().describe('Object that removes it by being there, safe to create.'),
  mergedRules: z.array(ruleId).optional().describe('Other rules that see the same defect.'),
  witness: witness.optional(),
  drift: drift.optional(),
  known: z.literal(true).optional().describe('It is in the baseline, so that it does not fail.'),
});

export const findingListSchema = z.strictObject({
  apiVersion: z.literal('holdfast.dev/v1'),
  kind: z.literal('FindingList'),
  findings: z.array(finding).describe('The worst first.'),
  unknown: z.array(z.strictObject({ rule: ruleId, why: z.string() })).describe('What could not be decided.'),
  notSeen: z.array(z.strictObject({ kind: z.string(), why: z.string() })),
  waived: z.array(z.strictObject({ rule: ruleId, object, reason: z.string(), owner: z.string(), expires: z.string() })),
  summary: z.strictObject({
    errors: z.int(),
    warnings: z.int(),
    infos: z.int(),
    known: z.int().describe('Of them, those that the baseline knows.'),
    unknown: z.int(),
    waived: z.int(),
    objects: z.int(),
    workloads: z.int(),
    nodes: z.int(),
    rules: z.int().describe('Rules that were decided.'),
    witnessesLeftOut: z.int().describe('Findings whose failure was not run because there were too many.'),
  }),
});

export type FindingListOutput = z.output<typeof findingListSchema>;
export type FindingOutput = FindingListOutput['findings'][number];

/** The same value: the schema's type knows no readonly. */
export function findingListOutput(list: FindingList): FindingListOutput {
  return list as unknown as FindingListOutput;
}
