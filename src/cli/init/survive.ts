/** What the cluster survives as it stands, by where its members and workers are. */
import { majority } from '../../availability/k-of-n.ts';
import { counted } from '../../report/words.ts';
import type { ObservedControlPlane } from './control-plane.ts';
import type { Place } from './places.ts';

export type Level = 'node' | 'zone' | 'region';

export interface Survival {
  /** From what it keeps now down to the least. */
  readonly levels: readonly Level[];
  readonly seen: string;
}

interface Standing {
  readonly controlPlane: ObservedControlPlane;
  /** Where workers stand, one for each. */
  readonly workers: readonly Place[];
  /** All zones of the document. */
  readonly zones: number;
}

const LEAST_ZONES = 3;

export function survivalOf(standing: Standing): Survival {
  const { workers } = standing;
  const places = `Workers stand in ${counted(distinct(workers, 'zone'), 'zone')}`;
  if (distinct(workers, 'region') > 1 && quorumOutside(standing.controlPlane, 'region'))
    return {
      levels: ['region', 'zone', 'node'],
      seen: `${places} of several regions, and a quorum of members is left without any region.`,
    };
  const why = whyNoZone(standing);
  if (why === undefined) return { levels: ['zone', 'node'], seen: `${places}${keeps(standing.controlPlane)}.` };
  return { levels: ['node'], seen: `${why}${weakness(standing)}` };
}

function keeps({ managed, kind }: ObservedControlPlane): string {
  if (!managed) return ', and a quorum of members is left without any one zone';
  return kind === 'eks' ? '; EKS spreads the control plane itself' : '; what the control plane survives is not seen';
}

function whyNoZone({ controlPlane, workers, zones }: Standing): string | undefined {
  if (zones < LEAST_ZONES)
    return `A zone cannot be lost: ${counted(zones, 'zone is', 'zones are')} seen, and three are needed.`;
  if (distinct(workers, 'zone') < 2) return 'A zone cannot be lost: all workers stand in one.';
  if (controlPlane.managed || quorumOutside(controlPlane, 'zone')) return undefined;
  return 'A zone cannot be lost: without one of them no quorum of members of the control plane is left.';
}

/** What does not even survive a machine. */
function weakness({ controlPlane: { managed, members, etcd }, workers }: Standing): string {
  const count = (etcd.members ?? members).length;
  const alone = [
    ...(!managed && count - 1 < majority(count) ? [`${counted(count, 'member')} of the control plane`] : []),
    ...(workers.length === 1 ? ['one worker'] : []),
  ];
  return alone.length === 0 ? '' : ` Not even a machine can be lost now, with ${alone.join(' and ')}.`;
}

function quorumOutside({ managed, members, etcd }: ObservedControlPlane, domain: keyof Place): boolean {
  const voters = etcd.members ?? members;
  if (managed || voters.length === 0) return false;
  const lost = new Map<string, number>();
  for (const voter of voters) {
    if (voter === undefined) return false;
    lost.set(voter[domain], (lost.get(voter[domain]) ?? 0) + 1);
  }
  return [...lost.values()].every((count) => voters.length - count >= majority(voters.length));
}

function distinct(places: readonly Place[], domain: keyof Place): number {
  return new Set(places.map((place) => place[domain])).size;
}
