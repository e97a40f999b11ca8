/**
 * Expected availability of the API from the shape of the control plane: members over zones, the balancer before them,
 * how long each hand-over takes, and assumed failure rates. The causes exclude each other and add up.
 */
import { formatPercent } from '../core/percent.ts';
import { sayDuration } from '../core/duration.ts';
import type { Fraction, Millis } from '../core/units.ts';
import { type FailureAssumptions, FAILURE_ASSUMPTIONS } from './assumptions.ts';
import { availabilityFrom, downtimePerYear, YEAR } from './budget.ts';
import { majority } from './k-of-n.ts';
import { meanTimeToLoss } from './markov.ts';
import { steadyAvailability } from './repair.ts';
import { downOverZones, type Shares, survivesAnyZone, type ZoneGroup } from './zones.ts';

/** One reason for downtime. */
export interface Cause {
  readonly cause: string;
  readonly downtimePerYear: Millis;
  readonly share: Fraction;
}

/** What a plan expects, and why. */
export interface Estimate {
  readonly expected: Fraction;
  readonly downtimePerYear: Millis;
  readonly causes: readonly Cause[];
  /** Whole sentences, each with its figure and source. */
  readonly assumptions: readonly string[];
}

export interface OwnControlPlane {
  readonly kind: 'own';
  /** etcd members by zone; the quorum is their majority. */
  readonly etcd: readonly ZoneGroup[];
  /** API servers by zone. */
  readonly apiServers: readonly ZoneGroup[];
  /** True when etcd and API server share machines and so fail together. */
  readonly stacked: boolean;
  /** Instances that can hold the API's address, by zone; empty when the provider's balancer does it. */
  readonly balancers: readonly ZoneGroup[];
  /** Availability that the provider promises for its balancer; only read when there are no instances. */
  readonly providerBalancer?: Fraction;
  /** Mean time without writes after the etcd leader is lost. */
  readonly leaderLoss: Millis;
  /** Mean time until a failed API server gets no new connections. */
  readonly ejection: Millis;
  /** Mean time until another instance holds the address. */
  readonly takeover: Millis;
  readonly failures?: FailureAssumptions;
}

export interface ManagedControlPlane {
  readonly kind: 'managed';
  /** What the provider promises for the API. */
  readonly promised: Fraction;
  readonly provider: string;
}

/** Expected availability of the API, its downtime per year by cause, and what it assumes. */
export function controlPlaneAvailability(plane: OwnControlPlane | ManagedControlPlane): Estimate {
  if (plane.kind === 'managed') return managedEstimate(plane);
  const failures = plane.failures ?? FAILURE_ASSUMPTIONS;
  const causes = [...lossCauses(plane, failures), ...handOverCauses(plane, failures)].filter((one) => one.downtime > 0);
  return estimateOf(causes, ownAssumptions(plane, failures));
}

interface RawCause {
  readonly cause: string;
  readonly downtime: Millis;
}

function managedEstimate({ promised, provider }: ManagedControlPlane): Estimate {
  return estimateOf(
    [{ cause: `What ${provider}'s promise leaves open`, downtime: downtimePerYear(promised) }],
    [
      `${provider} promises ${formatPercent(promised)} for the API and pays when it is missed; what it really gives is not published, so the promise is taken as the figure.`,
    ],
  );
}

/** Time with too few members: no quorum, or a quorum but no API server or no balancer. */
function lossCauses(plane: OwnControlPlane, failures: FailureAssumptions): readonly RawCause[] {
  const shares: Shares = { zone: steadyAvailability(failures.zone), member: steadyAvailability(failures.machine) };
  const quorum = majority(count(plane.etcd));
  const noQuorum = downOverZones(plane.etcd, shares, quorum);
  const onlyMachines = downOverZones(plane.etcd, { ...shares, zone: 1 }, quorum);
  const noServer = plane.stacked ? 0 : downOverZones(plane.apiServers, shares, 1);
  const noBalancer =
    plane.balancers.length > 0 ? downOverZones(plane.balancers, shares, 1) : 1 - (plane.providerBalancer ?? 1);
  const left = (before: Fraction) => 1 - before;
  return [
    {
      cause: `Machines of more than ${count(plane.etcd) - quorum} etcd members down at once`,
      downtime: onlyMachines * YEAR,
    },
    {
      cause: 'A zone down, and with it or with a further member the quorum',
      downtime: Math.max(0, noQuorum - onlyMachines) * YEAR,
    },
    { cause: 'Quorum up, but no API server', downtime: left(noQuorum) * noServer * YEAR },
    {
      cause:
        plane.balancers.length > 0
          ? 'API up, but no balancer holds its address'
          : "API up, but the provider's balancer is not",
      downtime: left(noQuorum) * left(noServer) * noBalancer * YEAR,
    },
  ];
}

