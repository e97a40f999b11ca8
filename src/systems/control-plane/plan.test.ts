import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasSchema, validateObject } from '../../../test/unit/schemas.ts';
import { contradictionsIn, documentOf, example, site, textOf, valueOf, west } from './example.test-support.ts';

const keyArn = 'arn:aws:kms:us-west-2:111122223333:key/shop';
const zones = (count: number) => ({
  regions: [{ name: 'here', zones: Array.from({ length: count }, (_, index) => `z${index + 1}`) }],
  survive: count === 1 ? 'node' : 'zone',
});
const aws = (count: number) => ({ ...west, ...zones(count) });

describe('every provider, kind and number of zones', () => {
  const kinds = [
    { kind: 'kubeadm', provider: 'bare-metal' },
    { kind: 'kubeadm', provider: 'lab' },
    { kind: 'kubeadm', provider: 'aws' },
    { kind: 'cluster-api', provider: 'aws' },
    { kind: 'eks', provider: 'aws' },
  ] as const;
  for (const { kind, provider } of kinds) {
    for (const count of [1, 2, 3, 5]) {
      it(`plans and renders ${kind} on ${provider} over ${count} zones, or says why not`, () => {
        const written = {
          spec: { ...(provider === 'aws' ? aws(count) : zones(count)), provider },
          controlPlane: { kind },
        };
        const refused = contradictionsIn(written);
        if (kind === 'eks' && count === 1) return expect(refused.map(({ code }) => code)).toEqual(['too-few-zones']);
        expect(refused).toEqual([]);
        const made = example(written);
        expect(new Set(made.artifacts.map(({ path }) => path)).size).toBe(made.artifacts.length);
        for (const { because } of made.plan.decisions) expect(because).toMatch(/[.)]$/);
        for (const { because } of made.plan.decisions) expect(because).not.toMatch(/undefined|NaN|null/);
        const ids = new Set(made.plan.runbooks.map(({ id }) => id));
        for (const alert of made.plan.alerts) expect(ids.has(alert.runbook), alert.name).toBe(true);
      });
    }
  }

  it('survives the loss of a region by saying what it cannot', () => {
    const regions = ['east', 'west', 'north'].map((name) => ({ name, zones: [`${name}-1`, `${name}-2`] }));
    const made = example({ spec: { ...west, regions, survive: 'region' } });
    expect(made.plan.limits.some((sentence) => sentence.includes('region east'))).toBe(true);
  });
});

describe('what cannot be built is refused', () => {
  const refused = (spec: Record<string, unknown>, controlPlane: Record<string, unknown>) =>
    contradictionsIn({ spec, controlPlane }).map(({ path, code }) => `${path} ${code}`);
  it.each([
    ['EKS off AWS', site, { kind: 'eks' }, 'spec.controlPlane.kind wrong-provider'],
    ['Cluster API off AWS', site, { kind: 'cluster-api' }, 'spec.controlPlane.kind wrong-provider'],
    ['VRRP in a VPC', west, { balancer: 'haproxy' }, 'spec.controlPlane.balancer wrong-balancer'],
    ['an NLB on bare metal', site, { balancer: 'nlb' }, 'spec.controlPlane.balancer wrong-balancer'],
    [
      'a balancer of our own before EKS',
      west,
      { kind: 'eks', balancer: 'nlb' },
      'spec.controlPlane.balancer wrong-balancer',
    ],
    [
      'ARP over segments',
      site,
      { balancer: 'kube-vip', sharedSegment: false },
      'spec.controlPlane.sharedSegment address-cannot-move',
    ],
    ['VRRP over segments', site, { sharedSegment: false }, 'spec.controlPlane.sharedSegment address-cannot-move'],
    [
      'an address that no machine can hold',
      site,
      { endpoint: { address: '192.0.2.1' } },
      'spec.controlPlane.endpoint.address outside-range',
    ],
    [
      'checks that outlast the drain',
      site,
      { healthCheck: { interval: '5s', fall: 4 } },
      'spec.controlPlane.healthCheck drain-too-long',
    ],
    [
      'checks faster than an NLB takes',
      west,
      { healthCheck: { interval: '1s' } },
      'spec.controlPlane.healthCheck.interval out-of-range',
    ],
    ['KMS without a key', west, { encryption: { provider: 'kms' } }, 'spec.controlPlane.encryption.provider no-key'],
    ['KMS on bare metal', site, { encryption: { keyArn } }, 'spec.controlPlane.encryption.keyArn wrong-provider'],
    [
      'GOAWAY without a balancer that spreads',
      site,
      { balancer: 'kube-vip', goawayChance: 0.001 },
      'spec.controlPlane.goawayChance no-balancer',
    ],
    [
      'certificates for two years',
      site,
      { certificates: { validity: '730d' } },
      'spec.controlPlane.certificates.validity out-of-range',
    ],
    [
      'another port for Cluster API',
      west,
      { kind: 'cluster-api', endpoint: { port: 443 } },
      'spec.controlPlane.endpoint.port fixed',
    ],
    [
      'a VPC of /12',
      { ...west, cidrs: { nodes: '172.16.0.0/12' } },
      { kind: 'eks' },
      'spec.cidrs.nodes not-a-vpc-range',
    ],
    [
      'a machine of AWS elsewhere',
      site,
      { machine: { type: 'm7i.large' } },
      'spec.controlPlane.machine.type wrong-provider',
    ],
  ])('%s', (_, spec, controlPlane, expected) => {
    expect(refused(spec, controlPlane)).toContain(expected);
  });

  it('a chance of GOAWAY above what kube-apiserver takes does not parse', () => {
    expect(() => example({ spec: site, controlPlane: { goawayChance: 0.03 } })).toThrow();
  });
});

