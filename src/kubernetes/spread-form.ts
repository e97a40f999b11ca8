/** The form of topology spread for what is to be survived: what plans show and fixes write. */
import type { JsonObject } from '../core/json.ts';
import { HOSTNAME, ZONE } from './nodes.ts';

export interface SpreadForm {
  readonly topologyKey: typeof ZONE | typeof HOSTNAME;
  readonly maxSkew: 1;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
}

/** Hosts are a soft rule: a hard one would leave replacements waiting on few of them. */
const OVER_HOSTS: SpreadForm = { topologyKey: HOSTNAME, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' };
const OVER_ZONES: SpreadForm = { topologyKey: ZONE, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' };

/** Zones are a hard rule where the loss of one is to be survived. */
export function spreadForms(survive: 'node' | 'zone' | 'region', zones: number): readonly SpreadForm[] {
  if (zones < 2) return [OVER_HOSTS];
  return [survive === 'node' ? OVER_ZONES : { ...OVER_ZONES, whenUnsatisfiable: 'DoNotSchedule' }, OVER_HOSTS];
}

/**
 * The constraint as a pod template has it. A lost zone, whose nodes are tainted, is taken out of the sum by Honor; pods of
 * an old ReplicaSet do not count where pods carry its hash.
 */
export function constraintObject(
  { maxSkew, topologyKey, whenUnsatisfiable }: SpreadForm,
  { labelSelector, hashed }: { readonly labelSelector: JsonObject; readonly hashed: boolean },
): JsonObject {
  return {
    maxSkew,
    topologyKey,
    whenUnsatisfiable,
    ...(topologyKey === ZONE ? { nodeTaintsPolicy: 'Honor' } : {}),
    labelSelector,
    ...(hashed ? { matchLabelKeys: ['pod-template-hash'] } : {}),
  };
}
