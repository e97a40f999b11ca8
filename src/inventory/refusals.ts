/** What the API server would refuse, object by object: an object with a refusal takes no part in the world. */
import type { Problem } from '../core/error.ts';
import type { FieldPath, Refusal, Refuse } from '../kubernetes/objects.ts';
import type { Sourced } from './identity.ts';
import { labelOf } from './identity.ts';
import { positionOf } from './origin.ts';

export interface RefusedObject {
  readonly sourced: Sourced;
  /** Each with its line. */
  readonly problems: readonly Problem[];
}

export class Refusals {
  readonly #byObject: Told = new Map();
  readonly #doubts: Told = new Map();

  /** Where readers and rules tell of one object; a place that is told twice counts once. */
  readonly of = (sourced: Sourced): Refuse => {
    return (refusal) => {
      const into = refusal.doubtful === true ? this.#doubts : this.#byObject;
      const known = into.get(sourced) ?? new Map<string, Problem>();
      into.set(sourced, known);
      const path = formatPath(refusal.path);
      if (!known.has(path)) known.set(path, problemOf(sourced, refusal, path));
    };
  };

  has(sourced: Sourced | undefined): boolean {
    return sourced !== undefined && this.#byObject.has(sourced);
  }

  /** Without the objects that are refused. */
  readonly without = <T extends { readonly sourced: Sourced | undefined }>(things: readonly T[]): readonly T[] => {
    return this.#byObject.size === 0 ? things : things.filter(({ sourced }) => !this.has(sourced));
  };

  /** By file and line. */
  all(): readonly RefusedObject[] {
    return sorted(this.#byObject);
  }

  /** Objects that are refused unless what they name is there without having been given. */
  doubtful(): readonly RefusedObject[] {
    return sorted(this.#doubts).filter(({ sourced }) => !this.has(sourced));
  }
}

type Told = Map<Sourced, Map<string, Problem>>;

function sorted(told: Told): readonly RefusedObject[] {
  return [...told]
    .map(([sourced, problems]) => ({ sourced, problems: [...problems.values()].sort(byPlace) }))
    .sort((a, b) => byPlace(a.problems[0], b.problems[0]));
}

/** What `describe` says of a value that is not there. */
const NOTHING = 'nothing';

function problemOf(sourced: Sourced, { path, found, expected }: Refusal, formatted: string): Problem {
  return {
    code: 'refused-value',
    message: `${labelOf(sourced.object)}: ${formatted} is ${found === NOTHING ? 'missing' : found}; the API server refuses it`,
    path: formatted,
    at: positionOf(sourced.origin, path),
    found,
    expected,
  };
}

/** `spec.containers[0].image`; an element that goes by its name is a step of its own, `[web]`. */
export function formatPath(path: FieldPath): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : index === 0 || step.startsWith('[') ? step : `.${step}`,
    )
    .join('');
}

function byPlace(a: Problem | undefined, b: Problem | undefined): number {
  const [left, right] = [a?.at, b?.at];
  if (left === undefined || right === undefined) return 0;
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
