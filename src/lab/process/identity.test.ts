import { describe, expect, it } from 'vitest';
import { childrenOf, identify, innermostPid, isAlive, parseStat } from './identity.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

describe('process identity', () => {
  it('reads a name with spaces and parentheses', () => {
    const stat = parseStat(
      '42 (a) b (c)) S 7 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 123456 0 0 18446744073709551615',
    );
    expect(stat).toEqual({ pid: 42, state: 'S', parent: 7, startTime: 123456 });
  });

  it.runIf(process.platform === 'linux')('a process is alive only with its own start time', async () => {
    const self = await identify(process.pid);
    expect(self).toBeDefined();
    expect(await isAlive(self!)).toBe(true);
    expect(await isAlive({ ...self!, startTime: self!.startTime + 1 })).toBe(false);
  });

  it.runIf(process.platform === 'linux')('a child is found under its parent and gone when it ended', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const identity = await identify(child.pid!);
    expect(await childrenOf(process.pid)).toContainEqual(identity);
    expect(await innermostPid(child.pid!)).toBe(child.pid);
    child.stdin.end();
    await once(child, 'exit');
    expect(await isAlive(identity!)).toBe(false);
  });
});
