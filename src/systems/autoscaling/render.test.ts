import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../core/json.ts';
import { hasSchema, validateObject } from '../../../test/unit/schemas.ts';
import {
  contradictionsIn,
  example,
  general,
  gpu,
  objectAt,
  onClusterApi,
  onEks,
  onKubeadm,
  onMetal,
  overTwoRegions,
  textAt,
  valuesAt,
  withSection,
  withSpec,
  type Written,
} from './example.test-support.ts';

const workloads = [
  { namespace: 'shop', name: 'web', maxReplicas: 60 },
  { namespace: 'shop', kind: 'StatefulSet', name: 'web', maxReplicas: 9, metric: { type: 'memory' } },
  { namespace: 'shop', name: 'api', maxReplicas: 60, metric: { type: 'prometheus', query: 'sum(up)', perPod: 1.5 } },
];
const everywhere: Readonly<Record<string, Written>> = {
  eks: onEks,
  'eks with cluster autoscaler': withSection(onEks, { engine: 'cluster-autoscaler' }),
  'eks without engine': withSection(withSpec(onEks, { pools: [{ ...general, maxNodesPerZone: 2 }] }), {
    engine: 'none',
  }),
  kubeadm: onKubeadm,
  'kubeadm over regions': overTwoRegions,
  'cluster api': onClusterApi,
  metal: onMetal,
};
const spot = { name: 'spot', capacity: 'spot', nodesPerZone: 1, priority: 20, machine: { cpu: '4', memory: '16Gi' } };

