/** VolumeZone: bound volumes with zone labels go to nodes with such labels. Kubernetes v1.36.3 plugins/volumezone/volume_zone.go. */
import type { Labels } from '../../kubernetes/objects.ts';
import type { Claim, Volume } from '../model/claims.ts';
import type { VolumeNode } from '../model/reach.ts';
import { FITS, failureId } from './failures.ts';

export const VOLUME_ZONE = failureId({
  plugin: 'VolumeZone',
  code: 'UnschedulableAndUnresolvable',
  reasons: ['node(s) had no available volume zone'],
});

const GA_LABELS: Labels = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
};
const TOPOLOGY_LABELS = [...Object.keys(GA_LABELS), ...Object.values(GA_LABELS)];

/** A label of a volume with the values that a node may have for it. */
export interface ZoneLabel {
  readonly key: string;
  readonly values: readonly string[];
}

/** cloud-provider volume/helpers/zones.go (LabelZonesToSet): values joined by `__`; a label with an empty one counts for nothing. */
export function zoneLabelsOf(labels: Labels): readonly ZoneLabel[] {
  const found: ZoneLabel[] = [];
  for (const key of TOPOLOGY_LABELS) {
    const label = labels[key];
    if (label === undefined) continue;
    const values = label.split('__').map((value) => value.trim());
    if (!values.includes('')) found.push({ key, values });
  }
  return found;
}

/** A node without any of the four labels takes every volume; a beta label of the volume may match the node's GA one. */
export function zoneConflict(zones: readonly ZoneLabel[], labels: Labels): boolean {
  if (zones.length === 0 || !TOPOLOGY_LABELS.some((key) => labels[key] !== undefined)) return false;
  return zones.some(({ key, values }) => {
    const value = labels[key] ?? labels[GA_LABELS[key] ?? key];
    return value === undefined || !values.includes(value);
  });
}

/** The volume that a claim names must be there. Claims of ephemeral volumes are not looked at. */
export function zoneRefusal(claims: readonly Claim[]): string | undefined {
  for (const claim of claims)
    if (claim.volumeName !== undefined && claim.volume === undefined)
      return `persistentvolume "${claim.volumeName}" not found`;
  return undefined;
}

/** Volumes whose labels may keep nodes out. */
export function zonedVolumes(claims: readonly Claim[]): readonly Volume[] {
  return claims.flatMap(({ volume }) => (volume?.reach.zoned === true ? [volume] : []));
}

export function zoneFailure(volumes: readonly Volume[], node: VolumeNode): number {
  for (let index = 0; index < volumes.length; index += 1)
    if (volumes[index]?.reach.inZone(node) === false) return VOLUME_ZONE;
  return FITS;
}
