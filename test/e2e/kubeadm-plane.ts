/**
 * A control plane with the flags that the real kubeadm makes of a rendered configuration: kubeadm writes the
 * certificates, kubeconfigs and static pods, and their commands are started as plain processes. What is changed on
 * the way is listed in `mapFlag`; every other flag runs as it was rendered.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { type Component, flags } from '../../src/lab/components/component.ts';
import { startComponent, untilReady } from '../../src/lab/control-plane.ts';
import { freePorts } from '../../src/lab/ports.ts';
import { run } from '../../src/lab/process/run.ts';
import { type OwnedSupervisor, startSupervisor } from '../../src/lab/supervisor/client.ts';
import type { Argument } from '../../src/facts.ts';
import { ensurePrograms } from './control-plane.ts';
import type { Rendered } from './rendered.ts';

type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';
const PATCHES = '/etc/kubernetes/holdfast/patches';
const ORDER: readonly ComponentName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const PORT_NAMES = [
  'etcdClient',
  'etcdPeer',
  'etcdMetrics',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
] as const;

export interface KubeadmFiles {
  readonly directory: string;
  readonly ports: Readonly<Record<(typeof PORT_NAMES)[number], number>>;
  /** Flags of each static pod, as kubeadm wrote them. */
  readonly commands: ReadonlyMap<ComponentName, readonly Argument[]>;
}

export interface RenderedPlane {
  readonly components: readonly Component[];
  readonly url: string;
  /** PEM of the authority that kubeadm made, and the files of its administrator. */
  readonly credentials: { readonly ca: string; readonly certificate: string; readonly key: string };
  readonly supervisor: OwnedSupervisor;
}

/** Lets kubeadm make everything of the configuration of the first member. */
export async function kubeadmFiles(tree: Rendered, directory: string): Promise<KubeadmFiles> {
  const file = tree.files.find(({ text }) => /^kind: InitConfiguration$/m.test(text));
  if (file === undefined) throw new Error(`${tree.name} renders no InitConfiguration.`);
  const config = join(directory, 'kubeadm.yaml');
  writeFileSync(
    config,
    withDirectory(file.text.replaceAll(PATCHES, join(directory, 'patches')), join(directory, 'pki')),
  );
  await sayInstance(tree, directory);
  const kubeadm = (await ensurePrograms()).get('kubeadm') ?? 'kubeadm';
  const phase = async (...args: readonly string[]): Promise<void> => {
    const environment = { ...process.env, KUBEADM_INIT_DRYRUN_DIR: join(directory, 'manifests') };
    const result = await run(kubeadm, ['init', 'phase', ...args, '--config', config], { environment });
    if (result.code !== 0) throw new Error(`kubeadm init phase ${args.join(' ')}: ${result.stderr}`);
  };
  mkdirSync(join(directory, 'manifests'));
  await phase('certs', 'all');
  for (const user of ['super-admin', 'controller-manager', 'scheduler'])
    await phase('kubeconfig', user, '--kubeconfig-dir', directory);
  await phase('control-plane', 'all', '--dry-run');
  await phase('etcd', 'local', '--dry-run');
  const commands = new Map<ComponentName, readonly Argument[]>();
  for (const name of readdirSync(join(directory, 'manifests'))) {
    commands.set(basename(name, '.yaml') as ComponentName, commandOf(join(directory, 'manifests', name)));
  }
  return { directory, commands, ports: await freePorts(PORT_NAMES) };
}

/** Places the files that the flags name, starts all four components and waits until each is ready. */
export async function startRendered(tree: Rendered, files: KubeadmFiles): Promise<RenderedPlane> {
  const url = `https://127.0.0.1:${files.ports['kube-apiserver']}`;
  await placeHostFiles(tree, files.directory);
  for (const user of ['super-admin', 'controller-manager', 'scheduler'])
    redirect(join(files.directory, `${user}.conf`), url);
  const components = ORDER.map((name) => componentOf(name, files));
  const programs = await ensurePrograms();
  mkdirSync(join(files.directory, 'logs'));
  const supervisor = await startSupervisor(files.directory);
  try {
    for (const component of components) {
      const path = programs.get(component.binary) ?? component.binary;
      await startComponent(supervisor, { component, path, directory: files.directory });
      await untilReady(supervisor, component);
    }
  } catch (error) {
    await supervisor.ask({ op: 'stop' });
    throw error;
  }
  return { components, url, credentials: credentialsOf(join(files.directory, 'super-admin.conf')), supervisor };
}

/** What the runbook does on a member in AWS: the rendered script asks the instance, played by a curl of this test. */
async function sayInstance(tree: Rendered, directory: string): Promise<void> {
  const script = tree.files.find(({ path }) => path.endsWith('/write-provider-id.sh'));
  if (script === undefined) return;
  const programs = join(directory, 'instance');
  mkdirSync(programs);
  const answers = '*/api/token*) echo token;; *instance-id) echo i-0123;; *availability-zone) echo us-west-2a;;';
  writeFileSync(join(programs, 'curl'), `#!/bin/sh\ncase "$*" in ${answers} *) exit 22;; esac\n`, { mode: 0o755 });
  const local = join(programs, 'write-provider-id.sh');
  writeFileSync(local, script.text.replaceAll(PATCHES, join(directory, 'patches')));
  const environment = { ...process.env, PATH: `${programs}:${process.env['PATH']}` };
  const result = await run('sh', [local], { environment });
  if (result.stdout.trim() !== 'aws:///us-west-2a/i-0123') throw new Error(`${script.path}: ${result.stderr}`);
}