describe('what a member does when it stops', () => {
  it('drains longer than the balancer needs and shorter than the kubelet waits, whatever the checks', () => {
    const check = fc.record({ interval: fc.integer({ min: 100, max: 10_000 }), fall: fc.integer({ min: 2, max: 10 }) });
    fc.assert(
      fc.property(check, ({ interval, fall }) => {
        const written = { spec: site, controlPlane: { healthCheck: { interval: `${interval}ms`, fall } } };
        if (contradictionsIn(written).length > 0)
          return fall * interval > 15_000 || 1.5 * fall * interval + 1_000 > 23_000;
        const { settings } = example(written).plan;
        const watches =
          settings.apiServerArguments.find(({ name }) => name === 'shutdown-watch-termination-grace-period')?.value ??
          '';
        expect(settings.shutdownDelay).toBeGreaterThan(fall * interval);
        expect(settings.shutdownDelay + Number.parseInt(watches, 10) * 1_000).toBeLessThan(30_000);
        expect(settings.kubeletShutdown.critical).toBeGreaterThan(settings.shutdownDelay);
        return true;
      }),
    );
  });

  it('gives a network load balancer its slower checks', () => {
    expect(valueOf(example({ spec: west }), 'shutdownDelay')).toBe('16s');
  });
});

describe('recovery', () => {
  it('follows a short promise with quicker checks and a shorter lease', () => {
    const usual = example({ spec: site }).plan.facts;
    const quick = example({ spec: { ...site, objectives: { controlPlaneRecovery: '5s' } } }).plan.facts;
    expect(usual.balancer.ejection).toEqual({ least: 500, most: 5_500 });
    expect(quick.balancer.ejection).toEqual({ least: 250, most: 2_750 });
    expect(usual.balancer.takeover).toEqual({ least: 2_613, most: 5_613 });
    const vip = (controlPlaneRecovery: string) =>
      example({ spec: { ...site, objectives: { controlPlaneRecovery } }, controlPlane: { balancer: 'kube-vip' } }).plan
        .facts.balancer.takeover;
    expect(vip('1m')).toEqual({ least: 13_000, most: 23_800 });
    expect(vip('20s')).toEqual({ least: 4_000, most: 9_400 });
  });

  it('has the provider promise on EKS', () => {
    expect(example({ spec: west, controlPlane: { kind: 'eks' } }).plan.facts.providerAvailability).toBe(0.9995);
    expect(example({ spec: site }).plan.facts.providerAvailability).toBeUndefined();
  });

  it('raises the client limits of the controllers with the pods of a zone, and caps them', () => {
    const limits = (nodesPerZone: number) =>
      example({ spec: { ...site, pools: [{ name: 'general', nodesPerZone }] } }).plan;
    expect(limits(2).facts.controllerManager).toEqual({ qps: 20, burst: 30 });
    expect(limits(100).facts.controllerManager).toEqual({ qps: 150, burst: 225 });
    expect(limits(1_000).facts.controllerManager.qps).toBe(200);
    expect(limits(2).facts.scheduler).toEqual({ qps: 50, burst: 100 });
    expect(limits(2).settings.schedulerArguments.map(({ name }) => name)).not.toContain('kube-api-qps');
    expect(limits(100).settings.schedulerArguments).toContainEqual({ name: 'kube-api-qps', value: '190' });
  });
});

