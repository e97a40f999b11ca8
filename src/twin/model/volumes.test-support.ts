/** Objects of storage for tests, as they stand in a manifest. */
type Fields = Readonly<Record<string, unknown>>;

export const EBS = 'ebs.csi.aws.com';

export function storageClass(name: string, provisioner = EBS, more: Fields = {}): Fields {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  };
}

export function claim(name: string, spec: Fields = {}, annotations: Fields = {}, phase = 'Pending'): Fields {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'shop', annotations },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'wait',
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
    status: { phase },
  };
}

export function boundClaim(name: string, volumeName: string, spec: Fields = {}): Fields {
  return claim(name, { volumeName, ...spec }, { 'pv.kubernetes.io/bind-completed': 'yes' }, 'Bound');
}

export function volume(name: string, spec: Fields = {}, more: { phase?: string; labels?: Fields } = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels: more.labels ?? {} },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'wait',
      csi: { driver: EBS, volumeHandle: name },
      ...spec,
    },
    status: { phase: more.phase ?? 'Available' },
  };
}

/** The node affinity of a volume. */
export function on(key: string, ...values: readonly string[]): Fields {
  return {
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] } },
  };
}

export function csiNode(name: string, limit: number | undefined, driver = EBS): Fields {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name },
    spec: {
      drivers: [{ name: driver, nodeID: name, ...(limit === undefined ? {} : { allocatable: { count: limit } }) }],
    },
  };
}

/** The volumes of a pod that uses these claims. */
export function claims(...names: readonly string[]): Fields {
  return { volumes: names.map((claimName, at) => ({ name: `v${at}`, persistentVolumeClaim: { claimName } })) };
}

export function statefulSet(replicas: number, template: Fields = {}): Fields {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop' },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { containers: [{ name: 'main', image: 'db', resources: { requests: { cpu: '500m' } } }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'wait',
            resources: { requests: { storage: '1Gi' } },
            ...template,
          },
        },
      ],
    },
  };
}
