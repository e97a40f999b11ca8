/** The shapes of what simulate, sweep and explain pods print. Fields may be added, never renamed. */
import { z } from 'zod';

const apiVersion = z.literal('holdfast.dev/v1');
const seconds = z.number().describe('Seconds from the start of the scenario.');
const origin = z.strictObject({
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  rendered: z.strictObject({ line: z.int(), column: z.int() }).optional().describe('In what helm template writes.'),
  context: z.string().optional(),
});
const causes = z
  .array(z.strictObject({ say: z.string(), origin: origin.optional() }))
  .describe('The chain link by link; the last is the object that decides.');
const cause = z.string().describe('The chain in one line; empty while nothing is wrong.');
const kubernetesVersion = z.string().describe('The version whose controllers were simulated.');
const spread = z
  .strictObject({ p1: z.number(), p50: z.number(), p99: z.number() })
  .describe('Over the seeds, nearest rank.');

const workload = z.strictObject({
  workload: z.string().describe('`Deployment/shop/cart`.'),
  replicas: z.int(),
  intervals: z.array(
    z.strictObject({
      from: seconds,
      to: seconds.optional(),
      state: z.enum(['up', 'degraded', 'down', 'frozen']),
      ready: z.int().describe('The fewest ready pods within it.'),
      cause,
      causes,
    }),
  ),
  downSeconds: z.number(),
  degradedSeconds: z.number(),
  recoveredAt: seconds.optional(),
  placeholder: z.literal(true).optional().describe('Its pods hold room for others and give way to them.'),
});

const controlPlaneState = z.enum(['up', 'read-only', 'down', 'no-controllers']);

export const simulationSchema = z.strictObject({
  apiVersion,
  kind: z.literal('Simulation'),
  scenario: z.string(),
  faults: z.array(z.strictObject({ fault: z.string(), from: seconds, to: seconds.optional() })),
  seed: z.int(),
  horizonSeconds: z.number(),
  kubernetesVersion,
  workloads: z.array(workload),
  controlPlane: z.strictObject({
    intervals: z.array(
      z.strictObject({ from: seconds, to: seconds.optional(), state: controlPlaneState, cause, causes }),
    ),
  }),
  pendingAtEnd: z
    .int()
    .describe('Pods that wait for a node at the horizon; those that only hold room for others do not count.'),
  objectives: z.array(
    z.strictObject({
      name: z.string(),
      verdict: z.enum(['kept', 'missed', 'unknown']),
      promised: z.string().optional(),
      measured: z.string().optional(),
      evidence: z.string(),
    }),
  ),
  assumed: z.array(z.string()).describe('What had to be assumed, one sentence each.'),
  distribution: z
    .strictObject({
      seeds: z.int(),
      workloads: z.array(
        z.strictObject({
          workload: z.string(),
          downSeconds: spread,
          recoveredAt: spread.optional().describe('Absent when it did not recover with every seed.'),
        }),
      ),
      controlPlaneSeconds: spread.describe('Time in which the API did not take writes.'),
    })
    .optional()
    .describe('Only with several seeds; the rest of the output is that of the first.'),
});

export const sweepSchema = z.strictObject({
  apiVersion,
  kind: z.literal('Sweep'),
  seed: z.int(),
  horizonSeconds: z.number(),
  kubernetesVersion,
  domains: z.array(z.string()),
  depth: z.union([z.literal(1), z.literal(2)]),
  failures: z
    .array(
      z.strictObject({
        fault: z.string().describe('As --lose takes it.'),
        workloadsDown: z.array(z.string()),
        workloadsDegraded: z.array(z.string()),
        worstSeconds: z.number().describe('The longest that a workload is down.'),
        pendingAtEnd: z.int(),
        objectivesMissed: z.array(z.string()),
        cause,
        controlPlane: controlPlaneState,
      }),
    )
    .describe('Worst first.'),
  leftOut: z.int().describe('Combinations that were not run.'),
  singlePoints: z.array(z.string()).describe('Single failures that take a workload or the control plane down.'),
});

export const podExplanationSchema = z.strictObject({
  apiVersion,
  kind: z.literal('PodExplanation'),
  kubernetesVersion: z.string().describe('The version whose scheduler answers.'),
  pods: z.array(
    z.strictObject({
      pod: z.string().describe('`namespace/name`.'),
      preFilter: z
        .string()
        .optional()
        .describe('`Plugin: message` when the pod was refused before any node was looked at.'),
      nodes: z.array(
        z.strictObject({
          node: z.string(),
          fits: z.boolean(),
          plugin: z.string().optional().describe('The first filter that failed.'),
          code: z.enum(['Unschedulable', 'UnschedulableAndUnresolvable']).optional(),
          reasons: z.array(z.string()).optional(),
          total: z.int().optional(),
          scores: z.record(z.string(), z.int()).optional().describe('Normalised and weighted, by plugin.'),
        }),
      ),
      best: z.array(z.string()).describe('Nodes with the highest total.'),
      preemption: z
        .strictObject({
          candidates: z.array(
            z.strictObject({ node: z.string(), victims: z.array(z.string()), pdbViolations: z.int() }),
          ),
          best: z.array(z.string()),
          refused: z.string().optional(),
        })
        .optional(),
      choice: z
        .strictObject({
          node: z.string().optional(),
          nominated: z.string().optional(),
          victims: z.array(z.string()).optional(),
        })
        .optional()
        .describe('What was done with it; only with --sequence.'),
    }),
  ),
});

export type SimulationOutput = z.output<typeof simulationSchema>;
export type SweepOutput = z.output<typeof sweepSchema>;
export type PodExplanationOutput = z.output<typeof podExplanationSchema>;
