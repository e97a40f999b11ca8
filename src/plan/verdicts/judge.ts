/**
 * From what the plan knows about an objective to its verdict. One rule for all: kept only if the worst case keeps the
 * promise, missed if the worst case misses it, unknown when the worst case is not known and its floor does not settle it.
 */
import type { Facts } from '../../facts.ts';
import type { Cluster, ObjectiveName } from '../../spec/cluster.ts';
import type { AvailabilityEstimate, Price, Verdict } from '../types.ts';

/** What a judge may look at. */
export interface Evidence {
  readonly cluster: Cluster;
  /** Facts of the systems that were planned; a system that is not in the list has none. */
  readonly facts: Partial<Facts>;
  readonly price: Price;
  readonly availability: AvailabilityEstimate;
  /** True when the document writes a value at the path, false when it took the default. */
  readonly wrote: (path: string) => boolean;
}

/** What is known about an objective, whatever was promised. Figures are in the objective's base unit. */
export interface Assessment {
  /** The figure that certainly holds; null: there is no bound; undefined: not known. */
  readonly worst?: number | null;
  /** The worst case is at least this bad, however much of it is not known; undefined when nothing is. */
  readonly floor?: number;
  /** The figure for people. */
  readonly measured?: string;
  /** Whole sentences. */
  readonly evidence: string;
  /** What to change when the promise is missed. */
  readonly remedy?: string;
}

export interface Judge {
  readonly name: ObjectiveName;
  readonly title: string;
  /** Whether a smaller figure is better (durations, money) or a larger one (availability, rates). */
  readonly better: 'smaller' | 'larger';
  /** The promised figure; undefined when the document makes no such promise. */
  readonly promise: (cluster: Cluster) => number | undefined;
  /** A figure as people write it. */
  readonly say: (figure: number, cluster: Cluster) => string;
  readonly assess: (evidence: Evidence) => Assessment;
}

/** The verdict on one objective. `written` is the promise as the document writes it. */
export function judged(judge: Judge, evidence: Evidence, written?: string): Verdict {
  const { name, title } = judge;
  const found = judge.assess(evidence);
  const promised = judge.promise(evidence.cluster);
  const figure = {
    ...(found.measured === undefined ? {} : { measured: found.measured }),
    ...valueOf(found),
  };
  if (promised === undefined) return { name, title, verdict: 'not-promised', ...figure, evidence: found.evidence };
  const verdict = verdictOn(promised, found, judge.better);
  const remedy = verdict === 'missed' && found.remedy !== undefined ? { remedy: found.remedy } : {};
  return {
    name,
    title,
    verdict,
    promised: written ?? judge.say(promised, evidence.cluster),
    ...figure,
    evidence: found.evidence,
    ...remedy,
  };
}

/** The rule of this module. */
export function verdictOn(
  promised: number,
  { worst, floor }: Pick<Assessment, 'worst' | 'floor'>,
  better: Judge['better'],
): 'kept' | 'missed' | 'unknown' {
  const keeps = (figure: number): boolean => (better === 'smaller' ? figure <= promised : figure >= promised);
  if (worst === null) return 'missed';
  if (worst !== undefined) return keeps(worst) ? 'kept' : 'missed';
  return floor !== undefined && !keeps(floor) ? 'missed' : 'unknown';
}

function valueOf({ worst }: Assessment): { readonly value?: number } {
  return typeof worst === 'number' ? { value: worst } : {};
}
