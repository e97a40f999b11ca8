/** kubeadm accepts what is rendered, and the components run with the flags that it makes of it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/lab/api-client.ts';
import { createAuthority } from '../../src/lab/certificates/authority.ts';
import { kubeconfigText } from '../../src/lab/certificates/kubeconfig.ts';
import { run } from '../../src/lab/process/run.ts';
import { waitFor } from '../../src/lab/wait.ts';
import { ensurePrograms, scratchDirectory } from './control-plane.ts';
import { type KubeadmFiles, type RenderedPlane, kubeadmFiles, mapFlag, startRendered } from './kubeadm-plane.ts';
import { type Rendered, configurationFiles, renderedTrees } from './rendered.ts';
import { substituteWherePresent } from './substitute.ts';
import type { Plan } from '../../src/plan/types.ts';
import type { ControlPlaneSettings } from '../../src/systems/control-plane/settings.ts';

const trees = renderedTrees();
let programs: Awaited<ReturnType<typeof ensurePrograms>>;
beforeAll(async () => {
  programs = await ensurePrograms();
});

describe('kubeadm config validate accepts', () => {
  const files = configurationFiles(trees, 'kubeadm.k8s.io/v1beta4');
  const directory = scratchDirectory();
  beforeAll(async () => {
    // Members join by a file that the runbook makes beside the configuration; kubeadm wants it to be there.
    const authority = await createAuthority('kubernetes', new Date());
    const pair = await authority.issue({ commonName: 'discovery' });
    const text = kubeconfigText({
      cluster: 'c',
      server: 'https://api.example.internal:6443',
      user: 'u',
      ca: authority.certificate,
      pair,
    });
    writeFileSync(join(directory, 'discovery.conf'), text);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('at least one file', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('$name', async ({ file }) => {
    const text = substituteWherePresent(file.text, {
      '/etc/kubernetes/discovery.conf': join(directory, 'discovery.conf'),
    });
    writeFileSync(join(directory, 'kubeadm.yaml'), text);
    const result = await run(programs.get('kubeadm') ?? '', ['config', 'validate', '--config', 'kubeadm.yaml'], {
      directory,
    });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr, 'no warnings').not.toMatch(/WARNING|deprecated/i);
  });

  it('and not a map where v1beta4 has a list', async () => {
    const text =
      'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.36.3\napiServer: {extraArgs: {profiling: "false"}}\n';
    writeFileSync(join(directory, 'wrong.yaml'), text);
    const result = await run(programs.get('kubeadm') ?? '', ['config', 'validate', '--config', 'wrong.yaml'], {
      directory,
    });
    expect(result.code).not.toBe(0);
  });
});

describe('kubeadm reads the settings of the kubelet', () => {
  const files = configurationFiles(trees, 'kubelet.config.k8s.io/v1beta1').filter(
    ({ file }) => !file.text.includes('kubeadm.k8s.io'),
  );
  const directory = scratchDirectory();
  const cluster = 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.36.3\n';
  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function validate(text: string): Promise<{ code: number | null; stderr: string }> {
    writeFileSync(join(directory, 'kubeadm.yaml'), `${cluster}---\n${text}`);
    return run(programs.get('kubeadm') ?? '', ['config', 'validate', '--config', 'kubeadm.yaml'], { directory });
  }

  it('at least one file', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('$name', async ({ file }) => {
    const { code, stderr } = await validate(file.text);
    expect(code, stderr).toBe(0);
    expect(stderr, 'no unknown field').not.toMatch(/unknown field|WARNING/);
  });

  it('and names a field that it does not know', async () => {
    const text = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nrotateCertificatess: true\n';
    expect((await validate(text)).stderr).toContain('unknown field');
  });
});

/** One tree per distinct set of flags: what the names and addresses are does not matter to the components. */
function distinctFlags(): readonly { name: string; tree: Rendered }[] {
  const seen = new Set<string>();
  return trees
    .filter(({ files }) => files.some(({ text }) => /^kind: InitConfiguration$/m.test(text)))
    .map((tree) => ({ name: tree.name, tree, key: flagsOf(tree) }))
    .filter(({ key }) => (seen.has(key) ? false : (seen.add(key), true)));
}

/** The control plane's own settings: this judges what that system renders. */
function settingsOf({ systems }: Plan): ControlPlaneSettings {
  return systems['control-plane'].settings as ControlPlaneSettings;
}

function flagsOf({ plan }: Rendered): string {
  const settings = settingsOf(plan);
  const etcd = plan.systems.etcd.facts;
  return JSON.stringify([
    settings.apiServerArguments,
    settings.controllerManagerArguments,
    settings.schedulerArguments,
    etcd.arguments,
    settings.encryption.provider,
  ]);
}

