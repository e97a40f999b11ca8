/** A plan as one offline HTML file. */
import type { Verdict } from '../../plan/types.ts';
import { documentHash } from '../../render/tree.ts';
import type { PlanReport } from '../types.ts';
import { countVerdicts, VERDICT_SIGNS, VERDICT_WORDS } from '../words.ts';
import { html, type Html } from './markup.ts';
import { type Section, writePage } from './page.ts';
import { bullets } from './parts.ts';
import { availabilityHtml, objectivesHtml, priceHtml, systemsHtml } from './sections.ts';
import { lossesHtml } from './losses.ts';
import { figuresHtml } from './figures.ts';
import { zonesHtml } from './zones.ts';

/** The report: the verdict first, then zones, objectives, decisions, availability, price, and what is not covered. */
export function planHtml(report: PlanReport): string {
  const { plan, headline } = report;
  return writePage({
    title: `${plan.cluster.name}: will it stay up?`,
    over: `Holdfast plan of cluster ${plan.cluster.name}`,
    headline,
    lead: html`${countsHtml(plan.verdicts)}${figuresHtml(plan)}`,
    sections: planSections(report, ''),
    foot: html`<p>
      Document <code>sha256:${documentHash(plan)}</code>, with its defaults. Written by Holdfast; this file loads
      nothing and runs nothing.
    </p>`,
  });
}

/** How many objectives are kept, missed, unknown and not promised. */
export function countsHtml(verdicts: readonly Verdict[]): Html {
  const counts = countVerdicts(verdicts);
  const kinds = (['missed', 'unknown', 'kept', 'not-promised'] as const).filter((kind) => counts[kind] > 0);
  return html`<ul class="counts" aria-label="Objectives">
    ${kinds.map(
      (kind) =>
        html`<li class="${kind}">
          <span aria-hidden="true">${VERDICT_SIGNS[kind]}</span>${counts[kind]} ${VERDICT_WORDS[kind]}
        </li> `,
    )}
  </ul>`;
}

/** The sections, with ids that begin with the prefix so that two reports fit on one page. */
export function planSections({ plan, systems, losses }: PlanReport, prefix: string): readonly Section[] {
  return [
    { id: `${prefix}zones`, title: 'Zones', body: zonesHtml(plan, losses) },
    ...(losses === undefined
      ? []
      : [{ id: `${prefix}losses`, title: 'What each loss takes down', body: lossesHtml(losses) }]),
    { id: `${prefix}objectives`, title: 'Objectives', body: objectivesHtml(plan.verdicts) },
    { id: `${prefix}decisions`, title: 'Decisions', body: systemsHtml(systems, plan) },
    { id: `${prefix}availability`, title: 'Availability', body: availabilityHtml(plan.availability) },
    { id: `${prefix}price`, title: 'Price', body: priceHtml(plan.price) },
    ...(plan.notCovered.length > 0
      ? [{ id: `${prefix}not-covered`, title: 'Not covered', body: bullets(plan.notCovered) }]
      : []),
  ];
}
