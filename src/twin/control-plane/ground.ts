/** What the faults of a scenario do to machines, processes and links, before anything reacts. */
import type { Millis } from '../../core/units.ts';
import type { Member } from '../../facts.ts';
import { sayFault } from '../../faults/say.ts';
import type { Fault, ProcessName, Scenario, TimedFault, ZoneName } from '../../faults/scenario.ts';
import type { Cause } from './timeline.ts';

/** A span in which something does not work. */
export interface Outage {
  readonly from: Millis;
  readonly to: Millis;
  readonly cause: Cause;
  /** True when nothing says so to its peers: connections hang instead of being refused. */
  readonly silent: boolean;
}

export interface Ground {
  readonly horizon: Millis;
  /** Spans of a process on a machine, by their start. */
  readonly outages: (process: ProcessName, machine: Member) => readonly Outage[];
  /** Of the balancer's instance; undefined: of a balancer that the provider runs. */
  readonly balancerOutages: (instance: Member | undefined) => readonly Outage[];
  /** Why nothing passes between two places at the moment. */
  readonly cut: (from: ZoneName, to: ZoneName, at: Millis) => Cause | undefined;
  /** Moments at which a link breaks or heals. */
  readonly linkChanges: readonly Millis[];
  /** Whether a region as a whole is lost. */
  readonly regionOutages: (region: string) => readonly Outage[];
}

/**
 * From its start until it serves. An API server answered /readyz 7.9 s after the start of a whole control plane on two
 * busy cores (measured on the lab, 2026-11, fsync on); etcd, controllers and schedulers are ready in 2 s there.
 */
const START: Readonly<Record<ProcessName, Millis>> = {
  etcd: 2_000,
  'kube-apiserver': 8_000,
  'kube-controller-manager': 2_000,
  'kube-scheduler': 2_000,
  kubelet: 0,
};

export function groundOf(scenario: Scenario): Ground {
  const { faults, horizon } = scenario;
  const links = faults.filter(({ fault }) => fault.kind === 'link');
  return {
    horizon,
    outages: (process, machine) => spans(faults, horizon, (fault) => stops(fault, process, machine)),
    balancerOutages: (instance) => spans(faults, horizon, (fault) => stopsBalancer(fault, instance)),
    cut: (from, to, at) => cutBetween(links, { from, to, at }),
    linkChanges: links.flatMap(({ at, until }) => [at, until ?? horizon]),
    regionOutages: (region) =>
      spans(faults, horizon, (fault) =>
        fault.kind === 'region' && fault.region === region ? { silent: true, back: 0 } : undefined,
      ),
  };
}

/** The cause that a fault is, with its place in the scenario file. */
export function causeOf({ fault, origin }: Pick<TimedFault, 'fault' | 'origin'>): Cause {
  return { say: sayFault(fault), ...(origin === undefined ? {} : { origin }) };
}

/** What takes it down at the moment. */
export function outageAt(outages: readonly Outage[], at: Millis): Outage | undefined {
  return outages.find(({ from, to }) => from <= at && at < to);
}

/** Starts and ends of outages. */
export function edgesOf(outages: readonly Outage[]): readonly Millis[] {
  return outages.flatMap(({ from, to }) => [from, to]);
}

interface Effect {
  readonly silent: boolean;
  /** On top of the fault's end. */
  readonly back: Millis;
  /** On top of the fault's start. */
  readonly delay?: Millis;
}

function spans(
  faults: readonly TimedFault[],
  horizon: Millis,
  effectOf: (fault: Fault) => Effect | undefined,
): readonly Outage[] {
  const found: Outage[] = [];
  for (const timed of faults) {
    const effect = effectOf(timed.fault);
    if (effect === undefined) continue;
    const to = timed.until === undefined ? Number.POSITIVE_INFINITY : timed.until + effect.back;
    const from = timed.at + (effect.delay ?? 0);
    if (from < Math.min(to, horizon)) found.push({ from, to, cause: causeOf(timed), silent: effect.silent });
  }
  return found.toSorted((a, b) => a.from - b.from);
}

function stops(fault: Fault, process: ProcessName, machine: Member): Effect | undefined {
  const lost = losesMachine(fault, machine);
  if (lost !== undefined) return { silent: true, back: START[process], delay: lost };
  if (fault.kind === 'process' && fault.process === process && fault.machine === machine.name)
    return { silent: false, back: START[process] };
  if (fault.kind === 'certificate' && CERTIFICATE_OF[process] === fault.of)
    return fault.machine === undefined || fault.machine === machine.name ? { silent: false, back: 0 } : undefined;
  return undefined;
}

/** Whose certificate it is. An expired one is taken to end every connection at once; those that live longer are not modelled. */
const CERTIFICATE_OF: Readonly<Record<ProcessName, Extract<Fault, { kind: 'certificate' }>['of']>> = {
  etcd: 'etcd',
  'kube-apiserver': 'kube-apiserver',
  'kube-controller-manager': 'controllers',
  'kube-scheduler': 'controllers',
  kubelet: 'kubelet',
};

/** After how long the fault takes the machine; undefined: it does not. */
export function losesMachine(fault: Fault, machine: Omit<Member, 'address'>): Millis | undefined {
  if (!takesMachine(fault, machine)) return undefined;
  return fault.kind === 'spot-reclaim' ? fault.notice : 0;
}

function takesMachine(fault: Fault, { name, region, zone }: Omit<Member, 'address'>): boolean {
  if (fault.kind === 'node') return fault.node === name;
  if (fault.kind === 'member') return fault.member === name;
  if (fault.kind === 'zone') return fault.zone === zone && fault.region === region;
  if (fault.kind === 'region') return fault.region === region;
  return (fault.kind === 'rack' || fault.kind === 'spot-reclaim') && fault.nodes.includes(name);
}

function stopsBalancer(fault: Fault, instance: Member | undefined): Effect | undefined {
  if (fault.kind === 'load-balancer')
    return fault.instance === undefined || fault.instance === instance?.name ? { silent: false, back: 0 } : undefined;
  const lost = instance === undefined ? undefined : losesMachine(fault, instance);
  return lost === undefined ? undefined : { silent: true, back: 0, delay: lost };
}

function cutBetween(
  links: readonly TimedFault[],
  { from, to, at }: { readonly from: ZoneName; readonly to: ZoneName; readonly at: Millis },
): Cause | undefined {
  const found = links.find(({ fault, at: start, until }) => {
    if (fault.kind !== 'link' || at < start || (until !== undefined && at >= until)) return false;
    const [one, other] = fault.between;
    return (same(one, from) && same(other, to)) || (same(one, to) && same(other, from));
  });
  return found === undefined ? undefined : causeOf(found);
}

function same(a: ZoneName, b: ZoneName): boolean {
  return a.zone === b.zone && a.region === b.region;
}
