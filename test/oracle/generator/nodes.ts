/** Nodes: labels old and new, taints, cordons, images, odd amounts of resources. */
import type { Manifest } from '../oracle.ts';
import { fields } from './draw.ts';
import { BETA_REGION, BETA_ZONE, HOSTNAME, REGION, type Shape, ZONE } from './shape.ts';

export const images = [
  'example/app:1',
  'example/app',
  'registry.example:5000/tools/db',
  'example/web@sha256:'.concat('a'.repeat(64)),
  'example/sidecar:2.1',
];
export const RESTART_ALL = 'RestartAllContainersOnContainerExits';

export function nodesOf(shape: Shape): Manifest[] {
  const { draw } = shape;
  const style = {
    // Clusters of the beta labels' time, of both, and of today.
    beta: draw.weighted([
      [8, 'none'],
      [1, 'both'],
      [1, 'only'],
    ] as const),
    tainted: draw.chance(0.6) ? 0.15 : 0.02,
    zoneless: draw.chance(0.3) ? 0.2 : 0,
    cloud: draw.chance(0.5),
  };
  return shape.nodeNames.map((name, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: labelsOf(shape, style, { name, index }) },
    spec: specOf(shape, style.tainted),
    status: statusOf(shape),
  }));
}

interface Style {
  readonly beta: 'none' | 'both' | 'only';
  readonly zoneless: number;
  readonly cloud: boolean;
}

function labelsOf({ draw, zones }: Shape, style: Style, { name, index }: { name: string; index: number }): object {
  const zone =
    zones.length === 0 || draw.chance(style.zoneless) ? undefined : zones[draw.chance(0.8) ? index % zones.length : 0];
  const region = zone === undefined || draw.chance(0.3) ? undefined : 'eu-west1';
  const ga = style.beta !== 'only';
  const beta = style.beta !== 'none';
  return fields({
    [HOSTNAME]: draw.chance(0.97) ? name : undefined,
    [ZONE]: ga ? zone : undefined,
    [REGION]: ga ? region : undefined,
    // Now and then the two disagree.
    [BETA_ZONE]: beta && zone !== undefined ? (draw.chance(0.9) ? zone : 'eu-west1-a') : undefined,
    [BETA_REGION]: beta ? region : undefined,
    // What volumes of in-tree drivers are moved to when the node's CSI drivers took them over.
    ...(style.cloud && zone !== undefined
      ? { 'topology.gke.io/zone': zone, 'topology.ebs.csi.aws.com/zone': zone }
      : {}),
    disk: draw.weighted([
      [5, 'ssd'],
      [3, 'hdd'],
      [2, undefined],
    ]),
    pool: draw.chance(0.7) ? draw.pick(['a', 'b', 'c']) : undefined,
    rank: draw.chance(0.6) ? String(draw.between(0, 20)) : undefined,
    'example.com/empty': draw.chance(0.1) ? '' : undefined,
  });
}

export const taintKeys = ['dedicated', 'example.com/maintenance', 'node.kubernetes.io/not-ready'];

function specOf({ draw }: Shape, tainted: number): object {
  const unschedulable = draw.chance(0.05);
  const taints = taintKeys.flatMap((key) =>
    draw.chance(tainted)
      ? [fields({ key, value: draw.chance(0.6) ? draw.pick(['gpu', 'batch']) : undefined, effect: effectOf(draw) })]
      : [],
  );
  // `kubectl cordon` sets the field, and the node controller adds the taint a moment later.
  if (unschedulable && draw.chance(0.5)) taints.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
  return fields({ unschedulable: unschedulable || undefined, taints: taints.length > 0 ? taints : undefined });
}

function effectOf(draw: Shape['draw']): string {
  return draw.weighted([
    [3, 'PreferNoSchedule'],
    [2, 'NoSchedule'],
    [1, 'NoExecute'],
  ]);
}

function statusOf(shape: Shape): object {
  const { draw } = shape;
  const resources = fields({
    cpu: draw.weighted([
      [1, '2'],
      [4, '4'],
      [4, '8'],
      [2, '7910m'],
      [2, '16'],
      [1, '1'],
      [0.3, '0'],
    ]),
    memory: draw.weighted([
      [1, '4Gi'],
      [4, '8Gi'],
      [4, '16Gi'],
      [2, '7911424Ki'],
      [1, '32G'],
      [1, '2048Mi'],
    ]),
    pods: draw.weighted([
      [6, '110'],
      [2, '30'],
      [1, '8'],
      [0.5, '4'],
    ]),
    'ephemeral-storage': draw.chance(0.8) ? draw.pick(['20Gi', '100Gi', '5Gi']) : undefined,
    'hugepages-2Mi': draw.chance(shape.odds('resources', 0.25)) ? draw.pick(['64Mi', '1Gi']) : undefined,
    'example.com/gpu': draw.chance(shape.odds('resources', 0.25)) ? draw.pick(['1', '4']) : undefined,
  });
  return fields({
    ...(draw.chance(0.1) ? { capacity: resources } : { capacity: resources, allocatable: resources }),
    images: draw.chance(0.6) ? imagesOf(draw) : undefined,
    declaredFeatures: draw.chance(0.5) ? [RESTART_ALL] : undefined,
  });
}

function imagesOf(draw: Shape['draw']): object[] {
  return draw.some(images).map((name) => ({
    // A kubelet lists a tag, always with one; some runtimes list the digest as well.
    names: name.includes('@') || name.lastIndexOf(':') > name.lastIndexOf('/') ? [name] : [`${name}:latest`],
    sizeBytes: draw.pick([5_000_000, 23 * 2 ** 20, 180_000_000, 700_123_456, 1_800_000_000]),
  }));
}
