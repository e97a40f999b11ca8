import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubeconfigText } from './certificates/kubeconfig.ts';
import { labDown, labList, labLogs, labStatus, labUp } from './labs.ts';
import { freePorts } from './ports.ts';
import { labSettings } from './settings.ts';
import { waitFor } from './wait.ts';
import { HoldfastError } from '../core/error.ts';

const nowhere = labSettings({ HOME: '/nonexistent' });

describe('settings', () => {
  it('follow XDG and can be overridden', () => {
    expect(labSettings({ HOME: '/home/a', PATH: '/bin' })).toMatchObject({
      cacheDirectory: '/home/a/.cache/holdfast',
      stateDirectory: '/home/a/.local/state/holdfast',
    });
    expect(labSettings({ HOME: '/home/a', XDG_CACHE_HOME: '/c', XDG_STATE_HOME: '/s' })).toMatchObject({
      cacheDirectory: '/c/holdfast',
      stateDirectory: '/s/holdfast',
    });
    const own = labSettings({ HOME: '/home/a', HOLDFAST_CACHE: '/c', HOLDFAST_STATE: '/s', HOLDFAST_BINARIES: '/b' });
    expect(own).toMatchObject({ cacheDirectory: '/c', stateDirectory: '/s', binaryDirectory: '/b' });
  });

  it('search no relative directory', () => {
    expect(labSettings({ HOME: '/', PATH: ':.:/bin:bin' }).searchPath).toEqual([
      '/bin',
      '/usr/local/sbin',
      '/usr/sbin',
      '/sbin',
    ]);
  });
});

describe('ports', () => {
  it('are free, on loopback, and all different', async () => {
    const ports = Object.values(await freePorts(['a', 'b', 'c', 'd', 'e']));
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) expect(port).toBeGreaterThan(1023);
  });
});

describe('waiting', () => {
  it('gives what was seen, however often it failed before', async () => {
    let looks = 0;
    const seen = await waitFor({ what: 'x', everyMillis: 0 }, async () => {
      looks += 1;
      if (looks === 1) throw new Error('refused');
      return looks < 4 ? undefined : looks;
    });
    expect(seen).toBe(4);
  });

  it('says what it waited for and what it saw last', async () => {
    const failure = waitFor({ what: 'the moon is up', timeoutMillis: 0, everyMillis: 0 }, async () => {
      throw new Error('cloudy');
    });
    await expect(failure).rejects.toThrow('Waited 0 s, but not: the moon is up: cloudy.');
  });

  it('gives up at once when there is nothing to wait for', async () => {
    const died = new HoldfastError('component-died', 'it died');
    await expect(waitFor({ what: 'x' }, () => Promise.reject(died))).rejects.toBe(died);
  });
});

describe('a kubeconfig', () => {
  it('has one context and everything inside', () => {
    const text = kubeconfigText({
      cluster: 'lab',
      server: 'https://127.0.0.1:1',
      user: 'admin',
      ca: 'CA',
      pair: { certificate: 'C', key: 'K' },
    });
    const parsed = parse(text) as Record<string, unknown>;
    expect(parsed).toMatchObject({ apiVersion: 'v1', kind: 'Config', 'current-context': 'admin@lab' });
    expect(parsed['users']).toEqual([
      { name: 'admin', user: { 'client-certificate-data': btoa('C'), 'client-key-data': btoa('K') } },
    ]);
  });
});

describe('labs by name', () => {
  it('a lab that is not there is an error with what to do', async () => {
    await expect(labStatus(nowhere, 'shop')).rejects.toMatchObject({
      code: 'lab-unknown',
      hint: 'Start it with: holdfast lab up shop',
    });
    await expect(labLogs(nowhere, 'shop')).rejects.toMatchObject({ code: 'lab-unknown' });
    expect(await labList(nowhere)).toEqual([]);
  });

  it.each(['..', 'a/b', '', 'A', '-a', 'x'.repeat(40)])('%j is no name', async (name) => {
    await expect(labUp(nowhere, { name })).rejects.toMatchObject({ code: 'lab-name' });
  });

  it('a state directory that is too deep for a socket is refused before anything starts', async () => {
    const { startSupervisor } = await import('./supervisor/client.ts');
    await expect(startSupervisor(join('/tmp', 'x'.repeat(100)))).rejects.toMatchObject({
      code: 'path-too-long',
      exitCode: 3,
    });
  });
});

describe('taking a lab down', () => {
  it('deletes what an interrupted start left: its keys are there, its record is not', async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'holdfast-labs-'));
    const settings = { ...labSettings({}), stateDirectory };
    const left = join(stateDirectory, 'labs', 'one');
    await mkdir(join(left, 'pki'), { recursive: true });
    await writeFile(join(left, 'pki', 'ca.key'), 'secret');
    await labDown(settings, { name: 'one', keep: false });
    expect(existsSync(left)).toBe(false);
    await expect(labDown(settings, { name: 'one', keep: false })).rejects.toMatchObject({ code: 'lab-unknown' });
    await rm(stateDirectory, { recursive: true, force: true });
  });
});
