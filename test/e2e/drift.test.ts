/** What differs between a document and a real cluster, and the document of a cluster that runs. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driftsOf } from '../../src/check/drift/drift.ts';
import { renderedObjects } from '../../src/cli/drift.ts';
import { makeWorld } from '../../src/cli/world-inputs.ts';
import { compareWithLive } from '../../src/inventory/live/compare.ts';
import { connect } from '../../src/inventory/live/connection.ts';
import type { FindingListOutput } from '../../src/report/finding-schemas.ts';
import { findingListSchema } from '../../src/report/finding-schemas.ts';
import { readClusterDocument } from '../../src/systems/document.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { type Discovery, discovery, installCrds, type Plane } from './apply.ts';
import { applyAll, type LiveCluster, startLiveCluster, writeKubeconfig } from './live-cluster.ts';
import { holdfast, newWorld, type World } from '../unit/cli-harness.ts';
import { renderedTrees } from './rendered.ts';

const example = readFileSync(join(import.meta.dirname, '../../examples/article.yaml'), 'utf8');
/** Its released CRD is not among those that these tests have. */
const NOT_SERVED = 'SelfNodeRemediationTemplate';

let live: LiveCluster;
let plane: Plane;
let resources: Discovery;
let world: World;

beforeAll(async () => {
  live = await startLiveCluster();
  ({ plane } = live);
  await installCrds(plane);
  resources = discovery(plane);
  world = newWorld();
  writeFileSync(join(world.cwd, 'plain.yaml'), example);
  for (const account of ['reads', 'asks'])
    writeFileSync(join(world.cwd, `${account}.yaml`), example.replace(/^spec:$/m, `spec:\n  context: ${account}`));
  await account('reads', ['get', 'list']);
  await account('asks', ['*']);
});
afterAll(async () => {
  world?.remove();
  await plane?.remove();
});

