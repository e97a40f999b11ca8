/** The program as a process: streams, exit codes, and what reading only part of the output does. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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

  it('ends on Ctrl-C in the midst of a long check, with the files as they were', { timeout: 30_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-main-'));
    try {
      const deployment = (name: string): string =>
        `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec: {containers: [{name: c, image: r/x:1}]}\n`;
      const text = Array.from({ length: 400 }, (_, index) => deployment(`web-${index}`)).join('---\n');
      const file = join(directory, 'many.yaml');
      writeFileSync(file, text);
      const started = spawn(process.execPath, [main, 'check', '-f', file, '--fix'], { stdio: 'ignore' });
      const ended = once(started, 'exit');
      await setTimeout(4_000);
      expect(started.exitCode).toBeNull();
      started.kill('SIGINT');
      const [code, signal] = (await Promise.race([ended, setTimeout(10_000, ['still running'])])) as unknown[];
      if (started.exitCode === null && started.signalCode === null) started.kill('SIGKILL');
      expect(code ?? signal).toBeOneOf([130, 'SIGINT']);
      expect(readFileSync(file, 'utf8')).toBe(text);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
