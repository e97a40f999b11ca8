/** The restore runbook of etcd, run: its own commands bring three real members back from a snapshot. */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Component, flagSet, flags } from '../../src/lab/components/component.ts';
import { startComponent, untilReady } from '../../src/lab/control-plane.ts';
import { freePorts } from '../../src/lab/ports.ts';
import { type RunResult, run } from '../../src/lab/process/run.ts';
import { type OwnedSupervisor, startSupervisor } from '../../src/lab/supervisor/client.ts';
import { waitFor } from '../../src/lab/wait.ts';
import { ensurePrograms, scratchDirectory } from './control-plane.ts';
import { type Rendered, renderedTrees } from './rendered.ts';
import { substitute } from './substitute.ts';

interface Member {
  readonly name: string;
  readonly address: string;
  readonly ports: Readonly<Record<'client' | 'peer' | 'metrics', number>>;
  readonly dataDirectory: string;
}

const directory = scratchDirectory();
const tree = threeMembers(renderedTrees());
let programs: Awaited<ReturnType<typeof ensurePrograms>>;
let supervisor: OwnedSupervisor;
let members: readonly Member[];

function threeMembers(trees: readonly Rendered[]): Rendered {
  // Cluster API gives machines their names when it makes them; there the runbook lets the person fill them in.
  const found = trees.find(({ plan }) => {
    const { topology, members: planned } = plan.systems.etcd.facts;
    return plan.cluster.controlPlane.kind === 'kubeadm' && topology === 'stacked' && planned.length === 3;
  });
  if (found === undefined) throw new Error('No example has three stacked members of etcd with known names.');
  return found;
}

beforeAll(async () => {
  programs = await ensurePrograms();
  supervisor = await startSupervisor(directory);
  mkdirSync(join(directory, 'logs'));
  members = await Promise.all(
    tree.plan.systems.etcd.facts.members.map(async ({ name, address }) => ({
      name,
      address,
      ports: await freePorts(['client', 'peer', 'metrics']),
      dataDirectory: join(directory, `${name}-data`),
    })),
  );
});
afterAll(async () => {
  await supervisor?.ask({ op: 'stop' });
  await rm(directory, { recursive: true, force: true });
});

const peerUrl = ({ ports }: Member): string => `http://127.0.0.1:${ports.peer}`;
const clientUrl = ({ ports }: Member): string => `http://127.0.0.1:${ports.client}`;

/** Without TLS: what is judged is the restore, and its commands name no certificate. */
function component(member: Member): Component {
  const own = flagSet({
    name: member.name,
    'data-dir': member.dataDirectory,
    'listen-client-urls': clientUrl(member),
    'advertise-client-urls': clientUrl(member),
    'listen-peer-urls': peerUrl(member),
    'initial-advertise-peer-urls': peerUrl(member),
    'initial-cluster': members.map((one) => `${one.name}=${peerUrl(one)}`).join(','),
    'initial-cluster-token': 'before',
    'listen-metrics-urls': `http://127.0.0.1:${member.ports.metrics}`,
    'unsafe-no-fsync': true,
  });
  return {
    name: member.name,
    binary: 'etcd',
    args: flags(own),
    environment: {},
    ports: {},
    ready: { url: `http://127.0.0.1:${member.ports.metrics}/readyz`, trust: 'none' },
    stopGraceMillis: 5_000,
  };
}

async function startAll(): Promise<void> {
  const path = programs.get('etcd') ?? '';
  for (const member of members) await startComponent(supervisor, { component: component(member), path, directory });
  for (const member of members) await untilReady(supervisor, component(member));
}

async function etcdctl(...args: readonly string[]): Promise<RunResult> {
  return run(programs.get('etcdctl') ?? '', ['--endpoints', members.map(clientUrl).join(','), ...args]);
}

/** The command of one step of the rendered runbook, with this machine's addresses and directories. */
function restoreCommand(member: Member): string {
  const runbook = tree.plan.systems.etcd.runbooks.find(({ id }) => id === 'restore');
  const step = runbook?.steps.find(
    ({ run: text }) => text?.includes('etcdutl snapshot restore') && text.includes(`--name "${member.name}"`),
  );
  if (step?.run === undefined) throw new Error(`The runbook has no step that restores ${member.name}.`);
  return substitute(step.run, {
    ...Object.fromEntries(members.map((one) => [`https://${one.address}:2380`, peerUrl(one)])),
    '~/restore.db': join(directory, 'restore.db'),
    '/var/lib/etcd': member.dataDirectory,
  });
}

describe('the restore runbook', () => {
  it('brings every member back with its data, and tells watchers of the past to start anew', async () => {
    await startAll();
    expect((await etcdctl('put', 'kept', 'before the snapshot')).code).toBe(0);
    const [first] = members;
    if (first === undefined) throw new Error('There are no members.');
    const saved = await run(programs.get('etcdctl') ?? '', [
      '--endpoints',
      clientUrl(first),
      'snapshot',
      'save',
      join(directory, 'restore.db'),
    ]);
    expect(saved.code, saved.stderr).toBe(0);
    await etcdctl('put', 'lost', 'after the snapshot');

    for (const { name } of members) await supervisor.ask({ op: 'signal', name, signal: 'SIGKILL' });
    await waitFor({ what: 'all members are dead' }, async () => {
      return (await supervisor.ask({ op: 'status' })).every(({ running }) => !running) ? true : undefined;
    });
    for (const member of members) await rm(member.dataDirectory, { recursive: true });

    const PATH = `${dirname(programs.get('etcdutl') ?? '')}:${process.env['PATH']}`;
    for (const member of members) {
      const restored = await run('sh', ['-e', '-c', restoreCommand(member)], { environment: { ...process.env, PATH } });
      expect(restored.code, restored.stderr).toBe(0);
      expect(restored.stderr).toContain('restored snapshot');
    }
    await startAll();

    expect((await etcdctl('get', 'kept', '--print-value-only')).stdout.trim()).toBe('before the snapshot');
    expect((await etcdctl('get', 'lost')).stdout).toBe('');
    expect((await etcdctl('put', 'again', 'writes succeed')).code).toBe(0);
    const past = await etcdctl('get', 'kept', '--rev', '3');
    expect(past.stderr).toContain('required revision has been compacted');
    const listed = JSON.parse((await etcdctl('member', 'list', '-w', 'json')).stdout) as {
      members: { name: string }[];
    };
    expect(new Set(listed.members.map(({ name }) => name))).toEqual(new Set(members.map(({ name }) => name)));
    const read = JSON.parse((await etcdctl('get', 'kept', '-w', 'json')).stdout) as { header: { revision: number } };
    expect(read.header.revision).toBeGreaterThan(1_000_000_000);
  });

  it('1.1 a heartbeat with a unit, as in the article, does not even start', async () => {
    const environment = { PATH: '/usr/bin:/bin', ETCD_HEARTBEAT_INTERVAL: '500ms' };
    const result = await run(programs.get('etcd') ?? '', ['--data-dir', join(directory, 'wrong')], {
      environment,
      timeoutMillis: 30_000,
    });
    expect(result.code).toBe(1);
    expect(result.stderr + result.stdout).toContain('invalid value');
  });
});
