import { describe, expect, it } from 'vitest';
import { provisionedFor } from './provisioners.ts';
import { worldOf } from './state.test-support.ts';
import { storageClass } from './volumes.test-support.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const labels = { [ZONE]: 'eu-1a', [HOST]: 'n1' };

/** The labels that a volume of the class asks of nodes; `anywhere` when none. */
function asked(
  provisioner: string,
  more: Readonly<Record<string, unknown>> = {},
  node: Readonly<Record<string, string>> = labels,
  topologyKeys: readonly string[] = [],
): unknown {
  const [only] = worldOf([storageClass('c', provisioner, more)]).storageClasses;
  const drivers = [{ name: provisioner, nodeId: 'n1', topologyKeys, limit: undefined }];
  const { nodeTerms } = provisionedFor(only, 'c', { labels: node }, { name: 'n1', drivers, migratedPlugins: [] });
  if (nodeTerms === undefined) return 'anywhere';
  return Object.fromEntries(nodeTerms[0]?.labels.map(({ key, values }) => [key, values]) ?? []);
}

describe('what provisioners make', () => {
  it('block storage of a zone stays in the zone, under the label that its nodes have', () => {
    expect(asked('ebs.csi.aws.com')).toEqual({ [ZONE]: ['eu-1a'] });
    expect(asked('kubernetes.io/aws-ebs')).toEqual({ [ZONE]: ['eu-1a'] });
    const own = { ...labels, 'topology.ebs.csi.aws.com/zone': 'eu-1a' };
    expect(asked('ebs.csi.aws.com', {}, own)).toEqual({ 'topology.ebs.csi.aws.com/zone': ['eu-1a'] });
  });

  it('local storage stays on its node', () => {
    expect(asked('rancher.io/local-path')).toEqual({ [HOST]: ['n1'] });
    const own = { ...labels, 'topology.topolvm.io/node': 'n1' };
    expect(asked('topolvm.io', {}, own)).toEqual({ 'topology.topolvm.io/node': ['n1'] });
  });

  it('network file systems and Ceph are everywhere', () => {
    expect(asked('efs.csi.aws.com')).toBe('anywhere');
    expect(asked('rook-ceph.rbd.csi.ceph.com')).toBe('anywhere');
  });

  it('disks that are kept in several zones follow their parameters', () => {
    expect(asked('disk.csi.azure.com', { parameters: { skuName: 'Premium_ZRS' } })).toBe('anywhere');
    expect(asked('disk.csi.azure.com', { parameters: { skuName: 'Premium_LRS' } })).toEqual({ [ZONE]: ['eu-1a'] });
    expect(asked('disk.csi.azure.com', {}, { [ZONE]: '0', [HOST]: 'n1' })).toBe('anywhere');
    const allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE, values: ['eu-1a', 'eu-1b'] }] }];
    const regional = { parameters: { 'replication-type': 'regional-pd' }, allowedTopologies };
    expect(asked('pd.csi.storage.gke.io', regional)).toEqual({ [ZONE]: ['eu-1a', 'eu-1b'] });
  });

  it('others follow the keys of their driver on the node, else those that the class allows', () => {
    expect(asked('x.example.com', {}, { ...labels, rack: 'r1' }, ['rack'])).toEqual({ rack: ['r1'] });
    const allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE, values: ['eu-1a', 'eu-1b'] }] }];
    expect(asked('x.example.com', { allowedTopologies })).toEqual({ [ZONE]: ['eu-1a'] });
    expect(asked('x.example.com')).toBe('anywhere');
  });
});
