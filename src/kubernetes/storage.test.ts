import { describe, expect, it } from 'vitest';
import { selectsEverything } from './selectors.ts';
import {
  readClaim,
  readCsiDriver,
  readCsiNode,
  readStorageCapacity,
  readStorageClass,
  readVolumeAttachment,
  readVolumeSpec,
} from './storage.ts';
import { attachmentOfDisk, driverOfProvisioner } from './csi-migration.ts';
import { claimOfVolume, readVolume } from './volumes.ts';
import { reader } from './objects.ts';

describe('a claim', () => {
  it('has its defaults, and the state that controllers write', () => {
    expect(readClaim({ spec: { resources: { requests: { storage: '1Gi' } } } })).toEqual({
      storageClass: undefined,
      accessModes: [],
      bytes: 2 ** 30,
      volumeMode: 'Filesystem',
      selector: undefined,
      attributesClass: '',
      volumeName: undefined,
      phase: undefined,
      selectedNode: undefined,
      bindCompleted: false,
      terminating: false,
    });
    const state = readClaim({
      metadata: {
        deletionTimestamp: '2026-01-01T00:00:00Z',
        annotations: {
          'volume.kubernetes.io/selected-node': 'n1',
          'pv.kubernetes.io/bind-completed': 'yes',
          'volume.beta.kubernetes.io/storage-class': 'old',
        },
      },
      spec: { storageClassName: 'new', volumeMode: 'Block', selector: {} },
      status: { phase: 'Lost' },
    });
    expect(state).toMatchObject({
      storageClass: 'old',
      volumeMode: 'Block',
      phase: 'Lost',
      selectedNode: 'n1',
      bindCompleted: true,
      terminating: true,
    });
    expect(state.selector && selectsEverything(state.selector)).toBe(true);
  });
});

describe('what drivers tell', () => {
  it('is read with its defaults', () => {
    expect(
      readCsiNode({
        metadata: {
          name: 'n1',
          annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/aws-ebs,kubernetes.io/gce-pd' },
        },
        spec: { drivers: [{ name: 'a', nodeID: 'i', allocatable: { count: 3 } }, { name: 'b' }] },
      }),
    ).toEqual({
      name: 'n1',
      drivers: [
        { name: 'a', nodeId: 'i', topologyKeys: [], limit: 3 },
        { name: 'b', nodeId: '', topologyKeys: [], limit: undefined },
      ],
      migratedPlugins: ['kubernetes.io/aws-ebs', 'kubernetes.io/gce-pd'],
    });
    expect(readCsiDriver({ metadata: { name: 'a' } })).toEqual({
      name: 'a',
      storageCapacity: false,
      attachRequired: true,
    });
    expect(readStorageCapacity({ storageClassName: 's', capacity: '10Gi', maximumVolumeSize: '5Gi' })).toEqual({
      storageClass: 's',
      bytes: 5 * 2 ** 30,
      nodes: { matches: 'nothing' },
    });
    expect(
      readVolumeAttachment({
        spec: { nodeName: 'n1', attacher: 'a', source: { persistentVolumeName: 'pv' } },
        status: { attached: true },
      }),
    ).toEqual({ node: 'n1', attacher: 'a', volume: 'pv', attached: true, terminating: false });
    expect(
      readStorageClass({
        allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }],
        allowVolumeExpansion: true,
      }),
    ).toMatchObject({ allowedTopologies: [[{ key: 'zone', values: ['a', 'b'] }]], allowVolumeExpansion: true });
  });
});

