/** What the plan says nothing about: limits of its systems, areas that no system plans yet, and parts of the document that shape no figure. */
import type { Facts } from '../facts.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { AnySystem, SystemPlan } from '../system.ts';
import { count, list } from './verdicts/say.ts';

interface Area {
  readonly id: string;
  readonly what: string;
}

/** The areas of a never-down cluster in the article's order. Those in the list of systems are planned, the others are named here. */
const AREAS: readonly Area[] = [
  { id: 'control-plane', what: 'the control plane and its balancer' },
  { id: 'etcd', what: 'etcd' },
  { id: 'autoscaling', what: 'scaling of pods and machines' },
  {
    id: 'scheduling',

    what: 'spread, taints, priorities, disruption budgets and the timers of recovery',
  },
  { id: 'network', what: 'the pod network, network policies and cluster DNS' },
  { id: 'ingress', what: 'ingress from outside, health checks and DNS failover' },
  { id: 'storage', what: 'storage that survives a zone' },
  { id: 'backup', what: "backups of workloads' data and their restore in another region" },
  { id: 'metrics', what: 'long-term metrics and dashboards' },
  { id: 'logging', what: 'collection and storage of logs' },
  { id: 'policy', what: 'admission policies' },
  { id: 'runtime-security', what: 'detection of attacks at run time' },
  { id: 'image-gate', what: 'admission of images by their vulnerabilities' },
  { id: 'federation', what: 'spreading workloads over clusters' },
  { id: 'chaos', what: 'chaos experiments inside the cluster' },
  { id: 'cost', what: 'cost by team, and alerts on budgets' },
  { id: 'rollout', what: 'canary releases with automatic abort' },
];

export interface CoverageInput {
  readonly systems: readonly AnySystem[];
  readonly plans: readonly SystemPlan[];
  readonly cluster: Cluster;
  readonly facts: Partial<Facts>;
  readonly wrote: (path: string) => boolean;
}

/** One sentence each, in a fixed order: the systems' own limits, the document, then the areas. */
export function notCovered(input: CoverageInput): readonly string[] {
  const limits = input.plans.flatMap(({ limits }) => limits);
  return [...new Set([...limits, ...documentGaps(input), ...areaGaps(input.systems)])];
}

function areaGaps(systems: readonly AnySystem[]): readonly string[] {
  const planned = new Set<string>(systems.map(({ id }) => id));
  const missing = AREAS.filter(({ id }) => !planned.has(id));
  return missing.length === 0 ? [] : [`Not planned by this version: ${missing.map(({ what }) => what).join('; ')}.`];
}

/** Parts of the document that are accepted and yet shape no figure. */
function documentGaps({ cluster, facts, wrote }: CoverageInput): readonly string[] {
  const gaps: string[] = [];
  const { workloads, pools } = cluster;
  if (workloads.length > 0)
    gaps.push(
      `The manifests under spec.workloads (${list(workloads.slice(0, 5))}${workloads.length > 5 ? ` and ${workloads.length - 5} more` : ''}) are not read by plan: what pods request, how many there are and what they tolerate shapes none of its figures.`,
    );
  const spot = pools.filter(({ capacity }) => capacity === 'spot').map(({ name }) => name);
  if (spot.length > 0)
    gaps.push(
      `The provider may take all machines of ${count(spot.length, 'spot pool')} (${list(spot.slice(0, 5))}) at once with two minutes of notice; no recovery time or price here counts with that.`,
    );
  const regions = new Set(facts.etcd?.members.map(({ region }) => region));
  if (regions.size === 1 && wrote('spec.regionRoundTrip') && cluster.regions.length > 1)
    gaps.push('spec.regionRoundTrip is not used: all members of etcd stand in one region.');
  return gaps;
}
