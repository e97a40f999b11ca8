/** A real API server refuses, warns of, or lets in what the plan's admission policies say it does. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ApiResponse, messageOf } from '../../src/lab/index.ts';
import { waitFor } from '../../src/lab/wait.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { type Discovery, type Plane, apply, discovery } from './apply.ts';
import { startTestPlane } from './control-plane.ts';
import { policyTree } from './policy-trees.ts';

let plane: Plane;
let resources: Discovery;
let applied: KubernetesObject[] = [];

beforeAll(async () => {
  plane = await startTestPlane();
  resources = discovery(plane);
});
afterAll(() => plane?.remove());

/** Policies go, namespaces stay: no controller of this test deletes what is in them. */
afterEach(async () => {
  for (const object of applied.filter(({ kind }) => kind !== 'Namespace')) {
    const resource = await resources(object.apiVersion, object.kind);
    await plane.request({
      method: 'DELETE',
      path: `/apis/${object.apiVersion}/${resource?.name}/${object.metadata?.name}`,
    });
  }
  applied = [];
  await waitFor({ what: 'nothing is refused or warned of any more' }, async () =>
    (await probes()).every((answer) => answer === 'accepted') ? true : undefined,
  );
});

/** What is said of one bad object for each policy. */
async function probes(): Promise<readonly string[]> {
  const answers = await Promise.all([
    create(pod({ privileged: true }), 'default'),
    create(pod({ image: 'registry.example.com/a:latest' }), 'default'),
    create(workload('apps/v1', 'Deployment', { privileged: true }), 'default'),
    create(workload('apps/v1', 'Deployment', { image: 'registry.example.com/a' }), 'default'),
    create(namespace('late', { enforce: 'privileged', warn: 'privileged' }), ''),
    create(namespace('late'), ''),
  ]);
  return answers.map(said);
}

/** Applies what the policy system renders for its section, and waits until it is in force: seconds that took. */
async function enforce(section: Record<string, unknown>): Promise<number> {
  const { objects } = policyTree(section);
  for (const object of objects) {
    const resource = await resources(object.apiVersion, object.kind);
    if (resource === undefined) throw new Error(`${object.kind} is not served`);
    const response = await apply(plane, object, resource, false);
    if (response.status >= 300) throw new Error(`${object.kind} ${object.metadata?.name}: ${messageOf(response)}`);
    applied.push(object);
  }
  const start = performance.now();
  await waitFor({ what: 'the policies are in force', everyMillis: 20 }, async () =>
    (await probes()).every((answer) => answer !== 'accepted') ? true : undefined,
  );
  return (performance.now() - start) / 1_000;
}

function create(object: KubernetesObject, inNamespace: string): Promise<ApiResponse> {
  const prefix = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const place = inNamespace === '' ? '' : `/namespaces/${inNamespace}`;
  const plural = `${object.kind.toLowerCase()}s`;
  return plane.request({ method: 'POST', path: `${prefix}${place}/${plural}?dryRun=All`, body: object });
}

/** The verdict of admission in one word with who gave it. */
function said(response: ApiResponse): string {
  const by = (text: string): string => {
    const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(text)?.[1];
    return policy ?? (text.includes('PodSecurity') ? 'PodSecurity' : text);
  };
  if (response.status >= 300) return `refused by ${by(messageOf(response))}`;
  const warned = [...new Set(response.warnings.map(by))].toSorted();
  return warned.length === 0 ? 'accepted' : `warned by ${warned.join(', ')}`;
}

interface PodOptions {
  readonly image?: string;
  readonly privileged?: boolean;
  readonly init?: Record<string, unknown>;
}

const GOOD_IMAGE = 'registry.example.com/shop/web:1.4.2';

function podSpec({ image = GOOD_IMAGE, privileged, init }: PodOptions): Record<string, unknown> {
  return {
    containers: [{ name: 'main', image, ...(privileged === undefined ? {} : { securityContext: { privileged } }) }],
    ...(init === undefined ? {} : { initContainers: [{ name: 'init', image: GOOD_IMAGE, ...init }] }),
  };
}

function pod(options: PodOptions = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'test' }, spec: podSpec(options) };
}

function workload(apiVersion: string, kind: string, options: PodOptions): KubernetesObject {
  const labels = { app: 'test' };
  const template = { metadata: { labels }, spec: { ...podSpec(options) } };
  const job = { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } };
  const spec = {
    Job: job,
    CronJob: { schedule: '0 * * * *', jobTemplate: { spec: job } },
    StatefulSet: { serviceName: 'test', selector: { matchLabels: labels }, template },
  }[kind] ?? { selector: { matchLabels: labels }, template };
  return { apiVersion, kind, metadata: { name: 'test' }, spec };
}

