/** Storage that pods use: classes, drivers, limits, capacities, and volumes in every state a claim can be in. */
import type { Manifest } from '../oracle.ts';
import { fields } from './draw.ts';
import { BETA_ZONE, HOSTNAME, type Shape, ZONE } from './shape.ts';

const DRIVER = 'csi.example.com';
const GIB = 2 ** 30;

export interface Storage {
  /** A volume for a pod, with whatever has to be there for it. */
  volume(own: VolumeUser, name: string): object;
  readonly objects: readonly Manifest[];
}

export interface VolumeUser {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly pending: boolean;
}

export function storageOf(shape: Shape): Storage {
  const objects: Manifest[] = [
    ...classesOf(shape),
    ...driversOf(shape),
    ...capacitiesOf(shape),
    ...staticVolumes(shape),
  ];
  const claims = new ClaimMaker(shape, objects);
  const { draw } = shape;
  const volume = (own: VolumeUser, name: string): object =>
    draw.weighted<() => object>([
      [3, () => ({ name, ...disk(shape) })],
      [8, () => ({ name, persistentVolumeClaim: { claimName: claims.claim(own) } })],
      [own.pending ? 2.5 : 0.7, () => claims.ephemeral(own, name)],
      [own.pending ? 0.5 : 0.1, () => ({ name, persistentVolumeClaim: { claimName: 'absent' } })],
    ])();
  return { volume, objects };
}

/** Disks named in the pod itself, few enough to collide. */
function disk({ draw }: Shape): object {
  const readOnly = draw.chance(0.4) || undefined;
  const name = draw.pick(['one', 'two']);
  return draw.pick([
    { gcePersistentDisk: fields({ pdName: name, readOnly }) },
    { awsElasticBlockStore: fields({ volumeID: `vol-${name}`, readOnly }) },
    { rbd: fields({ monitors: [draw.pick(['198.18.0.1', '198.18.0.2']), '198.18.0.3'], image: name, readOnly }) },
    {
      iscsi: fields({ targetPortal: '198.18.0.1', iqn: `iqn.2026-01.com.example:${name}`, lun: 0, readOnly }),
    },
  ]);
}

function classesOf({ draw, zones }: Shape): Manifest[] {
  const make = (name: string, provisioner: string, volumeBindingMode: string, more: object = {}): Manifest => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode,
    ...more,
  });
  const some = zones.length > 0 ? draw.some(zones) : ['eu-west1-x'];
  const standard = draw.chance(0.5) ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {};
  return [
    { ...make('late', DRIVER, 'WaitForFirstConsumer'), metadata: { name: 'late', annotations: standard } },
    make('now', DRIVER, 'Immediate'),
    make('local', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer'),
    make('zonal', DRIVER, 'WaitForFirstConsumer', {
      allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: some }] }],
    }),
    make('plain', 'other.example.com', 'WaitForFirstConsumer'),
    make('ebs', 'kubernetes.io/aws-ebs', 'WaitForFirstConsumer'),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttributesClass',
      metadata: { name: 'gold' },
      driverName: DRIVER,
      parameters: { tier: 'gold' },
    },
  ];
}

function driversOf(shape: Shape): Manifest[] {
  const { draw } = shape;
  const driver = (name: string, storageCapacity: boolean): Manifest => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name },
    spec: { storageCapacity },
  });
  const nodes = shape.nodeNames.flatMap((name): Manifest[] => {
    if (!draw.chance(0.8)) return [];
    const count = draw.weighted([
      [3, undefined],
      [2, 1],
      [2, 2],
      [1, 20],
    ] as const);
    const migrated = draw.chance(0.5)
      ? { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/aws-ebs,kubernetes.io/gce-pd' }
      : undefined;
    const drivers = [DRIVER, 'ebs.csi.aws.com', 'pd.csi.storage.gke.io'].map((driverName) =>
      fields({ name: driverName, nodeID: name, allocatable: count === undefined ? undefined : { count } }),
    );
    return [
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSINode',
        metadata: fields({ name, annotations: migrated }),
        spec: { drivers },
      },
    ];
  });
  return [driver(DRIVER, draw.chance(0.6)), driver('other.example.com', false), ...nodes];
}

function capacitiesOf({ draw, zones }: Shape): Manifest[] {
  return ['late', 'zonal'].flatMap((storageClassName) =>
    (zones.length > 0 ? zones : ['eu-west1-x']).flatMap((zone) => {
      if (!draw.chance(0.7)) return [];
      return [
        fields({
          apiVersion: 'storage.k8s.io/v1',
          kind: 'CSIStorageCapacity',
          metadata: { name: `${storageClassName}-${zone}`, namespace: 'default' },
          storageClassName,
          nodeTopology: draw.chance(0.9) ? { matchLabels: { [ZONE]: zone } } : undefined,
          capacity: draw.pick(['2Gi', '8Gi', '100Gi']),
          maximumVolumeSize: draw.chance(0.4) ? draw.pick(['1Gi', '6Gi']) : undefined,
        }),
      ];
    }),
  );
}

