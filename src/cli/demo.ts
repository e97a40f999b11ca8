/** The two bundled clusters: planned, rendered, judged by the same promises, compared. */
import { fileURLToPath } from 'node:url';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diffPlans } from '../plan/diff.ts';
import { judgedAs } from '../plan/judge-as.ts';
import { planCluster } from '../plan/run.ts';
import { headline } from '../plan/sentences.ts';
import type { Plan, PlanChange } from '../plan/types.ts';
import { renderTree } from '../render/tree.ts';
import { writeTree } from '../render/write.ts';
import type { Comparison } from '../report/html/comparison-page.ts';
import type { PlanReport } from '../report/types.ts';
import { countVerdicts, counted } from '../report/words.ts';
import type { ParsedDocument } from '../spec/parse.ts';
import { readClusterDocument } from '../systems/document.ts';
import { systems } from '../systems/index.ts';
import { withSimulation } from '../report/losses.ts';
import { lossesOf } from './losses.ts';

export interface DemoCluster {
  readonly label: 'naive' | 'hardened';
  /** Path of its document. */
  readonly document: string;
  readonly report: PlanReport;
  /** Where it was rendered; the directory is gone when nobody asked for it. */
  readonly tree: string;
  readonly files: number;
}

export interface Demo {
  readonly naive: DemoCluster;
  readonly hardened: DemoCluster;
  readonly changes: readonly PlanChange[];
  readonly comparison: Comparison;
}

export interface DemoOptions {
  /** Keeps the rendered trees here; else they are rendered to see that it works, and removed. */
  readonly trees: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** The examples lie beside the package, two folders above both the source and the built program. */
const EXAMPLES = new URL('../../examples/', import.meta.url);

/** Runs the demo. Both clusters are judged by the promises of the hardened one: the naive one makes none. */
export async function runDemo(options: DemoOptions): Promise<Demo> {
  const documents = { naive: await example('naive'), hardened: await example('hardened') };
  const plans = { naive: planCluster(documents.naive, systems), hardened: planCluster(documents.hardened, systems) };
  const judged = withoutRemedies(judgedAs(plans.naive, documents.naive, documents.hardened));
  const trees = options.trees ?? (await mkdtemp(join(tmpdir(), 'holdfast-demo-')));
  try {
    const naive = await demoCluster('naive', judged, { documents, trees, options });
    const hardened = await demoCluster('hardened', plans.hardened, { documents, trees, options });
    const changes = diffPlans(plans.naive, plans.hardened);
    return { naive, hardened, changes, comparison: comparisonOf(naive, hardened, changes) };
  } finally {
    if (options.trees === undefined) await rm(trees, { recursive: true, force: true });
  }
}

async function example(name: string): Promise<ParsedDocument> {
  const url = new URL(`${name}/holdfast.yaml`, EXAMPLES);
  return readClusterDocument({ text: await readFile(url, 'utf8'), file: fileURLToPath(url) });
}

/** A remedy speaks to whoever makes the promise; the naive document makes none. */
function withoutRemedies(plan: Plan): Plan {
  return { ...plan, verdicts: plan.verdicts.map(({ remedy: _remedy, ...rest }) => rest) };
}

interface DemoWork {
  readonly documents: Readonly<Record<DemoCluster['label'], ParsedDocument>>;
  readonly trees: string;
  readonly options: DemoOptions;
}

async function demoCluster(
  label: DemoCluster['label'],
  planned: Plan,
  { documents, trees, options }: DemoWork,
): Promise<DemoCluster> {
  const tree = join(trees, label);
  const rendered = renderTree(planned, systems, { layout: 'plain' });
  await writeTree(
    rendered,
    { out: tree, cluster: planned.cluster.name, layout: 'plain', force: false },
    options.signal,
  );
  const decisions = Object.values(planned.systems).reduce((sum, { decisions: own }) => sum + own.length, 0);
  options.onProgress(`${label}: ${counted(decisions, 'decision')}, ${counted(rendered.files.length, 'file')} rendered`);
  const losses = await lossesOf(planned, documents[label].file, {
    objectives: documents.hardened.cluster.objectives,
  });
  options.onProgress(`${label}: ${counted(losses?.failures.length ?? 0, 'loss', 'losses')} simulated`);
  const plan = withSimulation(planned, losses);
  const words = systems.map(({ id, words: own }) => ({ id, ...own }));
  const report: PlanReport = { plan, headline: headline(plan), systems: words, losses };
  return { label, document: documents[label].file, report, tree, files: rendered.files.length };
}

function comparisonOf(naive: DemoCluster, hardened: DemoCluster, changes: readonly PlanChange[]): Comparison {
  return {
    title: 'Holdfast demo: naive against hardened',
    headline: demoSentence(naive.report.plan, hardened.report.plan),
    labels: { before: naive.label, after: hardened.label },
    before: naive.report,
    after: hardened.report,
    changes: changes.filter(({ subject }) => subject !== 'verdict'),
  };
}

/** `Of 8 promises the naive cluster keeps 1, the hardened one 7: …` */
export function demoSentence(naive: Plan, hardened: Plan): string {
  const promised = hardened.verdicts.filter(({ verdict }) => verdict !== 'not-promised').length;
  const [before, after] = [countVerdicts(naive.verdicts), countVerdicts(hardened.verdicts)];
  return `Of ${counted(promised, 'promise')} the naive cluster would keep ${before.kept}, the hardened one keeps ${after.kept}.`;
}
