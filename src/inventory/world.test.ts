import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatPosition } from '../core/error.ts';
import { formatSelector, readSelector } from '../kubernetes/selectors.ts';
import { reader } from '../kubernetes/objects.ts';
import { controllerKey } from './controllers.ts';
import { find, labelled, ofKind } from './indexes.ts';
import { readInventory } from './inventory.ts';
import { type FileOrigin, positionOf } from './origin.ts';
import { selectedPods } from './relations.ts';
import type { World } from './world.ts';
import { labelsOfPod } from './world.ts';
import { worldOfInventory } from './world-of.ts';

const fixture = (file: string) => ({
  file,
  text: readFileSync(new URL(`../../test/fixtures/manifests/${file}`, import.meta.url), 'utf8'),
  named: false,
});
const shop = worldOfInventory(
  readInventory(
    ['shop/web.yaml', 'shop/database.yaml', 'shop/platform.yaml', 'shop/nodes.json', 'shop/values.yaml'].map(fixture),
  ),
);
const live = worldOfInventory(readInventory([fixture('live/cluster.json')]));
const workload = (world: World, id: string) => {
  const found = world.workloads.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no workload ${id}`);
  return found;
};
const fromText = (text: string) => worldOfInventory(readInventory([{ file: 'a.yaml', text, named: true }]));

describe('the world of manifests', () => {
  it('has every workload with its pods, in order of id', () => {
    expect(shop.problems).toEqual([]);
    expect(shop.workloads.map(({ id, replicas, pods }) => [id, replicas, pods.length])).toEqual([
      ['DaemonSet/kube-system/agent', 1, 1],
      ['Deployment/shop/web', 4, 4],
      ['Job/jobs/import', 2, 2],
      ['StatefulSet/shop/database', 3, 3],
    ]);
  });

  it('holds what pods of one template share once, as the API server would store it', () => {
    const web = workload(shop, 'Deployment/shop/web');
    expect(new Set(web.pods.map(({ template }) => template)).size).toBe(1);
    const [template] = web.templates;
    expect(template?.demand.requests).toEqual({ cpu: 550, memory: 320 * 2 ** 20 });
    expect(template?.priority).toBe(1_000);
    expect(template?.spec.tolerations.map(({ seconds }) => seconds)).toEqual([300, 300]);
    const hash = template?.labels['pod-template-hash'];
    expect(hash).toMatch(/^[bcdfghjklm]+$/);
    expect(template?.spec.spread.map(({ selector }) => formatSelector(selector))).toEqual([
      `app=web,pod-template-hash=${hash}`,
    ]);
    expect(web.pods.map(({ name }) => name)).toEqual([1, 2, 3, 4].map((number) => `web-${hash}-${number}`));
  });

  it('moves replicas into the range of the autoscaler', () => {
    expect(workload(shop, 'Deployment/shop/web')).toMatchObject({
      replicas: 4,
      autoscaler: { minReplicas: 4, maxReplicas: 10 },
    });
    expect(shop.autoscalers.map(({ name, workload: target }) => [name, target?.id])).toEqual([
      ['web', 'Deployment/shop/web'],
    ]);
  });

  it('reads what a workload may suffer', () => {
    expect(workload(shop, 'Deployment/shop/web')).toMatchObject({ criticality: 'high', acceptedDowntime: '1m' });
  });

  it('names the pods of a StatefulSet by ordinal and gives them their own labels', () => {
    const database = workload(shop, 'StatefulSet/shop/database');
    expect(database.pods.map(({ name, ordinal }) => [name, ordinal])).toEqual([
      ['database-0', 0],
      ['database-1', 1],
      ['database-2', 2],
    ]);
    const [first] = database.pods;
    expect(first && labelsOfPod(first)).toMatchObject({
      app: 'database',
      'statefulset.kubernetes.io/pod-name': 'database-0',
      'apps.kubernetes.io/pod-index': '0',
    });
  });

  it('runs a DaemonSet on every node that its pods tolerate, placed and with their host ports', () => {
    const agent = workload(shop, 'DaemonSet/kube-system/agent');
    expect(agent.pods.map(({ name, node }) => [name, node])).toEqual([['agent-node-a', 'node-a']]);
    expect(agent.templates[0]?.demand.hostPorts).toEqual([{ ip: '0.0.0.0', protocol: 'TCP', port: 9100 }]);
    expect(agent.templates[0]?.spec.tolerations).toHaveLength(7);
  });

  it("gives containers that say nothing what their namespace's LimitRange says", () => {
    expect(workload(shop, 'Job/jobs/import').templates[0]?.demand.requests).toEqual({
      cpu: 100,
      memory: 512 * 2 ** 20,
    });
  });

  it('ties services and budgets to the workloads that they select', () => {
    expect(shop.services.map(({ name, pods, workloads }) => [name, pods, workloads.map(({ id }) => id)])).toEqual([
      ['database-first', 1, ['StatefulSet/shop/database']],
      ['web', 4, ['Deployment/shop/web']],
    ]);
    expect(shop.budgets.map(({ name, scale, count }) => [name, scale, count])).toEqual([
      ['database', 3, { expected: 3, desiredHealthy: 2, allowedWhenHealthy: 1 }],
      ['web', 4, { expected: 4, desiredHealthy: 3, allowedWhenHealthy: 1 }],
    ]);
    const database = workload(shop, 'StatefulSet/shop/database');
    const [service] = shop.services;
    expect(service && selectedPods(database, service.spec.selector).map(({ name }) => name)).toEqual(['database-0']);
  });

  it('ties claims to classes and workloads, makes those of claim templates, and tells of claims that nobody gave', () => {
    expect(
      shop.claims.map(({ name, storageClass, sourced, spec, workloads }) => [
        name,
        storageClass?.name,
        sourced !== undefined ? 'given' : spec !== undefined ? 'made' : 'missing',
        workloads.map(({ id }) => id),
      ]),
    ).toEqual([
      ['archive', 'fast', 'given', ['StatefulSet/shop/database']],
      ['data-database-0', 'fast', 'made', ['StatefulSet/shop/database']],
      ['not-there', undefined, 'missing', ['StatefulSet/shop/database']],
      ['data-database-1', 'fast', 'made', ['StatefulSet/shop/database']],
      ['data-database-2', 'fast', 'made', ['StatefulSet/shop/database']],
    ]);
    expect(workload(shop, 'StatefulSet/shop/database').spec.claimTemplates).toMatchObject([
      { name: 'data', bytes: 20 * 2 ** 30 },
    ]);
  });

  it('ties webhooks to their services', () => {
    expect(
      shop.webhooks.map(({ form, spec, service }) => [form, spec.name, spec.failurePolicy, service?.name]),
    ).toEqual([['validating', 'pods.gate.example.com', 'Fail', 'web']]);
  });

  it('has zones with their nodes, and namespaces with the label of their name', () => {
    expect(shop.zones.map(({ region, zone, nodes }) => [region, zone, nodes.map(({ name }) => name)])).toEqual([
      ['west', 'west-a', ['node-a']],
      ['west', 'west-b', ['node-b']],
    ]);
    expect(shop.namespaces.get('jobs')).toMatchObject({
      labels: { 'kubernetes.io/metadata.name': 'jobs' },
      sourced: undefined,
    });
    expect(shop.namespaces.get('shop')?.sourced).toBeDefined();
    expect(shop.kubernetesVersion).toBe('v1.36.3');
  });

  it('knows nothing of the control plane but the defaults, and says so', () => {
    expect(shop.controlPlane).toMatchObject({
      kind: 'unknown',
      members: [],
      settings: { nodeMonitorGracePeriod: 50_000 },
    });
    expect(shop.controlPlane.stated.size).toBe(0);
  });

  it('tells what it did not understand or passed over', () => {
    expect(shop.unknownKinds).toEqual([
      { apiVersion: 'database.example.com/v1', kind: 'Cluster', count: 1, withPodTemplate: 1 },
    ]);
    expect(shop.passedOver).toEqual([{ file: 'shop/values.yaml', line: 2, why: 'has no apiVersion and no kind' }]);
  });

  it('finds objects by kind, name and labels, and leads back to their lines', () => {
    const found = find(shop.index, 'apps/Deployment', 'shop', 'web');
    expect(found && formatPosition(positionOf(found.origin as FileOrigin, ['spec', 'replicas']))).toBe(
      'shop/web.yaml:16:3',
    );
    expect(ofKind(shop.index, '/Service')).toHaveLength(2);
    const selector = readSelector(reader({ s: { matchLabels: { a: 'b' } } }), 's');
    expect(labelled(shop.index, '/Service', 'shop', selector)).toEqual([]);
  });
});

describe('the world of live objects', () => {
  it('takes the pods that there are, those of one owner under one template', () => {
    const api = workload(live, 'Deployment/shop/api');
    expect(api).toMatchObject({ observed: true, replicas: 3 });
    expect(api.pods.map(({ name, node, ready }) => [name, node, ready])).toEqual([
      ['api-7f9-a', 'cp-1', true],
      ['api-7f9-b', 'worker-1', false],
    ]);
    expect(api.templates).toHaveLength(1);
    expect(api.templates[0]?.spec.nodeName).toBeUndefined();
  });

  it('adds nothing to pods that admission has already seen', () => {
    expect(workload(live, 'Deployment/shop/api').templates[0]?.spec.tolerations).toEqual([]);
  });

  it("does not take a daemon's pin to its node for the template's own affinity", () => {
    const agent = workload(live, 'DaemonSet/kube-system/agent');
    expect(agent).toMatchObject({ kind: 'DaemonSet', sourced: undefined, replicas: 2 });
    expect(agent.templates).toHaveLength(1);
    expect(agent.templates[0]?.spec.requiredNodeTerms).toBeUndefined();
  });

  it('tells static pods, bare pods and pods of unknown controllers apart', () => {
    expect(workload(live, 'Pod/kube-system/etcd-cp-1')).toMatchObject({ kind: 'Pod', static: true });
    expect(workload(live, 'Pod/default/bare')).toMatchObject({
      kind: 'Pod',
      static: false,
      pods: [{ node: undefined }],
    });
    expect(workload(live, 'Cluster/shop/orders')).toMatchObject({
      kind: 'Other',
      sourced: undefined,
      pods: [{ node: 'worker-1' }],
    });
  });

  it('reads nodes with their state', () => {
    expect(
      live.nodes.map(({ name, role, ready, unschedulable, zone }) => [name, role, ready, unschedulable, zone]),
    ).toEqual([
      ['cp-1', 'control-plane', true, false, 'a'],
      ['worker-1', 'worker', false, true, 'b'],
    ]);
    expect(live.zones[0]?.members).toEqual(['cp-1']);
  });

  it('reads the control plane from its own pods, then from kubeadm', () => {
    expect(live.controlPlane).toMatchObject({
      kind: 'kubeadm',
      members: [{ name: 'cp-1', zone: 'a', address: '10.0.0.1' }],
      endpoint: { host: 'api.example.com', port: 6443 },
      etcd: { topology: 'stacked', quorum: 1 },
      settings: {
        nodeMonitorGracePeriod: 40_000,
        nodeMonitorPeriod: 2_000,
        unreachableTolerationSeconds: 30,
        notReadyTolerationSeconds: 300,
      },
    });
    expect([...live.controlPlane.stated].sort()).toEqual([
      'nodeMonitorGracePeriod',
      'nodeMonitorPeriod',
      'unreachableTolerationSeconds',
    ]);
  });
});

describe('owners', () => {
  const pod = (name: string, owner: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  uid: ${name}\n  labels: {app: web, pod-template-hash: abc}\n  ownerReferences:\n  - {apiVersion: apps/v1, kind: ReplicaSet, name: ${owner}, uid: gone, controller: true}\nspec: {containers: [{name: c, image: i}]}\n`;
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}\n';

  it('are found without the ReplicaSet between: pods are not counted twice', () => {
    const world = fromText(`${deployment}---\n${pod('a', 'web-abc')}`);
    expect(world.workloads.map(({ id, pods }) => [id, pods.length])).toEqual([['Deployment/default/web', 1]]);
  });

  it('that nobody gave stand for their pods', () => {
    expect(fromText(pod('a', 'web-abc')).workloads.map(({ id, kind }) => [id, kind])).toEqual([
      ['ReplicaSet/default/web-abc', 'ReplicaSet'],
    ]);
  });

  it('of another kind do not hide a workload', () => {
    const owned = `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kafka, ownerReferences: [{apiVersion: k.example.com/v1, kind: Kafka, name: main, uid: k, controller: true}]}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n---\napiVersion: k.example.com/v1\nkind: Kafka\nmetadata: {name: main, uid: k}\n`;
    expect(fromText(owned).workloads.map(({ id }) => id)).toEqual(['StatefulSet/default/kafka']);
  });

  it('in a circle end', () => {
    const circle =
      'apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: a, uid: a, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: a, uid: a, controller: true}]}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}\n';
    expect(() => fromText(`${circle}---\n${pod('p', 'a')}`)).not.toThrow();
  });
});

