/** `holdfast check`: what is wrong with manifests or a cluster, with the failure that shows it. */
import { readBaseline } from '../../check/baseline.ts';
import { check, type CheckOptions } from '../../check/check.ts';
import { SEVERITIES } from '../../check/merge.ts';
import type { FindingList, FindingOrigin } from '../../check/results.ts';
import type { Rule, Severity } from '../../check/rule.ts';
import { allRules } from '../../check/all-rules.ts';
import { drift as driftRule } from '../../check/rules/drift.ts';
import { rules } from '../../check/rules/index.ts';
import { parseWaivers, sayObject, type Waiver } from '../../check/waivers.ts';
import { formatPosition, HoldfastError, type Position, type Problem } from '../../core/error.ts';
import type { EpochSeconds } from '../../kubernetes/time.ts';
import type { Plan } from '../../plan/types.ts';
import { findingListOutput, type FindingListOutput, type FindingOutput } from '../../report/finding-schemas.ts';
import type { LoneFix } from '../../check/fix/fix.ts';
import { fixInputs, loneFixes } from '../check-fix.ts';
import { writeFindings } from '../check-output.ts';
import { readText } from '../documents.ts';
import { compareDrift } from '../drift.ts';
import { EXIT } from '../exit-codes.ts';
import {
  detail,
  flag,
  formatOf,
  type Invocation,
  listOption,
  paintFor,
  progress,
  textOption,
  widthOf,
} from '../invocation.ts';
import { readWorldInputs, sayNotes } from '../read-world.ts';
import { ownRulesOf } from '../own-rules.ts';
import { ruleNamed } from '../rule-named.ts';
import { countOption } from '../scenario.ts';
import { twinSettings } from '../twin-settings.ts';
import { fitYoungGeneration } from '../young-generation.ts';
import { packageVersion } from './version.ts';
import { makeReadableWorld, refusedInput, type WorldInputs } from '../world-inputs.ts';

/**
 * Prints the findings; exits with 1 when one is as bad as --fail-on says and new. What cannot be read is said after
 * them, with exit code 2: the good objects of a bad file are checked all the same.
 */
export async function run(invocation: Invocation): Promise<number> {
  const options = await optionsOf(invocation);
  const reads = options.rules?.flatMap((rule) => rule.reads);
  const given = await readWorldInputs(invocation, invocation.args, { reads });
  if (given.live === undefined) fitYoungGeneration([...given.texts, ...given.named]);
  const { list, problems, fixes } = await checked(invocation, given, options);
  // Nothing was judged: `Nothing found` would be read as a verdict.
  if (problems.length > 0 && list.summary.objects === 0 && list.findings.length === 0) throw refusedInput(problems);
  const fails = failsBy(invocation);
  if (!(flag(invocation, 'fix') && flag(invocation, 'dryRun')))
    invocation.context.stdout.write(
      writeFindings(list, formatOf(invocation), {
        paint: paintFor(invocation),
        width: widthOf(invocation),
        version: await packageVersion(),
        fixes,
        fails,
      }),
    );
  if (problems.length > 0) throw refusedInput(problems);
  const undecided = flag(invocation, 'strict') && textOption(invocation, 'failOn') !== 'never';
  return (undecided && list.unknown.length > 0) || list.findings.some(fails) ? EXIT.findings : EXIT.ok;
}

interface CheckedInputs {
  readonly list: FindingListOutput;
  readonly problems: readonly Problem[];
  /** For SARIF. */
  readonly fixes: ReadonlyMap<string, LoneFix>;
}

/** With --fix the findings that are left. */
async function checked(invocation: Invocation, inputs: WorldInputs, options: CheckOptions): Promise<CheckedInputs> {
  const { compute } = invocation.context;
  const made = compute(() => makeReadableWorld(inputs));
  for (const note of made.notes) detail(invocation, note);
  sayNotes(invocation, made.world, inputs);
  const twin = twinSettings(made.plan, countOption(invocation, 'seed', 1));
  const compared = await withDrift(invocation, { inputs, plan: made.plan, options });
  const full = { ...compared, plan: made.plan, document: made.document, twinSettings: twin };
  const list = compute(() => check(made.world, full));
  sayIdleWaivers(invocation, list, full);
  const problems = made.world.problems.filter((problem) => !isTold(problem, list));
  const first = { made, list, options: full };
  const answer = (found: FindingList, fixes: CheckedInputs['fixes'] = new Map()): CheckedInputs => ({
    list: findingListOutput(found),
    problems,
    fixes,
  });
  if (!flag(invocation, 'fix')) {
    const withFixes = problems.length === 0 && formatOf(invocation) === 'sarif';
    return answer(list, withFixes ? compute(() => loneFixes(inputs, first)) : undefined);
  }
  if (problems.length > 0) {
    progress(invocation, 'Nothing is mended while the input has problems.');
    return answer(list);
  }
  const fixed = await fixInputs(invocation, inputs, first);
  if (fixed === inputs) return answer(list);
  return answer(
    compute(() => {
      const after = makeReadableWorld(fixed);
      return check(after.world, { ...full, plan: after.plan, document: after.document });
    }),
  );
}

