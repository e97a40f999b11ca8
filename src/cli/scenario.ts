/** What breaks: `--scenario` files and `--lose` options → a scenario of the world, or every mistake at once. */
import { HoldfastError, type Problem } from '../core/error.ts';
import { parseDuration } from '../core/duration.ts';
import type { Millis } from '../core/units.ts';
import { FAULT_KINDS } from '../faults/catalog.ts';
import { defaultHorizon, LONGEST_HORIZON } from '../faults/horizon.ts';
import { resolveFaults } from '../faults/resolve.ts';
import { sayTimedFault } from '../faults/say.ts';
import { parseScenario, type WrittenScenario } from '../faults/scenario-file.ts';
import type { Scenario, TimedFault } from '../faults/scenario.ts';
import { parseLose, type WrittenFault } from '../faults/written.ts';
import type { World } from '../inventory/world.ts';
import { listed } from '../report/words.ts';
import { readText } from './documents.ts';
import { type Invocation, listOption, textOption } from './invocation.ts';

/** @throws HoldfastError `no-fault`, `invalid-scenario` with every problem. */
export async function readScenario(invocation: Invocation, world: World): Promise<Scenario> {
  const path = textOption(invocation, 'scenario');
  const file = path === undefined ? undefined : parseScenario(await readText(path, invocation));
  const lose = listOption(invocation, 'lose').map(parseLose);
  const problems: Problem[] = [...(file?.problems ?? []), ...lose.flatMap((one) => one.problems)];
  const written: readonly WrittenFault[] = [
    ...(file?.scenario?.faults ?? []),
    ...lose.flatMap(({ fault }) => (fault === undefined ? [] : [fault])),
  ];
  const resolved = resolveFaults(world, written);
  problems.push(...resolved.problems);
  const horizon = horizonOf(invocation, file?.scenario, resolved.faults);
  for (const { fault } of lose) if (fault !== undefined && fault.at >= horizon) problems.push(tooLate(fault));
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    throw new HoldfastError('invalid-scenario', `What shall break has ${count}.`, { problems });
  }
  if (resolved.faults.length === 0)
    throw new HoldfastError('no-fault', 'Nothing breaks.', {
      hint: `Say what with --lose zone=NAME,at=10s,for=5m or --scenario FILE. Kinds: ${FAULT_KINDS.join(', ')}.`,
    });
  return { name: file?.scenario?.name ?? listed(resolved.faults.map(sayTimedFault)), horizon, faults: resolved.faults };
}

function tooLate({ label }: WrittenFault): Problem {
  return {
    code: 'after-horizon',
    path: label,
    message: 'it breaks when nobody looks any more',
    expected: 'a time before the horizon',
  };
}

/**
 * The option, else the file's, else an hour or half an hour after the last fault, whichever is longer.
 * @throws HoldfastError `wrong-form` for what is no duration, or longer than a month.
 */
export function horizonOf(
  invocation: Invocation,
  scenario: WrittenScenario | undefined,
  faults: readonly TimedFault[],
): Millis {
  const horizon = writtenHorizon(invocation, scenario, faults);
  if (horizon <= LONGEST_HORIZON) return horizon;
  throw new HoldfastError('wrong-form', 'The time that is looked at is longer than 31 days.', {
    hint: 'Give --horizon, or faults, that lie within a month.',
  });
}

function writtenHorizon(
  invocation: Invocation,
  scenario: WrittenScenario | undefined,
  faults: readonly TimedFault[],
): Millis {
  const text = textOption(invocation, 'horizon');
  if (text !== undefined) {
    const horizon = parseDuration(text);
    if (horizon !== undefined && horizon > 0) return horizon;
    throw new HoldfastError('wrong-form', `--horizon ${text} is not a duration.`, { hint: 'Write it like 90s or 2h.' });
  }
  return scenario?.horizon ?? defaultHorizon(faults);
}

/** A whole number from an option. */
export function countOption(invocation: Invocation, name: string, fallback: number, least = 0): number {
  const text = textOption(invocation, name);
  if (text === undefined) return fallback;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new HoldfastError('wrong-form', `--${name} ${text} is not a whole number${least > 0 ? ` from ${least}` : ''}.`);
}
