/** Documents that between them reach every branch of the plans; the metamorphic test changes each in every way. */

const three = (region: string) => ({ name: region, zones: ['a', 'b', 'c'].map((letter) => `${region}${letter}`) });
const onPremises = { name: 'site', zones: ['row-a', 'row-b', 'row-c'], zoneRoundTrip: '1ms' };

function base(name: string, spec: Record<string, unknown>): unknown {
  return { apiVersion: 'holdfast.dev/v1', kind: 'Cluster', metadata: { name }, spec };
}

const gpuPool = {
  name: 'gpu',
  nodesPerZone: 0,
  maxNodesPerZone: 3,
  machine: { type: 'g6.2xlarge' },
  labels: { workload: 'ai' },
  taints: [{ key: 'dedicated', value: 'ai', effect: 'NoSchedule' }],
};
const grown = { name: 'general', nodesPerZone: 3, maxNodesPerZone: 20, machine: { type: 'm7i.xlarge' } };
const promises = {
  apiAvailability: '99.99%',
  apiLatencyP99: '500ms',
  podStartP99: '5s',
  crossZoneLatency: '10ms',
  controlPlaneRecovery: '1m',
  nodeFailureRecovery: '2m',
  zoneFailureRecovery: '5m',
  scaleUpRate: '50/min',
  rpo: '1h',
  rto: '1h',
  budget: '5000 USD',
};

export const bases: Readonly<Record<string, unknown>> = {
  'bare metal, nothing promised': base('bare', { regions: [onPremises] }),
  'bare metal, everything promised': base('bare', {
    provider: 'bare-metal',
    regions: [{ ...onPremises, zones: [...onPremises.zones, 'row-d', 'row-e'] }],
    objectives: promises,
    pools: [{ name: 'general', nodesPerZone: 10, machine: { cpu: '16', memory: '64Gi' } }],
  }),
  'aws, kubeadm': base('shop', {
    provider: 'aws',
    regions: [three('us-west-2')],
    objectives: promises,
    pools: [grown, gpuPool],
  }),
  'aws, eks': base('shop', {
    provider: 'aws',
    regions: [three('us-west-2')],
    objectives: promises,
    pools: [grown, gpuPool],
    controlPlane: { kind: 'eks' },
    policy: { rules: { uniqueHosts: { stage: 'warn' } } },
  }),
  'aws, cluster api': base('shop', {
    provider: 'aws',
    regions: [three('us-west-2')],
    objectives: { nodeFailureRecovery: '90s', rpo: '15m' },
    pools: [grown],
    controlPlane: { kind: 'cluster-api' },
  }),
  'three regions': base('wide', {
    provider: 'aws',
    survive: 'region',
    regions: [three('us-east-1'), three('us-east-2'), three('us-west-2')],
    pools: [grown],
  }),
  'bare metal, address by BGP': base('routed', {
    regions: [onPremises],
    pools: [
      { name: 'general', zones: ['row-a', 'row-b', 'row-c'], nodesPerZone: 4 },
      { name: 'edge', zones: ['row-a', 'row-b'], nodesPerZone: 3 },
    ],
    controlPlane: {
      balancer: 'kube-vip',
      sharedSegment: false,
      bgp: { localAs: 64512, peers: [{ address: '10.0.0.1', as: 64513 }] },
    },
  }),
  'bare metal, patient checks': base('patient', {
    regions: [onPremises],
    controlPlane: { healthCheck: { fall: 5 }, certificates: { validity: '7d', authorityValidity: '30d' } },
  }),
  'aws, kubeadm with KMS': base('sealed', {
    provider: 'aws',
    regions: [three('us-west-2')],
    pools: [grown],
    controlPlane: { encryption: { keyArn: 'arn:aws:kms:us-west-2:111122223333:key/shop' } },
  }),
  'aws, one machine may fail, pools with zones of their own': base('spare', {
    provider: 'aws',
    survive: 'node',
    regions: [three('us-west-2')],
    pools: [
      { ...grown, zones: ['us-west-2a', 'us-west-2b'] },
      { ...gpuPool, zones: ['us-west-2a'] },
    ],
  }),
  'lab, one zone': base('lab', {
    provider: 'lab',
    survive: 'node',
    regions: [{ name: 'here', zones: ['z1'] }],
    pools: [{ name: 'general', nodesPerZone: 5 }],
  }),
  'bare metal, a zone promised': base('edge', {
    regions: [{ name: 'site', zones: ['row-a', 'row-b', 'row-c', 'row-d', 'row-e'], zoneRoundTrip: '1ms' }],
    objectives: { zoneFailureRecovery: '5m5s' },
    pools: [
      { name: 'general', nodesPerZone: 12, zones: ['row-a', 'row-b'], machine: { cpu: '16', memory: '64Gi' } },
      { name: 'extra', nodesPerZone: 12, zones: ['row-b', 'row-c'], machine: { cpu: '16', memory: '64Gi' } },
    ],
  }),
  'aws, kubeadm, policies that refuse': base('strict', {
    provider: 'aws',
    regions: [three('us-west-2')],
    pools: [grown, gpuPool],
    scheduling: { namespaces: [{ name: 'shop' }, { name: 'agents' }] },
    policy: {
      stage: 'deny',
      liveViolations: 0,
      registries: ['registry.k8s.io', 'registry.example.com/shop'],
      auditExisting: true,
      namespaces: [
        { name: 'pay', level: 'restricted' },
        { name: 'agents', level: 'privileged', reason: 'node agents' },
      ],
      rules: { uniqueHosts: { stage: 'deny' }, drainableBudgets: { stage: 'warn', liveViolations: 2 } },
      gatekeeper: { failurePolicy: 'Fail', timeout: '2s', auditInterval: '2m' },
    },
  }),
  'bare metal, rules that only tell, in two places': base('told', {
    regions: [
      { name: 'site', zones: ['row-a', 'row-b', 'row-c'], zoneRoundTrip: '1ms' },
      { name: 'far', zones: ['row-x'] },
    ],
    pools: [
      { name: 'general', nodesPerZone: 1, zones: ['row-a', 'row-b'] },
      { name: 'extra', nodesPerZone: 1, zones: ['row-b', 'row-c'] },
    ],
    policy: {
      auditExisting: true,
      rules: { images: { stage: 'audit' }, uniqueHosts: { stage: 'warn' }, drainableBudgets: { stage: 'audit' } },
    },
  }),
};
