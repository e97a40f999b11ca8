/** Labs by name, under the state directory: up, down, list, status, logs. */
import { existsSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../core/error.ts';
import { planePaths, planeUrl } from './components/layout.ts';
import {
  type ControlPlaneOptions,
  type PlaneRecord,
  describeControlPlane,
  readPlaneRecord,
  startControlPlane,
} from './control-plane.ts';
import type { LabSettings } from './settings.ts';
import { findSupervisor } from './supervisor/client.ts';
import type { Containment, ProcessStatus } from './supervisor/protocol.ts';
import { waitFor } from './wait.ts';

export interface LabStatus {
  readonly name: string;
  readonly directory: string;
  readonly running: boolean;
  readonly url: string;
  /** The lab's own file; nothing else is written. */
  readonly kubeconfig: string;
  readonly startedAt: string;
  /** Off means that a power loss would lose what a real cluster keeps; every report must say so. */
  readonly fsync: boolean;
  readonly containment: Containment;
  /** Empty when it does not run. */
  readonly processes: readonly ProcessStatus[];
}

export interface LabUpOptions extends Pick<ControlPlaneOptions, 'fsync' | 'onProgress'> {
  readonly name: string;
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/;

/**
 * Starts a lab, or goes on with one that was stopped; it stays when the calling process ends, and is taken down when
 * that process dies before the lab is ready.
 * @throws HoldfastError `lab-running` when it runs already, and those of startControlPlane.
 */
export async function labUp(settings: LabSettings, options: LabUpOptions): Promise<LabStatus> {
  const directory = labDirectory(settings, options.name);
  if ((await findSupervisor(directory)) !== undefined) {
    if ((await readPlaneRecord(directory)) === undefined) {
      throw new HoldfastError('lab-busy', `The lab ${options.name} is being started or taken down.`, {
        hint: 'Try again when that is done.',
        exitCode: 3,
      });
    }
    throw new HoldfastError('lab-running', `The lab ${options.name} runs already.`, {
      hint: `See it with: holdfast lab status ${options.name}`,
    });
  }
  const plane = await startControlPlane({ ...options, settings, directory });
  await plane.supervisor.release();
  plane.close();
  return labStatus(settings, options.name);
}

/** Exactly what `labUp` would run. */
export async function labDryRun(settings: LabSettings, options: LabUpOptions): Promise<string> {
  return describeControlPlane({ ...options, settings, directory: labDirectory(settings, options.name) });
}

/**
 * Where a lab has its keys and data, also one whose `up` was interrupted.
 * @throws HoldfastError `lab-unknown` when there is nothing of it.
 */
export function labFolder(settings: LabSettings, name: string): string {
  const directory = labDirectory(settings, name);
  if (existsSync(directory)) return directory;
  throw labUnknown(name);
}

/**
 * Stops a lab, clients before servers, and deletes its keys and data unless they are kept for the next `up`. What an
 * interrupted `up` left is deleted too: it holds keys, and no record yet.
 * @throws HoldfastError `lab-unknown` when there is nothing of it.
 */
export async function labDown(settings: LabSettings, { name, keep }: { name: string; keep: boolean }): Promise<void> {
  const directory = labFolder(settings, name);
  const supervisor = await findSupervisor(directory);
  if (supervisor !== undefined) {
    // One that is ending already may not answer; that it is gone is what counts.
    await supervisor.ask({ op: 'stop' }).catch(() => undefined);
    const gone = async (): Promise<true | undefined> =>
      (await findSupervisor(directory)) === undefined ? true : undefined;
    await waitFor({ what: `the supervisor of lab ${name} is gone` }, gone);
  }
  if (!keep) await rm(directory, { recursive: true, force: true });
}

/** @throws HoldfastError `lab-unknown` when there is no such lab. */
export async function labStatus(settings: LabSettings, name: string): Promise<LabStatus> {
  const directory = labDirectory(settings, name);
  const record = await requireRecord(directory, name);
  const supervisor = await findSupervisor(directory);
  return {
    name,
    directory,
    running: supervisor !== undefined,
    url: planeUrl(record.layout),
    kubeconfig: planePaths(record.layout).kubeconfig('admin'),
    startedAt: record.startedAt,
    fsync: record.layout.fsync,
    containment: record.supervisor.containment,
    processes: (await supervisor?.ask({ op: 'status' })) ?? [],
  };
}

/** All labs of this user, by name. */
export async function labList(settings: LabSettings): Promise<readonly LabStatus[]> {
  const names = await readdir(join(settings.stateDirectory, 'labs')).catch(() => []);
  const known: LabStatus[] = [];
  for (const name of names.toSorted((left, right) => left.localeCompare(right, 'en'))) {
    if ((await readPlaneRecord(labDirectory(settings, name))) !== undefined)
      known.push(await labStatus(settings, name));
  }
  return known;
}

/**
 * The log of one component, or of all with their names.
 * @throws HoldfastError `component-unknown` with the names that there are.
 */
export async function labLogs(settings: LabSettings, name: string, component?: string): Promise<string> {
  const directory = labDirectory(settings, name);
  const { components } = await requireRecord(directory, name);
  const names = components.map((known) => known.name);
  if (component !== undefined && !names.includes(component)) {
    throw new HoldfastError('component-unknown', `The lab ${name} has no component ${component}.`, {
      hint: `It has: ${names.join(', ')}`,
    });
  }
  const wanted = component === undefined ? names : [component];
  const texts = await Promise.all(
    wanted.map((one) => readFile(join(directory, 'logs', `${one}.log`), 'utf8').catch(() => '')),
  );
  return component === undefined
    ? texts.map((text, index) => `==> ${wanted[index]} <==\n${text}`).join('\n')
    : texts.join('');
}

function labDirectory(settings: LabSettings, name: string): string {
  if (!NAME.test(name)) {
    throw new HoldfastError('lab-name', `${name} is not a name for a lab.`, {
      hint: 'Use up to 30 lower-case letters, digits and dashes.',
    });
  }
  return join(settings.stateDirectory, 'labs', name);
}

async function requireRecord(directory: string, name: string): Promise<PlaneRecord> {
  const record = await readPlaneRecord(directory);
  if (record !== undefined) return record;
  throw labUnknown(name);
}

function labUnknown(name: string): HoldfastError {
  return new HoldfastError('lab-unknown', `There is no lab ${name}.`, {
    hint: `Start it with: holdfast lab up ${name}`,
  });
}