/** kubeadm's own field for where certificates lie; with it, every path to one is already ours. */
function withDirectory(text: string, certificatesDir: string): string {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Record<string, unknown>)
    .map((document) =>
      stringify(document['kind'] === 'ClusterConfiguration' ? { ...document, certificatesDir } : document),
    )
    .join('---\n');
}

function commandOf(manifest: string): readonly Argument[] {
  const pod = parse(readFileSync(manifest, 'utf8')) as { spec: { containers: [{ command: string[] }] } };
  return pod.spec.containers[0].command.slice(1).map((flag) => {
    const [, name = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(flag) ?? [];
    return { name, value };
  });
}

/**
 * What differs from the rendered flag: listening addresses become loopback with free ports, and directories of a
 * member become directories of this test. Addresses that are only told to others stay, since nobody connects to them.
 */
export function mapFlag(component: ComponentName, flag: Argument, { directory, ports }: KubeadmFiles): Argument {
  const { name } = flag;
  const etcdUrl = `https://127.0.0.1:${ports.etcdClient}`;
  const listening: Readonly<Record<string, string>> = {
    'listen-client-urls': etcdUrl,
    'listen-peer-urls': `https://127.0.0.1:${ports.etcdPeer}`,
    'listen-metrics-urls': `http://127.0.0.1:${ports.etcdMetrics}`,
    'etcd-servers': etcdUrl,
    'bind-address': '127.0.0.1',
  };
  const mapped = listening[name];
  if (mapped !== undefined) return { name, value: mapped };
  if (name === 'secure-port') return { name, value: String(ports[component as 'kube-apiserver']) };
  if (name === 'etcd-servers-overrides') return { name, value: flag.value.replaceAll(/#[^,]+/g, `#${etcdUrl}`) };
  return { name, value: mapPath(flag.value, directory) };
}

function mapPath(value: string, directory: string): string {
  return value
    .replace('/etc/kubernetes/holdfast', join(directory, 'holdfast'))
    .replace(/^\/etc\/kubernetes\/([a-z-]+\.conf)$/, `${directory}/$1`)
    .replace('/var/log/kubernetes/audit', join(directory, 'audit'))
    .replace(/^\/var\/lib\/etcd/, join(directory, 'etcd'));
}

function componentOf(name: ComponentName, files: KubeadmFiles): Component {
  const rendered = files.commands.get(name);
  if (rendered === undefined) throw new Error(`kubeadm wrote no static pod for ${name}.`);
  const mapped = rendered.map((flag) => mapFlag(name, flag, files));
  // Without a bind-address of their own, these listen everywhere; nothing of a test may.
  const bound = name === 'etcd' ? [] : [{ name: 'bind-address', value: '127.0.0.1' }];
  const secure = name === 'etcd' ? [] : [{ name: 'secure-port', value: String(files.ports[name]) }];
  return {
    name,
    binary: name,
    args: flags(mapped, bound, secure),
    environment: {},
    ports: {},
    ready:
      name === 'etcd'
        ? { url: `http://127.0.0.1:${files.ports.etcdMetrics}/readyz`, trust: 'none' }
        : {
            url: `https://127.0.0.1:${files.ports[name]}/${name === 'kube-controller-manager' ? 'healthz' : 'readyz'}`,
            trust: 'own',
          },
    stopGraceMillis: 2_000,
  };
}

/** Configuration that the API server reads from its host, under the name by which its flags call it. */
async function placeHostFiles(tree: Rendered, directory: string): Promise<void> {
  mkdirSync(join(directory, 'holdfast'));
  mkdirSync(join(directory, 'audit'));
  for (const { path, text, artifact } of tree.files) {
    if (artifact.form === 'configuration') writeFileSync(join(directory, 'holdfast', basename(path)), text);
  }
  // The key of the encryption at rest is made on the first member by the rendered script; here by the same script.
  const script = tree.files.find(
    ({ artifact, text }) =>
      artifact.form === 'text' && artifact.syntax === 'shell' && text.includes('EncryptionConfiguration'),
  );
  if (script === undefined) return;
  const local = join(directory, 'encryption.sh');
  writeFileSync(local, script.text.replaceAll('/etc/kubernetes/holdfast', join(directory, 'holdfast')));
  const result = await run('sh', [local]);
  if (result.code !== 0) throw new Error(`${script.path}: ${result.stderr}`);
}

/** The API server listens on loopback here; its certificate holds the names of the cluster, so one of them is checked. */
function redirect(kubeconfig: string, url: string): void {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as { clusters: { cluster: Record<string, unknown> }[] };
  for (const { cluster } of config.clusters)
    Object.assign(cluster, { server: url, 'tls-server-name': 'kubernetes.default.svc' });
  writeFileSync(kubeconfig, stringify(config));
}

function credentialsOf(kubeconfig: string): RenderedPlane['credentials'] {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  const decode = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString('utf8');
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  return {
    ca: decode(cluster['certificate-authority-data']),
    certificate: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
}
