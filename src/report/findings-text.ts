/** Findings for the terminal: under what goes down, the worst first. */
import { wrap } from '../render/wrap.ts';
import type { FindingListOutput, FindingOutput } from './finding-schemas.ts';
import {
  findingsSentence,
  type FindingGroup,
  groupFindings,
  objectName,
  placeOf,
  unknownGroups,
  witnessSentence,
} from './finding-words.ts';
import type { Paint } from './paint.ts';
import type { TextOptions } from './text.ts';
import { counted, listed } from './words.ts';

const INDENT = '    ';

/** The list as text that ends with a newline. */
export function findingsText(list: FindingListOutput, options: TextOptions): string {
  const { paint, width, wide } = options;
  const parts = [
    `${wrap(findingsSentence(list), width).map(paint.bold).join('\n')}\n`,
    ...groupFindings(list.findings).map((group) => groupText(group, options)),
    ...(wide ? [waivedText(list, options)] : []),
    unknownText(list, options),
    footText(list, options),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function groupText({ head, findings }: FindingGroup, options: TextOptions): string {
  return [`${options.paint.bold(head)}\n`, ...findings.map((finding) => findingText(finding, head, options))].join('');
}

function findingText(finding: FindingOutput, head: string, { paint, width, wide }: TextOptions): string {
  const { rule, severity, title, message, remedy, price, witness, mergedRules, known, why, whySeverity } = finding;
  const object = objectName(finding.object);
  const about = object === head ? '' : `${object}: `;
  const also = mergedRules === undefined ? '' : ` (also ${mergedRules.join(', ')})`;
  const place = placeOf(finding);
  const word = severityPaint(paint, severity)(severity.padEnd(7));
  const lines = [
    `  ${word}  ${rule}  ${title}${also}${known === true ? ' (known)' : ''}`,
    ...(place === '' ? [] : [`${INDENT}${paint.dim(`${place}  ${finding.path}`)}`]),
    ...indented(`${about}${message}`, width),
    ...(witness === undefined ? [] : indented(witnessSentence(witness), width)),
    ...(wide ? [...indented(why, width), ...indented(`${severity}: ${whySeverity}`, width)] : []),
    ...indented(`→ ${remedy}${price === undefined || !wide ? '' : ` Its price: ${price}`}`, width),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function indented(text: string, width: number): readonly string[] {
  return wrap(text, width - INDENT.length).map((line) => `${INDENT}${line}`);
}

export function severityPaint(paint: Paint, severity: FindingOutput['severity']): (text: string) => string {
  return { error: paint.red, warning: paint.yellow, info: paint.dim }[severity];
}

function waivedText({ waived }: FindingListOutput, { width }: TextOptions): string {
  return waived
    .flatMap(({ rule, object, owner, expires, reason }) =>
      wrap(`waived: ${rule} of ${objectName(object)} until ${expires} by ${owner}: ${reason}`, width),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function unknownText(list: FindingListOutput, { width, paint, wide }: TextOptions): string {
  const groups = unknownGroups(list);
  const lines = [
    ...groups.flatMap(({ rules, why }) =>
      wrap(`unknown: ${wide || rules.length < 4 ? listed(rules) : counted(rules.length, 'rule')}. ${why}`, width),
    ),
    ...list.notSeen.flatMap(({ kind, why }) => wrap(`not seen: ${kind}. ${why}`, width)),
  ];
  return lines.map((line) => `${paint.dim(line)}\n`).join('');
}

function footText({ findings, summary }: FindingListOutput, { paint, width }: TextOptions): string {
  const [first] = findings;
  if (first === undefined) return '';
  const left =
    summary.witnessesLeftOut === 0 ? '' : ` ${counted(summary.witnessesLeftOut, 'failure')} of findings were not run.`;
  return `${wrap(`holdfast explain rule ${first.rule} says more of a rule.${left}`, width).map(paint.dim).join('\n')}\n`;
}
