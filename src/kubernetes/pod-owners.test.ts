import { describe, expect, it } from 'vitest';
import { fieldIn, parsePodOwners, type PodOwner, readOwned } from './pod-owners.ts';

const file = (owners: string, head = 'apiVersion: holdfast.dev/v1\nkind: PodOwnerList\n'): string =>
  `${head}owners:\n${owners}`;

function owner(text: string): PodOwner {
  const { owners, problems } = parsePodOwners(
    { file: 'o.yaml', text: file(`- ${text.trim().replaceAll('\n', '\n  ')}`) },
    [],
  );
  expect(problems).toEqual([]);
  if (owners[0] === undefined) throw new Error('no owner');
  return owners[0];
}

const pod = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } };
const CLONES = owner('group: apps.kruise.io\nkind: CloneSet\nactsAs: Deployment');

describe('a described kind', () => {
  it('is read as a Deployment where nothing else is said', () => {
    const object = { metadata: { name: 'x' }, spec: { replicas: 4, template: pod } };
    expect(readOwned(CLONES, object)).toMatchObject({
      kind: 'Deployment',
      replicas: 4,
      replicasWritten: true,
      labels: { app: 'a' },
      selector: { requirements: [{ key: 'app', operator: 'In', values: ['a'] }] },
      update: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
      templatePath: ['spec', 'template'],
    });
    expect(readOwned(CLONES, { spec: { template: pod } })).toMatchObject({ replicas: 1, replicasWritten: false });
  });

  it('keeps what it keeps where its description says', () => {
    const db = owner(`
group: db.example.com
kind: Cluster
actsAs: StatefulSet
template: spec.sets[0].pod
replicas: spec.template.metadata.annotations["db.example.com/count"]
selector: spec.labels
podLabels: {db.example.com/cluster: 'c-{name}'}
volumeClaimTemplates: spec.disks
maxUnavailable: 2`);
    const object = {
      metadata: { name: 'x' },
      spec: {
        sets: [{ pod }],
        template: { metadata: { annotations: { 'db.example.com/count': '5' } } },
        labels: { app: 'a' },
        disks: [{ metadata: { name: 'data' }, spec: { storageClassName: 's' } }],
      },
    };
    expect(readOwned(db, object)).toMatchObject({
      kind: 'StatefulSet',
      replicas: 5,
      labels: { app: 'a', 'db.example.com/cluster': 'c-x' },
      selector: { requirements: [{ key: 'app', operator: 'In', values: ['a'] }] },
      update: { type: 'Ordinal', partition: 0, maxUnavailable: 2 },
      claimTemplates: [{ name: 'data' }],
      templatePath: ['spec', 'sets', 0, 'pod'],
    });
    expect(fieldIn(db, ['spec', 'replicas'])).toEqual([
      'spec',
      'template',
      'metadata',
      'annotations',
      'db.example.com/count',
    ]);
    expect(fieldIn(db, ['spec', 'sets', 0, 'pod', 'spec'])).toEqual(['spec', 'sets', 0, 'pod', 'spec']);
    expect(fieldIn(db, ['spec', 'template', 'spec'])).toEqual(['spec', 'sets', 0, 'pod', 'spec']);
    expect(fieldIn(db, ['metadata', 'labels'])).toEqual(['metadata', 'labels']);
    expect(fieldIn(db, ['spec', 'minReadySeconds'])).toBeUndefined();
    expect(fieldIn(db, ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'])).toBeUndefined();
  });

  it('has a fixed number, which is no field that could be changed', () => {
    const fixed = owner('group: a.example.com\nkind: Pair\nactsAs: Deployment\nreplicas: 2');
    expect(readOwned(fixed, { spec: { replicas: 9, template: pod } })).toMatchObject({ replicas: 2 });
    expect(fieldIn(fixed, ['spec', 'replicas'])).toBeUndefined();
  });

  it('tells what it refuses by the path of the resource', () => {
    const odd = owner('group: a.example.com\nkind: Pair\nactsAs: Deployment\ntemplate: spec.pod\nreplicas: spec.count');
    const refused: string[] = [];
    readOwned(odd, { spec: { count: 'many', pod: { spec: { containers: [{ name: 1 }] } } } }, ({ path }) =>
      refused.push(path.join('.')),
    );
    expect(refused).toContain('spec.count');
    expect(refused).toContain('spec.pod.spec.containers.0.name');
  });
});

describe('a description that cannot be used is told with its place', () => {
  it.each([
    ['', 'o.yaml:1:1 the file holds no owners'],
    ['a: 1\n', 'o.yaml:1:1'],
    [
      file('- {group: apps, kind: Deployment, actsAs: Deployment}\n'),
      'o.yaml:4:23 Deployment of apps is known already',
    ],
    [file('- {group: argoproj.io, kind: Rollout, actsAs: Deployment}\n'), 'Rollout of argoproj.io is known already'],
    [file('- {group: a.b, kind: C, actsAs: DaemonSet}\n'), 'o.yaml:4:'],
    [file('- {group: a.b/v1, kind: C, actsAs: Deployment}\n'), 'o.yaml:4:11'],
    [file('- {group: a.b, kind: C, actsAs: Deployment, template: "spec..x"}\n'), 'o.yaml:4:55'],
    [file('- {group: a.b, kind: C, actsAs: Deployment, replicas: -1}\n'), 'o.yaml:4:55'],
    [file('- {group: a.b, kind: C, actsAs: Deployment, maxSurge: 1 of 2}\n'), 'o.yaml:4:55'],
    [file('- {group: a.b, kind: C, actsAs: Deployment, where: x}\n'), 'o.yaml:4:45'],
    [file('- {group: a.b, kind: C, actsAs: Deployment}\n---\na: 1\n'), 'the text holds a second document'],
    [file('[]\n'), 'o.yaml:4:1'],
    ['a: [', 'o.yaml:1:'],
  ])('%j', (text, says) => {
    const { owners, problems } = parsePodOwners({ file: 'o.yaml', text }, []);
    expect(owners).toEqual([]);
    const told = problems.map(({ at, message }) => `${at?.file}:${at?.line}:${at?.column} ${message}`);
    expect(told.join('\n')).toContain(says);
  });

  it('as is a kind that another file describes', () => {
    const text = file('- {group: apps.kruise.io, kind: CloneSet, actsAs: Deployment}\n');
    expect(parsePodOwners({ file: 'o.yaml', text }, [CLONES]).problems).toMatchObject([{ code: 'taken-kind' }]);
  });
});
