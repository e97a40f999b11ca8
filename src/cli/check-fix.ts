/** `check --fix`: makes the safe patches in the files that were given, or shows them as a diff. */
import { check, type CheckOptions } from '../check/check.ts';
import { type Checked, fix, type Fixed, fixesAlone, type LoneFix, type Texts } from '../check/fix/fix.ts';
import type { FindingList } from '../check/results.ts';
import { sayObject } from '../check/waivers.ts';
import { STDIN } from '../inventory/read.ts';
import { counted } from '../report/words.ts';
import { unifiedDiff } from '../report/unified-diff.ts';
import { flag, type Invocation, pathFrom, progress } from './invocation.ts';
import { writeAtOnce } from './write-file.ts';
import { type MadeWorld, makeReadableWorld, type WorldInputs } from './world-inputs.ts';

interface FirstCheck {
  readonly made: MadeWorld;
  readonly list: FindingList;
  readonly options: CheckOptions;
}

/** Each is proved by a check of its own; more would be waited for. */
const MOST_LONE_FIXES = 50;

/** What mending each finding alone changes, by fingerprint: nothing is written. */
export function loneFixes(inputs: WorldInputs, { made, list, options }: FirstCheck): ReadonlyMap<string, LoneFix> {
  const first = { world: made.world, list };
  return fixesAlone(textsOf(inputs), first, { checkAgain: checkAgain(inputs, options), most: MOST_LONE_FIXES });
}

/** Writes the files, or with --dry-run the diff; gives the inputs as they are afterwards. */
export async function fixInputs(
  invocation: Invocation,
  inputs: WorldInputs,
  { made, list, options }: FirstCheck,
): Promise<WorldInputs> {
  const texts = textsOf(inputs);
  const fixed = invocation.context.compute(() => fix(texts, { world: made.world, list }, checkAgain(inputs, options)));
  const changed = [...fixed.texts].filter(([file, text]) => texts.get(file) !== text);
  const preview = flag(invocation, 'dryRun');
  for (const [file, text] of changed) {
    if (preview) invocation.context.stdout.write(unifiedDiff(file, texts.get(file) ?? '', text));
    else await writeAtOnce(pathFrom(invocation, file), text);
  }
  say(invocation, fixed, { files: changed.length, preview });
  return preview ? inputs : withTexts(inputs, fixed.texts);
}

/** The files that may be changed. */
function textsOf({ texts, named }: WorldInputs): Texts {
  const whole = [...texts, ...named].filter(
    ({ file, from, template }) => file !== STDIN && from === undefined && template === undefined,
  );
  return new Map(whole.map(({ file, text }) => [file, text]));
}

function checkAgain(inputs: WorldInputs, options: CheckOptions): (changed: Texts) => Checked {
  return (changed) => {
    const { world, plan, document } = makeReadableWorld(withTexts(inputs, changed));
    return { world, list: check(world, { ...options, plan, document, failures: 0 }) };
  };
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