function namespace(name: string, levels: Readonly<Record<string, string>> = {}): KubernetesObject {
  const labels = Object.fromEntries(
    Object.entries(levels).map(([mode, level]) => [`pod-security.kubernetes.io/${mode}`, level]),
  );
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

const ON_ANY: readonly (readonly [string, KubernetesObject, string])[] = [
  ['a pod that breaks nothing', pod(), 'accepted'],
  ['privileged: false', pod({ privileged: false }), 'accepted'],
  ['a digest', pod({ image: 'registry.example.com/a@sha256:' + '0'.repeat(64) }), 'accepted'],
  ['a digest behind latest', pod({ image: 'registry.example.com/a:latest@sha256:' + '0'.repeat(64) }), 'accepted'],
];
const privilegedInit = { securityContext: { privileged: true } };
const BAD: readonly (readonly [string, KubernetesObject, string])[] = [
  ['a privileged container', pod({ privileged: true }), 'holdfast-privileged'],
  ['a privileged init container', pod({ init: privilegedInit }), 'holdfast-privileged'],
  ['the tag latest', pod({ image: 'registry.example.com/a:latest' }), 'holdfast-images'],
  ['no tag', pod({ image: 'registry.example.com/a' }), 'holdfast-images'],
  ['no tag behind a port', pod({ image: 'registry.example.com:5000/a' }), 'holdfast-images'],
  ['latest in an init container', pod({ init: { image: 'registry.example.com/a' } }), 'holdfast-images'],
];
const TEMPLATES = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
] as const;

