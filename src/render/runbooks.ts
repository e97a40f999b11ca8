/** Runbooks and checks as Markdown with this cluster's names. */
import { formatDuration } from '../core/duration.ts';
import type { Plan } from '../plan/types.ts';
import type { AnySystem, Runbook, RunbookStep, Verification } from '../system.ts';
import type { RenderedFile } from './types.ts';

/** Every runbook of the systems, and one page per system with the commands that show that its decisions hold. */
export function runbookFiles(plan: Plan, systems: readonly AnySystem[]): readonly RenderedFile[] {
  return systems.flatMap((system) => {
    const own = plan.systems[system.id];
    const pages = own.runbooks.map((runbook) => ({
      path: `runbooks/${system.id}-${runbook.id}.md`,
      text: runbookPage(runbook, { plan, system }),
      owner: system.id,
    }));
    const taken = own.runbooks.some(({ id }) => id === 'verify');
    if (own.verify.length === 0) return pages;
    const checks = {
      path: `runbooks/${system.id}-${taken ? 'checks' : 'verify'}.md`,
      text: checksPage(own.verify, { plan, system }),
      owner: system.id,
    };
    return [...pages, checks];
  });
}

interface About {
  readonly plan: Plan;
  readonly system: AnySystem;
}

function runbookPage(runbook: Runbook, about: About): string {
  const alerts = about.plan.systems[about.system.id].alerts.filter((alert) => alert.runbook === runbook.id);
  const named = alerts.map(
    (alert) => `- \`${alert.name}\` (${alert.severity}, after ${formatDuration(alert.for)}): ${alert.summary}`,
  );
  return page([
    `# ${runbook.title}`,
    intro(about),
    `**When:** ${runbook.when}`,
    ...(named.length > 0 ? [`**Alerts that lead here:**\n\n${named.join('\n')}`] : []),
    ...runbook.steps.map((step, index) => stepText(step, index + 1)),
  ]);
}

function checksPage(checks: readonly Verification[], about: About): string {
  return page([
    `# ${about.system.words.title}: does it hold?`,
    intro(about),
    'Each command is safe to run at any time. What it must show stands below it.',
    ...checks.map(
      ({ title, command, expect }, index) => `## ${index + 1}. ${title}\n\n${fenced(command)}\n\n${expected(expect)}`,
    ),
  ]);
}

function intro({ plan, system }: About): string {
  return `Cluster \`${plan.cluster.name}\` · ${system.words.title} (\`${system.id}\`)`;
}

function stepText({ say, run, expect }: RunbookStep, number: number): string {
  const parts = [`${number}. ${say}`];
  if (run !== undefined) parts.push(indented(fenced(run)));
  if (expect !== undefined) parts.push(indented(expected(expect)));
  return parts.join('\n\n');
}

/** One line of output stands in the sentence; several keep their form. */
function expected(text: string): string {
  return text.trim().includes('\n') ? `Expected:\n\n${fenced(text, 'text')}` : `Expected: ${text.trim()}`;
}

/** A fence that is longer than any run of backticks inside. */
function fenced(text: string, syntax = 'shell'): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${syntax}\n${text.replace(/\n+$/, '')}\n${fence}`;
}

/** Blocks of a numbered step stand under its text. */
function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '   ');
}

function page(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
