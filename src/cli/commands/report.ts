/** `holdfast report`: everything known about a document as one HTML file. */
import { planHtml } from '../../report/html/plan-page.ts';
import { withSimulation } from '../../report/losses.ts';
import type { ReportResultOutput } from '../../report/schemas.ts';
import { findDocument } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, pathFrom, progress, textOption } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { lossesOf } from '../losses.ts';
import { planDocument, reportOf } from '../plan-document.ts';
import { writeAtOnce } from '../write-file.ts';

/** Writes the file and prints its path. */
export async function run(invocation: Invocation): Promise<number> {
  const out = textOption(invocation, 'out') ?? 'holdfast-report.html';
  const document = await findDocument(invocation);
  const planned = await planDocument(document, invocation);
  const losses = await lossesOf(planned, document.file, { directory: invocation.context.cwd });
  const plan = withSimulation(planned, losses);
  const report = { ...reportOf(plan), losses };
  await writeAtOnce(pathFrom(invocation, out), planHtml(report));
  const format = formatOf(invocation);
  const { stdout } = invocation.context;
  const result: ReportResultOutput = {
    apiVersion: 'holdfast.dev/v1',
    kind: 'ReportResult',
    file: out,
    cluster: plan.cluster.name,
    headline: report.headline,
  };
  stdout.write(isData(format) ? writeData(result, format) : `${out}\n`);
  progress(invocation, report.headline);
  return EXIT.ok;
}
