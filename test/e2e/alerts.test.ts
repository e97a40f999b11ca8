/** promtool accepts every alert rule, and each alert fires when it should and stays quiet when it should. */
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { promtoolFiles } from '../../src/render/alerts.ts';
import { run } from '../../src/lab/process/run.ts';
import { systems } from '../../src/systems/index.ts';
import { scratchDirectory } from './control-plane.ts';
import { ensureDebianTool } from './debian.ts';
import { renderedTrees } from './rendered.ts';

const promtool = ensureDebianTool('promtool', 'prometheus');
const directory = scratchDirectory();
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Judged {
  readonly name: string;
  readonly rules: { readonly path: string; readonly text: string };
  readonly test: { readonly path: string; readonly text: string };
}

/** Rules with their tests over all examples; equal pairs are judged once. */
function judged(): readonly Judged[] {
  const seen = new Set<string>();
  return renderedTrees().flatMap(({ name, plan }) => {
    const { rules, tests } = promtoolFiles(plan, systems);
    return rules.flatMap((file, index) => {
      const test = tests[index];
      if (test === undefined || seen.has(file.text + test.text)) return [];
      seen.add(file.text + test.text);
      return [{ name: `${name}: ${file.path}`, rules: file, test }];
    });
  });
}

describe('promtool', () => {
  const all = judged();

  it('has rules to judge', () => expect(all.length).toBeGreaterThan(0));

  it.each(all)('check rules and test rules accept $name', async ({ rules, test }) => {
    writeFileSync(join(directory, rules.path), rules.text);
    writeFileSync(join(directory, test.path), test.text);
    const checked = await run(promtool, ['check', 'rules', rules.path], { directory });
    expect(checked.code, checked.stdout + checked.stderr).toBe(0);
    const tested = await run(promtool, ['test', 'rules', test.path], { directory });
    expect(tested.code, tested.stdout + tested.stderr).toBe(0);
  });

  it('refuses a rule that is wrong: a duration as a threshold', async () => {
    const text = 'groups: [{name: g, rules: [{alert: A, expr: "histogram_quantile(0.99, rate(x[5m])) > 1sec"}]}]';
    writeFileSync(join(directory, 'wrong.yaml'), text);
    expect((await run(promtool, ['check', 'rules', 'wrong.yaml'], { directory })).code).not.toBe(0);
  });
});
