/** Expected availability of the API against the promise. */
import { sayDuration } from '../../core/duration.ts';
import { formatPercent } from '../../core/percent.ts';
import type { Fraction } from '../../core/units.ts';
import type { ControlPlaneFacts } from '../../facts.ts';
import { isPlanned } from '../availability.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { sentences } from './say.ts';

export const apiAvailability: Judge = {
  name: 'apiAvailability',
  title: 'Availability of the API',
  better: 'larger',
  promise: ({ objectives }) => objectives.apiAvailability,
  say: (share) => formatPercent(share),
  assess,
};

function assess({ availability, facts }: Evidence): Assessment {
  if (!isPlanned(availability)) return { evidence: 'No control plane is planned, so no figure can be given.' };
  const { expected, downtimePerYear, causes, assumptions } = availability;
  const [largest] = causes;
  const share = largest && formatPercent(Math.floor(largest.share * 100) / 100);
  return {
    worst: expected,
    measured: `${sayAvailability(expected)} (${sayDuration(downtimePerYear)} down a year)`,
    evidence: sentences(
      `The downtime that can be counted is ${sayDuration(downtimePerYear)} a year.`,
      largest &&
        causes.length > 1 &&
        `Largest cause: ${lowerFirst(largest.cause)} (${sayDuration(largest.downtimePerYear)}, ${share} of it).`,
      `Assumed: ${assumptions.join(' ')}`,
    ),
    remedy: remedyFor(facts['control-plane'], expected, largest?.cause),
  };
}

function remedyFor(plane: ControlPlaneFacts | undefined, expected: Fraction, cause: string | undefined): string {
  const promise = `promise at most ${sayAvailability(expected)}`;
  if (plane?.providerAvailability !== undefined)
    return `The provider promises no more for its control plane: ${promise}, or run one of your own.`;
  if (plane?.balancer.kind === 'nlb')
    return `The provider promises no more for its balancer, through which every client goes: ${promise}.`;
  return cause === undefined
    ? `${upperFirst(promise)}.`
    : `Most of the downtime is this: ${lowerFirst(cause)}. Change that, or ${promise}.`;
}

/** `99.989%`: rounded down, with two digits behind the nines, so that a figure never looks better than it is. */
export function sayAvailability(availability: Fraction): string {
  const down = (1 - availability) * 100;
  const digits = down <= 0 ? 2 : Math.min(8, Math.max(2, Math.ceil(-Math.log10(down)) + 1));
  const scale = 10 ** (digits + 2);
  // A share like 0.9995 is a hair below itself in binary; that hair is no downtime.
  return formatPercent(Math.floor(availability * scale + 1e-6) / scale, digits);
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