/** Volumes that wait for a claim; each has its own size, since the scheduler is free among equal ones. */
function staticVolumes(shape: Shape): Manifest[] {
  const { draw } = shape;
  return Array.from({ length: draw.between(0, shape.nodes) }, (_, index) => {
    const local = draw.chance(0.6);
    const name = `static-${String(index)}`;
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: fields({
        name,
        labels: fields({ speed: draw.chance(0.5) ? 'fast' : undefined }),
        ...deleting(draw.chance(0.05)),
      }),
      spec: fields({
        capacity: { storage: String(draw.between(1, 8) * GIB + (index + 1) * 4096) },
        accessModes: draw.pick([['ReadWriteOnce'], ['ReadWriteOnce', 'ReadWriteMany'], ['ReadWriteOncePod']]),
        storageClassName: local ? 'local' : draw.pick(['late', 'zonal']),
        volumeMode: draw.chance(0.1) ? 'Block' : undefined,
        volumeAttributesClassName: !local && draw.chance(0.2) ? 'gold' : undefined,
        ...(local ? { local: { path: `/disks/${name}` } } : { csi: { driver: DRIVER, volumeHandle: name } }),
        nodeAffinity: local || draw.chance(0.5) ? volumeNodes(shape, local) : undefined,
      }),
      status: { phase: draw.chance(0.95) ? 'Available' : 'Released' },
    };
  });
}

function deleting(yes: boolean): Record<string, unknown> {
  return yes
    ? {
        deletionTimestamp: '2026-06-01T00:00:00Z',
        deletionGracePeriodSeconds: 0,
        finalizers: ['kubernetes.io/pv-protection'],
      }
    : {};
}

function volumeNodes({ draw, zones, nodeNames }: Shape, local: boolean): object {
  const expression =
    local || zones.length === 0
      ? { key: HOSTNAME, operator: 'In', values: draw.chance(0.7) ? [draw.pick(nodeNames)] : draw.some(nodeNames) }
      : { key: ZONE, operator: draw.chance(0.8) ? 'In' : 'NotIn', values: draw.some(zones) };
  return { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } };
}

/** The states of a claim, by how often they are drawn. */
const states = [
  [6, 'bound'],
  [1, 'bound to nothing'],
  [1, 'lost'],
  [0.7, 'immediate'],
  [0.7, 'bound by name only'],
  [4, 'late'],
  [3, 'local'],
  [2, 'zonal'],
  [0.7, 'selected'],
  [1.2, 'deleting'],
  [0.5, 'classless'],
] as const;
type State = (typeof states)[number][1];

class ClaimMaker {
  #serial = 0;
  readonly #shape: Shape;
  readonly #objects: Manifest[];
  /** Claims that further pods of the namespace may share. */
  readonly #made = new Map<string, string[]>();

  constructor(shape: Shape, objects: Manifest[]) {
    this.#shape = shape;
    this.#objects = objects;
  }

  claim(own: VolumeUser): string {
    const { draw } = this.#shape;
    const made = this.#made.get(own.namespace) ?? [];
    if (made.length > 0 && draw.chance(0.35)) return draw.pick(made);
    const name = `claim-${String(this.#serial++)}`;
    this.#make(own.namespace, name, { state: own.pending ? draw.weighted(states) : draw.weighted(states.slice(0, 2)) });
    this.#made.set(own.namespace, [...made, name]);
    return name;
  }

  /** A volume with a claim of its own, which a controller has made, or not yet, or someone else has. */
  ephemeral(own: VolumeUser, volume: string): object {
    const { draw } = this.#shape;
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'late',
    };
    const name = `${own.pod}-${volume}`;
    const owner = {
      apiVersion: 'v1',
      kind: 'Pod',
      name: own.pod,
      uid: own.uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const state = draw.weighted<State | 'none' | 'foreign'>([
      [4, 'late'],
      [3, 'bound'],
      [2, 'bound to nothing'],
      [own.pending ? 3 : 0, 'none'],
      [own.pending ? 3 : 0, 'foreign'],
    ]);
    if (state === 'foreign') this.#make(own.namespace, name, { state: 'late' });
    else if (state !== 'none') this.#make(own.namespace, name, { state, owner, storage: 1 });
    return { name: volume, ephemeral: { volumeClaimTemplate: { spec } } };
  }