describe('values that the API server refuses', () => {
  it('are told with their place, in the order of the text, and keep the object out of the world', () => {
    const world = fromText(
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels:\n    version: 1.10\nspec:\n  replicas: "3"\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: c\n        image: i\n        resources:\n          limits: {memory: 1GB}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n',
    );
    expect(
      world.problems.map(({ code, at, message, expected }) => [code, at && formatPosition(at), message, expected]),
    ).toEqual([
      [
        'refused-value',
        'a.yaml:6:5',
        'Deployment default/web: metadata.labels.version is the number 1.1; the API server refuses it',
        'text; put it in quotes',
      ],
      [
        'refused-value',
        'a.yaml:8:3',
        'Deployment default/web: spec.replicas is the text "3"; the API server refuses it',
        'a whole number',
      ],
      [
        'refused-value',
        'a.yaml:17:20',
        'Deployment default/web: spec.template.spec.containers[0].resources.limits.memory is the text "1GB"; the API server refuses it',
        'a quantity, like 500m or 2Gi',
      ],
    ]);
    expect(world.refused.map(({ sourced, problems }) => [sourced.object.kind, problems.length])).toEqual([
      ['Deployment', 3],
    ]);
    expect(world.workloads).toEqual([]);
    expect(world.services).toHaveLength(1);
  });

  it('never throw, whatever stands where', () => {
    const junk = ['null', '[]', '{}', '7', 'text', '[null, 3, {}]', '{a: [b]}'];
    for (const kind of [
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'Pod',
      'Service',
      'PodDisruptionBudget',
      'Node',
      'HorizontalPodAutoscaler',
      'LimitRange',
      'PersistentVolume',
      'StorageClass',
      'RuntimeClass',
      'PriorityClass',
      'ValidatingWebhookConfiguration',
    ]) {
      const group =
        {
          Deployment: 'apps/v1',
          StatefulSet: 'apps/v1',
          DaemonSet: 'apps/v1',
          PodDisruptionBudget: 'policy/v1',
          HorizontalPodAutoscaler: 'autoscaling/v2',
          StorageClass: 'storage.k8s.io/v1',
          RuntimeClass: 'node.k8s.io/v1',
          PriorityClass: 'scheduling.k8s.io/v1',
          ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
        }[kind] ?? 'v1';
      for (const value of junk) {
        const text = `apiVersion: ${group}\nkind: ${kind}\nmetadata: {name: x, labels: ${value}, ownerReferences: ${value}}\nspec: ${value}\nstatus: ${value}\nwebhooks: ${value}\n---\napiVersion: ${group}\nkind: ${kind}\nmetadata: {name: other}\nspec: {template: {metadata: ${value}, spec: ${value}}, selector: ${value}, containers: ${value}, volumes: ${value}, taints: ${value}, limits: ${value}, nodeAffinity: {required: ${value}}}\n`;
        expect(() => fromText(text)).not.toThrow();
      }
    }
  });
});

