/** The lab itself: a real control plane comes up, does what a cluster does, and leaves nothing behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminClient, readPlaneRecord } from '../../src/lab/control-plane.ts';
import { findSupervisor, labDown, labDryRun, labList, labLogs, labStatus, labUp } from '../../src/lab/index.ts';
import { type ProcessIdentity, isAlive } from '../../src/lab/process/identity.ts';
import { waitFor } from '../../src/lab/wait.ts';
import { ensurePrograms, scratchDirectory, settings, startTestPlane } from './control-plane.ts';

type Plane = Awaited<ReturnType<typeof startTestPlane>>;

async function identitiesOf(plane: Plane): Promise<readonly ProcessIdentity[]> {
  return (await plane.status()).map(({ identity, name }) => {
    if (identity === undefined) throw new Error(`${name} has no identity.`);
    return identity;
  });
}

async function untilGone(identities: readonly ProcessIdentity[]): Promise<void> {
  await waitFor({ what: 'every process of the lab is gone', timeoutMillis: 60_000 }, async () => {
    const alive = await Promise.all(identities.map(isAlive));
    return alive.some(Boolean) ? undefined : true;
  });
}

describe('a control plane', () => {
  let plane: Plane;
  beforeAll(async () => {
    plane = await startTestPlane();
  });
  afterAll(() => plane?.remove());

  it('is the version that the plan is made for', async () => {
    const { body } = await plane.request({ path: '/version' });
    expect(body).toMatchObject({ gitVersion: 'v1.36.3', major: '1', minor: '36' });
  });

  it('runs exactly the arguments that its components say', async () => {
    for (const status of await plane.status()) {
      const component = plane.components.find(({ name }) => name === status.name);
      const commandLine = await readFile(`/proc/${status.identity?.pid}/cmdline`, 'utf8');
      expect(commandLine.split('\0').slice(1, -1)).toEqual(component?.args);
    }
  });

  it('schedules a pod: authentication, admission, controllers and scheduler work together', async () => {
    await plane.request({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name: 'node-1' } } });
    const status = {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
    };
    const patched = await plane.request({
      method: 'PATCH',
      path: '/api/v1/nodes/node-1/status',
      contentType: 'application/merge-patch+json',
      body: { status },
    });
    expect(patched.status).toBe(200);
    const pod = {
      metadata: { name: 'one', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'example.test/none' }], tolerations: [{ operator: 'Exists' }] },
    };
    const created = await plane.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: pod });
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    const node = await waitFor({ what: 'the pod has a node' }, async () => {
      const { body } = await plane.request({ path: '/api/v1/namespaces/default/pods/one' });
      return (body as { spec: { nodeName?: string } }).spec.nodeName;
    });
    expect(node).toBe('node-1');
  });

  it('a killed API server can be started again and has kept everything', async () => {
    const component = plane.components.find(({ binary }) => binary === 'kube-apiserver');
    const name = component?.name ?? '';
    const before = (await plane.status()).find((status) => status.name === name);
    await plane.supervisor.ask({ op: 'signal', name, signal: 'SIGKILL' });
    await waitFor({ what: `${name} ended` }, async () => {
      const status = (await plane.status()).find((found) => found.name === name);
      return status?.running === false && status.signal === 'SIGKILL' ? true : undefined;
    });
    const path = (await ensurePrograms()).get('kube-apiserver') ?? '';
    const log = before?.log ?? '';
    const process = { name, path, args: component?.args ?? [], environment: {}, log, stopGraceMillis: 5_000 };
    await plane.supervisor.ask({ op: 'start', process });
    const pod = await waitFor({ what: 'the API answers again' }, async () => {
      const response = await plane.request({ path: '/api/v1/namespaces/default/pods/one' });
      return response.status === 200 ? response.body : undefined;
    });
    expect(pod).toMatchObject({ metadata: { name: 'one' } });
  });

  it('keeps its kubeconfig to itself and its keys unreadable for others', async () => {
    expect(plane.kubeconfig.startsWith(plane.directory)).toBe(true);
    expect(statSync(plane.kubeconfig).mode & 0o077).toBe(0);
  });

  it('stops in order and leaves no process', async () => {
    const identities = await identitiesOf(plane);
    await plane.stop();
    await untilGone([plane.supervisor.identity, ...identities]);
    expect(await findSupervisor(plane.directory)).toBeUndefined();
  });
});

describe('a lab by name', () => {
  const state = scratchDirectory();
  const own = { ...settings, stateDirectory: state };
  afterAll(() => rm(state, { recursive: true, force: true }));

  it('a dry run prints the commands and starts nothing', async () => {
    const text = await labDryRun(own, { name: 'shop', fsync: false });
    expect(text.match(/^# .* ready when/gm)).toHaveLength(4);
    expect(text).toContain('--advertise-address=198.18.7.1');
    expect(existsSync(join(state, 'labs'))).toBe(false);
  });

  it('goes up, outlives who started it, goes down and up again with what it had, and is gone', async () => {
    await ensurePrograms();
    const starter = spawn(process.execPath, [join(import.meta.dirname, 'lab-owner.ts'), 'up', 'shop'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, HOLDFAST_STATE: state },
    });
    expect(await once(starter, 'exit')).toEqual([0, null]);
    const up = await labStatus(own, 'shop');
    expect(up).toMatchObject({ name: 'shop', running: true, fsync: false });
    expect(up.processes.map(({ running }) => running)).toEqual([true, true, true, true]);
    await expect(labUp(own, { name: 'shop' })).rejects.toMatchObject({ code: 'lab-running' });
    const { layout } = (await readPlaneRecord(up.directory)) ?? {};
    if (layout === undefined) throw new Error('The lab left no record.');
    const client = await adminClient(layout);
    const body = { metadata: { name: 'kept' }, data: { word: 'kept' } };
    await client.request({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body });
    client.close();

    await labDown(own, { name: 'shop', keep: true });
    expect(await labStatus(own, 'shop')).toMatchObject({ running: false, processes: [] });
    const again = await labUp(own, { name: 'shop', fsync: false });
    expect(again.url).toBe(up.url);
    const second = await adminClient(layout);
    expect(await second.request({ path: '/api/v1/namespaces/default/configmaps/kept' })).toMatchObject({ status: 200 });
    second.close();
    expect((await labList(own)).map(({ name }) => name)).toEqual(['shop']);
    expect(await labLogs(own, 'shop', 'etcd-a')).toContain('"msg":');
    const identities = again.processes.flatMap(({ identity }) => (identity === undefined ? [] : [identity]));

    await labDown(own, { name: 'shop', keep: false });
    await untilGone(identities);
    expect(await labList(own)).toEqual([]);
  });
});

describe('nothing outlives its owner', () => {
  it.each(['namespace', 'watchdog'] as const)(
    'kill -9 of the supervisor kills everything, contained by %s',
    async (containment) => {
      const plane = await startTestPlane({ containment });
      // Where this machine allows no PID namespace, the watchdog stands in, and the lab says so.
      if (containment === 'watchdog') expect(plane.supervisor.containment).toBe('watchdog');
      const identities = await identitiesOf(plane);
      expect(await Promise.all(identities.map(isAlive))).toEqual([true, true, true, true]);
      process.kill(plane.supervisor.identity.pid, 'SIGKILL');
      await untilGone([plane.supervisor.identity, ...identities]);
      await plane.remove();
    },
  );

  it('kill -9 of the process that started it takes the lab down', async () => {
    await ensurePrograms();
    const directory = scratchDirectory();
    const home = scratchDirectory();
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'lab-owner.ts'), 'own', directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, HOME: home, HOLDFAST_CACHE: settings.cacheDirectory },
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const identities = JSON.parse(line) as readonly ProcessIdentity[];
    expect(await Promise.all(identities.map(isAlive))).toEqual(identities.map(() => true));
    owner.kill('SIGKILL');
    await untilGone(identities);
    expect(existsSync(join(home, '.kube')), 'nothing is written to ~/.kube').toBe(false);
    await Promise.all([directory, home].map((path) => rm(path, { recursive: true, force: true })));
  });

  it('a component that cannot start is named with its last words, and the rest is taken down', async () => {
    const directory = scratchDirectory();
    const extraArgs = { 'kube-scheduler': [{ name: 'no-such-flag', value: 'x' }] };
    const failure = startTestPlane({ directory, extraArgs });
    await expect(failure).rejects.toThrow(/kube-scheduler-a ended with code 1[\s\S]*unknown flag: --no-such-flag/);
    expect(await findSupervisor(directory)).toBeUndefined();
    await rm(directory, { recursive: true, force: true });
  });
});
