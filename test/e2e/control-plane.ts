/** The one way in which tests get a real control plane, and the programs that judge what is rendered. */
import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BinaryName,
  type ControlPlane,
  type ControlPlaneOptions,
  fetchBinaries,
  labSettings,
  startControlPlane,
} from '../../src/lab/index.ts';

export const settings = labSettings(process.env);
const TMPFS_MAGIC = 0x01021994;

/** Everything of Kubernetes and etcd that these tests run; asked for at once, so that one build makes all of it. */
const PROGRAMS: readonly BinaryName[] = [
  'etcd',
  'etcdctl',
  'etcdutl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubeadm',
];

/** Paths of the programs, downloaded or built when they are missing. A judge that cannot be had fails the test. */
export async function ensurePrograms(): Promise<ReadonlyMap<BinaryName, string>> {
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  const found = await fetchBinaries(settings, PROGRAMS, { consent: true, onProgress });
  return new Map(found.map(({ name, path }) => [name, path]));
}

/** A new directory, in memory where that is possible. */
export function scratchDirectory(): string {
  return mkdtempSync(join(inMemory('/dev/shm') ? '/dev/shm' : tmpdir(), 'holdfast-'));
}

/** A plane in a directory of its own. With fsync off: nothing here judges durability. */
export async function startTestPlane(
  options: Partial<ControlPlaneOptions> = {},
): Promise<ControlPlane & { remove: () => Promise<void> }> {
  await ensurePrograms();
  const directory = options.directory ?? scratchDirectory();
  const plane = await startControlPlane({ directory, settings, fsync: false, ...options });
  const remove = async (): Promise<void> => {
    await plane.stop().catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  };
  return { ...plane, remove };
}

function inMemory(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return statfsSync(directory).type === TMPFS_MAGIC;
  } catch {
    return false;
  }
}
