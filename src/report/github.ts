/** Findings as workflow commands of GitHub Actions, which it shows beside the changed lines. */
import type { FindingListOutput, FindingOutput } from './finding-schemas.ts';
import { findingsSentence, objectName, renderedSentence, witnessSentence } from './finding-words.ts';

const COMMANDS: Readonly<Record<FindingOutput['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

/** One line for each finding, then the sum as plain text. What the baseline knows is left out. */
export function githubAnnotations(list: FindingListOutput): string {
  const lines = list.findings.filter(({ known }) => known !== true).map(annotation);
  return [...lines, findingsSentence(list)].map((line) => `${line}\n`).join('');
}

function annotation({ severity, rule, title, object, message, witness, remedy, origin }: FindingOutput): string {
  const rendered = renderedSentence(origin);
  const properties = [
    ...(origin.file === undefined ? [] : [`file=${property(origin.file)}`]),
    ...(origin.line === undefined ? [] : [`line=${origin.line}`]),
    ...(origin.column === undefined ? [] : [`col=${origin.column}`]),
    `title=${property(`${rule} ${title}`)}`,
  ];
  const text = [
    `${objectName(object)}: ${message}`,
    ...(rendered === undefined ? [] : [`It is in ${rendered}.`]),
    ...(witness === undefined ? [] : [witnessSentence(witness)]),
    remedy,
  ];
  return `::${COMMANDS[severity]} ${properties.join(',')}::${data(text.join('\n'))}`;
}

/** As @actions/core 1.11 command.ts (escapeData, escapeProperty) writes it. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