describe('budgets', () => {
  const budget = (form: string) =>
    `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {${form}, selector: {}}\n---\n`;
  const daemon =
    'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: node-1}\n';

  it('cannot count workloads without a scale, unless they count pods', () => {
    expect(fromText(budget('maxUnavailable: 1') + daemon).budgets).toMatchObject([
      { count: undefined, uncountable: ['DaemonSet/default/d'], pods: 1 },
    ]);
    expect(fromText(budget('minAvailable: 1') + daemon).budgets).toMatchObject([
      { count: { expected: 1, desiredHealthy: 1, allowedWhenHealthy: 0 }, uncountable: [] },
    ]);
  });
});

describe('what the scheduler asks of owners', () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}\n';
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a, uid: a, labels: {app: web, pod-template-hash: abc}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, uid: gone, controller: true}]}\nspec: {containers: [{name: c, image: i}]}\n';
  const selectorOf = (world: World) => {
    const [found] = world.workloads[0]?.pods ?? [];
    const selector =
      found?.owner && world.controllerSelectors.get(controllerKey(found.owner, found.template.namespace));
    return [found?.owner?.name, selector && formatSelector(selector)];
  };

  it('is the selector of the ReplicaSet that a Deployment makes', () => {
    const [name = '', selector] = selectorOf(fromText(deployment));
    expect(selector).toBe(`app=web,pod-template-hash=${name.slice('web-'.length)}`);
  });

  it('is that of a live ReplicaSet, given or not', () => {
    expect(selectorOf(fromText(`${deployment}---\n${pod}`))).toEqual(['web-abc', 'app=web,pod-template-hash=abc']);
    const set =
      'apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: web-abc, uid: gone}\nspec: {selector: {matchLabels: {own: "1"}}, template: {spec: {containers: [{name: c, image: i}]}}}\n';
    expect(selectorOf(fromText(`${set}---\n${pod}`))).toEqual(['web-abc', 'own=1']);
  });

  it('is nothing when neither was given', () => {
    expect(selectorOf(fromText(pod))).toEqual(['web-abc', undefined]);
  });
});

