/** What a rule may ask beside the world: who selects whom, what is declared, and the twin. Made once per check. */
import { parseDuration } from '../core/duration.ts';
import type { Millis } from '../core/units.ts';
import type { Workload, World, WorldAutoscaler, WorldBudget, WorldClaim, WorldService } from '../inventory/world.ts';
import { selects } from '../kubernetes/selectors.ts';
import type { EpochSeconds } from '../kubernetes/time.ts';
import type { Plan } from '../plan/types.ts';
import type { DriftInputs } from './drift/types.ts';
import { Twin, type TwinSettings } from '../twin/twin.ts';

export type Criticality = 'critical' | 'high' | 'medium' | 'low';

/** What its owner says that a workload may suffer. */
export interface Intent {
  /** Undefined when nothing is declared, or a word that is not known. */
  readonly criticality: Criticality | undefined;
  readonly acceptedDowntime: Millis | undefined;
}

export interface RuleContext {
  /** Undefined without a document. */
  readonly plan: Plan | undefined;
  /** When the check is made; undefined when nobody says, so that what expires is unknown. */
  readonly now: EpochSeconds | undefined;
  /** The rendered objects against those of a live cluster; undefined when nobody compared them. */
  readonly drift: DriftInputs | undefined;
  /** Names of zones in which pods can run, by region and name; empty when no nodes are known. */
  readonly zones: readonly string[];
  readonly intentOf: (workload: Workload) => Intent;
  readonly servicesOf: (workload: Workload) => readonly WorldService[];
  readonly budgetsOf: (workload: Workload) => readonly WorldBudget[];
  readonly autoscalersOf: (workload: Workload) => readonly WorldAutoscaler[];
  readonly claimsOf: (workload: Workload) => readonly WorldClaim[];
  /** Built when it is asked for first; undefined when there are no nodes. */
  readonly twin: () => Twin | undefined;
}

export interface ContextInputs {
  readonly plan?: Plan | undefined;
  readonly now?: EpochSeconds | undefined;
  readonly twinSettings?: TwinSettings | undefined;
  readonly drift?: DriftInputs | undefined;
}

export function ruleContext(world: World, { plan, now, twinSettings, drift }: ContextInputs = {}): RuleContext {
  let twin: Twin | undefined;
  const daemonsOf = unplacedDaemons(world);
  return {
    plan,
    now,
    drift,
    zones: workerZones(world),
    intentOf,
    servicesOf: byWorkload(world.services, (service) => [...service.workloads, ...daemonsOf(service)]),
    budgetsOf: byWorkload(world.budgets, ({ workloads }) => workloads),
    autoscalersOf: byWorkload(world.autoscalers, ({ workload }) => (workload === undefined ? [] : [workload])),
    claimsOf: byWorkload(world.claims, ({ workloads }) => workloads),
    twin: () => {
      if (world.nodes.length === 0) return undefined;
      twin ??= new Twin(world, twinSettings);
      return twin;
    },
  };
}

const CRITICALITIES: readonly string[] = ['critical', 'high', 'medium', 'low'] satisfies readonly Criticality[];

export function intentOf({ criticality, acceptedDowntime }: Workload): Intent {
  const word = criticality?.toLowerCase();
  return {
    criticality: word !== undefined && CRITICALITIES.includes(word) ? (word as Criticality) : undefined,
    acceptedDowntime: acceptedDowntime === undefined ? undefined : parseDuration(acceptedDowntime),
  };
}

function workerZones({ nodes }: World): readonly string[] {
  const zones = new Set(
    nodes.filter(({ role, zone }) => role === 'worker' && zone !== '').map(({ region, zone }) => `${region}\n${zone}`),
  );
  return [...zones].sort().map((key) => key.slice(key.indexOf('\n') + 1));
}

/** DaemonSets that Services will send to: without nodes they have no pods yet. */
function unplacedDaemons({ nodes, workloads }: World): (service: WorldService) => readonly Workload[] {
  const daemons =
    nodes.length > 0 ? [] : workloads.filter(({ kind, replicas }) => kind === 'DaemonSet' && replicas === 0);
  return ({ namespace, spec }) =>
    daemons.filter((one) => one.namespace === namespace && selects(spec.selector, one.spec.labels));
}

function byWorkload<T>(
  things: readonly T[],
  workloadsOf: (thing: T) => readonly Workload[],
): (workload: Workload) => readonly T[] {
  const map = new Map<Workload, T[]>();
  for (const thing of things) {
    for (const workload of workloadsOf(thing)) {
      const known = map.get(workload);
      if (known === undefined) map.set(workload, [thing]);
      else known.push(thing);
    }
  }
  return (workload) => map.get(workload) ?? [];
}
