import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { samplePlan, sampleSystems } from '../../test/unit/sample-plan.ts';
import { hasSchema, validateObject } from '../../test/unit/schemas.ts';
import { InvariantError } from '../core/error.ts';
import type { Artifact, KubernetesObject } from '../system.ts';
import { promtoolFiles } from './alerts.ts';
import { objects, render, repository, text, withArtifacts } from './tree.test-support.ts';
import { renderTree } from './tree.ts';
import { type Layout, LAYOUTS } from './types.ts';
import { inApplicationOrder } from './waves.ts';

describe('the plain tree', () => {
  it('has one file per artifact, alerts, runbooks, checks and a README', () => {
    expect(render('plain').files.map(({ path }) => path)).toEqual([
      'README.md',
      'alerts/etcd.yaml',
      'autoscaling/objects/horizontalpodautoscaler-web.yaml',
      'autoscaling/values/metrics-server.yaml',
      'etcd/hosts/kubeadm.yaml',
      'etcd/hosts/snapshot.sh',
      'runbooks/etcd-replace-member.md',
      'runbooks/etcd-verify.md',
      'scheduling/objects/namespace-shop.yaml',
      'scheduling/objects/priorityclass-shop-critical.yaml',
    ]);
  });

  it('says in each file what it is for, which decision shaped it and why', () => {
    expect(text(render('plain'), 'scheduling/objects/priorityclass-shop-critical.yaml'))
      .toBe(`# Pods that must run even when room is short.
# Written by Holdfast for cluster shop. Change the document and render again; an edit here is kept and named.
#
# scheduling.toleration = 30s
#   2 m is promised; 50 s until detection leave 30 s of toleration.
#   Source: holdfast, src/availability/recovery.ts
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: shop-critical
  labels:
    app.kubernetes.io/managed-by: holdfast
    app.kubernetes.io/name: scheduling
    app.kubernetes.io/part-of: shop
description: 'on'
value: 1000000
`);
  });

  it('keeps the first line of a script', () => {
    expect(text(render('plain'), 'etcd/hosts/snapshot.sh')).toMatch(
      /^#!\/bin\/sh\n# Saves a snapshot\.\n[\s\S]*\nset -eu\n/,
    );
  });

  it('writes several documents of a configuration into one file', () => {
    expect(
      parseAllDocuments(text(render('plain'), 'etcd/hosts/kubeadm.yaml')).map(
        (document) => (document.toJS() as KubernetesObject).kind,
      ),
    ).toEqual(['InitConfiguration', 'ClusterConfiguration']);
  });

  it('shows the order of application and the commands', () => {
    const readme = text(render('plain'), 'README.md');
    expect(readme).toContain('| 10 | chart `metrics-server` 3.13.1 as `metrics-server` in `kube-system` |');
    expect(readme).toContain(
      'helm upgrade --install metrics-server metrics-server --repo https://kubernetes-sigs.github.io/metrics-server',
    );
    expect(readme.indexOf('kubectl apply --server-side -R -f scheduling/objects')).toBeLessThan(
      readme.indexOf('-f autoscaling/objects'),
    );
    expect(readme).toContain('[Replace a member of etcd](runbooks/etcd-replace-member.md)');
  });

  it('gives a runbook the commands, what they must show, and the alerts that lead to it', () => {
    expect(text(render('plain'), 'runbooks/etcd-replace-member.md')).toBe(`# Replace a member of etcd

Cluster \`shop\` · etcd (\`etcd\`)

**When:** A member is lost for good.

**Alerts that lead here:**

- \`EtcdMemberDown\` (critical, after 1m): Member {{ $labels.instance }} does not answer; one more loss ends writes.

1. See who is left.

   \`\`\`shell
   etcdctl member list
   \`\`\`

   Expected: two members started

2. Remove the dead one, then add its successor.
`);
  });

  it('refuses secrets, paths that leave the tree, and two files of one path', () => {
    const base = { purpose: 'P.', decisions: [] } as const;
    const secret: Artifact = {
      ...base,
      form: 'object',
      path: 'objects/s.yaml',
      object: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b' } },
    };
    const key: Artifact = {
      ...base,
      form: 'text',
      path: 'hosts/k',
      syntax: 'shell',
      text: '-----BEGIN EC PRIVATE KEY-----',
    };
    const outside: Artifact = { ...base, form: 'text', path: '../x', syntax: 'shell', text: '' };
    const twice: Artifact = { ...base, form: 'text', path: 'hosts/x', syntax: 'shell', text: '' };
    for (const artifacts of [[secret], [key], [outside], [twice, twice]]) {
      expect(() => renderTree(samplePlan, withArtifacts(artifacts), { layout: 'plain' })).toThrow(InvariantError);
    }
  });

  it('refuses a file that is no object in a folder of objects', () => {
    const mixed: readonly Artifact[] = [
      {
        form: 'object',
        path: 'objects/a.yaml',
        purpose: 'P.',
        decisions: [],
        object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      },
      { form: 'text', path: 'objects/b', purpose: 'P.', decisions: [], syntax: 'shell', text: '' },
    ];
    expect(() => renderTree(samplePlan, withArtifacts(mixed), { layout: 'plain' })).toThrow(
      'stands in a folder of objects',
    );
  });
});

