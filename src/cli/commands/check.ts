/** `holdfast check`: what is wrong with manifests or a cluster, with the failure that shows it. */
import { readBaseline } from '../../check/baseline.ts';
import { check } from '../../check/check.ts';
import { SEVERITIES } from '../../check/merge.ts';
import type { Rule, Severity } from '../../check/rule.ts';
import { allRules } from '../../check/all-rules.ts';
import { rules } from '../../check/rules/index.ts';
import { parseWaivers, type Waiver } from '../../check/waivers.ts';
import { HoldfastError } from '../../core/error.ts';
import type { EpochSeconds } from '../../kubernetes/time.ts';
import { findingListOutput, type FindingOutput } from '../../report/finding-schemas.ts';
import { writeFindings } from '../check-output.ts';
import { readText } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { detail, flag, formatOf, type Invocation, listOption, paintFor, textOption, widthOf } from '../invocation.ts';
import { readWorldInputs } from '../read-world.ts';
import { ruleNamed } from '../rule-named.ts';
import { countOption } from '../scenario.ts';
import { twinSettings } from '../twin-settings.ts';
import { packageVersion } from './version.ts';
import { makeReadableWorld, refusedInput } from '../world-inputs.ts';

/**
 * Prints the findings; exits with 1 when one is as bad as --fail-on says and new. What cannot be read is said after
 * them, with exit code 2: the good objects of a bad file are checked all the same.
 */
export async function run(invocation: Invocation): Promise<number> {
  const inputs = await readWorldInputs(invocation, [...listOption(invocation, 'file'), ...invocation.args]);
  const { world, plan, notes } = makeReadableWorld(inputs);
  const waivers = await waiversOf(invocation);
  const baseline = textOption(invocation, 'baseline');
  for (const note of notes) detail(invocation, note);
  const list = findingListOutput(
    check(world, {
      plan,
      rules: rulesOf(invocation),
      now: nowOf(invocation),
      twinSettings: twinSettings(plan, countOption(invocation, 'seed', 1)),
      waivers,
      ...(baseline === undefined ? {} : { baseline: readBaseline(await readText(baseline, invocation)) }),
      ...(invocation.options['witness'] === false ? { failures: 0 } : {}),
    }),
  );
  const fails = failsBy(invocation);
  const options = {
    paint: paintFor(invocation),
    width: widthOf(invocation),
    version: await packageVersion(),
    fails,
  };
  invocation.context.stdout.write(writeFindings(list, formatOf(invocation), options));
  if (world.problems.length > 0) throw refusedInput(world.problems);
  const undecided =
    flag(invocation, 'strict') && textOption(invocation, 'failOn') !== 'never' && list.unknown.length > 0;
  return undecided || list.findings.some(fails) ? EXIT.findings : EXIT.ok;
}

/** Those of --rule; without it all. */
function rulesOf(invocation: Invocation): readonly Rule[] {
  const ids = listOption(invocation, 'rule').flatMap((text) => text.split(','));
  return ids.length === 0 ? rules : rules.filter(({ id }) => ids.map((one) => ruleNamed(one).id).includes(id));
}

async function waiversOf(invocation: Invocation): Promise<readonly Waiver[]> {
  const path = textOption(invocation, 'waivers');
  if (path === undefined) return [];
  const { waivers, problems } = parseWaivers(
    await readText(path, invocation),
    allRules.map(({ id }) => id),
  );
  if (problems.length === 0) return waivers;
  throw new HoldfastError(
    'invalid-waivers',
    `${path} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.`,
    {
      problems,
    },
  );
}

/** The clock, or what reproducible-builds.org says that stands for it. */
function nowOf({ context }: Invocation): EpochSeconds {
  const stated = context.env['SOURCE_DATE_EPOCH'] ?? '';
  return /^\d{1,12}$/.test(stated) ? Number(stated) : Math.floor(Date.now() / 1_000);
}

/** What is new and as bad as --fail-on says. */
function failsBy(invocation: Invocation): (finding: FindingOutput) => boolean {
  const failOn = textOption(invocation, 'failOn') ?? 'error';
  if (failOn === 'never') return () => false;
  const least = SEVERITIES.indexOf(failOn as Severity);
  return ({ severity, known }) => known !== true && SEVERITIES.indexOf(severity) >= least;
}
