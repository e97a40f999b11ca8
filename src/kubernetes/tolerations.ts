/**
 * Taints and tolerations. After Kubernetes v1.36.3: api core/v1/toleration.go (ToleratesTaint), component-helpers
 * scheduling/corev1/helpers.go (FindMatchingUntoleratedTaint). The operators Lt and Gt are alpha and off: they match no taint.
 */
import type { Reader } from './objects.ts';
import { integer, into, items, refuse, text } from './objects.ts';

export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: TaintEffect;
}

export interface Toleration {
  /** Empty: every key. */
  readonly key: string;
  readonly operator: 'Exists' | 'Equal' | 'Lt' | 'Gt';
  readonly value: string;
  /** Undefined: every effect. */
  readonly effect: TaintEffect | undefined;
  /** How long a NoExecute taint is tolerated; undefined: for ever. */
  readonly seconds: number | undefined;
  /** DefaultTolerationSeconds added it: it counts for eviction; the scheduler is asked without it. */
  readonly byAdmission?: true;
}

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/**
 * Taints that tell how a node is doing, not what it is for: the node lifecycle controller sets them and takes them away
 * (Kubernetes v1.36, pkg/controller/nodelifecycle/node_lifecycle_controller.go, taintKeyToNodeConditionMap).
 */
const PASSING: ReadonlySet<string> = new Set([
  NOT_READY,
  UNREACHABLE,
  UNSCHEDULABLE,
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/network-unavailable',
]);

/** Those that stay when the node is well. */
export function lastingTaints(taints: readonly Taint[]): readonly Taint[] {
  return taints.filter(({ key }) => !PASSING.has(key));
}

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const OPERATORS: readonly string[] = ['Exists', 'Equal', 'Lt', 'Gt'];

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key !== '' && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return toleration.operator === 'Equal' && toleration.value === taint.value;
}

/** The first taint, in the node's order, with one of the effects that no toleration covers. */
export function firstUntolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly TaintEffect[],
): Taint | undefined {
  return taints.find(
    (taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

/**
 * Seconds until the taint manager deletes a pod from a node with these NoExecute taints: 0 when one of them is not
 * tolerated, else the shortest time among the first toleration that covers each taint; undefined when it stays for
 * ever. pkg/controller/tainteviction/taint_eviction.go (processPodOnNode, getMinTolerationTime) and
 * pkg/apis/core/v1/helper/helpers.go (GetMatchingTolerations). A negative time counts as 0.
 */
export function evictionDelaySeconds(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  const evicting = taints.filter(({ effect }) => effect === 'NoExecute');
  if (evicting.length === 0) return undefined;
  let least: number | undefined;
  for (const taint of evicting) {
    const covering = tolerations.find((toleration) => tolerates(toleration, taint));
    if (covering === undefined) return 0;
    if (covering.seconds !== undefined)
      least = Math.min(least ?? Number.POSITIVE_INFINITY, Math.max(0, covering.seconds));
  }
  return least;
}

/** `dedicated=ai:NoSchedule`, as kubectl writes it. */
export function formatTaint({ key, value, effect }: Taint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}

export function readTaints(from: Reader, key: string): readonly Taint[] {
  return items(from, key).flatMap((item) => {
    const effect = text(item, 'effect');
    const name = text(item, 'key');
    if (name === undefined || effect === undefined || !EFFECTS.includes(effect)) {
      refuse(item, `a taint with a key and an effect of ${EFFECTS.join(', ')}`);
      return [];
    }
    return [{ key: name, value: text(item, 'value') ?? '', effect: effect as TaintEffect }];
  });
}

export function readTolerations(from: Reader, key: string): readonly Toleration[] {
  return items(from, key).flatMap((item) => {
    const operator = text(item, 'operator') || 'Equal';
    const effect = text(item, 'effect') || undefined;
    if (!OPERATORS.includes(operator)) refuse(into(item, 'operator'), `one of ${OPERATORS.join(', ')}`);
    else if (effect !== undefined && !EFFECTS.includes(effect))
      refuse(into(item, 'effect'), `one of ${EFFECTS.join(', ')}`);
    else {
      return [
        {
          key: text(item, 'key') ?? '',
          operator: operator as Toleration['operator'],
          value: text(item, 'value') ?? '',
          effect: effect as TaintEffect | undefined,
          seconds: integer(item, 'tolerationSeconds'),
        },
      ];
    }
    return [];
  });
}
