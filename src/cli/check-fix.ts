/** `check --fix`: makes the safe patches in the files that were given, or shows them as a diff. */
import { check, type CheckOptions } from '../check/check.ts';
import { fix, type Fixed, type Texts } from '../check/fix/fix.ts';
import type { FindingList } from '../check/results.ts';
import { sayObject } from '../check/waivers.ts';
import { STDIN } from '../inventory/read.ts';
import { counted } from '../report/words.ts';
import { unifiedDiff } from '../report/unified-diff.ts';
import { flag, type Invocation, pathFrom, progress } from './invocation.ts';
import { writeAtOnce } from './write-file.ts';
import { type MadeWorld, makeReadableWorld, type WorldInputs } from './world-inputs.ts';

/** Writes the files, or with --dry-run the diff; gives the inputs as they are afterwards. */
export async function fixInputs(
  invocation: Invocation,
  inputs: WorldInputs,
  { made, list, options }: { made: MadeWorld; list: FindingList; options: CheckOptions },
): Promise<WorldInputs> {
  const whole = [...inputs.texts, ...inputs.named].filter(
    ({ from, template }) => from === undefined && template === undefined,
  );
  const texts = new Map(whole.map(({ file, text }) => [file, text]));
  texts.delete(STDIN);
  const fixed = fix(texts, { world: made.world, list }, (changed) => {
    const { world, plan, document } = makeReadableWorld(withTexts(inputs, changed));
    return { world, list: check(world, { ...options, plan, document, failures: 0 }) };
  });
  const changed = [...fixed.texts].filter(([file, text]) => texts.get(file) !== text);
  const preview = flag(invocation, 'dryRun');
  for (const [file, text] of changed) {
    if (preview) invocation.context.stdout.write(unifiedDiff(file, texts.get(file) ?? '', text));
    else await writeAtOnce(pathFrom(invocation, file), text);
  }
  say(invocation, fixed, { files: changed.length, preview });
  return preview ? inputs : withTexts(inputs, fixed.texts);
}

function say(
  invocation: Invocation,
  { mended, left }: Fixed,
  { files, preview }: { files: number; preview: boolean },
): void {
  const verb = preview ? 'would be mended' : 'mended';
  progress(invocation, `${counted(mended.length, 'finding')} ${verb} in ${counted(files, 'file')}.`);
  for (const { finding, why } of left)
    progress(invocation, `not mended: ${finding.rule} of ${sayObject(finding.object)}: ${why}.`);
}

function withTexts(inputs: WorldInputs, texts: Texts): WorldInputs {
  const replaced = (list: WorldInputs['texts']): WorldInputs['texts'] =>
    list.map((one) => ({ ...one, text: texts.get(one.file) ?? one.text }));
  return { ...inputs, texts: replaced(inputs.texts), named: replaced(inputs.named) };
}