describe('node repair', () => {
  it('lets one node of a small cluster be repaired and stops at a whole zone, for every size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 200 }), (count, nodesPerZone) => {
        const { maxUnhealthy } = example({
          spec: {
            ...zones(count),
            pools: [{ name: 'general', nodesPerZone }],
            cidrs: { pods: '10.128.0.0/9', nodes: '10.0.0.0/12' },
          },
        }).plan.facts.nodeRepair;
        const total = count * nodesPerZone;
        const allowed = Math.floor((Math.round(maxUnhealthy * 100) / 100) * total + 1e-9);
        expect(allowed).toBeGreaterThanOrEqual(1);
        if (nodesPerZone > 1 && total > 100 / (100 / count - 1)) expect(allowed).toBeLessThan(nodesPerZone);
      }),
    );
  });

  it('sets the out-of-service taint on machines of our own', () => {
    const made = example({ spec: site });
    const template = documentOf(
      made,
      'objects/selfnoderemediationtemplate-out-of-service-taint.yaml',
      'SelfNodeRemediationTemplate',
    );
    expect(JSON.stringify(template)).toContain('OutOfServiceTaint');
    const check = documentOf(made, 'objects/nodehealthcheck-workers.yaml', 'NodeHealthCheck') as {
      spec: { maxUnhealthy: string; remediationTemplate: { name: string } };
    };
    expect(check.spec.maxUnhealthy).toBe('33%');
    expect(check.spec.remediationTemplate.name).toBe('out-of-service-taint');
  });

  it('deletes machines with Cluster API, with a short-circuit for workers and members', () => {
    const made = example({ spec: west, controlPlane: { kind: 'cluster-api' } });
    const workers = documentOf(made, 'objects/machinehealthcheck-shop-workers.yaml', 'MachineHealthCheck') as {
      spec: { remediation: unknown };
    };
    expect(workers.spec.remediation).toEqual({ triggerIf: { unhealthyLessThanOrEqualTo: '33%' } });
  });

  it('comes sooner for a promise, and says when it cannot', () => {
    const made = example({ spec: { ...site, objectives: { nodeFailureRecovery: '2m' } } });
    expect(made.plan.facts.nodeRepair.after).toBe(60_000);
    const eks = example({
      spec: { ...west, objectives: { nodeFailureRecovery: '2m' } },
      controlPlane: { kind: 'eks' },
    });
    expect(eks.plan.limits.some((sentence) => sentence.includes('StatefulSets do not return within 2 m'))).toBe(true);
  });
});

