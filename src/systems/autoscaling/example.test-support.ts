/** For tests: documents of this system's own, over small stand-ins for the plans that come before it. */
import { z } from 'zod';
import type { ControlPlaneFacts, SchedulingFacts } from '../../facts.ts';
import { baseSpec, type Cluster } from '../../spec/cluster.ts';
import type { Artifact, Contradiction, Decision, KubernetesObject, SystemPlan } from '../../system.ts';
import type { Context } from './model.ts';
import { autoscaling } from './index.ts';
import { section as sectionSchema, type Section } from './section.ts';
import type { AutoscalingSettings } from './settings.ts';

export interface Written {
  readonly name?: string;
  readonly spec: Record<string, unknown>;
  readonly autoscaling?: Record<string, unknown>;
  readonly kind?: Cluster['controlPlane']['kind'];
  readonly scheduling?: Partial<SchedulingFacts>;
  readonly podsPerSecond?: number;
}

export interface Example {
  readonly cluster: Cluster;
  readonly section: Section;
  readonly plan: SystemPlan<'autoscaling', AutoscalingSettings>;
  readonly artifacts: readonly Artifact[];
}

const west = { name: 'us-west-2', zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'] };
const east = { name: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] };
export const general = { name: 'general', nodesPerZone: 2, maxNodesPerZone: 10, machine: { type: 'm7i.xlarge' } };
export const gpu = {
  name: 'gpu',
  nodesPerZone: 0,
  maxNodesPerZone: 3,
  machine: { type: 'g6.2xlarge' },
  labels: { workload: 'ai' },
  taints: [{ key: 'dedicated', value: 'ai', effect: 'NoSchedule' }],
};

export const onEks: Written = { kind: 'eks', spec: { provider: 'aws', regions: [west], pools: [general, gpu] } };
export const onKubeadm: Written = { spec: { provider: 'aws', regions: [west], pools: [general, gpu] } };
export const overTwoRegions: Written = {
  spec: { provider: 'aws', survive: 'region', regions: [west, east], pools: [general, gpu] },
};
export const onClusterApi: Written = {
  kind: 'cluster-api',
  spec: { provider: 'aws', regions: [west], pools: [general, gpu] },
};
export const onMetal: Written = { spec: { regions: [{ name: 'site', zones: ['row-a', 'row-b', 'row-c'] }] } };

/** The document with another section for this system. */
export function withSection(written: Written, autoscalingSection: Record<string, unknown>): Written {
  return { ...written, autoscaling: { ...written.autoscaling, ...autoscalingSection } };
}

/** The document with other fields of its base. */
export function withSpec(written: Written, spec: Record<string, unknown>): Written {
  return { ...written, spec: { ...written.spec, ...spec } };
}

/** Only what contradicts; nothing is planned. */
export function contradictionsIn(written: Written): readonly Contradiction[] {
  const { cluster, section } = parse(written);
  return autoscaling.contradictions?.(section, cluster) ?? [];
}

/** The plan and the files of a document. */
export function example(written: Written): Example {
  const { cluster, section } = parse(written);
  const context: Context = { cluster, plans: standIns(cluster, written) };
  const plan = autoscaling.plan(section, context);
  return { cluster, section, plan, artifacts: autoscaling.render(plan, context) };
}

export function parse({ name, spec, autoscaling: own, kind }: Written): { cluster: Cluster; section: Section } {
  const base = z.strictObject(baseSpec).parse(spec);
  return {
    cluster: { ...base, name: name ?? 'shop', controlPlane: { kind: kind ?? 'kubeadm' } },
    section: sectionSchema.parse(own ?? {}),
  };
}

export function decisionOf({ plan }: Example, field: string): Decision {
  const found = plan.decisions.find((decision) => decision.field === field);
  if (!found) throw new Error(`no decision ${field} among ${plan.decisions.map((one) => one.field).join(', ')}`);
  return found;
}

export function artifactAt({ artifacts }: Example, path: string): Artifact {
  const found = artifacts.find((one) => one.path === path);
  if (!found) throw new Error(`no ${path} among ${artifacts.map((one) => one.path).join(', ')}`);
  return found;
}

export function objectAt(made: Example, path: string): KubernetesObject {
  const found = artifactAt(made, path);
  const [object] = found.form === 'object' ? [found.object] : found.form === 'configuration' ? found.documents : [];
  if (!object) throw new Error(`${path} is no object`);
  return object;
}

export function textAt(made: Example, path: string): string {
  const found = artifactAt(made, path);
  if (found.form !== 'text') throw new Error(`${path} is no text`);
  return found.text;
}

export function valuesAt(made: Example, path: string): Readonly<Record<string, unknown>> {
  const found = artifactAt(made, path);
  if (found.form !== 'values') throw new Error(`${path} has no values`);
  return found.values;
}

const nothing = { needs: [], alerts: [], verify: [], runbooks: [], settings: undefined, limits: [] } as const;
const source = { project: 'test', where: 'example.test-support.ts' };

/** Facts of the systems that come before, as small as the types let them be. */
export function standIns(
  cluster: Cluster,
  { scheduling, podsPerSecond }: Pick<Written, 'scheduling' | 'podsPerSecond'>,
): Context['plans'] {
  const clientLimits: Decision = {
    field: 'clientLimits',
    value: podsPerSecond ?? 20,
    because: 'A stand-in for tests.',
    source,
    from: ['spec.pools[].machine.pods'],
  };
  return {
    scheduling: { ...nothing, decisions: [], facts: schedulingFacts(scheduling) },
    'control-plane': { ...nothing, decisions: [clientLimits], facts: controlPlaneFacts(cluster, podsPerSecond ?? 20) },
  };
}

function schedulingFacts(more: Partial<SchedulingFacts> | undefined): SchedulingFacts {
  return {
    nodeMonitorPeriod: 5_000,
    nodeMonitorGracePeriod: 50_000,
    nodeEvictionRate: 0.1,
    secondaryNodeEvictionRate: 0.01,
    unhealthyZoneThreshold: 0.55,
    largeClusterSizeThreshold: 50,
    toleration: 30_000,
    tolerationByApiServer: true,
    priorityClasses: [
      { name: 'important', value: 1_000 },
      { name: 'placeholders', value: -10 },
      { name: 'never', value: -100 }, // Ignored by Cluster Autoscaler.
    ],
    shutdownGracePeriod: 60_000,
    shutdownGracePeriodCriticalPods: 20_000,
    nodeFailureRecovery: { least: 75_000, most: 100_000 },
    zoneFailureRecovery: { least: 75_000, most: 110_000 },
    reservations: [],
    ...more,
  };
}

function controlPlaneFacts({ controlPlane: { kind } }: Cluster, qps: number): ControlPlaneFacts {
  const span = { least: 1_000, most: 3_000 };
  const partial: Partial<ControlPlaneFacts> = {
    kind,
    members: [],
    endpoint: { host: kind === 'eks' ? '' : 'api.shop.internal', port: 6_443 },
    balancer: {
      kind: 'nlb',
      instances: [],
      ejection: span,
      takeover: span,
      healthCheck: { interval: 5_000, fall: 2 },
    },
    controllerManager: { qps, burst: qps * 1.5 },
    nodeRepair: {
      by: kind === 'eks' ? 'eks-node-repair' : kind === 'cluster-api' ? 'machine-healthcheck' : 'node-healthcheck',
      after: 300_000,
      maxUnhealthy: 0.33,
    },
  };
  return partial as ControlPlaneFacts;
}