describe('in-tree disks', () => {
  const volume = (spec: object, labels: object = {}) => readVolumeSpec({ metadata: { labels }, spec });
  const terms = (key: string, ...values: string[]) => ({
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] },
  });

  it('are known to drivers under handles of their own', () => {
    const handle = (spec: object, labels: Record<string, string> = {}) => {
      const { disk } = volume(spec, labels);
      return disk && attachmentOfDisk(disk, labels)?.handle;
    };
    expect(handle({ awsElasticBlockStore: { volumeID: 'vol-1' } })).toBe('vol-1');
    expect(handle({ awsElasticBlockStore: { volumeID: 'aws://us-east-1a/vol-1' } })).toBe('vol-1');
    expect(handle({ awsElasticBlockStore: { volumeID: 'aws:///disk-1' } })).toBeUndefined();
    expect(handle({ gcePersistentDisk: { pdName: 'd' } })).toBe('projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d');
    expect(handle({ gcePersistentDisk: { pdName: 'd' } }, { 'topology.kubernetes.io/zone': 'us-east1-b' })).toBe(
      'projects/UNSPECIFIED/zones/us-east1-b/disks/d',
    );
    expect(
      handle({ gcePersistentDisk: { pdName: 'd' } }, { 'topology.kubernetes.io/zone': 'us-east1-b__us-east1-c' }),
    ).toBe('projects/UNSPECIFIED/regions/us-east1/disks/d');
    expect(handle({ azureDisk: { diskURI: 'u' } })).toBeUndefined();
    expect(handle({ azureDisk: { diskURI: 'u', kind: 'Managed' } })).toBe('u');
    expect(handle({ rbd: { image: 'i' } })).toBeUndefined();
    expect(driverOfProvisioner('kubernetes.io/aws-ebs')).toEqual({ driver: 'ebs.csi.aws.com', inTree: true });
    expect(driverOfProvisioner('csi.example.com')).toEqual({ driver: 'csi.example.com', inTree: false });
    expect(driverOfProvisioner('kubernetes.io/vsphere-volume')).toBeUndefined();
  });

  it('are reached through the topology of their driver', () => {
    const aws = { awsElasticBlockStore: { volumeID: 'vol-1' } };
    const key = 'topology.ebs.csi.aws.com/zone';
    const migrated = (spec: object, labels: object = {}) =>
      volume(spec, labels).migratedNodeTerms?.map(({ labels: all, valid }) => [
        valid,
        ...all.map((requirement) => `${requirement.key}=${requirement.values.join()}`),
      ]);
    expect(migrated({ ...aws, nodeAffinity: terms('topology.kubernetes.io/zone', 'a') })).toEqual([[true, `${key}=a`]]);
    expect(migrated({ ...aws, nodeAffinity: terms('failure-domain.beta.kubernetes.io/region', 'r') })).toBeUndefined();
    expect(migrated(aws, { 'failure-domain.beta.kubernetes.io/zone': 'b__a' })).toEqual([[true, `${key}=a,b`]]);
    expect(
      migrated(
        {
          ...aws,
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                {
                  matchExpressions: [
                    { key: 'failure-domain.beta.kubernetes.io/zone', operator: 'In', values: ['a'] },
                    { key: 'failure-domain.beta.kubernetes.io/region', operator: 'In', values: ['r'] },
                  ],
                },
              ],
            },
          },
        },
        {},
      ),
    ).toEqual([[true, `${key}=a`, 'topology.kubernetes.io/region=r']]);
    expect(migrated({ ...aws, nodeAffinity: terms('disk', 'ssd') }, { 'topology.kubernetes.io/zone': 'a' })).toEqual([
      [true, 'disk=ssd', `${key}=a`],
    ]);
    expect(migrated(aws)).toBeUndefined();
    expect(migrated({ csi: { driver: 'd' } }, { 'topology.kubernetes.io/zone': 'a' })).toBeUndefined();
  });
});

describe('volumes of a pod', () => {
  const read = (source: object) => readVolume(reader({ name: 'v', ...source })).source;

  it('are told apart by what the scheduler compares', () => {
    expect(read({ gcePersistentDisk: { pdName: 'd', readOnly: true } })).toEqual({
      kind: 'gcePersistentDisk',
      disk: 'd',
      readOnly: true,
    });
    expect(read({ iscsi: { iqn: 'iqn.x', targetPortal: 'p', lun: 0 } })).toEqual({
      kind: 'iscsi',
      iqn: 'iqn.x',
      readOnly: false,
    });
    expect(read({ rbd: { monitors: ['m'], image: 'i' } })).toEqual({
      kind: 'rbd',
      monitors: ['m'],
      pool: 'rbd',
      image: 'i',
      readOnly: false,
    });
    expect(read({ image: { reference: 'r:1' } })).toEqual({ kind: 'image', reference: 'r:1' });
    expect(read({ csi: { driver: 'd' } })).toEqual({ kind: 'csi', driver: 'd', readOnly: false });
    expect(read({ configMap: {} })).toEqual({ kind: 'other', source: 'configMap' });
    expect(read({})).toEqual({ kind: 'other', source: 'emptyDir' });
  });

  it('have claims that carry the name of their pod', () => {
    const claim = (source: object) => claimOfVolume(readVolume(reader({ name: 'v', ...source })), 'pod-0');
    expect(claim({ persistentVolumeClaim: { claimName: 'c' } })).toBe('c');
    expect(claim({ ephemeral: { volumeClaimTemplate: { spec: {} } } })).toBe('pod-0-v');
    expect(claimOfVolume({ name: 'v', source: { kind: 'claimTemplate', readOnly: false } }, 'pod-0')).toBe('v-pod-0');
    expect(claim({ emptyDir: {} })).toBeUndefined();
  });
});