describe.each(LAYOUTS)('layout %s', (layout) => {
  it('adds files only', () => {
    const tree = render(layout);
    for (const file of render('plain').files.filter(({ path }) => path !== 'README.md'))
      expect(tree.files).toContainEqual(file);
  });

  it('is the same bytes twice, sorted', () => {
    expect(render(layout)).toEqual(render(layout));
    const paths = render(layout).files.map(({ path }) => path);
    expect(paths).toEqual(paths.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('passes the released schemas of its kinds', () => {
    const all = objects(render(layout));
    expect(all.flatMap(validateObject)).toEqual([]);
    const checked = new Set(all.filter(hasSchema).map(({ kind }) => kind));
    const expected = {
      plain: [],
      kustomize: [],
      argocd: ['Application'],
      flux: ['HelmRelease', 'HelmRepository', 'Kustomization'],
    }[layout];
    expect([...checked].toSorted()).toEqual([...expected, 'PrometheusRule'].toSorted());
  });
});

describe('kustomize', () => {
  it('lists objects in the order of application', () => {
    const tree = render('kustomize');
    expect(text(tree, 'kustomization.yaml')).toContain(
      [
        'resources:',
        '  - scheduling/objects/namespace-shop.yaml',
        '  - scheduling/objects/priorityclass-shop-critical.yaml',
        '  - autoscaling/objects/horizontalpodautoscaler-web.yaml',
        '  - alerts/etcd.yaml',
        'sortOptions:',
      ].join('\n'),
    );
  });
});

describe('argocd', () => {
  it('gives each Application its wave and its place in the repository', () => {
    const applications = objects(render('argocd')).filter(({ kind }) => kind === 'Application');
    const waves = applications
      .filter(({ apiVersion }) => apiVersion.startsWith('argoproj.io/'))
      .map(({ metadata }) => [
        metadata?.name,
        (metadata?.['annotations'] as Record<string, string> | undefined)?.['argocd.argoproj.io/sync-wave'],
      ]);
    expect(waves).toEqual([
      ['shop-alerts', '30'],
      ['shop-autoscaling-metrics-server', '10'],
      ['shop-autoscaling-objects', '20'],
      ['shop-scheduling-objects', '0'],
      ['shop', undefined],
    ]);
    expect(text(render('argocd'), 'argocd/applications/scheduling-objects.yaml')).toContain(
      'path: clusters/shop/scheduling/objects',
    );
  });

  it('needs to know the repository', () => {
    expect(() => renderTree(samplePlan, sampleSystems, { layout: 'argocd' })).toThrow('names the Git repository');
  });
});

describe('flux', () => {
  it('makes each stage wait for the wave before it', () => {
    const stages = objects(render('flux')).filter(({ kind }) => kind === 'Kustomization');
    const waits = stages.map(({ metadata, spec }) => [
      metadata?.name,
      ((spec as { dependsOn?: { name: string }[] }).dependsOn ?? []).map(({ name }) => name),
    ]);
    expect(Object.fromEntries(waits)).toEqual({
      'shop-scheduling-objects': [],
      'shop-autoscaling-charts': ['shop-scheduling-objects'],
      'shop-autoscaling-objects': ['shop-autoscaling-charts'],
      'shop-alerts': ['shop-autoscaling-objects'],
    });
  });
});

describe('the order of application', () => {
  it('puts a system behind those it reads, else in the order of the list', () => {
    expect(inApplicationOrder(sampleSystems).map(({ id }) => id)).toEqual([
      'etcd',
      'control-plane',
      'scheduling',
      'autoscaling',
    ]);
  });
});

describe('kinds that a controller makes of what is applied', () => {
  const spec = {};
  const template = {
    apiVersion: 'templates.gatekeeper.sh/v1',
    kind: 'ConstraintTemplate',
    metadata: { name: 'a' },
    spec,
  };
  const constraint = {
    apiVersion: 'constraints.gatekeeper.sh/v1beta1',
    kind: 'UniqueHosts',
    metadata: { name: 'a' },
    spec,
  };
  const artifact = (path: string, object: KubernetesObject): Artifact => ({
    form: 'object',
    path,
    purpose: 'A test.',
    decisions: [],
    object,
  });
  const made = withArtifacts([artifact('templates/a.yaml', template), artifact('constraints/a.yaml', constraint)]);
  const tree = (layout: Layout) => renderTree(samplePlan, made, { layout, repository });

  it('are applied in a later wave, and waited for by hand', () => {
    const readme = text(tree('plain'), 'README.md');
    const wave = (folder: string): number => Number(new RegExp(`\\| (\\d+) \\| \`${folder}\``).exec(readme)?.[1]);
    expect(wave('etcd/templates')).toBeLessThan(wave('etcd/constraints'));
    expect(readme).toContain(
      'kubectl wait --for=create --timeout=2m crd/uniquehosts.constraints.gatekeeper.sh\nkubectl apply --server-side -R -f etcd/constraints',
    );
  });
  it('make kustomize say to run again', () => {
    expect(text(tree('kustomize'), 'README.md')).toContain('run it again');
    expect(text(render('kustomize'), 'README.md')).not.toContain('run it again');
  });
});

describe('promtool files', () => {
  it('test that every alert fires and stays quiet, with labels filled into annotations', () => {
    const { rules, tests } = promtoolFiles(samplePlan, sampleSystems);
    expect(rules.map(({ path }) => path)).toEqual(['etcd.rules.yaml']);
    expect(tests[0]?.text).toBe(`evaluation_interval: 15s
rule_files:
  - etcd.rules.yaml
tests:
  - name: EtcdMemberDown fires
    alert_rule_test:
      - alertname: EtcdMemberDown
        eval_time: 3m
        exp_alerts:
          - exp_annotations:
              runbook: runbooks/etcd-replace-member.md
              summary: Member shop-control-row-a does not answer; one more loss ends writes.
            exp_labels:
              instance: shop-control-row-a
              job: etcd
              severity: critical
    input_series:
      - series: up{job="etcd",instance="shop-control-row-a"}
        values: '0x20'
    interval: 15s
  - name: EtcdMemberDown stays quiet
    alert_rule_test:
      - alertname: EtcdMemberDown
        eval_time: 3m
        exp_alerts: []
    input_series:
      - series: up{job="etcd",instance="shop-control-row-a"}
        values: 1x20
    interval: 15s
`);
  });
});
