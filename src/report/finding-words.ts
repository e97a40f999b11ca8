/** Words and order that every output of findings shares. */
import type { FindingListOutput, FindingOutput } from './finding-schemas.ts';
import { counted, listed } from './words.ts';

/** `Deployment/shop/cart`. */
export function objectName({ kind, namespace, name }: FindingOutput['object']): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** `shop.yaml:12:3`; empty when nothing tells where it is written. */
export function placeOf({ origin }: FindingOutput): string {
  const { file, line, column, context } = origin;
  if (file === undefined) return context ?? '';
  if (line !== undefined) return `${file}:${line}:${column ?? 1}`;
  const rendered = renderedSentence(origin);
  return rendered === undefined ? file : `${file} (${rendered})`;
}

/** For what a chart renders, when no line of its template can be told; undefined for everything else. */
export function renderedSentence({ line, rendered }: FindingOutput['origin']): string | undefined {
  return line !== undefined || rendered === undefined ? undefined : `line ${rendered.line} of what helm renders`;
}

/** `2 errors and 1 warning in 14 objects`, or that nothing was found and what was looked at. */
export function findingsSentence({ summary, waived }: FindingListOutput): string {
  const { errors, warnings, infos, known } = summary;
  const looked = `${counted(summary.objects, 'object')} (${counted(summary.workloads, 'workload')}, ${counted(summary.nodes, 'node')}) by ${counted(summary.rules, 'rule')}`;
  const parts = [
    ...(errors === 0 ? [] : [counted(errors, 'error')]),
    ...(warnings === 0 ? [] : [counted(warnings, 'warning')]),
    ...(infos === 0 ? [] : [`${infos} for information`]),
  ];
  const beside = [
    ...(known === 0 ? [] : [`${known} of them known`]),
    ...(waived.length === 0 ? [] : [`${waived.length} waived`]),
  ];
  const rest = beside.length === 0 ? '' : `; ${listed(beside)}`;
  return parts.length === 0 ? `Nothing found in ${looked}${rest}.` : `${listed(parts)} in ${looked}${rest}.`;
}

/** What a finding belongs under: the workload that goes down first, else its object. */
export function headOf({ takesDown, object }: FindingOutput): string {
  return takesDown[0] ?? objectName(object);
}

export interface FindingGroup {
  readonly head: string;
  readonly findings: readonly FindingOutput[];
}

/** Groups by what goes down, in the order of their worst finding. */
export function groupFindings(findings: readonly FindingOutput[]): readonly FindingGroup[] {
  const groups = new Map<string, FindingOutput[]>();
  for (const finding of findings) {
    const head = headOf(finding);
    const group = groups.get(head);
    if (group === undefined) groups.set(head, [finding]);
    else group.push(finding);
  }
  return [...groups].map(([head, own]) => ({ head, findings: own }));
}

/** `--lose node=worker-7: Deployment/shop/cart is down for 5 m 43 s`. */
export function witnessSentence({
  lose,
  workload = 'the control plane',
  effect,
}: NonNullable<FindingOutput['witness']>): string {
  return `${lose.map((one) => `--lose ${one}`).join(' ')}: ${workload} ${effect}`;
}

/** Rules that could not be decided, with the same reason together. */
export function unknownGroups({ unknown }: FindingListOutput): readonly { rules: readonly string[]; why: string }[] {
  const groups = new Map<string, string[]>();
  for (const { rule, why } of unknown) groups.set(why, [...(groups.get(why) ?? []), rule]);
  return [...groups].map(([why, rules]) => ({ rules, why }));
}
