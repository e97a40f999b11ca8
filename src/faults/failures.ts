/** What a sweep runs through: every failure of the domains and, at depth 2, the pairs that can make each other worse. */
import type { World } from '../inventory/world.ts';
import { type Domain, faultsOf } from './domains.ts';
import { formatFault } from './say.ts';
import type { Fault } from './scenario.ts';

/** Faults that happen at once. */
export type Failure = readonly Fault[];

export interface Failures {
  readonly failures: readonly Failure[];
  /** Pairs that are not run: nodes that share nothing, nodes of one workload that is spread too wide for two to matter. */
  readonly leftOut: number;
}

/** Pairs of a node with something else, when there are no more of them than this. */
const MOST_MIXED_PAIRS = 20_000;

/** Names of nodes that hold pods of one workload, budget or volume. */
export type SharedNodes = readonly (readonly string[])[];

export function failuresOf(
  world: World,
  { domains, depth, shared }: { domains: readonly Domain[]; depth: 1 | 2; shared: SharedNodes },
): Failures {
  const faults = distinctFaults(domains.flatMap((domain) => faultsOf(world, domain)));
  const single = faults.map((fault) => [fault]);
  if (depth === 1) return { failures: single, leftOut: 0 };
  const pairs = [...otherPairs(world, faults), ...mixedPairs(world, faults), ...nodePairs(faults, shared)];
  const all = (faults.length * (faults.length - 1)) / 2;
  return { failures: [...single, ...pairs], leftOut: all - pairs.length };
}

/** A machine of the control plane is lost once, however many domains it belongs to. */
function distinctFaults(faults: readonly Fault[]): readonly Fault[] {
  const members = new Set(faults.flatMap((fault) => (fault.kind === 'member' ? [fault.member] : [])));
  const others = faults.filter((fault) => fault.kind !== 'node' || !members.has(fault.node));
  return [...new Map(others.map((fault) => [formatFault(fault), fault])).values()];
}

/** `zone=west/west-b + node=worker-1`. */
export function formatFailure(failure: Failure): string {
  return failure.map(formatFault).join(' + ');
}

/** Zones, members, racks and all that is not a node: in full, but a part with its whole is no pair. */
function otherPairs(world: World, faults: readonly Fault[]): readonly Failure[] {
  const others = faults.filter(({ kind }) => kind !== 'node');
  return others.flatMap((one, index) =>
    others
      .slice(index + 1)
      .filter((other) => !within(world, one, other) && !within(world, other, one))
      .map((other) => [one, other]),
  );
}

function mixedPairs(world: World, faults: readonly Fault[]): readonly Failure[] {
  const nodes = faults.filter(({ kind }) => kind === 'node');
  const others = faults.filter(({ kind }) => kind !== 'node');
  if (nodes.length * others.length > MOST_MIXED_PAIRS) return [];
  return others.flatMap((other) => nodes.filter((node) => !within(world, node, other)).map((node) => [other, node]));
}

function nodePairs(faults: readonly Fault[], shared: SharedNodes): readonly Failure[] {
  const byName = new Map(faults.flatMap((fault) => (fault.kind === 'node' ? [[fault.node, fault] as const] : [])));
  const found = new Map<string, Failure>();
  for (const group of shared) {
    const names = group.filter((name) => byName.has(name));
    for (const [index, one] of names.entries())
      for (const other of names.slice(index + 1)) {
        const [first, second] = one < other ? [one, other] : [other, one];
        const pair = [byName.get(first), byName.get(second)].filter((fault) => fault !== undefined);
        found.set(`${first} ${second}`, pair);
      }
  }
  return [...found.values()];
}

/** Whether the first is lost anyway when the second is. */
function within(world: World, part: Fault, whole: Fault): boolean {
  const nodes = machinesOfFault(world, part);
  const all = machinesOfFault(world, whole);
  return nodes.length > 0 && nodes.every((name) => all.includes(name));
}

function machinesOfFault({ zones }: World, fault: Fault): readonly string[] {
  if (fault.kind === 'node') return [fault.node];
  if (fault.kind === 'member') return [fault.member];
  if (fault.kind === 'rack') return fault.nodes;
  if (fault.kind === 'zone' || fault.kind === 'region')
    return zones
      .filter(({ region, zone }) => region === fault.region && (fault.kind === 'region' || zone === fault.zone))
      .flatMap(({ nodes, members }) => [...nodes.map(({ name }) => name), ...members]);
  return [];
}
