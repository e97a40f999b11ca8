import { describe, expect, it } from 'vitest';
import { samplePlan } from '../../test/unit/sample-plan.ts';
import { validateObject } from '../../test/unit/schemas.ts';
import { InvariantError } from '../core/error.ts';
import type { KubernetesObject } from '../system.ts';
import { objects, render, repository, text, withArtifacts } from './tree.test-support.ts';
import { renderTree } from './tree.ts';
import { LAYOUTS, type Layout, type Tree } from './types.ts';

describe('a cluster that Cluster API makes', () => {
  const base = { form: 'object', purpose: 'The cluster.', decisions: [] } as const;
  const cluster = {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata: { name: 'shop', namespace: 'fleet' },
  };
  const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own', namespace: 'default' } };
  const managed = withArtifacts([
    { ...base, path: 'objects/cluster-shop.yaml', object: cluster, target: 'management' },
    { ...base, path: 'objects/configmap-own.yaml', object: own },
  ]);
  const rendered = (layout: Layout): Tree => renderTree(samplePlan, managed, { layout, repository });
  const find = (layout: Layout, kind: string, name: string): KubernetesObject | undefined =>
    objects(rendered(layout)).find((object) => object.kind === kind && object.metadata?.name === name);

  it('is made first, in the management cluster', () => {
    expect(text(rendered('plain'), 'README.md')).toContain(
      '| 0 | `management/etcd/objects` *management* | Cluster; **needs Cluster API first** |',
    );
    expect(text(rendered('plain'), 'README.md')).toContain('| 10 | `etcd/objects` | ConfigMap |');
  });

  it('has all that is for the management cluster in one folder, and nothing else there', () => {
    const wrappers = (layout: Layout) => new Set(layout === 'kustomize' ? ['management/kustomization.yaml'] : []);
    for (const layout of LAYOUTS) {
      const there = rendered(layout).files.filter(
        ({ path }) => path.startsWith('management/') && !wrappers(layout).has(path),
      );
      expect(there.map(({ path }) => path)).toEqual(['management/etcd/objects/cluster-shop.yaml']);
    }
  });

  it('has a kustomization for each of the two clusters', () => {
    expect(text(rendered('kustomize'), 'kustomization.yaml')).not.toContain('management');
    expect(text(rendered('kustomize'), 'kustomization.yaml')).toContain('- etcd/objects/configmap-own.yaml\n');
    expect(text(rendered('kustomize'), 'management/kustomization.yaml')).toContain(
      'resources:\n  - etcd/objects/cluster-shop.yaml\nsortOptions:',
    );
    expect(text(render('kustomize'), 'management/kustomization.yaml')).toContain('is not there');
  });

  it('says which command is for which cluster, and stops where the management cluster is not named', () => {
    const readme = text(rendered('plain'), 'README.md');
    const lines = readme.split('\n').filter((line) => /^(kubectl|helm|export|\(umask)/.test(line));
    expect(lines).toEqual([
      'export MANAGEMENT=NAME_OF_ITS_CONTEXT',
      'kubectl --context "${MANAGEMENT:?}" apply --server-side -R -f management/etcd/objects',
      'kubectl --context "${MANAGEMENT:?}" --namespace fleet wait --for=condition=ControlPlaneInitialized cluster/shop --timeout=30m',
      '(umask 077; clusterctl get kubeconfig shop --namespace fleet --kubeconfig-context "${MANAGEMENT:?}" > ~/.kube/shop.kubeconfig)',
      'export KUBECONFIG=~/.kube/shop.kubeconfig',
      'kubectl apply --server-side -R -f etcd/objects',
      'kubectl apply --server-side -R -f scheduling/objects',
      'helm upgrade --install metrics-server metrics-server --repo https://kubernetes-sigs.github.io/metrics-server \\',
      'kubectl apply --server-side -R -f autoscaling/objects',
      'kubectl apply --server-side -R -f alerts',
    ]);
    expect(text(render('plain'), 'README.md')).not.toContain('MANAGEMENT');
  });

  it('refuses an object of Cluster API for this cluster', () => {
    const stray = withArtifacts([{ ...base, path: 'objects/cluster-shop.yaml', object: cluster }]);
    expect(() => renderTree(samplePlan, stray, { layout: 'plain' })).toThrow(InvariantError);
  });

  it('has the charts of the management cluster there, and what waits for the Prometheus operator last', () => {
    const chart = {
      name: 'cluster-autoscaler',
      version: '9.59.0',
      repository: 'oci://charts.shop.example/ca',
      release: 'ca',
      namespace: 'fleet',
    };
    const systems = withArtifacts([
      {
        form: 'values',
        path: 'values/ca.yaml',
        purpose: 'Adds machines.',
        decisions: [],
        chart,
        values: {},
        target: 'management',
      },
      {
        form: 'object',
        path: 'scrape/podmonitor-etcd.yaml',
        purpose: 'Scrapes.',
        decisions: [],
        object: {
          apiVersion: 'monitoring.coreos.com/v1',
          kind: 'PodMonitor',
          metadata: { name: 'etcd', namespace: 'monitoring' },
        },
      },
    ]);
    const flux = renderTree(samplePlan, systems, { layout: 'flux' });
    expect(text(flux, 'flux/charts/etcd-management-charts/ca-release.yaml')).not.toContain('kubeConfig');
    expect(text(flux, 'flux/charts/etcd-management-charts/ca-release.yaml')).toContain(
      'management/etcd/values/ca.yaml',
    );
    expect(text(flux, 'README.md')).toContain('  --kube-context "${MANAGEMENT:?}" \\\n  --namespace fleet');
    expect(text(flux, 'flux/charts/etcd-management-charts/ca-repository.yaml')).toContain('type: oci');
    expect(text(flux, 'flux/sync/etcd-management-charts.yaml')).toContain(
      'path: ./flux/charts/etcd-management-charts\n',
    );
    expect(text(flux, 'flux/sync/etcd-scrape.yaml')).toContain('in wave 40.');
    expect(text(flux, 'flux/sync/alerts.yaml')).toContain('in wave 40.');
    expect(text(flux, 'README.md')).toContain(
      'helm upgrade --install ca oci://charts.shop.example/ca/cluster-autoscaler',
    );
    const argocd = renderTree(samplePlan, systems, { layout: 'argocd', repository });
    expect(text(argocd, 'argocd/applications/etcd-ca.yaml')).toContain('repoURL: charts.shop.example/ca\n');
  });

  it('is reached by Argo CD under its name, by Flux with the kubeconfig that Cluster API keeps', () => {
    expect(find('argocd', 'Application', 'shop-etcd-management-objects')?.['spec']).toMatchObject({
      destination: { server: 'https://kubernetes.default.svc' },
    });
    expect(find('argocd', 'Application', 'shop-scheduling-objects')?.['spec']).toMatchObject({
      destination: { name: 'shop' },
    });
    const remote = { kubeConfig: { secretRef: { name: 'shop-kubeconfig' } } };
    expect(find('flux', 'Kustomization', 'shop-etcd-management-objects')?.['spec']).not.toHaveProperty('kubeConfig');
    expect(find('flux', 'Kustomization', 'shop-etcd-objects')?.['spec']).not.toHaveProperty('healthCheckExprs');
    expect(find('flux', 'Kustomization', 'shop-etcd-management-objects')?.['spec']).toMatchObject({
      healthCheckExprs: [{ kind: 'Cluster' }],
    });
    expect(find('flux', 'Kustomization', 'shop-scheduling-objects')).toMatchObject({
      metadata: { namespace: 'fleet' },
      spec: remote,
    });
    expect(find('flux', 'HelmRelease', 'shop-autoscaling-metrics-server')).toMatchObject({
      metadata: { namespace: 'fleet' },
      spec: remote,
    });
    for (const layout of LAYOUTS)
      expect(
        objects(rendered(layout))
          .filter(({ kind }) => kind !== 'Cluster')
          .flatMap(validateObject),
      ).toEqual([]);
  });
});
