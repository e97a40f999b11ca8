/** Where members stand against what the document promises to survive. */
import { majority } from '../../availability/k-of-n.ts';
import type { Cluster } from '../../spec/cluster.ts';
import type { Contradiction } from '../../system.ts';
import { DEFAULT_MEMBERS, LONGEST_ZONE } from './members.ts';
import type { Section } from './section.ts';

const LEAST_DOMAINS = 3;

/** Members that cannot be placed so that the promise holds. */
export function placeContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  return [
    ...countContradictions(section, cluster),
    ...domainContradictions(section, cluster),
    ...nameContradictions(cluster),
  ];
}

function countContradictions({ members }: Section, { survive }: Cluster): readonly Contradiction[] {
  if (members !== 1 || survive === 'node') return [];
  return [
    {
      path: 'spec.etcd.members',
      code: 'cannot-survive',
      message: `one member is a single point: the loss of its ${survive} stops every write`,
      expected: '3, 5 or 7, or survive: node',
    },
  ];
}

function domainContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const [region] = cluster.regions;
  const members = section.members ?? DEFAULT_MEMBERS;
  if (cluster.survive === 'zone' && region && region.zones.length < LEAST_DOMAINS) {
    const zones = region.zones.length;
    const other =
      cluster.regions.length > 1 ? ` The first region holds the control plane, and ${region.name} has ${zones}.` : '';
    return [
      {
        path: 'spec.regions[0].zones',
        code: 'no-quorum',
        message: `${arithmetic(members, zones, 'zone')}.${other}`,
        expected: `three zones in region ${region.name}`,
        hint: 'A third zone that holds one member and no workloads is enough: list it, and give the pools the other zones. Or write survive: node.',
      },
    ];
  }
  if (cluster.survive === 'region' && cluster.regions.length < LEAST_DOMAINS) {
    return [
      {
        path: 'spec.regions',
        code: 'no-quorum',
        message: arithmetic(members, cluster.regions.length, 'region'),
        expected: 'three regions',
        hint: 'A third region that holds one member and no workloads is enough: list it, and give the pools the other zones. Or write survive: zone and a second cluster in the other region.',
      },
    ];
  }
  return [];
}

/** The larger half of two domains is lost with its domain, whatever the count. */
function arithmetic(members: number, domains: number, what: string): string {
  const largest = Math.ceil(members / domains);
  const left = members - largest;
  return `${members} members over ${domains} ${what}${domains === 1 ? '' : 's'} put ${largest} in one: losing that ${what} leaves ${left} of ${members}, and a quorum is ${majority(members)}`;
}

function nameContradictions(cluster: Cluster): readonly Contradiction[] {
  return cluster.regions.flatMap((region, index) =>
    region.zones.flatMap((zone, at) =>
      zone.length <= LONGEST_ZONE
        ? []
        : [
            {
              path: `spec.regions[${index}].zones[${at}]`,
              code: 'name-too-long',
              message: `members are named after their zone, and a host name has 63 letters: ${zone} has ${zone.length}`,
              expected: `at most ${LONGEST_ZONE} letters`,
            },
          ],
    ),
  );
}
