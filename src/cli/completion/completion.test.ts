/** The scripts are run by the shells themselves where these are installed; bash is on every machine that builds this. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../tree.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { completionTree } from './nodes.ts';
import { zshScript } from './zsh.ts';

const nodes = completionTree(commands);
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

function inShell(shell: string, script: string, then: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-completion-'));
  try {
    const file = join(folder, 'script');
    writeFileSync(file, script);
    const result = spawnSync(shell, ['-c', then.replaceAll('FILE', file)], { encoding: 'utf8', cwd: folder });
    expect(result.stderr).toBe('');
    return result.stdout.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const bash = (...words: readonly string[]): readonly string[] => {
  const typed = words.map((word) => `'${word}'`).join(' ');
  return inShell(
    'bash',
    bashScript(nodes),
    `source FILE; COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
};

describe('the tree', () => {
  it('has a node for every command, with what may follow', () => {
    expect(nodes.map(({ path }) => path.join(' '))).toContain('lab binaries fetch');
    const plan = nodes.find(({ path }) => path.join(' ') === 'plan');
    expect(plan?.options.find(({ names }) => names.includes('-o'))?.values).toContain('markdown');
  });
});

describe('bash', () => {
  it('completes commands, subcommands, options and values', () => {
    expect(bash('holdfast', 'pl')).toEqual(['plan']);
    expect(bash('holdfast', 'lab', 'bin')).toEqual(['binaries']);
    expect(bash('holdfast', 'lab', 'binaries', '')).toEqual(['list', 'fetch', '--help']);
    expect(bash('holdfast', 'render', '--lay')).toEqual(['--layout']);
    expect(bash('holdfast', 'render', '--layout', 'k')).toEqual(['kustomize']);
    expect(bash('holdfast', 'plan', '-o', 'j')).toEqual(['json']);
    expect(bash('holdfast', 'plan', '-q', '-o', '')).toEqual(['text', 'wide', 'json', 'yaml', 'markdown', 'html']);
  });

  it('completes files where a path follows', () => {
    expect(bash('holdfast', 'plan', '-f', 'scr')).toEqual(['script']);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  it('reads the script and defines a function per command', () => {
    const then = 'autoload -Uz compinit; compinit -u -D; source FILE; print -l ${(ok)functions} | grep ^_holdfast';
    expect(inShell('zsh', zshScript(nodes), then)).toHaveLength(nodes.length);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  const fish = (line: string): readonly string[] =>
    inShell('fish', fishScript(nodes), `source FILE; complete -C '${line}'`).map((one) => one.split('\t')[0] ?? '');

  it('completes commands, subcommands, options and values', () => {
    expect(fish('holdfast pl')).toEqual(['plan']);
    expect(fish('holdfast lab binaries ')).toEqual(expect.arrayContaining(['list', 'fetch']));
    expect(fish('holdfast lab binaries ')).not.toContain('status');
    expect(fish('holdfast render --layout k')).toEqual(['kustomize']);
    expect(fish('holdfast render --lay')).toEqual(['--layout']);
  });
});
