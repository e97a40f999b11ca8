/** Counts what a run of comparisons reached: a plugin or a reason that was never seen was never compared. */
import type { PodExplanation, PodVerdict } from '../../src/twin/explanation.ts';

export interface Coverage {
  /** By filter plugin: nodes it refused. */
  readonly rejections: Map<string, number>;
  /** By score plugin: nodes that it gave anything but the same as all other nodes. */
  readonly scores: Map<string, number>;
  /** By plugin, code and reason, names and numbers left out. */
  readonly reasons: Map<string, number>;
  /** Refusals of whole pods, and what preemption found. */
  readonly outcomes: Map<string, number>;
}

export function noCoverage(): Coverage {
  return { rejections: new Map(), scores: new Map(), reasons: new Map(), outcomes: new Map() };
}

/** Adds one answer of the oracle. */
export function cover(coverage: Coverage, { pods }: PodExplanation): void {
  for (const verdict of pods) coverVerdict(coverage, verdict);
}

export function coverVerdict(coverage: Coverage, verdict: PodVerdict): void {
  if (verdict.preFilter !== undefined) count(coverage.outcomes, normalised(verdict.preFilter));
  for (const { plugin, code, reasons } of verdict.nodes) {
    if (plugin === undefined) continue;
    count(coverage.rejections, plugin);
    for (const reason of reasons ?? []) count(coverage.reasons, `${plugin} ${code ?? ''}: ${normalised(reason)}`);
  }
  coverScores(coverage, verdict);
  coverOutcome(coverage, verdict);
}

function coverScores(coverage: Coverage, { nodes }: PodVerdict): void {
  const scored = nodes.flatMap(({ scores }) => (scores === undefined ? [] : [scores]));
  const plugins = new Set(scored.flatMap((scores) => Object.keys(scores)));
  for (const plugin of plugins) {
    const distinct = new Set(scored.map((scores) => scores[plugin]));
    if (distinct.size > 1) count(coverage.scores, plugin, scored.length);
  }
}

function coverOutcome(coverage: Coverage, { nodes, best, preemption }: PodVerdict): void {
  if (best.length > 1) count(coverage.outcomes, 'several best nodes');
  if (best.length === 1) count(coverage.outcomes, 'one best node');
  if (nodes.filter(({ fits }) => fits).length > 1 && best.length === 1) count(coverage.outcomes, 'one best of several');
  if (preemption === undefined) return;
  if (preemption.refused !== undefined) count(coverage.outcomes, `preemption refused: ${preemption.refused}`);
  if (preemption.candidates.length > 0) count(coverage.outcomes, 'preemption possible');
  if (preemption.candidates.length > preemption.best.length) count(coverage.outcomes, 'preemption chooses');
  if (preemption.best.length > 1) count(coverage.outcomes, 'preemption ties');
  if (preemption.candidates.some(({ pdbViolations }) => pdbViolations > 0)) count(coverage.outcomes, 'budget violated');
  if (preemption.candidates.some(({ victims }) => victims.length > 1)) count(coverage.outcomes, 'several victims');
}

