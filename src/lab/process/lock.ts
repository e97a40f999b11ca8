/**
 * A lock between processes that a crash cannot leave behind: a child `flock` holds it and reads our pipe, so the
 * kernel frees it when this process ends, however it ends.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HoldfastError } from '../../core/error.ts';

/**
 * Runs `action` while no other process holds `path`. `onWait` is called once when another one does.
 * @throws HoldfastError `no-flock` when `flock` (util-linux or busybox) is not on the PATH.
 */
export async function withLock<T>(
  path: string,
  action: () => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const held = (await acquire(path, ['-n'])) ?? (onWait(), await acquire(path, []));
  if (held === undefined) throw new Error(`flock could not lock ${path}.`);
  try {
    return await action();
  } finally {
    held.end();
  }
}

/** The pipe that keeps the lock; undefined when the lock was refused. */
async function acquire(path: string, flags: readonly string[]): Promise<NodeJS.WritableStream | undefined> {
  const child = spawn('flock', [...flags, path, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // An interrupt of the terminal must reach us, not take the lock away while we still write.
    detached: true,
  });
  const answer = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => undefined)]).catch(
    (error: unknown) => {
      throw withoutFlock(error);
    },
  );
  // Not before the answer: with nothing else to wait for, this process would end in silence while another holds the lock.
  child.unref();
  return answer === undefined ? undefined : child.stdin;
}

function withoutFlock(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  return new HoldfastError('no-flock', 'The program flock is not on the PATH.', {
    hint: 'It comes with util-linux and with busybox.',
    exitCode: 3,
    cause: error,
  });
}