describe('live pods of a StatefulSet', () => {
  it('share a template though each has claims with its own name', () => {
    const pod = (ordinal: number) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: db-${ordinal}, uid: db-${ordinal}, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, uid: db, controller: true}]}\nspec: {containers: [{name: c, image: i}], volumes: [{name: data, persistentVolumeClaim: {claimName: data-db-${ordinal}}}]}\n---\n`;
    const claim =
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data-db-0, uid: c0}\nspec: {volumeName: v}\n---\n';
    const world = fromText(pod(0) + pod(1) + claim);
    const db = workload(world, 'StatefulSet/default/db');
    expect(db.templates).toHaveLength(1);
    expect(db.templates[0]?.spec.volumes).toEqual([
      { name: 'data', source: { kind: 'claimTemplate', readOnly: false } },
    ]);
    expect(world.claims.map(({ name, uid, spec }) => [name, uid, spec?.volumeName])).toEqual([
      ['data-db-0', 'c0', 'v'],
      ['data-db-1', undefined, undefined],
    ]);
  });
});

it('refuses more pods than any cluster holds, and makes none of them', () => {
  const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2000000000
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: registry.example.com/web:1}]}
`;
  const { workloads, problems } = worldOfInventory(readInventory([{ file: 'web.yaml', text, named: true }]));
  expect(workloads).toEqual([]);
  expect(problems).toMatchObject([{ path: 'spec.replicas', at: { line: 5 }, expected: 'at most 1000000 pods' }]);
});

it('counts the pods of a Rollout that takes its template from a Deployment', () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
  const objects = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 3, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    },
  ];
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const world = worldOfInventory(readInventory([{ file: 'web.yaml', text, named: true }]));
  expect(world.workloads.map(({ id, replicas }) => [id, replicas])).toEqual([['Deployment/shop/web', 3]]);
});
