/** Findings as one offline HTML file: under what goes down, the worst first. */
import type { FindingListOutput, FindingOutput } from '../finding-schemas.ts';
import {
  findingsSentence,
  groupFindings,
  objectName,
  placeOf,
  unknownGroups,
  witnessSentence,
} from '../finding-words.ts';
import { listed } from '../words.ts';
import { html, type Html } from './markup.ts';
import { type Section, writePage } from './page.ts';
import { bullets, fold } from './parts.ts';

/** The colours of verdicts stand for severities too. */
const TONES: Readonly<Record<FindingOutput['severity'], string>> = {
  error: 'missed',
  warning: 'unknown',
  info: 'not-promised',
};
const SIGNS: Readonly<Record<FindingOutput['severity'], string>> = { error: '✗', warning: '!', info: 'i' };

export function findingsHtml(list: FindingListOutput): string {
  const headline = findingsSentence(list);
  return writePage({
    title: 'What takes the cluster down',
    over: 'Holdfast check',
    headline,
    lead: countsHtml(list),
    sections: [
      ...(list.findings.length === 0 ? [] : [{ id: 'findings', title: 'What goes down', body: groupsHtml(list) }]),
      ...besideSections(list),
    ],
    foot: html`<p>Written by Holdfast; this file loads nothing and runs nothing.</p>`,
  });
}

function countsHtml({ summary }: FindingListOutput): Html {
  const counts = { error: summary.errors, warning: summary.warnings, info: summary.infos };
  const kinds = (['error', 'warning', 'info'] as const).filter((severity) => counts[severity] > 0);
  return html`<ul class="counts" aria-label="Findings">
    ${kinds.map((severity) => html`<li class="${TONES[severity]}"><span aria-hidden="true">${SIGNS[severity]}</span>${counts[severity]} ${severity}</li> `)}
  </ul>`;
}

function groupsHtml({ findings }: FindingListOutput): Html {
  return html`${groupFindings(findings).map(
    ({ head, findings: own }) =>
      html`<h3>${head}</h3>
        ${own.map((finding) => findingHtml(finding, head))}`,
  )}`;
}

function findingHtml(finding: FindingOutput, head: string): Html {
  const { rule, severity, title, message, why, whySeverity, remedy, price, witness, mergedRules, known } = finding;
  const object = objectName(finding.object);
  const also = mergedRules === undefined ? '' : ` (also ${listed(mergedRules)})`;
  const name = html`<span class="badge ${TONES[severity]}"
      ><span aria-hidden="true">${SIGNS[severity]}</span>${severity}</span
    >
    <strong>${rule}</strong> <span>${title}${also}${known === true ? ' (known)' : ''}</span>`;
  const body = html`<p>${object === head ? '' : `${object}: `}${message}</p>
    ${witness === undefined ? undefined : html`<p><code>${witnessSentence(witness)}</code></p>`}
    <p class="remedy">${remedy}${price === undefined ? '' : ` Its price: ${price}`}</p>
    <p class="source">${why} ${whySeverity}</p>
    <p class="source"><code>${placeOf(finding)}</code> <code>${finding.path}</code></p>`;
  return fold(name, body, severity === 'error');
}

function besideSections(list: FindingListOutput): readonly Section[] {
  const waived = list.waived.map(
    ({ rule, object, owner, expires, reason }) =>
      `${rule} of ${objectName(object)} until ${expires} by ${owner}: ${reason}`,
  );
  const unknown = [
    ...unknownGroups(list).map(({ rules, why }) => `${listed(rules)}. ${why}`),
    ...list.notSeen.map(({ kind, why }) => `${kind}. ${why}`),
  ];
  return [
    ...(waived.length === 0 ? [] : [{ id: 'waived', title: 'Waived', body: bullets(waived) }]),
    ...(unknown.length === 0 ? [] : [{ id: 'unknown', title: 'Unknown', body: bullets(unknown) }]),
  ];
}
