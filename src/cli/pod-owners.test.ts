/** Custom resources that make pods are workloads like others once a file describes them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { holdfast, newWorld } from '../../test/unit/cli-harness.ts';
import type { FindingListOutput } from '../report/finding-schemas.ts';
import type { PodExplanationOutput, SimulationOutput } from '../report/twin-schemas.ts';

const world = newWorld();
afterAll(() => world.remove());

const POD = `metadata: {labels: {app: web}}
      spec:
        containers:
        - name: web
          image: registry.example.com/web:1
          readinessProbe: {httpGet: {path: /, port: 80}}
          ports: [{containerPort: 80}]
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}`;
const AROUND = `---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {minAvailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: Node
metadata: {name: a, labels: {topology.kubernetes.io/zone: a}}
status: {allocatable: {cpu: '4', memory: 8Gi, pods: '110'}}
---
apiVersion: v1
kind: Node
metadata: {name: b, labels: {topology.kubernetes.io/zone: b}}
status: {allocatable: {cpu: '4', memory: 8Gi, pods: '110'}}
`;

beforeAll(() => {
  mkdirSync(join(world.cwd, 'both'));
  const write = (file: string, text: string): void => writeFileSync(join(world.cwd, file), text);
  write(
    'clones.yaml',
    `apiVersion: apps.kruise.io/v1alpha1
kind: CloneSet
metadata: {name: web, namespace: shop}
spec:
  scale:
    count: 1
  pod:
      ${POD}
${AROUND}`,
  );
  write(
    'deployment.yaml',
    `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
      ${POD}
${AROUND}`,
  );
  write(
    'owners.yaml',
    'apiVersion: holdfast.dev/v1\nkind: PodOwnerList\nowners:\n- group: apps.kruise.io\n  kind: CloneSet\n  actsAs: Deployment\n  template: spec.pod\n  replicas: spec.scale.count\n',
  );
});

const listOf = async (...argv: readonly string[]): Promise<FindingListOutput> =>
  JSON.parse((await holdfast(world, 'check', ...argv, '-o', 'json')).stdout) as FindingListOutput;

it('check finds of it what it finds of the Deployment, at its own fields', async () => {
  const { findings, notSeen, summary } = await listOf('clones.yaml', '--owners', 'owners.yaml');
  const twin = await listOf('deployment.yaml');
  expect(summary.workloads).toBe(1);
  expect(notSeen).toEqual([]);
  expect(findings.length).toBeGreaterThan(1);
  const said = (list: FindingListOutput): ReadonlySet<string> =>
    new Set(list.findings.map(({ rule, severity, witness }) => `${rule} ${severity} ${witness?.seconds ?? ''}`));
  expect(said({ ...twin, findings })).toEqual(said(twin));
  const lonely = findings.find(({ rule }) => rule === 'WL01');
  expect(lonely).toMatchObject({
    object: { kind: 'CloneSet', namespace: 'shop', name: 'web' },
    path: 'spec.scale.count',
    origin: { file: 'clones.yaml', line: 6 },
    takesDown: ['CloneSet/shop/web'],
  });
});

it('without a description it is counted, not judged, and the way is told', async () => {
  const { findings, notSeen, summary } = await listOf('clones.yaml');
  expect(summary.workloads).toBe(0);
  expect(findings.filter(({ object }) => object.kind === 'CloneSet')).toEqual([]);
  expect(notSeen).toEqual([]);
  writeFileSync(
    join(world.cwd, 'usual.yaml'),
    `apiVersion: x.example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n  template:\n      ${POD}\n`,
  );
  const said = await holdfast(world, 'check', 'usual.yaml');
  expect(said.exitCode).toBe(0);
  expect(said.stdout).toContain('not seen: x.example.com/v1 Thing. Its pod template is not understood');
  expect(said.stdout).toContain('--owners');
});

it('simulate and explain pods run it', async () => {
  const argv = ['-f', 'clones.yaml', '--owners', 'owners.yaml', '-o', 'json'];
  const simulated = await holdfast(world, 'simulate', ...argv, '--lose', 'zone=a', '--lose', 'zone=b,at=10m');
  const { workloads } = JSON.parse(simulated.stdout) as SimulationOutput;
  expect(workloads.map(({ workload }) => workload)).toEqual(['CloneSet/shop/web']);
  expect(workloads[0]?.downSeconds).toBeGreaterThan(0);
  const explained = await holdfast(world, 'explain', 'pods', ...argv);
  const { pods } = JSON.parse(explained.stdout) as PodExplanationOutput;
  expect(pods.map(({ pod }) => pod.replace(/-.*/, ''))).toEqual(['shop/web']);
});

it('a Deployment that it made is a part of it, through kinds that make no pods themselves', async () => {
  const owned = (kind: string, name: string): string =>
    `ownerReferences: [{apiVersion: apps.kruise.io/v1alpha1, kind: ${kind}, name: ${name}, uid: '', controller: true}]`;
  writeFileSync(
    join(world.cwd, 'both/part.yaml'),
    `apiVersion: apps.kruise.io/v1alpha1
kind: Revision
metadata: {name: web-1, namespace: shop, ${owned('CloneSet', 'web')}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-1, namespace: shop, ${owned('Revision', 'web-1')}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
      ${POD}
`,
  );
  const { summary } = await listOf('clones.yaml', 'both', '--owners', 'owners.yaml');
  expect(summary.workloads).toBe(1);
});

it.each([
  ['spec.pods', 'wrong.yaml:4:3: no CloneSet that was given has a pod template at spec.pods'],
  ['spec..pod', 'wrong.yaml:7:13: owners[0].template has the wrong form'],
])('a template at %s is an error with its place', async (path, says) => {
  writeFileSync(
    join(world.cwd, 'wrong.yaml'),
    `apiVersion: holdfast.dev/v1\nkind: PodOwnerList\nowners:\n- group: apps.kruise.io\n  kind: CloneSet\n  actsAs: Deployment\n  template: ${path}\n`,
  );
  const { exitCode, stderr } = await holdfast(world, 'check', 'clones.yaml', '--owners', 'wrong.yaml');
  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
});