/** An account with these verbs on everything, and its kubeconfig in the world's directory. */
async function account(name: string, verbs: readonly string[]): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name } });
  await post(`${rbac}/clusterroles`, { metadata: { name }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs }] });
  await post(`${rbac}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
  });
  const made = await post(`/api/v1/namespaces/default/serviceaccounts/${name}/token`, { spec: {} });
  const { token } = (made as { status: { token: string } }).status;
  copyFileSync(writeKubeconfig(live, name, { token }), join(world.cwd, `${name}.kubeconfig`));
}

async function post(path: string, body: object): Promise<unknown> {
  const answer = await plane.request({ method: 'POST', path, body });
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function planOf(text: string) {
  const { plan } = makeWorld({
    texts: [{ file: 'holdfast.yaml', named: true, text }],
    named: [],
    kubernetesVersion: undefined,
  });
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

async function pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
  const resource = await resources(apiVersion, kind);
  if (resource === undefined) throw new Error(`${kind} is not served`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = resource.namespaced ? `/namespaces/${metadata?.namespace ?? 'default'}` : '';
  return `${root}${namespace}/${resource.name}/${metadata?.name}`;
}

/** As `kubectl edit` does. */
async function edit(object: KubernetesObject, body: object, manager = 'kubectl-edit'): Promise<void> {
  const path = `${await pathOf(object)}?fieldManager=${manager}`;
  const answer = await plane.request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
  if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
}

/** The command line that checks as an account. */
function checkAs(account: string, ...more: readonly string[]): ReturnType<typeof holdfast> {
  return holdfast(world, 'check', '--context', account, '--kubeconfig', `${account}.kubeconfig`, ...more);
}

async function drifts(document: string, account: string, ...more: readonly string[]): Promise<FindingListOutput> {
  const said = await checkAs(account, '-f', document, '--rule', 'HF02', '-o', 'json', ...more);
  if (said.exitCode > 1) throw new Error(said.stderr);
  return findingListSchema.parse(JSON.parse(said.stdout));
}

function told({ findings }: FindingListOutput): readonly string[] {
  return findings
    .filter(({ object }) => object.kind !== NOT_SERVED)
    .map(({ object, path, severity, drift }) =>
      [
        drift?.change,
        severity,
        [object.kind, object.namespace, object.name].filter((part) => part !== undefined).join('/'),
        path,
        (drift?.managers ?? []).map(({ name }) => name).join('+'),
      ].join(' '),
    )
    .toSorted();
}

/** What others than controllers may change, and the count of all such changes. */
const statesOf = async (objects: readonly KubernetesObject[]): Promise<readonly unknown[]> =>
  Promise.all(
    objects.map(async (object) => {
      const { body } = await plane.request({ path: await pathOf(object) });
      const { status: _, metadata, ...fields } = body as KubernetesObject;
      const { uid, generation, labels } = (metadata ?? {}) as Record<string, unknown>;
      return { uid, generation, labels, ...fields };
    }),
  );

describe('applied as it is rendered', () => {
  it.each(renderedTrees().map(({ name, plan }) => ({ name, plan })))('$name: nothing differs', async ({ plan }) => {
    const { here, elsewhere } = renderedObjects(plan);
    await applyAll(
      plane,
      here.map(({ object }) => object),
    );
    const connection = await connect({
      context: 'asks',
      kubeconfig: join(world.cwd, 'asks.kubeconfig'),
      env: {},
      directory: world.cwd,
    });
    for (const dryRun of [true, false]) {
      const comparison = await compareWithLive(connection, here, { cluster: plan.cluster.name, dryRun, elsewhere });
      // Other documents with the same name of a cluster were applied before.
      const inputs = { comparison: { ...comparison, extra: [] }, noDryRun: undefined, namespace: undefined };
      const found = [...driftsOf(inputs)].filter((one) => !('drift' in one && one.drift?.change === 'not-served'));
      expect(found).toEqual([]);
    }
    connection.close();
  });
});

describe('changed by others', () => {
  const { here } = renderedObjects(planOf(example));
  const objects = here.map(({ object }) => object).filter(({ kind }) => kind !== NOT_SERVED);
  const one = (kind: string): KubernetesObject => {
    const found = objects.find((object) => object.kind === kind);
    if (found === undefined) throw new Error(`${kind} is not rendered`);
    return found;
  };
  let before: readonly unknown[];

  beforeAll(async () => {
    await applyAll(plane, objects);
    const deployment = one('Deployment');
    const { containers } = (deployment['spec'] as { template: { spec: { containers: object[] } } }).template.spec;
    await edit(deployment, { spec: { replicas: 7 } });
    await edit(
      deployment,
      { spec: { template: { spec: { containers: [{ ...containers[0], image: 'evil.example/pause' }] } } } },
      'kubectl-set',
    );
    await edit(one('Namespace'), { metadata: { labels: { 'app.kubernetes.io/name': 'other' } } });
    await edit(one('ResourceQuota'), { spec: { hard: { 'requests.nvidia.com/gpu': '1' } } }, 'quota-tool');
    await edit(one('ConfigMap'), { data: null });
    const path = await pathOf(one('PodMonitor'));
    expect((await plane.request({ method: 'DELETE', path })).status).toBe(200);
    const labels = {
      'app.kubernetes.io/managed-by': 'holdfast',
      'app.kubernetes.io/part-of': planOf(example).cluster.name,
    };
    await post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'left-over', labels } });
    before = await statesOf(objects);
  });

  const expected = () => {
    const name = (kind: string): string => {
      const { metadata } = one(kind);
      return [kind, ...(metadata?.namespace === undefined ? [] : [metadata.namespace]), metadata?.name].join('/');
    };
    return [
      `changed info ${name('Namespace')} metadata.labels.app.kubernetes.io/name kubectl-edit`,
      `changed warning ${name('ConfigMap')} data `,
      `changed warning ${name('Deployment')} spec.replicas kubectl-edit`,
      `changed warning ${name('Deployment')} spec.template.spec.containers[placeholder].image kubectl-set`,
      `changed warning ${name('ResourceQuota')} spec.hard.requests.nvidia.com/gpu quota-tool`,
      'extra info ConfigMap/default/left-over metadata.labels ',
      `missing warning ${name('PodMonitor')} metadata.name `,
    ].toSorted();
  };

  it('a dry run names each field with its manager', async () => {
    const list = await drifts('asks.yaml', 'asks', '--yes');
    expect(told(list)).toEqual(expect.arrayContaining(expected()));
    expect(list.unknown).toEqual([]);
  });

  it('reading gives the same list, and says that it is less exact', async () => {
    const exact = await drifts('asks.yaml', 'asks', '--yes');
    const read = await drifts('reads.yaml', 'reads');
    expect(told(read)).toEqual(told(exact));
    expect(read.unknown.map(({ why }) => why)).toEqual([expect.stringContaining('--yes was not given')]);
  });

  it('where a dry run is not allowed, reading stands in for it, and is no pass', async () => {
    const exact = await drifts('asks.yaml', 'asks', '--yes');
    const refused = await drifts('reads.yaml', 'reads', '--yes');
    expect(told(refused)).toEqual(told(exact));
    expect(refused.unknown.map(({ why }) => why).join()).toContain('refuses the dry run (403)');
  });

  it('a document that names no context, or another, gets no dry run', async () => {
    for (const [document, why] of [
      ['plain.yaml', 'the document names no context'],
      ['reads.yaml', 'the document names the context reads'],
    ] as const) {
      const started = live.requestsOf('asks').length;
      const list = await drifts(document, 'asks', '--yes');
      expect(list.unknown.map((one) => one.why).join()).toContain(why);
      expect(
        live
          .requestsOf('asks')
          .slice(started)
          .map(({ verb }) => verb),
      ).not.toContain('patch');
    }
  });

  it('only compares where a document is given', async () => {
    const started = live.requestsOf('asks').length;
    const { exitCode, stdout } = await checkAs('asks', '--yes', '-o', 'json', '--no-witness');
    expect(exitCode).toBeLessThan(2);
    expect(stdout).not.toContain('HF02');
    expect(
      new Set(
        live
          .requestsOf('asks')
          .slice(started)
          .map(({ verb }) => verb),
      ),
    ).toEqual(new Set(['list', 'get']));
  });

  it('nothing was changed by looking, and Secrets were not looked at', async () => {
    expect(await statesOf(objects)).toEqual(before);
    const requests = ['asks', 'reads'].flatMap((name) => live.requestsOf(name));
    const writes = requests.filter(({ verb }) => !['get', 'list'].includes(verb));
    expect(writes.length).toBeGreaterThan(0);
    for (const { verb, requestURI } of writes) {
      expect(verb).toBe('patch');
      expect(new URL(requestURI, 'https://x').searchParams.get('dryRun')).toBe('All');
    }
    expect(requests.filter(({ objectRef }) => objectRef?.resource === 'secrets')).toEqual([]);
  });

  it('is said in words', async () => {
    const drift = ['-f', 'asks.yaml', '--rule', 'HF02', '--yes', '--fail-on', 'warning'];
    const { stdout, exitCode } = await checkAs('asks', ...drift);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('kubectl-edit set spec.replicas to 7; Holdfast renders');
    expect(stdout).toContain('It is rendered, and the cluster does not hold it.');
    expect(stdout).toContain(`The cluster does not serve ${NOT_SERVED}`);
    for (const format of ['wide', 'yaml', 'sarif', 'junit', 'html', 'github']) {
      const said = await checkAs('asks', ...drift, '-o', format);
      expect([format, said.exitCode, said.stdout.includes('kubectl-edit set spec.replicas to 7')]).toEqual([
        format,
        1,
        true,
      ]);
    }
  });

  it('what an earlier apply set and is rendered no more is found, also where another shares the map', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', namespace: 'default' } };
    await applyAll(plane, [{ ...map, data: { kept: '1', dropped: '2' } }]);
    await edit(map, { data: { others: '3' } });
    const connection = await connect({
      context: 'asks',
      kubeconfig: join(world.cwd, 'asks.kubeconfig'),
      env: {},
      directory: world.cwd,
    });
    const rendered = [{ object: { ...map, data: { kept: '1' } }, file: 'shared.yaml' }];
    for (const dryRun of [true, false]) {
      const comparison = await compareWithLive(connection, rendered, { cluster: 'none', dryRun });
      const found = [...driftsOf({ comparison, noDryRun: undefined, namespace: undefined })];
      expect(found.map((one) => ('message' in one ? one.message : one.unknown))).toEqual([
        'An earlier apply set data.dropped to "2"; Holdfast does not render it now.',
      ]);
    }
    connection.close();
  });
});

describe('init --context', () => {
  const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
  const node = (pool: string, zone: string, index: number): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `${pool}-${index}-${zone}`,
      labels: {
        'topology.kubernetes.io/region': 'eu-west-1',
        'topology.kubernetes.io/zone': zone,
        'node.kubernetes.io/instance-type': pool === 'web' ? 'm7i.xlarge' : 'r7i.2xlarge',
        'eks.amazonaws.com/nodegroup': pool,
        'kubernetes.io/os': 'linux',
        ...(pool === 'web' ? {} : { 'example.com/tier': 'data' }),
      },
    },
    spec: {
      providerID: `aws:///${zone}/i-${pool}${index}`,
      ...(pool === 'web' ? {} : { taints: [{ key: 'dedicated', value: 'data', effect: 'NoSchedule' }] }),
    },
    status: {
      capacity: { cpu: pool === 'web' ? '4' : '8', memory: pool === 'web' ? '15890Mi' : '63500Mi', pods: '110' },
      nodeInfo: {
        kubeletVersion: 'v1.36.3-eks-1',
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: '',
        osImage: '',
        containerRuntimeVersion: '',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
      addresses: [{ type: 'InternalIP', address: `10.20.${zones.indexOf(zone)}.${index + 10}` }],
    },
  });

  it('gives back zones, pools and version; the document plans, and is never written over', async () => {
    const nodes = zones.flatMap((zone) => [
      ...[0, 1].map((index) => node('web', zone, index)),
      ...(zone === 'eu-west-1c' ? [] : [node('data', zone, 0)]),
    ]);
    for (const one of nodes) {
      await applyAll(plane, [one]);
      const path = `/api/v1/nodes/${one.metadata?.name}/status`;
      const body = { status: one['status'] };
      await plane.request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
    }
    const init = ['init', '--context', 'reads', '--kubeconfig', 'reads.kubeconfig', '--name', 'shop'];
    const made = await holdfast(world, ...init, '-f', 'seen.yaml');
    expect(made.stderr).toContain('Wrote the document of cluster shop');
    expect(made.exitCode).toBe(0);
    const text = readFileSync(join(world.cwd, 'seen.yaml'), 'utf8');
    const { cluster } = readClusterDocument({ text, file: 'seen.yaml' });
    expect(cluster).toMatchObject({
      name: 'shop',
      provider: 'aws',
      survive: 'zone',
      regions: [{ name: 'eu-west-1', zones }],
      controlPlane: { kind: 'eks' },
      versions: { kubernetes: 'v1.36.3' },
      pools: [
        { name: 'web', nodesPerZone: 2, machine: { type: 'm7i.xlarge' }, labels: {}, taints: [] },
        {
          name: 'data',
          zones: ['eu-west-1a', 'eu-west-1b'],
          nodesPerZone: 1,
          machine: { type: 'r7i.2xlarge' },
          labels: { 'example.com/tier': 'data' },
          taints: [{ key: 'dedicated', value: 'data', effect: 'NoSchedule' }],
        },
      ],
      cidrs: { nodes: '10.20.0.0/22' },
    });
    expect((await holdfast(world, 'plan', '-f', 'seen.yaml', '--fail-on', 'never')).exitCode).toBe(0);
    const again = await holdfast(world, ...init, '-f', 'seen.yaml');
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('file-exists')]);
    expect(readFileSync(join(world.cwd, 'seen.yaml'), 'utf8')).toBe(text);
  });
});