/** Short interruptions while another member takes over; a share of the requests counts as that share of the time. */
function handOverCauses(plane: OwnControlPlane, failures: FailureAssumptions): readonly RawCause[] {
  const { machine, zone, restartsPerYear } = failures;
  // Leaders, servers and holders are spread over the members: each failure of a member hits one with 1/n.
  const perMember = machine.failuresPerYear + zone.failuresPerYear;
  const servers = count(plane.apiServers);
  return [
    {
      cause: 'A failed machine led etcd: no writes until a new leader is elected',
      downtime: perMember * plane.leaderLoss,
    },
    { cause: 'Planned restarts of the etcd leader', downtime: restartsPerYear * plane.leaderLoss },
    {
      cause: 'A failed API server still gets requests until the balancer ejects it',
      downtime: servers === 0 ? 0 : perMember * plane.ejection,
    },
    {
      cause: 'The balancer that held the address failed',
      downtime: plane.balancers.length === 0 ? 0 : perMember * plane.takeover,
    },
  ];
}

function ownAssumptions(plane: OwnControlPlane, failures: FailureAssumptions): readonly string[] {
  const members = count(plane.etcd);
  const quorum = majority(members);
  const { machine, zone, sources } = failures;
  const share = steadyAvailability(machine);
  const toLoss =
    machine.failuresPerYear > 0 ? meanTimeToLoss({ ...machine, members, crews: members }, members - quorum) : undefined;
  return [
    `A machine fails ${machine.failuresPerYear} times a year and is replaced within ${sayDuration(machine.repair)}, so it is up ${formatPercent(share)} of the time: ${sources.machine}.`,
    `A zone fails ${zone.failuresPerYear} times a year for ${sayDuration(zone.repair)}, ${formatPercent(steadyAvailability(zone))} up: ${sources.zone}.`,
    `Each machine is restarted ${failures.restartsPerYear} times a year, one at a time: ${sources.restarts}.`,
    ...(toLoss === undefined
      ? []
      : [
          `${members} members with quorum ${quorum} lose it to machine failures alone once in ${sayYears(toLoss)} on average (birth–death chain, every machine repaired on its own).`,
        ]),
    survivesAnyZone(plane.etcd, quorum)
      ? 'No single zone holds so many members that its loss takes the quorum.'
      : 'The loss of one zone takes the quorum: the figure is bounded by that zone.',
    'Zones and machines fail independently of each other. A bad change, an expired certificate, a full quota or a fault of the software hits all members at once and is not in this figure, so it is an upper bound.',
  ];
}

function estimateOf(causes: readonly RawCause[], assumptions: readonly string[]): Estimate {
  const total = Math.min(
    YEAR,
    causes.reduce((sum, { downtime }) => sum + downtime, 0),
  );
  return {
    expected: availabilityFrom(total),
    downtimePerYear: total,
    causes: causes
      .map(({ cause, downtime }) => ({ cause, downtimePerYear: downtime, share: total === 0 ? 0 : downtime / total }))
      .sort((a, b) => b.downtimePerYear - a.downtimePerYear),
    assumptions,
  };
}

function count(groups: readonly ZoneGroup[]): number {
  return groups.reduce((sum, { members }) => sum + members, 0);
}

function sayYears(millis: Millis): string {
  const years = millis / YEAR;
  return years >= 10 ? `${Math.round(years).toLocaleString('en-US')} years` : `${Number(years.toFixed(1))} years`;
}
