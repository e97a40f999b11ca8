/** `holdfast demo`: the main job on two bundled clusters. */
import { comparisonHtml } from '../../report/html/comparison-page.ts';
import { changesOutput, verdictOutput } from '../../report/plan-output.ts';
import type { DemoResultOutput } from '../../report/schemas.ts';
import { type Demo, type DemoCluster, runDemo } from '../demo.ts';
import { demoText } from '../demo-text.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, paintFor, pathFrom, progress, textOption, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { writeAtOnce } from '../write-file.ts';

/** Exits with 0 if it ran: that the naive cluster misses promises is the point. */
export async function run(invocation: Invocation): Promise<number> {
  const { stdout, signal, cwd } = invocation.context;
  const out = textOption(invocation, 'out') ?? 'holdfast-report.html';
  const trees = textOption(invocation, 'trees');
  const demo = await runDemo({
    trees: trees === undefined ? undefined : pathFrom(invocation, trees),
    signal,
    onProgress: (line) => progress(invocation, line),
  });
  await writeAtOnce(pathFrom(invocation, out), comparisonHtml(demo.comparison));
  const format = formatOf(invocation);
  if (isData(format)) stdout.write(writeData(outputOf(demo, out), format));
  else
    stdout.write(demoText(demo, { paint: paintFor(invocation), width: widthOf(invocation), report: out, trees, cwd }));
  return EXIT.ok;
}

function outputOf(demo: Demo, report: string): DemoResultOutput {
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'DemoResult',
    report,
    clusters: [demo.naive, demo.hardened].map(clusterOutput),
    changes: changesOutput(demo.changes),
  };
}

function clusterOutput({ label, document, report, tree, files }: DemoCluster): DemoResultOutput['clusters'][number] {
  return {
    name: label,
    document,
    headline: report.headline,
    verdicts: report.plan.verdicts.map(verdictOutput),
    tree,
    files,
  };
}
