/** The files that other programs read to run holdfast name options that there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { check } from '../../src/cli/tree-check.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));

it('the GitHub action calls check with options that there are', () => {
  const { runs, inputs } = read('integrations/github-action/action.yml') as {
    runs: { steps: readonly { run?: string }[] };
    inputs: Record<string, object>;
  };
  const script = runs.steps.map(({ run }) => run ?? '').join('\n');
  const flags = (check.options ?? []).map((option) => option.flags);
  for (const [option] of script.matchAll(/(?<= )--(?:fail-on|baseline|waivers)/g))
    expect(flags.some((text) => text.includes(option))).toBe(true);
  const outputs = (check.options ?? []).find((option) => option.flags.startsWith('-o'))?.choices ?? [];
  for (const [, format] of script.matchAll(/-o (\w+)/g)) expect(outputs).toContain(format);
  // Inputs within a script would run as commands.
  expect(script).not.toContain('${{ inputs.');
  expect(Object.keys(inputs)).toEqual(['paths', 'fail-on', 'arguments', 'sarif']);
});

it('the hook of pre-commit calls check', () => {
  expect(read('.pre-commit-hooks.yaml')).toMatchObject([
    { entry: 'holdfast check', args: ['-f', '.'], language: 'node', pass_filenames: false },
  ]);
});
