/** The plan in one sentence, the same on the command line and in the report. */
import type { Plan, Verdict } from './types.ts';
import { list } from './verdicts/say.ts';

/** `Keeps 4 of 6 promises; misses recovery from the loss of a node (5 m 50 s, promised 2m); 1 is unknown.` */
export function headline({ verdicts }: Pick<Plan, 'verdicts'>): string {
  const promised = verdicts.filter(({ verdict }) => verdict !== 'not-promised');
  if (promised.length === 0)
    return 'The document promises nothing, so nothing is judged; the figures say the best that the plan gives.';
  const kept = promised.filter(({ verdict }) => verdict === 'kept');
  const missed = promised.filter(({ verdict }) => verdict === 'missed');
  const unknown = promised.filter(({ verdict }) => verdict === 'unknown');
  const parts = [
    keptPart({ kept: kept.length, promised: promised.length, unknown: unknown.length }),
    missed.length > 0 ? `misses ${list(missed.map(missedPart))}` : '',
    unknown.length > 0 ? `${unknown.length} ${unknown.length === 1 ? 'is' : 'are'} unknown` : '',
  ].filter((part) => part !== '');
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `recovery from the loss of a node (5 m 50 s, promised 2m)`; without a figure only what was promised. */
function missedPart({ title, measured, promised }: Verdict): string {
  const figure = measured?.replace(/ \(.*\)$/, '');
  const what = /^[A-Z][a-z]/.test(title) ? `${title.charAt(0).toLowerCase()}${title.slice(1)}` : title;
  return `${what} (${figure === undefined ? '' : `${figure}, `}promised ${promised})`;
}

function keptPart({ kept, promised, unknown }: { kept: number; promised: number; unknown: number }): string {
  const promises = promised === 1 ? 'promise' : 'promises';
  if (kept === promised) return promised === 1 ? 'keeps the one promise' : `keeps all ${promised} promises`;
  if (kept > 0) return `keeps ${kept} of ${promised} ${promises}`;
  return `keeps none of ${promised} ${promises}${unknown > 0 ? ' for sure' : ''}`;
}