  // eslint-disable-next-line complexity -- one object with all its states
  #make(
    namespace: string,
    name: string,
    { state, owner, storage }: { state: State; owner?: object; storage?: number },
  ): void {
    const { draw, nodeNames } = this.#shape;
    const uid = `claim-${namespace}-${name}`;
    const volume = `volume-${namespace}-${name}`;
    const hasVolume = ['bound', 'bound to nothing', 'lost', 'deleting', 'bound by name only'].includes(state);
    const isBound = hasVolume && state !== 'bound by name only';
    const mode = draw.weighted([
      [6, 'ReadWriteOnce'],
      [2, 'ReadWriteMany'],
      [3, 'ReadWriteOncePod'],
    ] as const);
    const size = storage ?? draw.between(1, 8);
    const className = {
      immediate: 'now',
      late: draw.chance(0.2) ? 'plain' : 'late',
      local: 'local',
      zonal: 'zonal',
      selected: 'late',
    }[state as string];
    this.#objects.push({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: fields({
        name,
        namespace,
        uid,
        ownerReferences: owner === undefined ? undefined : [owner],
        annotations: fields({
          'pv.kubernetes.io/bind-completed': isBound ? 'yes' : undefined,
          'volume.kubernetes.io/selected-node': state === 'selected' ? draw.pick(nodeNames) : undefined,
        }),
        ...(state === 'deleting'
          ? {
              deletionTimestamp: '2026-06-01T00:00:00Z',
              deletionGracePeriodSeconds: 0,
              finalizers: ['kubernetes.io/pvc-protection'],
            }
          : {}),
      }),
      spec: fields({
        accessModes: [mode],
        resources: { requests: { storage: `${String(size)}Gi` } },
        storageClassName: state === 'classless' ? draw.pick([undefined, '', 'absent']) : (className ?? 'late'),
        volumeName: hasVolume ? volume : undefined,
        volumeAttributesClassName: !hasVolume && className === 'late' && draw.chance(0.2) ? 'gold' : undefined,
        selector: state === 'local' && draw.chance(0.3) ? { matchLabels: { speed: 'fast' } } : undefined,
      }),
      status: { phase: state === 'lost' ? 'Lost' : isBound ? 'Bound' : 'Pending' },
    });
    if (state === 'bound' || state === 'deleting' || state === 'bound by name only') {
      this.#objects.push(boundVolume(this.#shape, { namespace, claim: name, uid, volume, mode, size }));
      if (draw.chance(0.3)) this.#objects.push(this.#attachment(volume));
    }
    if (state === 'local' && draw.chance(0.2))
      this.#objects.push(this.#prebound({ namespace, claim: name, uid, size }));
  }

  #attachment(volume: string): Manifest {
    const { draw, nodeNames } = this.#shape;
    return {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: `attachment-${volume}` },
      spec: { attacher: DRIVER, nodeName: draw.pick(nodeNames), source: { persistentVolumeName: volume } },
      status: { attached: true },
    };
  }

  /** A volume that names the claim which does not know of it yet. */
  #prebound(own: { namespace: string; claim: string; uid: string; size: number }): Manifest {
    const { draw, nodeNames } = this.#shape;
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `kept-${own.namespace}-${own.claim}` },
      spec: {
        capacity: { storage: `${String(own.size + 20)}Gi` },
        accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
        storageClassName: 'local',
        local: { path: '/disks/kept' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: HOSTNAME, operator: 'In', values: draw.some(nodeNames) }] },
            ],
          },
        },
        claimRef: { namespace: own.namespace, name: own.claim },
      },
      status: { phase: 'Available' },
    };
  }
}

function boundVolume(
  shape: Shape,
  own: { namespace: string; claim: string; uid: string; volume: string; mode: string; size: number },
): Manifest {
  const { draw, zones } = shape;
  const source = draw.weighted<() => object>([
    [6, () => ({ csi: { driver: DRIVER, volumeHandle: draw.chance(0.9) ? own.volume : 'shared-handle' } })],
    [1, () => ({ awsElasticBlockStore: { volumeID: `vol-${own.volume}` } })],
    [1, () => ({ gcePersistentDisk: { pdName: own.volume } })],
    [1, () => ({ nfs: { server: '198.18.0.9', path: '/' } })],
  ])();
  const zone = zones.length === 0 ? 'eu-west1-x' : draw.pick(zones);
  const labels = draw.weighted<object | undefined>([
    [5, undefined],
    [2, { [ZONE]: zone }],
    [1, { [ZONE]: `${zone}__eu-west1-b` }],
    [1, { [BETA_ZONE]: zone }],
    [0.5, { [ZONE]: zone, 'topology.kubernetes.io/region': draw.pick(['eu-west1', 'eu-west2']) }],
    [0.5, { [BETA_ZONE]: `eu-west1-a__${zone}` }],
  ]);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: fields({ name: own.volume, labels }),
    spec: fields({
      capacity: { storage: `${String(own.size)}Gi` },
      accessModes: [own.mode],
      storageClassName: 'late',
      ...source,
      claimRef: {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace: own.namespace,
        name: own.claim,
        uid: own.uid,
      },
      nodeAffinity: draw.chance(0.4) ? volumeNodes(shape, draw.chance(0.3)) : undefined,
    }),
    status: { phase: 'Bound' },
  };
}