/** A waiver under which nothing is found may name what it means wrongly, or be of no use any more. */
function sayIdleWaivers(
  invocation: Invocation,
  { waived }: FindingList,
  { waivers = [], rules: chosen = [], now = 0 }: CheckOptions,
): void {
  const used = new Set(waived.map(({ object, ...said }) => waiverKey({ ...said, object: sayObject(object) })));
  for (const waiver of waivers) {
    const { rule, object, until, at } = waiver;
    if (now >= until || used.has(waiverKey(waiver)) || !chosen.some(({ id }) => id === rule)) continue;
    const place = formatPosition(at);
    progress(invocation, `note: ${place}: nothing is found that the waiver of ${rule} for ${object} would let stay`);
  }
}

/** Without its rule: a finding may be waived under one that was merged into it. */
function waiverKey({ object, reason, owner, expires }: Omit<Waiver, 'rule' | 'until' | 'at'>): string {
  return JSON.stringify([object, reason, owner, expires]);
}

/** A finding says of the same line and field what is wrong with it: it is told once, and exits as findings do. */
function isTold({ at, path }: Problem, { findings }: FindingList): boolean {
  return findings.some((finding) => finding.path === path && at !== undefined && isAt(finding.origin, at));
}

/** Where no line of a template is known, the place is one of what was rendered. */
function isAt({ file = '', line, column, rendered }: FindingOrigin, at: Position): boolean {
  if (line !== undefined) return at.file === file && line === at.line && column === at.column;
  return at.file.startsWith(file) && rendered?.line === at.line && rendered.column === at.column;
}

interface DriftAsked {
  readonly inputs: WorldInputs;
  readonly plan: Plan | undefined;
  readonly options: CheckOptions;
}

/** With the comparison of a document and its cluster; without both its rule goes, unless it was asked for by name. */
async function withDrift(invocation: Invocation, { inputs, plan, options }: DriftAsked): Promise<CheckOptions> {
  const { rules: chosen = [] } = options;
  if (!chosen.includes(driftRule)) return options;
  if (inputs.live !== undefined && plan !== undefined)
    return { ...options, drift: await compareDrift(invocation, inputs.live.context, plan) };
  const isAsked = listOption(invocation, 'rule').length > 0;
  return isAsked ? options : { ...options, rules: chosen.filter((rule) => rule !== driftRule) };
}

async function optionsOf(invocation: Invocation): Promise<CheckOptions> {
  const baseline = textOption(invocation, 'baseline');
  if (flag(invocation, 'dryRun') && !flag(invocation, 'fix'))
    throw new HoldfastError('nothing-to-preview', '--dry-run previews --fix.', { hint: 'Give both.' });
  if (flag(invocation, 'fix') && flag(invocation, 'dryRun') && !['text', 'wide'].includes(formatOf(invocation)))
    throw new HoldfastError('only-a-diff', '--fix --dry-run prints a diff, which has no other form.', {
      hint: `Leave out -o ${formatOf(invocation)}.`,
    });
  if (flag(invocation, 'yes') && textOption(invocation, 'context') === undefined)
    throw new HoldfastError('nothing-to-confirm', '--yes is for the cluster of --context.', { hint: 'Give both.' });
  const own = await ownRulesOf(invocation);
  return {
    rules: chosenRules(invocation, [...rules, driftRule, ...own]),
    now: nowOf(invocation),
    waivers: await waiversOf(invocation, [...allRules, ...own]),
    ...(baseline === undefined ? {} : { baseline: readBaseline(await readText(baseline, invocation)) }),
    ...(invocation.options['witness'] === false ? { failures: 0 } : {}),
  };
}

/** Those of --rule; without it all. */
function chosenRules(invocation: Invocation, all: readonly Rule[]): readonly Rule[] {
  const ids = listOption(invocation, 'rule').flatMap((text) => text.split(','));
  const chosen = ids.map((id) => ruleNamed(id, all).id);
  return ids.length === 0 ? all : all.filter(({ id }) => chosen.includes(id));
}

async function waiversOf(invocation: Invocation, all: readonly Rule[]): Promise<readonly Waiver[]> {
  const path = textOption(invocation, 'waivers');
  if (path === undefined) return [];
  const { waivers, problems } = parseWaivers(
    await readText(path, invocation),
    all.map(({ id }) => id),
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
