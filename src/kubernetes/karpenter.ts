/** Karpenter's NodePools: what may be bought, and how fast nodes may go. karpenter v1.14.1 pkg/apis/v1/nodepool.go. */
import { parseDuration } from '../core/duration.ts';
import type { Millis } from '../core/units.ts';
import type { Labels, Reader, Refuse } from './objects.ts';
import { at, integer, intOrString, into, items, reader, text, textList, textMap } from './objects.ts';
import type { IntOrPercent } from './percent.ts';
import type { Resources } from './resources.ts';
import { readResources } from './resources.ts';
import type { Taint } from './tolerations.ts';
import { readTaints } from './tolerations.ts';

export interface NodePoolSpec {
  /** The highest is tried first. */
  readonly weight: number;
  /** Sum over its nodes; a resource that is not named has no limit. */
  readonly limits: Resources;
  /** Nodes of a static pool, which does not follow pods; undefined for the others. */
  readonly replicas: number | undefined;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** Gone before pods run; pods need not tolerate them. */
  readonly startupTaints: readonly Taint[];
  readonly requirements: readonly PoolRequirement[];
  readonly consolidationPolicy: string;
  /** Undefined: never. */
  readonly consolidateAfter: Millis | undefined;
  /** Undefined: never. */
  readonly expireAfter: Millis | undefined;
  /** Undefined: as long as pods take. */
  readonly terminationGracePeriod: Millis | undefined;
  readonly budgets: readonly PoolBudget[];
}

export interface PoolRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly minValues: number | undefined;
}

/** Nodes of the pool that may be disrupted at a time; the smallest of those that hold counts. */
export interface PoolBudget {
  readonly nodes: IntOrPercent;
  /** Empty: every reason. */
  readonly reasons: readonly string[];
  readonly schedule: string | undefined;
  readonly duration: Millis | undefined;
}

/** consolidateAfter 0s, expireAfter 720h, one budget of 10 % by default. */
export function readNodePool(object: unknown, refuse?: Refuse): NodePoolSpec {
  const spec = into(reader(object, refuse), 'spec');
  const template = into(spec, 'template');
  const machine = into(template, 'spec');
  const disruption = into(spec, 'disruption');
  const budgets = items(disruption, 'budgets').map((budget): PoolBudget => ({
    nodes: intOrString(budget, 'nodes') ?? '10%',
    reasons: textList(budget, 'reasons'),
    schedule: text(budget, 'schedule'),
    duration: durationOf(budget, 'duration', undefined),
  }));
  return {
    weight: integer(spec, 'weight') ?? 0,
    limits: readResources(at(spec.value, 'limits')),
    replicas: integer(spec, 'replicas'),
    labels: textMap(into(template, 'metadata'), 'labels'),
    taints: readTaints(machine, 'taints'),
    startupTaints: readTaints(machine, 'startupTaints'),
    requirements: items(machine, 'requirements').map((requirement) => ({
      key: text(requirement, 'key') ?? '',
      operator: text(requirement, 'operator') ?? '',
      values: textList(requirement, 'values'),
      minValues: integer(requirement, 'minValues'),
    })),
    consolidationPolicy: text(disruption, 'consolidationPolicy') || 'WhenEmptyOrUnderutilized',
    consolidateAfter: durationOf(disruption, 'consolidateAfter', 0),
    expireAfter: durationOf(machine, 'expireAfter', 720 * 3_600_000),
    terminationGracePeriod: durationOf(machine, 'terminationGracePeriod', undefined),
    budgets: budgets.length === 0 ? [{ nodes: '10%', reasons: [], schedule: undefined, duration: undefined }] : budgets,
  };
}

function durationOf(from: Reader, key: string, fallback: Millis | undefined): Millis | undefined {
  const written = text(from, key);
  if (written === undefined) return fallback;
  return written === 'Never' ? undefined : (parseDuration(written) ?? fallback);
}
