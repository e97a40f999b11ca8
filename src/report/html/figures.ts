/** The figures that people ask for first, each with the verdict about it. */
import { sayDuration } from '../../core/duration.ts';
import { formatMoney } from '../../core/money.ts';
import { formatPercent } from '../../core/percent.ts';
import type { ObjectiveName } from '../../spec/cluster.ts';
import type { Plan } from '../../plan/types.ts';
import { html, type Html } from './markup.ts';

interface Figure {
  readonly title: string;
  readonly figure: string;
  readonly note: string;
  readonly about: ObjectiveName;
}

/** Tiles: availability, a lost node, a lost zone, price. What is not known has no tile. */
export function figuresHtml(plan: Plan): Html {
  return html`<ul class="figures" aria-label="Figures">
    ${figures(plan).map(({ title, figure, note, about }) => {
      const verdict = plan.verdicts.find(({ name }) => name === about)?.verdict ?? 'not-promised';
      return html`<li class="card">
        <span class="soft">${title}</span>
        <strong class="figure ${verdict}">${figure}</strong>
        <span class="soft">${note}</span>
      </li> `;
    })}
  </ul>`;
}

function figures({ availability, verdicts, price }: Plan): readonly Figure[] {
  const measured = (about: ObjectiveName, title: string): readonly Figure[] => {
    const found = verdicts.find(({ name }) => name === about);
    if (found?.measured === undefined) return [];
    const [, figure = found.measured, note = ''] = /^(.*?) (if .*|\(.*\))$/.exec(found.measured) ?? [];
    return [{ title, figure, note: promised(note.replace(/^\((.*)\)$/, '$1'), found.promised), about }];
  };
  const promiseOf = (about: ObjectiveName): string | undefined => verdicts.find(({ name }) => name === about)?.promised;
  return [
    {
      title: 'API down in a year, at least',
      figure: sayDuration(availability.downtimePerYear),
      note: promised(`${formatPercent(availability.expected, 4)} available`, promiseOf('apiAvailability')),
      about: 'apiAvailability',
    },
    ...measured('nodeFailureRecovery', 'Back after a lost node'),
    ...measured('zoneFailureRecovery', 'Back after a lost zone'),
    ...(price.perMonth
      ? [
          {
            title: 'Price of a month',
            figure: formatMoney(price.perMonth),
            note: promised(price.lacks.length === 0 ? '' : 'the sum lacks parts', promiseOf('budget')),
            about: 'budget' as const,
          },
        ]
      : []),
  ];
}

function promised(note: string, promise: string | undefined): string {
  return [note, promise === undefined ? '' : `promised ${promise}`].filter((part) => part !== '').join(' · ');
}