describe.each(Object.entries(everywhere))('what is rendered for %s', (_, written) => {
  const made = example(
    withSection(
      withSpec(written, {
        pools: [
          ...((written.spec['pools'] as unknown[] | undefined) ?? [{ name: 'general' }]),
          ...(written === onMetal ? [] : [spot]),
        ],
      }),
      { workloads },
    ),
  );

  it('passes the released schemas', () => {
    const objects = made.artifacts.flatMap((one) =>
      one.form === 'object' ? [one.object] : one.form === 'configuration' ? one.documents : [],
    );
    expect(objects.flatMap((object) => validateObject(object))).toEqual([]);
    const custom = objects.filter(
      ({ apiVersion }) => apiVersion.includes('.') && !/^(kubeadm|scheduling|node)\.(k8s|eks)/.test(apiVersion),
    );
    expect(custom.filter((object) => !hasSchema(object))).toEqual([]);
  });

  it('names decisions that were made, and every file once', () => {
    const fields = new Set(made.plan.decisions.map(({ field }) => `autoscaling.${field}`));
    expect(made.artifacts.flatMap(({ decisions }) => decisions).filter((id) => !fields.has(id))).toEqual([]);
    const paths = made.artifacts.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('sets only keys that the charts have', () => {
    for (const artifact of made.artifacts) {
      if (artifact.form !== 'values') continue;
      const { name, version } = artifact.chart;
      const file = join(import.meta.dirname, '..', '..', '..', 'test', 'schemas', 'charts', `${name}-${version}.json`);
      const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: unknown };
      expect(strangers(artifact.values, keys, name)).toEqual([]);
      expect(strangers({ ...artifact.values, replicaz: 1 }, keys, name)).toEqual([`${name}.replicaz`]);
    }
  });

  it('runs every add-on twice and protects it', () => {
    for (const { path, values } of made.artifacts.flatMap((one) => (one.form === 'values' ? [one] : []))) {
      const text = JSON.stringify(values);
      expect(text, path).toContain('"priorityClassName":"system-');
      if (path !== 'values/nvidia-device-plugin.yaml') expect(text, path).toMatch(/"replica(Count|s)":2/);
    }
  });

  it('counts what it installs here', () => {
    const components = made.plan.needs.map(({ component }) => component);
    for (const artifact of made.artifacts) {
      if (artifact.form !== 'values' || artifact.target === 'management') continue;
      const { release } = artifact.chart;
      expect(
        components.some((component) => component.startsWith(release)),
        release,
      ).toBe(true);
    }
    for (const { name, minNodesPerZone } of made.plan.facts.pools)
      expect(components.includes(`pool ${name}`)).toBe(minNodesPerZone > 0);
  });

  it('has a runbook for every alert, and alerts that can be told apart', () => {
    const runbooks = new Set(made.plan.runbooks.map(({ id }) => id));
    for (const alert of made.plan.alerts) expect(runbooks.has(alert.runbook), alert.name).toBe(true);
    expect(new Set(made.plan.alerts.map(({ name }) => name)).size).toBe(made.plan.alerts.length);
  });
});

/** Keys of values that the chart does not have. */
function strangers(values: unknown, keys: unknown, path: string): readonly string[] {
  if (keys === true || !isObject(values)) return [];
  if (!isObject(keys)) return [path];
  return Object.entries(values).flatMap(([key, inner]) =>
    key in keys ? strangers(inner, keys[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

describe('every combination that is not refused', () => {
  const providers = ['aws', 'bare-metal', 'lab'] as const;
  const kinds = ['eks', 'kubeadm', 'cluster-api'] as const;
  const losses = ['node', 'zone', 'region'] as const;
  for (const provider of providers) {
    for (const kind of provider === 'aws' ? kinds : (['kubeadm'] as const)) {
      for (const survive of losses) {
        it.each([1, 2, 3, 5])(`plans ${provider} with ${kind}, surviving a ${survive}, over %i zones`, (count) => {
          const zones = Array.from({ length: count }, (_, index) => `r1-${index}`);
          const regions =
            survive === 'region' && kind !== 'eks'
              ? [
                  { name: 'r1', zones },
                  { name: 'r2', zones: ['r2-0'] },
                ]
              : [{ name: 'r1', zones }];
          const written: Written = { kind, spec: { provider, survive, regions } };
          expect(contradictionsIn(written)).toEqual([]);
          const made = example(written);
          const zonesOfPools = made.plan.facts.pools.flatMap(({ places }) => places.flatMap((place) => place.zones));
          expect(zonesOfPools).toHaveLength(regions.reduce((sum, region) => sum + region.zones.length, 0));
          expect(made.artifacts.length).toBeGreaterThan(0);
        });
      }
    }
  }
});

describe('Karpenter', () => {
  const made = example(onEks);

  it('has a pinned image, weights and limits, and leaves disruption budgets of pods alone', () => {
    expect(objectAt(made, 'objects/ec2nodeclass-default.yaml')).toMatchObject({
      spec: { amiSelectorTerms: [{ alias: 'al2023@v20260903' }] },
    });
    const pool = objectAt(made, 'objects/nodepool-general.yaml');
    expect(pool).toMatchObject({
      spec: { weight: 50, limits: { cpu: '96', memory: '384Gi' }, disruption: { budgets: [{ nodes: '10%' }] } },
    });
    expect(JSON.stringify(pool)).not.toContain('terminationGracePeriod');
  });

  it('stands on managed groups of a fixed size', () => {
    const groups = objectAt(made, 'eksctl/nodegroups.yaml') as unknown as {
      managedNodeGroups: readonly Record<string, unknown>[];
    };
    expect(groups.managedNodeGroups.map(({ name, minSize, maxSize }) => [name, minSize, maxSize])).toEqual([
      ['general-us-west-2a', 2, 2],
      ['general-us-west-2b', 2, 2],
      ['general-us-west-2c', 2, 2],
    ]);
  });

  it('pins the release of the groups only where it was read', () => {
    const other = example(withSpec(onEks, { versions: { kubernetes: 'v1.35.1' } }));
    expect(JSON.stringify(objectAt(made, 'eksctl/nodegroups.yaml'))).toContain('1.36.3-20260903');
    expect(JSON.stringify(objectAt(other, 'eksctl/nodegroups.yaml'))).not.toContain('releaseVersion');
  });
});

describe('Cluster Autoscaler over two regions', () => {
  const made = example(overTwoRegions);

  it('is installed once per region, apart, with the priorities of its region only', () => {
    expect(valuesAt(made, 'values/cluster-autoscaler-us-east-1.yaml')).toMatchObject({ awsRegion: 'us-east-1' });
    const map = objectAt(made, 'objects/configmap-cluster-autoscaler-priority-expander-us-east-1.yaml') as unknown as {
      metadata: unknown;
      data: { priorities: string };
    };
    expect(map.metadata).toEqual({
      name: 'cluster-autoscaler-priority-expander',
      namespace: 'cluster-autoscaler-us-east-1',
    });
    expect(map.data.priorities).not.toContain('us-west-2a');
    expect(objectAt(made, 'objects/namespace-cluster-autoscaler-us-east-1.yaml').kind).toBe('Namespace');
  });
});

describe('Terraform', () => {
  const made = example(withSpec(onKubeadm, { pools: [general, gpu, spot] }));

  it('makes one Auto Scaling group per pool and zone, whose size is the autoscaler’s', () => {
    const text = textAt(made, 'terraform/us-west-2/pool-general.tf');
    expect(text).toContain('"us-west-2a" = "shop-general-us-west-2a"');
    expect(text).toContain('vpc_zone_identifier = [var.subnet_ids[each.key]]');
    expect(text).toContain('ignore_changes = [desired_capacity]');
    expect(text).toContain('suspended_processes = ["AZRebalance"]');
  });

  it('joins with a token that is fetched, deleted, and renewed by a timer', () => {
    const text = textAt(made, 'terraform/us-west-2/pool-general.tf');
    expect(text).toContain('aws ssm get-parameter --region us-west-2 --name /shop/join/discovery --with-decryption');
    expect(text.indexOf('rm -f /etc/kubernetes/discovery.conf')).toBeGreaterThan(text.indexOf('kubeadm join'));
    expect(textAt(made, 'join/holdfast-join-token.timer')).toContain('OnCalendar=*-*-* 00/6:00:00');
    expect(JSON.stringify(made.artifacts)).not.toMatch(/[a-z0-9]{6}\.[a-z0-9]{16}/);
  });

  it('takes every type of the size where none is named, and spot where the pool is spot', () => {
    const text = textAt(made, 'terraform/us-west-2/pool-spot.tf');
    expect(text).toContain('mixed_instances_policy');
    expect(text.indexOf('"m7i.xlarge"')).toBeLessThan(text.indexOf('"m6i.xlarge"'));
    expect(text).toContain('price-capacity-optimized');
  });
});

describe('Cluster API', () => {
  it('names templates after their content, since they cannot be changed, and leaves the number to the autoscaler', () => {
    const templates = (written: Written) =>
      example(written)
        .artifacts.map(({ path }) => path)
        .filter((path) => path.includes('awsmachinetemplate-shop-general'));
    expect(templates(onClusterApi)).not.toEqual(templates(withSection(onClusterApi, { rootVolume: '80Gi' })));
    const deployment = objectAt(example(onClusterApi), 'objects/machinedeployment-shop-general-us-west-2b.yaml');
    expect(deployment).toMatchObject({ spec: { template: { spec: { failureDomain: 'us-west-2b' } } } });
    expect(JSON.stringify(deployment)).not.toContain('"replicas"');
    expect(valuesAt(example(onClusterApi), 'values/cluster-autoscaler.yaml')).toMatchObject({
      cloudProvider: 'clusterapi',
      clusterAPIKubeconfigSecret: 'shop-kubeconfig',
    });
  });

  it('is for the management cluster: machines and their autoscaler, but not the priorities', () => {
    const { artifacts } = example(onClusterApi);
    const there = artifacts.filter(({ target }) => target === 'management');
    const kinds = there.map((one) => (one.form === 'object' ? one.object.kind : one.path));
    expect(new Set(kinds)).toEqual(
      new Set(['AWSMachineTemplate', 'KubeadmConfigTemplate', 'MachineDeployment', 'values/cluster-autoscaler.yaml']),
    );
    expect(example(onKubeadm).artifacts.filter(({ target }) => target !== undefined)).toEqual([]);
  });

  it('gives every cluster of one management cluster an autoscaler of its own', () => {
    const chartOf = (name: string) =>
      example({ ...onClusterApi, name }).artifacts.flatMap((one) =>
        one.form === 'values' && one.target === 'management' ? [one] : [],
      )[0];
    expect(chartOf('shop')?.chart).toMatchObject({ release: 'cluster-autoscaler-shop', namespace: 'default' });
    expect(chartOf('shop')?.values).toMatchObject({
      fullnameOverride: 'cluster-autoscaler-shop',
      rbac: { serviceAccount: { name: 'cluster-autoscaler-shop' } },
    });
    const long = ['a', 'b'].map((end) => chartOf(`${'x'.repeat(61)}-${end}`)?.chart.release ?? '');
    expect(new Set(long).size).toBe(2);
    for (const release of long) expect(release.length).toBeLessThanOrEqual(53);
  });

  it('does not count on the machines here what runs on the management cluster', () => {
    const components = (written: Written) => example(written).plan.needs.map(({ component }) => component);
    expect(components(onKubeadm)).toContain('cluster-autoscaler');
    expect(components(onClusterApi).filter((name) => name.startsWith('cluster-autoscaler'))).toEqual([]);
    expect(example(onClusterApi).plan.limits.join(' ')).toContain('runs on the management cluster');
  });
});

describe('the metrics server', () => {
  it('checks certificates that the cluster signed, and says so where it cannot', () => {
    expect(valuesAt(example(onEks), 'values/metrics-server.yaml')['args']).toBeUndefined();
    expect(valuesAt(example(onClusterApi), 'values/metrics-server.yaml')['args']).toEqual(['--kubelet-insecure-tls']);
    expect(example(onMetal).plan.limits.join(' ')).toContain('kubectl certificate approve');
  });

  it('grows with the machines', () => {
    const big = example(withSpec(onKubeadm, { pools: [{ ...general, maxNodesPerZone: 100 }] }));
    expect(valuesAt(big, 'values/metrics-server.yaml')).toMatchObject({
      resources: { requests: { cpu: '300m', memory: '600Mi' } },
    });
  });
});

describe('where Cluster Autoscaler runs', () => {
  it('is on the control-plane machines where kubeadm makes them, since only their role may order machines', () => {
    expect(valuesAt(example(onKubeadm), 'values/cluster-autoscaler.yaml')).toMatchObject({
      nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
      hostNetwork: true,
    });
    expect(valuesAt(example(onClusterApi), 'values/cluster-autoscaler.yaml')).not.toHaveProperty('nodeSelector');
  });
});
