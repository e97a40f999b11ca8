/** The shapes of what commands print as JSON and YAML. Fields may be added, never renamed. */
import { z } from 'zod';
import { findingListSchema } from './finding-schemas.ts';
import { podExplanationSchema, simulationSchema, sweepSchema } from './twin-schemas.ts';

const apiVersion = z.literal('holdfast.dev/v1');
const sentence = z.string();
const json = z.json();
const money = z.strictObject({ amount: z.number(), currency: z.string() });
const source = z.strictObject({ project: z.string(), where: z.string() });
const seconds = z.number().describe('Seconds.');

const verdict = z.strictObject({
  name: z.string().describe('The objective as the document names it.'),
  title: z.string(),
  verdict: z.enum(['kept', 'missed', 'unknown', 'not-promised']),
  promised: z.string().optional(),
  measured: z.string().optional(),
  value: z
    .number()
    .optional()
    .describe("The figure in the objective's base unit: milliseconds, a share, events per second, an amount of money."),
  evidence: sentence,
  remedy: sentence.optional(),
});

const decision = z.strictObject({
  id: z.string().describe('`<system>.<field>`.'),
  field: z.string(),
  value: json,
  because: sentence,
  source,
  from: z.array(z.string()).describe('Paths of the document that the value follows.'),
});

const need = z.strictObject({
  component: z.string(),
  form: z.enum(['machine', 'pod', 'daemon', 'service']),
  replicas: z.number(),
  zones: z.array(z.string()),
  cpu: z.string().describe('Per copy, a Kubernetes quantity.'),
  memory: z.string().describe('Per copy, a Kubernetes quantity.'),
  storage: z.string().describe('Per copy, a Kubernetes quantity.'),
  trafficPerMonth: z.string().describe('Sent out of its zone per month, all copies together, a Kubernetes quantity.'),
  offer: z.string().optional(),
});

const alert = z.strictObject({
  name: z.string(),
  expr: z.string(),
  for: z.string(),
  severity: z.enum(['critical', 'warning', 'info']),
  summary: sentence,
  runbook: z.string(),
  source,
});

const system = z.strictObject({
  id: z.string(),
  title: z.string(),
  decisions: z.array(decision),
  needs: z.array(need),
  alerts: z.array(alert),
  verify: z.array(z.strictObject({ title: z.string(), command: z.string(), expect: z.string() })),
  runbooks: z.array(z.strictObject({ id: z.string(), title: z.string(), when: z.string() })),
  limits: z.array(sentence),
});

const availability = z.strictObject({
  expected: z.number().describe('A share: 1 is always.'),
  downtimeSecondsPerYear: seconds,
  causes: z.array(z.strictObject({ cause: z.string(), downtimeSecondsPerYear: seconds, share: z.number() })),
  assumptions: z.array(sentence),
});

const price = z.strictObject({
  perMonth: money.optional().describe('Sum of the rows whose price is known.'),
  lacks: z.array(z.string()).describe('Components without a known price.'),
  rows: z.array(
    z.strictObject({
      component: z.string(),
      offer: z.string(),
      quantity: z.number(),
      unit: z.literal('GiB').optional().describe('Of what, where it is not things that are counted.'),
      unitPerMonth: money.optional(),
      perMonth: money.optional(),
      source: z.string().optional(),
      date: z.string().optional(),
    }),
  ),
});

export const planSchema = z.strictObject({
  apiVersion,
  kind: z.literal('Plan'),
  cluster: z.string(),
  document: z.string().describe('sha256 of the document with its defaults.'),
  headline: sentence,
  verdicts: z.array(verdict),
  systems: z.array(system),
  price,
  availability,
  notCovered: z.array(sentence),
});

export const planDiffSchema = z.strictObject({
  apiVersion,
  kind: z.literal('PlanDiff'),
  cluster: z.string(),
  changes: z.array(
    z.strictObject({
      kind: z.enum(['added', 'removed', 'changed']),
      subject: z.enum(['decision', 'verdict', 'price', 'need']),
      id: z.string(),
      before: json.optional(),
      after: json.optional(),
      because: sentence.optional(),
      from: z.array(z.string()).optional(),
    }),
  ),
});

