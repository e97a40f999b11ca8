/** The program as a process: streams, exit codes, and what reading only part of the output does. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

describe('the program', () => {
  it('prints data on standard output and exits with 0', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'version'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^holdfast \d/);
  });

  it('exits with the code of a usage error, and says it on standard error', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'plan', '--nope'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain("unknown option '--nope'");
  });

  it.skipIf(!existsSync('/dev/full'))('says in one line that its output cannot be written', () => {
    const { status, stderr } = spawnSync('bash', ['-c', `'${process.execPath}' '${main}' version > /dev/full`], {
      encoding: 'utf8',
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^error: The output cannot be written: ENOSPC.*\(cannot-write\)\n$/);
  });

  it('ends quietly when nobody reads on', () => {
    const { stderr } = spawnSync('bash', ['-c', `'${process.execPath}' '${main}' explain field spec -o json | true`], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
  });
});
