/** What the plan says nothing about: limits of its systems, areas that no system plans yet, and parts of the document that shape no figure. */
import type { Facts } from '../facts.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { AnySystem, SystemPlan } from '../system.ts';
import { count, list } from './verdicts/say.ts';

interface Area {
  readonly id: string;
  /** Items of the seed article. */
  readonly items: readonly number[];
  readonly what: string;
}

/** The areas of a never-down cluster in the article's order. Those in the list of systems are planned, the others are named here. */
const AREAS: readonly Area[] = [
  { id: 'control-plane', items: [1], what: 'the control plane and its balancer' },
  { id: 'etcd', items: [2], what: 'etcd' },
  { id: 'autoscaling', items: [3], what: 'scaling of pods and machines' },
  {
    id: 'scheduling',
    items: [4, 5],
    what: 'spread, taints, priorities, disruption budgets and the timers of recovery',
  },
  { id: 'network', items: [6], what: 'the pod network, network policies and cluster DNS' },
  { id: 'ingress', items: [7], what: 'ingress from outside, health checks and DNS failover' },
  { id: 'storage', items: [8], what: 'storage that survives a zone' },
  { id: 'backup', items: [9, 10], what: "backups of workloads' data and their restore in another region" },
  { id: 'metrics', items: [11], what: 'long-term metrics and dashboards' },
  { id: 'logging', items: [12], what: 'collection and storage of logs' },
  { id: 'policy', items: [13], what: 'admission policies' },
  { id: 'runtime-security', items: [14], what: 'detection of attacks at run time' },
  { id: 'image-gate', items: [15], what: 'admission of images by their vulnerabilities' },
  { id: 'federation', items: [16], what: 'spreading workloads over clusters' },
  { id: 'chaos', items: [17, 18], what: 'chaos experiments inside the cluster' },
  { id: 'cost', items: [19], what: 'cost by team, and alerts on budgets' },
  { id: 'rollout', items: [20], what: 'canary releases with automatic abort' },
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
  return AREAS.filter(({ id }) => !planned.has(id)).map(
    ({ id, items, what }) =>
      `${id}: ${what} (${items.length === 1 ? 'item' : 'items'} ${list(items.map(String))} of the article) is not planned by this version.`,
  );
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