describe('what is rendered', () => {
  const written = [
    { spec: site },
    {
      spec: site,
      controlPlane: { balancer: 'kube-vip', bgp: { localAs: 64_512, peers: [{ address: '10.0.0.1', as: 64_513 }] } },
    },
    { spec: west, controlPlane: { encryption: { keyArn } } },
    { spec: west, controlPlane: { kind: 'cluster-api' } },
    { spec: west, controlPlane: { kind: 'cluster-api', encryption: { keyArn } } },
    { spec: west, controlPlane: { kind: 'eks', encryption: { keyArn } } },
  ];
  it('passes the released schemas', () => {
    let judged = 0;
    for (const made of written.map(example)) {
      for (const artifact of made.artifacts) {
        const documents =
          artifact.form === 'object' ? [artifact.object] : artifact.form === 'configuration' ? artifact.documents : [];
        for (const document of documents) {
          if (hasSchema(document)) judged += 1;
          expect(validateObject(document), artifact.path).toEqual([]);
        }
      }
    }
    expect(judged).toBeGreaterThan(12);
  });

  it('keeps the objects of the management cluster apart from those of this one', () => {
    const made = example({ spec: west, controlPlane: { kind: 'cluster-api' } });
    const pathsFor = (wanted: 'management' | undefined) =>
      made.artifacts.filter(({ form, target }) => form === 'object' && target === wanted).map(({ path }) => path);
    expect(pathsFor(undefined)).toEqual([]);
    expect(pathsFor('management')).toEqual([
      'objects/cluster-shop.yaml',
      'objects/awscluster-shop.yaml',
      expect.stringMatching(/^objects\/awsmachinetemplate-shop-control-plane-[0-9a-f]{8}\.yaml$/),
      'objects/kubeadmcontrolplane-shop-control-plane.yaml',
      'objects/externalsecret-shop-encryption.yaml',
      'objects/machinehealthcheck-shop-control-plane.yaml',
      'objects/machinehealthcheck-shop-workers.yaml',
    ]);
    expect(made.artifacts.filter(({ form }) => form === 'configuration')).toEqual([]);
  });

  it('names the machine template after all of its content, and the members follow that name', () => {
    const namesOf = (controlPlane: Record<string, unknown>) => {
      const { artifacts } = example({ spec: west, controlPlane: { kind: 'cluster-api', ...controlPlane } });
      const objects = artifacts.flatMap((one) => (one.form === 'object' ? [one.object] : []));
      const members = objects.find(({ kind }) => kind === 'KubeadmControlPlane') as unknown as {
        spec: { machineTemplate: { spec: { infrastructureRef: { name: string } } } };
      };
      const template = objects.find(({ kind }) => kind === 'AWSMachineTemplate')?.metadata?.name;
      expect(members.spec.machineTemplate.spec.infrastructureRef.name).toBe(template);
      return template;
    };
    expect(namesOf({})).toBe(namesOf({}));
    expect(namesOf({})).not.toBe(namesOf({ machine: { type: 'm7i.4xlarge' } }));
  });

  it('renders on EKS only what EKS lets be set', () => {
    const made = example({ spec: west, controlPlane: { kind: 'eks', encryption: { keyArn } } });
    const config = documentOf(made, 'eks/cluster.yaml', 'ClusterConfig');
    expect(config['metadata']).toEqual({ name: 'shop', region: 'us-west-2', version: '1.36' });
    expect(config['secretsEncryption']).toEqual({ keyARN: keyArn });
    expect(config['availabilityZones']).toEqual(['us-west-2a', 'us-west-2b', 'us-west-2c']);
    expect(made.artifacts.map(({ path }) => path)).not.toContain('hosts/shared/audit-policy.yaml');
  });

  it('names etcd by its own members when it is external', () => {
    const made = example({ spec: site, etcd: { topology: 'external' } });
    const config = documentOf(made, 'hosts/shop-control-plane-1/kubeadm.yaml', 'ClusterConfiguration') as {
      etcd: { external: { endpoints: readonly string[] } };
    };
    expect(config.etcd.external.endpoints).toEqual([
      'https://10.0.0.11:2379',
      'https://10.0.1.11:2379',
      'https://10.0.2.11:2379',
    ]);
    const addresses = new Set(
      [...made.plan.facts.members, ...made.plan.facts.balancer.instances].map(({ address }) => address),
    );
    expect(addresses.size).toBe(5);
  });

  it('carries the failure detection of the scheduling plan in whole seconds', () => {
    const made = example({ spec: site, scheduling: { nodeMonitorGracePeriod: 30_500, toleration: 20_000 } });
    const { controllerManagerArguments, apiServerArguments } = made.plan.settings;
    expect(controllerManagerArguments).toContainEqual({ name: 'node-monitor-grace-period', value: '31s' });
    expect(apiServerArguments).toContainEqual({ name: 'default-unreachable-toleration-seconds', value: '20' });
    const other = example({ spec: site, scheduling: { tolerationByApiServer: false } });
    expect(other.plan.settings.apiServerArguments.map(({ name }) => name)).not.toContain(
      'default-unreachable-toleration-seconds',
    );
  });

  it('starts a single member without GOAWAY', () => {
    const member = { name: 'shop-cp-1', region: 'site', zone: 'row-a', address: '10.0.0.11' };
    const made = example({ spec: site, etcd: { members: [member], quorum: 1 } });
    expect(made.plan.settings.apiServerArguments.map(({ name }) => name)).not.toContain('goaway-chance');
  });

  it('makes no second encryption key where one exists', () => {
    expect(textOf(example({ spec: site }), 'hosts/shared/make-encryption-key.sh')).toMatch(
      /if \[ -e "\$target" \]; then[\s\S]*exit 1/,
    );
  });

  it('binds IPv6 members in brackets', () => {
    const members = [{ name: 'shop-cp-1', region: 'site', zone: 'row-a', address: 'fd00::11' }];
    const made = example({
      spec: { ...site, cidrs: { nodes: 'fd00::/112', pods: 'fd01::/48', services: 'fd02::/108' } },
      etcd: { members },
    });
    const text = textOf(made, 'hosts/shop-balancer-1/haproxy.cfg');
    expect(text).toContain('server shop-cp-1 [fd00::11]:6443');
    expect(text).toContain('bind :::6443 v4v6');
  });
});