export const renderResultSchema = z.strictObject({
  apiVersion,
  kind: z.literal('RenderResult'),
  cluster: z.string(),
  out: z.string(),
  layout: z.string(),
  mode: z.enum(['write', 'check', 'dry-run']),
  differs: z.boolean().describe('True when the tree is not what the document gives.'),
  files: z.array(
    z.strictObject({
      path: z.string(),
      state: z.enum(['unchanged', 'created', 'updated', 'removed', 'edited', 'in-the-way', 'edited-leftover']),
      forced: z.boolean().describe("True when a person's file was or would be replaced because of --force."),
    }),
  ),
});

export const explanationSchema = z.strictObject({
  apiVersion,
  kind: z.literal('Explanation'),
  subject: z.enum(['decision', 'field', 'rule']),
  id: z.string(),
  decision: decision.optional(),
  rule: z
    .strictObject({
      family: z.string(),
      title: z.string(),
      severity: z.enum(['error', 'warning', 'info']),
      whySeverity: sentence,
      takesDown: sentence,
      remedy: sentence,
      price: sentence.optional(),
      source: z.string(),
      needs: z.enum(['manifests', 'document', 'live', 'comparison']),
      docs: z.string().optional().describe('Its page, relative to the repository; own rules have none.'),
    })
    .optional(),
  field: z
    .strictObject({
      path: z.string(),
      type: z.string(),
      description: z.string().optional(),
      default: json.optional(),
      values: z.array(z.string()).optional(),
      required: z.boolean(),
      fields: z.array(z.strictObject({ name: z.string(), type: z.string(), description: z.string().optional() })),
    })
    .optional(),
});

export const doctorSchema = z.strictObject({
  apiVersion,
  kind: z.literal('Doctor'),
  ok: z.boolean().describe('False when something that a command needs is missing.'),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['ok', 'missing', 'unknown']),
      found: z.string(),
      neededFor: z.string(),
      remedy: z.string().optional(),
    }),
  ),
});

export const versionSchema = z.strictObject({
  apiVersion,
  kind: z.literal('Version'),
  version: z.string(),
  node: z.string(),
  platform: z.string(),
});

export const demoResultSchema = z.strictObject({
  apiVersion,
  kind: z.literal('DemoResult'),
  report: z.string().describe('Path of the HTML report.'),
  clusters: z.array(
    z.strictObject({
      name: z.string(),
      document: z.string(),
      headline: sentence,
      verdicts: z.array(verdict),
      tree: z.string(),
      files: z.number(),
    }),
  ),
  changes: planDiffSchema.shape.changes,
});

export const initResultSchema = z.strictObject({
  apiVersion,
  kind: z.literal('InitResult'),
  file: z.string().describe('Path of the document.'),
  cluster: z.string(),
});

export const reportResultSchema = z.strictObject({
  apiVersion,
  kind: z.literal('ReportResult'),
  file: z.string().describe('Path of the HTML file.'),
  cluster: z.string(),
  headline: sentence,
});

/** Every output by its kind; the JSON Schemas are generated from these. */
export const outputSchemas = {
  Plan: planSchema,
  PlanDiff: planDiffSchema,
  RenderResult: renderResultSchema,
  Explanation: explanationSchema,
  Doctor: doctorSchema,
  Version: versionSchema,
  DemoResult: demoResultSchema,
  InitResult: initResultSchema,
  ReportResult: reportResultSchema,
  Simulation: simulationSchema,
  Sweep: sweepSchema,
  PodExplanation: podExplanationSchema,
  FindingList: findingListSchema,
} as const;

export type PlanOutput = z.output<typeof planSchema>;
export type PlanDiffOutput = z.output<typeof planDiffSchema>;
export type RenderResultOutput = z.output<typeof renderResultSchema>;
export type ExplanationOutput = z.output<typeof explanationSchema>;
export type DoctorOutput = z.output<typeof doctorSchema>;
export type VersionOutput = z.output<typeof versionSchema>;
export type InitResultOutput = z.output<typeof initResultSchema>;
export type ReportResultOutput = z.output<typeof reportResultSchema>;
export type DemoResultOutput = z.output<typeof demoResultSchema>;