describe('at the stage deny', () => {
  const section = {
    stage: 'deny',
    liveViolations: 0,
    registries: ['registry.example.com'],
    namespaces: [
      { name: 'pay', level: 'restricted' },
      { name: 'agents', level: 'privileged', reason: 'node agents' },
    ],
  };

  it('refuses what breaks a rule, and nothing else', { timeout: 300_000 }, async () => {
    const seconds = await enforce(section);
    process.stderr.write(`admission policies in force ${seconds.toFixed(2)} s after their last object\n`);
    for (const [name, object, verdict] of ON_ANY) expect(said(await create(object, 'default')), name).toBe(verdict);
    for (const [name, object, policy] of BAD)
      expect(said(await create(object, 'default')), name).toBe(`refused by ${policy}`);
    const elsewhere = await create(pod({ image: 'docker.io/library/nginx:1.29' }), 'default');
    expect(messageOf(elsewhere)).toContain('images come from registry.example.com, written out');
    const shortName = await create(pod({ image: 'nginx:1.29' }), 'default');
    expect(said(shortName)).toBe('refused by holdfast-images');
  });

  it('warns whoever applies a workload whose pods it would refuse', { timeout: 300_000 }, async () => {
    await enforce(section);
    for (const [apiVersion, kind] of TEMPLATES) {
      expect(said(await create(workload(apiVersion, kind, {}), 'default')), kind).toBe('accepted');
      const bad = workload(apiVersion, kind, { privileged: true, image: 'registry.example.com/a' });
      expect(said(await create(bad, 'default')), kind).toBe(
        'warned by holdfast-images-templates, holdfast-privileged-templates',
      );
    }
  });

  it('leaves out kube-system and the namespaces that the document names', { timeout: 300_000 }, async () => {
    await enforce(section);
    expect(said(await create(pod({ privileged: true, image: 'a' }), 'kube-system'))).toBe('accepted');
    expect(said(await create(pod({ privileged: true }), 'agents'))).toBe('accepted');
    expect(said(await create(pod({ image: 'registry.example.com/a' }), 'agents'))).toBe('refused by holdfast-images');
  });

  it('holds pods to the level of their namespace', { timeout: 300_000 }, async () => {
    await enforce(section);
    const plain = await create(pod(), 'pay');
    expect(messageOf(plain)).toContain('violates PodSecurity "restricted:v1.36"');
    const hardened = pod();
    Object.assign((hardened['spec'] as { containers: object[] }).containers[0] ?? {}, {
      securityContext: {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        runAsUser: 1_000,
        seccompProfile: { type: 'RuntimeDefault' },
        capabilities: { drop: ['ALL'] },
      },
    });
    expect(said(await create(hardened, 'pay'))).toBe('accepted');
    expect(said(await create(workload('apps/v1', 'Deployment', {}), 'pay'))).toBe('warned by PodSecurity');
  });

  it('refuses a debug container that is privileged, and no other update of a pod', { timeout: 300_000 }, async () => {
    const old = { ...pod({ privileged: true }), metadata: { name: 'older', finalizers: ['example.com/kept'] } };
    const pods = '/api/v1/namespaces/default/pods';
    expect((await plane.request({ method: 'POST', path: pods, body: old })).status).toBe(201);
    await enforce(section);
    const debug = (privileged: boolean) =>
      plane.request({
        method: 'PATCH',
        path: `${pods}/older/ephemeralcontainers?dryRun=All`,
        contentType: 'application/strategic-merge-patch+json',
        body: {
          spec: { ephemeralContainers: [{ name: 'debug', image: GOOD_IMAGE, securityContext: { privileged } }] },
        },
      });
    expect(said(await debug(true))).toBe('refused by holdfast-privileged');
    expect(said(await debug(false))).toBe('accepted');
    const released = await plane.request({
      method: 'PATCH',
      path: `${pods}/older`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    expect(said(released)).toBe('accepted');
    await plane.request({ method: 'DELETE', path: `${pods}/older?gracePeriodSeconds=0` });
  });

  it('keeps the level of namespaces', { timeout: 300_000 }, async () => {
    await enforce(section);
    const cases: readonly (readonly [KubernetesObject, string])[] = [
      [namespace('new', { enforce: 'baseline' }), 'accepted'],
      [namespace('new', { enforce: 'restricted' }), 'accepted'],
      [namespace('new', { enforce: 'privileged' }), 'refused by holdfast-namespace-levels'],
      [namespace('new', { warn: 'baseline' }), 'warned by holdfast-namespace-unlabelled'],
      [namespace('new'), 'warned by holdfast-namespace-unlabelled'],
    ];
    for (const [object, verdict] of cases)
      expect(said(await create(object, '')), JSON.stringify(object.metadata)).toBe(verdict);
    const patch = (name: string, metadata: object) =>
      plane.request({
        method: 'PATCH',
        path: `/api/v1/namespaces/${name}?dryRun=All`,
        contentType: 'application/merge-patch+json',
        body: { metadata },
      });
    const enforceAt = (level: string | null) => ({ labels: { 'pod-security.kubernetes.io/enforce': level } });
    expect(said(await patch('pay', enforceAt('baseline')))).toBe('refused by holdfast-namespace-levels');
    expect(said(await patch('pay', enforceAt(null)))).toBe('refused by holdfast-namespace-levels');
    expect(said(await patch('agents', enforceAt('baseline')))).toContain('accepted');
    expect(said(await patch('default', { annotations: { note: 'unlabelled, and edited for another reason' } }))).toBe(
      'accepted',
    );
    expect(said(await patch('kube-system', enforceAt('privileged')))).toBe('accepted');
  });
});

describe('before it', () => {
  it('warn tells and lets everything in', { timeout: 300_000 }, async () => {
    await enforce({});
    for (const [name, object, policy] of BAD)
      expect(said(await create(object, 'default')), name).toBe(`warned by ${policy}`);
    expect(said(await create(namespace('new', { warn: 'baseline' }), ''))).toBe('accepted');
    expect(said(await create(namespace('new', { warn: 'privileged' }), ''))).toBe(
      'warned by holdfast-namespace-levels',
    );
  });

  it('audit says nothing to the author; the metrics of the API server count it', { timeout: 300_000 }, async () => {
    const { objects } = policyTree({ stage: 'audit' });
    for (const object of objects) {
      const resource = await resources(object.apiVersion, object.kind);
      if (resource === undefined) throw new Error(`${object.kind} is not served`);
      await apply(plane, object, resource, false);
      applied.push(object);
    }
    const counted = 'apiserver_validating_admission_policy_check_total{enforcement_action="audit"';
    await waitFor({ what: 'the API server counts what breaks a rule' }, async () => {
      expect(said(await create(pod({ privileged: true }), 'default'))).toBe('accepted');
      const { body } = await plane.request({ path: '/metrics' });
      const lines = String(body).split('\n');
      return lines.some((line) => line.startsWith(counted) && line.includes('policy="holdfast-privileged"'))
        ? true
        : undefined;
    });
  });
});