describe.each(distinctFlags())('etcd and the Kubernetes set run with the flags of $name', ({ tree }) => {
  const directory = scratchDirectory();
  let files: KubeadmFiles;
  let plane: RenderedPlane;

  beforeAll(async () => {
    mkdirSync(directory, { recursive: true });
    files = await kubeadmFiles(tree, directory);
    plane = await startRendered(tree, files);
  });
  afterAll(async () => {
    await plane?.supervisor.ask({ op: 'stop' });
    await rm(directory, { recursive: true, force: true });
  });

  it('every flag that the plan decided is in a command that kubeadm made', () => {
    const settings = settingsOf(tree.plan);
    const decided = {
      'kube-apiserver': settings.apiServerArguments,
      'kube-controller-manager': settings.controllerManagerArguments,
      'kube-scheduler': settings.schedulerArguments,
      etcd: tree.plan.systems.etcd.facts.arguments,
    } as const;
    for (const [component, wanted] of Object.entries(decided)) {
      expect(files.commands.get(component as 'etcd'), component).toEqual(expect.arrayContaining([...wanted]));
    }
  });

  it('the processes run with them; only what the test says is mapped', async () => {
    for (const status of await plane.supervisor.ask({ op: 'status' })) {
      const name = status.name as 'etcd';
      const running = readFileSync(`/proc/${status.identity?.pid}/cmdline`, 'utf8').split('\0').slice(1, -1);
      const wanted = (files.commands.get(name) ?? []).map((flag) => mapFlag(name, flag, files));
      expect(running).toEqual(expect.arrayContaining(wanted.map((flag) => `--${flag.name}=${flag.value}`)));
    }
  });

  it('a balancer may ask /readyz without credentials and nothing else', async () => {
    const client = createApiClient({
      url: plane.url,
      ca: plane.credentials.ca,
      certificate: '',
      key: '',
      serverName: 'kubernetes.default.svc',
    });
    expect((await client.request({ path: '/readyz' })).status).toBe(200);
    expect((await client.request({ path: '/api/v1/nodes' })).status).toBe(401);
    client.close();
  });

  it('a Secret is written encrypted, requests are audited, and the controllers lead', async () => {
    const client = createApiClient({ url: plane.url, ...plane.credentials, serverName: 'kubernetes.default.svc' });
    const secret = { metadata: { name: 'judged' }, stringData: { word: 'holdfast-plain-text' } };
    await waitFor({ what: 'the namespace default exists' }, async () =>
      (await client.request({ path: '/api/v1/namespaces/default' })).status === 200 ? true : undefined,
    );
    const made = await client.request({ method: 'POST', path: '/api/v1/namespaces/default/secrets', body: secret });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    for (const lease of ['kube-controller-manager', 'kube-scheduler']) {
      const path = `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${lease}`;
      await waitFor({ what: `${lease} leads` }, async () =>
        (await client.request({ path })).status === 200 ? true : undefined,
      );
    }
    client.close();
    const stored = await readKey(files, '/registry/secrets/default/judged');
    expect(stored).toMatch(/^k8s:enc:(secretbox|aescbc):v1:/);
    expect(stored).not.toContain('holdfast-plain-text');
    const audited = readFileSync(join(directory, 'audit', 'audit.log'), 'utf8');
    expect(audited).toMatch(/"resource":"secrets"/);
    expect(audited, 'no content of Secrets in the audit log').not.toContain('holdfast-plain-text');
  });

  it('the kubelet of a member on AWS says which instance it is', async () => {
    const manifests = join(directory, 'kubelet');
    mkdirSync(manifests);
    const start = ['init', 'phase', 'kubelet-start', '--config', join(directory, 'kubeadm.yaml'), '--dry-run'];
    const environment = { ...process.env, KUBEADM_INIT_DRYRUN_DIR: manifests };
    const result = await run(programs.get('kubeadm') ?? '', start, { environment });
    expect(result.code, result.stderr).toBe(0);
    const kubelet = readFileSync(join(manifests, 'config.yaml'), 'utf8');
    const id = /^providerID: (.*)$/m.exec(kubelet)?.[1];
    expect(id).toBe(tree.plan.cluster.provider === 'aws' ? 'aws:///us-west-2a/i-0123' : undefined);
  });

  it('the runbook gives a member whose controllers talk to another one its own address back', async () => {
    const [member] = tree.plan.systems['control-plane'].facts.members;
    const runbook = tree.plan.systems['control-plane'].runbooks.find(({ id }) => id === 'controllers-without-leader');
    const command = runbook?.steps.find((step) => step.run?.includes(`root@${member?.name ?? ''} 'cd `))?.run ?? '';
    const folder = join(directory, 'repair');
    mkdirSync(folder);
    for (const user of ['controller-manager', 'scheduler'])
      writeFileSync(join(folder, `${user}.conf`), readFileSync(join(directory, `${user}.conf`)));
    const script = command
      .replace(/^ssh \S+ '(.*) && crictl .*'$/s, '$1')
      .replace('/etc/kubernetes', folder)
      .replaceAll('kubeadm init', `${programs.get('kubeadm') ?? ''} init`)
      .replace('$user ', `$user --kubeconfig-dir ${folder} --cert-dir ${join(directory, 'pki')} `);
    const result = await run('sh', ['-c', script]);
    expect(result.code, result.stderr).toBe(0);
    for (const user of ['controller-manager', 'scheduler'])
      expect(readFileSync(join(folder, `${user}.conf`), 'utf8')).toContain(`server: https://${member?.address}:6443`);
  });

  it('certificates live as long as the plan says', () => {
    const settings = settingsOf(tree.plan);
    const certificate = new X509Certificate(readFileSync(join(directory, 'pki', 'apiserver.crt')));
    const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000;
    expect(Math.round(days)).toBe(Math.round(settings.certificateValidity / 86_400_000));
  });
});

async function readKey(files: KubeadmFiles, key: string): Promise<string> {
  const pki = join(files.directory, 'pki');
  const credentials = [
    '--cacert',
    join(pki, 'etcd/ca.crt'),
    '--cert',
    join(pki, 'apiserver-etcd-client.crt'),
    '--key',
    join(pki, 'apiserver-etcd-client.key'),
  ];
  const endpoint = ['--endpoints', `https://127.0.0.1:${files.ports.etcdClient}`];
  const result = await run(programs.get('etcdctl') ?? '', [
    ...endpoint,
    ...credentials,
    'get',
    '--print-value-only',
    key,
  ]);
  expect(result.code, result.stderr).toBe(0);
  return result.stdout;
}
