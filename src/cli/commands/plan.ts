/** `holdfast plan`: verdicts, decisions with reasons, price; or what a change changes. */
import { diffPlans } from '../../plan/diff.ts';
import type { Plan } from '../../plan/types.ts';
import { writeYaml } from '../../render/yaml.ts';
import { diffMarkdown, diffText } from '../../report/diff-text.ts';
import { planHtml } from '../../report/html/plan-page.ts';
import { writeJson } from '../../report/json.ts';
import { planMarkdown } from '../../report/markdown.ts';
import { planDiffOutput, planOutput } from '../../report/plan-output.ts';
import { withSimulation } from '../../report/losses.ts';
import { planText } from '../../report/text.ts';
import { findDocument, readText } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { flag, formatOf, type Invocation, paintFor, textOption, widthOf } from '../invocation.ts';
import { lossesOf } from '../losses.ts';
import { planDocument, reportOf } from '../plan-document.ts';

/** Prints the plan; exits with 1 when a promise is missed, or with --diff when anything changes. */
export async function run(invocation: Invocation): Promise<number> {
  const document = await findDocument(invocation);
  const planned = await planDocument(document, invocation);
  const losses = await lossesOf(planned, document.file, { directory: invocation.context.cwd });
  const plan = withSimulation(planned, losses);
  const old = textOption(invocation, 'diff');
  if (old !== undefined)
    return printDiff(await planDocument(await readText(old, invocation), invocation), planned, invocation);
  invocation.context.stdout.write(planAs(plan, invocation));
  return exitCodeOf(plan, invocation);
}

function planAs(plan: Plan, invocation: Invocation): string {
  const report = reportOf(plan);
  const format = formatOf(invocation);
  switch (format) {
    case 'json':
      return writeJson(planOutput(report));
    case 'yaml':
      return writeYaml(planOutput(report));
    case 'markdown':
      return planMarkdown(report);
    case 'html':
      return planHtml(report);
    default:
      return planText(report, textOptions(invocation));
  }
}

function printDiff(before: Plan, after: Plan, invocation: Invocation): number {
  const changes = diffPlans(before, after);
  const { stdout } = invocation.context;
  const format = formatOf(invocation);
  if (format === 'json') stdout.write(writeJson(planDiffOutput(after.cluster.name, changes)));
  else if (format === 'yaml') stdout.write(writeYaml(planDiffOutput(after.cluster.name, changes)));
  else if (format === 'markdown') stdout.write(diffMarkdown(changes));
  else stdout.write(diffText(changes, textOptions(invocation)));
  return changes.length > 0 && textOption(invocation, 'failOn') !== 'never' ? EXIT.findings : EXIT.ok;
}

function textOptions(invocation: Invocation) {
  return { paint: paintFor(invocation), width: widthOf(invocation), wide: formatOf(invocation) === 'wide' };
}

function exitCodeOf({ verdicts }: Plan, invocation: Invocation): number {
  if (textOption(invocation, 'failOn') === 'never') return EXIT.ok;
  const counts = flag(invocation, 'strict') ? ['missed', 'unknown'] : ['missed'];
  return verdicts.some(({ verdict }) => counts.includes(verdict)) ? EXIT.findings : EXIT.ok;
}
