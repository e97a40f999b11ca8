/** For tests: documents of this system's own. */
import { z } from 'zod';
import { baseSpec, type Cluster } from '../../spec/cluster.ts';
import type { Artifact, Contradiction, Decision, KubernetesObject, SystemPlan } from '../../system.ts';
import { policy } from './index.ts';
import type { PolicySettings } from './settings.ts';

type Written = Record<string, unknown>;

export interface Example {
  readonly plan: SystemPlan<'policy', PolicySettings>;
  readonly artifacts: readonly Artifact[];
  readonly objects: readonly KubernetesObject[];
  readonly contradictions: readonly Contradiction[];
}

const HALL = { regions: [{ name: 'hall', zones: ['row-a', 'row-b', 'row-c'] }] };

/** What refuses: the least that a document has to say for it. */
export const DENY: Written = { stage: 'deny', liveViolations: 0 };
/** A document that needs Gatekeeper's webhook. */
export const ACROSS: Written = { rules: { uniqueHosts: { stage: 'deny', liveViolations: 0 } } };

export function example(
  section: Written = {},
  spec: Written = {},
  kind: Cluster['controlPlane']['kind'] = 'kubeadm',
): Example {
  const base = z.strictObject(baseSpec).parse({ ...HALL, ...spec });
  const cluster: Cluster = { ...base, name: 'shop', controlPlane: { kind } };
  const context = { cluster, plans: {} as never };
  const parsed = policy.section.parse(section);
  const plan = policy.plan(parsed, context);
  const artifacts = policy.render(plan, context);
  return {
    plan,
    artifacts,
    objects: artifacts.flatMap((one) => (one.form === 'object' ? [one.object] : [])),
    contradictions: policy.contradictions?.(parsed, cluster) ?? [],
  };
}

export function decisionOf({ plan }: Pick<Example, 'plan'>, field: string): Decision {
  const found = plan.decisions.find((one) => one.field === field);
  if (found === undefined) throw new Error(`no decision ${field}`);
  return found;
}

export function objectOf({ objects }: Pick<Example, 'objects'>, kind: string, name: string): KubernetesObject {
  const found = objects.find((one) => one.kind === kind && one.metadata?.name === name);
  if (found === undefined) throw new Error(`${kind} ${name} is not rendered`);
  return found;
}

export function valuesOf({ artifacts }: Pick<Example, 'artifacts'>): Readonly<Record<string, unknown>> {
  const found = artifacts.find((one) => one.form === 'values');
  if (found?.form !== 'values') throw new Error('no values are rendered');
  return found.values;
}