/** What a run must have reached, from the sources of the scheduler's plugins; each is the start of a counted key. */
export const expected = {
  rejections: [
    'InterPodAffinity',
    'NodeAffinity',
    'NodeDeclaredFeatures',
    'NodePorts',
    'NodeResourcesFit',
    'NodeUnschedulable',
    'NodeVolumeLimits',
    'PodTopologySpread',
    'TaintToleration',
    'VolumeBinding',
    'VolumeRestrictions',
    'VolumeZone',
  ],
  scores: [
    'ImageLocality',
    'InterPodAffinity',
    'NodeAffinity',
    'NodeResourcesBalancedAllocation',
    'NodeResourcesFit',
    'PodTopologySpread',
    'TaintToleration',
  ],
  reasons: [
    "InterPodAffinity Unschedulable: node(s) didn't match pod anti-affinity rules",
    "InterPodAffinity Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules",
    "InterPodAffinity UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules",
    "NodeAffinity UnschedulableAndUnresolvable: node(s) didn't match Pod's node affinity/selector",
    "NodeAffinity UnschedulableAndUnresolvable: node(s) didn't satisfy plugin(s) [NodeAffinity]",
    "NodeDeclaredFeatures UnschedulableAndUnresolvable: node(s) didn't match Pod's required features",
    "NodePorts Unschedulable: node(s) didn't have free ports for the requested pod ports",
    'NodeResourcesFit Unschedulable: Insufficient cpu',
    'NodeResourcesFit Unschedulable: Insufficient ephemeral-storage',
    'NodeResourcesFit Unschedulable: Insufficient example.com/gpu',
    'NodeResourcesFit Unschedulable: Insufficient hugepages-#Mi',
    'NodeResourcesFit Unschedulable: Insufficient memory',
    'NodeResourcesFit Unschedulable: Too many pods',
    'NodeResourcesFit UnschedulableAndUnresolvable: Insufficient cpu',
    'NodeResourcesFit UnschedulableAndUnresolvable: Insufficient ephemeral-storage',
    'NodeResourcesFit UnschedulableAndUnresolvable: Insufficient example.com/gpu',
    'NodeResourcesFit UnschedulableAndUnresolvable: Insufficient hugepages-#Mi',
    'NodeResourcesFit UnschedulableAndUnresolvable: Insufficient memory',
    'NodeUnschedulable UnschedulableAndUnresolvable: node(s) were unschedulable',
    'NodeVolumeLimits Unschedulable: node(s) exceed max volume count',
    "PodTopologySpread Unschedulable: node(s) didn't match pod topology spread constraints",
    "PodTopologySpread UnschedulableAndUnresolvable: node(s) didn't match pod topology spread constraints (missing required label)",
    'TaintToleration UnschedulableAndUnresolvable: node(s) had untolerated taint(s)',
    'VolumeBinding UnschedulableAndUnresolvable: node(s) did not have enough free storage',
    "VolumeBinding UnschedulableAndUnresolvable: node(s) didn't find available persistent volumes to bind",
    "VolumeBinding UnschedulableAndUnresolvable: node(s) didn't match PersistentVolume's node affinity",
    'VolumeBinding UnschedulableAndUnresolvable: node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
    'VolumeRestrictions Unschedulable: node(s) had no available disk',
    'VolumeRestrictions Unschedulable: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
    'VolumeZone UnschedulableAndUnresolvable: node(s) had no available volume zone',
  ],
  outcomes: [
    'NodeAffinity: pod affinity terms conflict',
    'SchedulingGates: waiting for scheduling gates: [example.com/quota example.com/later]',
    'VolumeBinding: PVC … was not created for pod … (pod is not owner)',
    'VolumeBinding: persistentvolumeclaim "…" bound to non-existent persistentvolume "…"',
    'VolumeBinding: persistentvolumeclaim "…" is being deleted',
    'VolumeBinding: pod has unbound immediate PersistentVolumeClaims',
    'VolumeBinding: waiting for ephemeral volume controller to create the persistentvolumeclaim "…"',
    'VolumeRestrictions: persistentvolumeclaim "…" not found',
    'VolumeZone: persistentvolume "…" not found',
    'budget violated',
    'one best of several',
    'preemption chooses',
    'preemption refused: not eligible due to preemptionPolicy=Never.',
    'preemption ties',
    'several best nodes',
    'several victims',
  ],
} as const;

/** What is on the list and was not reached, or less often than asked for. */
export function neverHit(coverage: Coverage, atLeast = 1): string[] {
  return (['rejections', 'scores', 'reasons', 'outcomes'] as const).flatMap((what) =>
    expected[what].filter((key) => (coverage[what].get(key) ?? 0) < atLeast).map((key) => `${what}: ${key}`),
  );
}

/** The counts as a table. */
export function table(coverage: Coverage): string {
  return (['rejections', 'scores', 'reasons', 'outcomes'] as const)
    .flatMap((what) => [
      what,
      ...[...coverage[what]]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, times]) => `  ${String(times).padStart(8)}  ${key}`),
    ])
    .join('\n');
}

function count(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

/** Names in quotes and numbers differ from cluster to cluster; what is said does not. */
function normalised(reason: string): string {
  return reason
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/[a-z0-9-]+\/[a-z]+-\d[a-z0-9-]*/g, '…')
    .replaceAll(/\d+/g, '#');
}
