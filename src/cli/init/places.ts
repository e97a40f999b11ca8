/** Regions and zones as the nodes' labels tell, under names that the document takes. */
import type { WorldNode } from '../../inventory/world.ts';
import { counted, listed } from '../../report/words.ts';
import { nameFor, unique } from './names.ts';

export interface Place {
  readonly region: string;
  readonly zone: string;
}

export interface ObservedRegion {
  readonly name: string;
  readonly zones: readonly string[];
  readonly seen: string;
}

export interface Places {
  /** The one with the most members of the control plane first. */
  readonly regions: readonly ObservedRegion[];
  /** The document's names of where a node stands; undefined when its labels do not tell while those of others do. */
  readonly placeOf: (labelled: Place) => Place | undefined;
  /** What had to be taken, one sentence each. */
  readonly notes: readonly string[];
}

/** A name that stands for what no label tells. */
const NO_REGION = 'site';
const NO_ZONE = 'zone-a';
/** Members are named after their zone; the document refuses longer ones. */
const LONGEST_ZONE = 50;

export function placesOf(nodes: readonly WorldNode[], members: readonly Place[]): Places {
  const pairs = new Map<string, Written>();
  const regionOf = regionResolver(nodes);
  for (const node of nodes.filter(({ zone }) => zone !== '')) {
    const region = regionOf(node);
    const key = keyOf({ region, zone: node.zone });
    const known = pairs.get(key) ?? { region, zone: node.zone, nodes: 0, members: 0 };
    pairs.set(key, { ...known, nodes: known.nodes + 1 });
  }
  for (const member of members) {
    const key = keyOf({ region: regionOf(member), zone: member.zone });
    const known = pairs.get(key);
    if (known !== undefined) pairs.set(key, { ...known, members: known.members + 1 });
  }
  return pairs.size === 0 ? onePlace(nodes, regionOf) : named([...pairs.values()], nodes, regionOf);
}

/** As the labels write it. */
interface Written extends Place {
  readonly nodes: number;
  readonly members: number;
}

/** The region of a node; without a label that of nodes in a zone of the same name, or the only one there is. */
function regionResolver(nodes: readonly WorldNode[]): (place: Place) => string {
  const all = new Set(nodes.map(({ region }) => region).filter((region) => region !== ''));
  const byZone = new Map<string, Set<string>>();
  for (const { region, zone } of nodes)
    if (region !== '') byZone.set(zone, (byZone.get(zone) ?? new Set()).add(region));
  const only = (regions: ReadonlySet<string> | undefined): string | undefined =>
    regions?.size === 1 ? [...regions][0] : undefined;
  return ({ region, zone }) => (region === '' ? (only(byZone.get(zone)) ?? only(all) ?? '') : region);
}

function named(written: readonly Written[], nodes: readonly WorldNode[], regionOf: (place: Place) => string): Places {
  const regionNames = new Set<string>();
  const zoneNames = new Set<string>();
  const documentPlaces = new Map<string, Place>();
  const notes: string[] = [];
  const regions = regionsOf(written).map(({ region, places }): ObservedRegion => {
    const name = unique(nameFor(region, NO_REGION), regionNames);
    if (region === '') notes.push(`No node tells its region: it is called ${name} here.`);
    else if (name !== region) notes.push(`The region ${region} is called ${name} here: the document takes no other.`);
    const zones = places.map(({ zone }) => {
      const plain = nameFor(zone, NO_ZONE, LONGEST_ZONE);
      const own = unique(zoneNames.has(plain) ? nameFor(`${name}-${zone}`, plain, LONGEST_ZONE) : plain, zoneNames);
      if (own !== zone) notes.push(`The zone ${zone} of region ${name} is called ${own} here.`);
      documentPlaces.set(keyOf({ region, zone }), { region: name, zone: own });
      return own;
    });
    const counts = places.map((place, index) => `${zones[index]} ${place.nodes}`);
    return {
      name,
      zones,
      seen: `Seen on ${counted(sum(places), 'node')}, by the label of the zone: ${counts.join(', ')}.`,
    };
  });
  const without = nodes.filter(({ zone }) => zone === '').map(({ name }) => name);
  if (without.length > 0) notes.push(`In no pool, because no label tells their zone: ${shortList(without)}.`);
  return {
    regions,
    placeOf: ({ region, zone }) => documentPlaces.get(keyOf({ region: regionOf({ region, zone }), zone })),
    notes,
  };
}

function regionsOf(written: readonly Written[]): readonly { region: string; places: readonly Written[] }[] {
  const regions = new Map<string, Written[]>();
  for (const place of written) regions.set(place.region, [...(regions.get(place.region) ?? []), place]);
  const members = (places: readonly Written[]): number => places.reduce((total, place) => total + place.members, 0);
  return [...regions]
    .map(([region, places]) => ({ region, places: places.toSorted((a, b) => (a.zone < b.zone ? -1 : 1)) }))
    .toSorted(
      (a, b) =>
        members(b.places) - members(a.places) || sum(b.places) - sum(a.places) || (a.region < b.region ? -1 : 1),
    );
}

/** No node tells a zone: all stand in one, since nothing says that they fail apart. */
function onePlace(nodes: readonly WorldNode[], regionOf: (place: Place) => string): Places {
  const written = nodes.map(regionOf).find((region) => region !== '') ?? '';
  const place = { region: nameFor(written, NO_REGION), zone: NO_ZONE };
  const seen = `No node carries the label topology.kubernetes.io/zone: ${counted(nodes.length, 'node is', 'nodes are')} taken to stand in one zone.`;
  return { regions: [{ name: place.region, zones: [place.zone], seen }], placeOf: () => place, notes: [] };
}

const NAMED = 5;

/** The first few names, and how many more there are. */
export function shortList(names: readonly string[]): string {
  if (names.length <= NAMED) return listed(names);
  return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}

function sum(places: readonly Written[]): number {
  return places.reduce((total, { nodes }) => total + nodes, 0);
}

function keyOf({ region, zone }: Place): string {
  return `${region}\n${zone}`;
}
