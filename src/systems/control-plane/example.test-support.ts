/** For tests: documents of this system's own, over small stand-ins for the plans that come before it. */
import { z } from 'zod';
import type { Argument, EtcdFacts, Member, SchedulingFacts } from '../../facts.ts';
import { baseSpec, type Cluster } from '../../spec/cluster.ts';
import type { Artifact, Contradiction, Decision, DocumentPath, SystemPlan } from '../../system.ts';
import { controlPlane } from './index.ts';
import { type Section, section } from './section.ts';
import type { ControlPlaneSettings } from './settings.ts';

const source = { project: 'test', where: 'example.test-support.ts' };

export interface Example {
  readonly cluster: Cluster;
  readonly plan: SystemPlan<'control-plane', ControlPlaneSettings>;
  readonly artifacts: readonly Artifact[];
  readonly contradictions: readonly Contradiction[];
}

interface Written {
  readonly name?: string;
  readonly spec: Record<string, unknown>;
  readonly controlPlane?: Record<string, unknown>;
  readonly etcd?: Partial<EtcdFacts>;
  readonly scheduling?: Partial<SchedulingFacts>;
}

export const site = { regions: [{ name: 'site', zones: ['row-a', 'row-b', 'row-c'] }] };
export const west = {
  provider: 'aws',
  regions: [{ name: 'us-west-2', zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'] }],
  pools: [{ name: 'general', machine: { type: 'm7i.xlarge' } }],
};

/** Only what contradicts: nothing is planned. */
export function contradictionsIn(written: Written): readonly Contradiction[] {
  const { cluster, parsed } = parse(written);
  return controlPlane.contradictions?.(parsed, cluster) ?? [];
}

/** The plan and the files of a document. */
export function example(written: Written): Example {
  const { cluster, parsed } = parse(written);
  const { plan, plans } = planFor(cluster, parsed, written);
  const artifacts = controlPlane.render(plan, { cluster, plans });
  return { cluster, plan, artifacts, contradictions: controlPlane.contradictions?.(parsed, cluster) ?? [] };
}

/** The plan of a parsed document, with the stand-ins that it read. */
export function planFor(cluster: Cluster, parsed: Section, stand: Pick<Written, 'etcd' | 'scheduling'>) {
  const plans = { scheduling: schedulingPlan(stand), etcd: etcdPlan(cluster, stand) };
  return {
    cluster,
    plans,
    plan: controlPlane.plan(parsed, { cluster, plans }),
    decisions: controlPlane.plan(parsed, { cluster, plans }).decisions,
  };
}

function parse({ name, spec, controlPlane: own }: Written) {
  const parsed = section.parse(own ?? {});
  const base = z.object(baseSpec).parse(spec);
  const cluster: Cluster = { ...base, name: name ?? 'shop', controlPlane: { kind: parsed.kind } };
  return { cluster, parsed };
}

/** The value of a decision. */
export function valueOf({ plan }: Example, field: string): Decision['value'] {
  const found = plan.decisions.find((decision) => decision.field === field);
  if (!found) throw new Error(`no decision ${field}`);
  return found.value;
}

/** The documents or text of an artifact. */
export function artifact({ artifacts }: Example, path: string): Artifact {
  const found = artifacts.find((one) => one.path === path);
  if (!found) throw new Error(`no artifact ${path} among ${artifacts.map((one) => one.path).join(', ')}`);
  return found;
}

/** The text of a text artifact. */
export function textOf(made: Example, path: string): string {
  const found = artifact(made, path);
  if (found.form !== 'text') throw new Error(`${path} is no text`);
  return found.text;
}

/** One document of a configuration artifact, by kind. */
export function documentOf(made: Example, path: string, kind: string): Record<string, unknown> {
  const found = artifact(made, path);
  const documents = found.form === 'configuration' ? found.documents : found.form === 'object' ? [found.object] : [];
  const one = documents.find((document) => document.kind === kind);
  if (!one) throw new Error(`no ${kind} in ${path}`);
  return one;
}

function decided(fields: readonly string[], from: readonly DocumentPath[]): readonly Decision[] {
  return fields.map((field) => ({ field, value: null, because: 'A stand-in for tests.', source, from }));
}

function withoutParts<Id extends 'scheduling' | 'etcd'>(
  decisions: readonly Decision[],
  facts: SystemPlan<Id>['facts'],
): SystemPlan<Id> {
  return { decisions, facts, settings: undefined, needs: [], alerts: [], verify: [], runbooks: [], limits: [] };
}

function schedulingPlan({ scheduling }: Pick<Written, 'scheduling'>): SystemPlan<'scheduling'> {
  const facts: SchedulingFacts = {
    nodeMonitorPeriod: 5_000,
    nodeMonitorGracePeriod: 50_000,
    nodeEvictionRate: 0.1,
    secondaryNodeEvictionRate: 0.01,
    unhealthyZoneThreshold: 0.55,
    largeClusterSizeThreshold: 50,
    toleration: 300_000,
    tolerationByApiServer: true,
    priorityClasses: [],
    shutdownGracePeriod: 60_000,
    shutdownGracePeriodCriticalPods: 20_000,
    nodeFailureRecovery: { least: 345_000, most: 370_000 },
    zoneFailureRecovery: { least: 345_000, most: 370_000 },
    reservations: [],
    ...scheduling,
  };
  return withoutParts<'scheduling'>(
    decided(['nodeMonitorGracePeriod', 'toleration'], ['spec.objectives.nodeFailureRecovery']),
    facts,
  );
}

function etcdPlan(cluster: Cluster, { etcd }: Pick<Written, 'etcd'>): SystemPlan<'etcd'> {
  const managed = cluster.controlPlane.kind === 'eks';
  const region = cluster.regions[0];
  const zones = region?.zones ?? [];
  const members: readonly Member[] = managed
    ? []
    : [0, 1, 2].map((index) => ({
        name: `${cluster.name}-cp-${index + 1}`,
        region: region?.name ?? '',
        zone: zones[index % zones.length] ?? '',
        address: `10.0.${index}.11`,
      }));
  const facts: EtcdFacts = {
    topology: managed ? 'managed' : 'stacked',
    members,
    quorum: managed ? 0 : 2,
    electionTimeout: 1_000,
    arguments: managed ? [] : etcdArguments,
    apiServerArguments: [],
    snapshotInterval: 1_800_000,
    longestSnapshotGap: 1_800_000,
    snapshotPlace: managed ? 'provider' : 'members',
    leaderLoss: { least: 1_000, most: 3_000 },
    ...etcd,
  };
  return withoutParts<'etcd'>(decided(['topology', 'members'], ['metadata.name', 'spec.regions[].zones']), facts);
}

const etcdArguments: readonly Argument[] = [
  { name: 'heartbeat-interval', value: '100' },
  { name: 'election-timeout', value: '1000' },
  { name: 'quota-backend-bytes', value: '8589934592' },
];
