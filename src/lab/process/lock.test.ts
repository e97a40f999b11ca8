import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-lock-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.runIf(process.platform === 'linux')('a lock', () => {
  it('lets one in at a time, and says so to who waits', async () => {
    const path = join(root, 'deep', 'one.lock');
    let inside = 0;
    let most = 0;
    let waited = 0;
    const enter = () =>
      withLock(
        path,
        async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        },
        () => {
          waited += 1;
        },
      );
    await Promise.all([enter(), enter(), enter(), enter()]);
    expect(most).toBe(1);
    expect(waited).toBeGreaterThan(0);
  });

  it('is waited for by a process that has nothing else to do', async () => {
    const path = join(root, 'three.lock');
    const module = pathToFileURL(join(import.meta.dirname, 'lock.ts')).href;
    const script = `const { withLock } = await import('${module}');
      await withLock('${path}', async () => console.log('in'), () => console.log('waiting'));`;
    let said = '';
    const child = await withLock(path, async () => {
      const started = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      started.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      await once(started.stdout, 'data');
      return started;
    });
    await once(child, 'close');
    expect(said).toBe('waiting\nin\n');
  });

  it('is free again after a failure', async () => {
    const path = join(root, 'two.lock');
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(path, async () => 'in')).toBe('in');
  });
});
