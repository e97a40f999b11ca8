/** `holdfast sweep`: every failure of the domains, ranked by what it takes down. */
import { availableParallelism } from 'node:os';
import { HoldfastError } from '../../core/error.ts';
import { nearest } from '../../core/nearest.ts';
import { type Domain, parseDomain } from '../../faults/domains.ts';
import { FAULT_KINDS } from '../../faults/catalog.ts';
import { sweepText } from '../../report/sweep-text.ts';
import type { SweepOutput } from '../../report/twin-schemas.ts';
import type { Sweep, SweepFailure } from '../../twin/results.ts';
import { summarise, type SweepQuestion } from '../../twin/sweep.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, listOption, paintFor, textOption, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { progressBar } from '../progress-bar.ts';
import { readWorld } from '../read-world.ts';
import { countOption, horizonOf } from '../scenario.ts';
import { type SweepRun, sweepRun } from '../sweep-run.ts';
import { sweepHere, sweepInThreads, type Watching } from '../sweep-threads.ts';

/** A thread of its own is worth it for so many failures: it reads the input again. */
const WORTH_A_THREAD = 200;

/** Prints the ranking; exits with 1 when a promise is missed, with 130 after Ctrl-C, with what was found until then. */
export async function run(invocation: Invocation): Promise<number> {
  const made = await readWorld(invocation, invocation.args);
  const question: SweepQuestion = {
    domains: domainsOf(invocation),
    depth: textOption(invocation, 'depth') === '2' ? 2 : 1,
    horizon: horizonOf(invocation, undefined, []),
  };
  const seed = countOption(invocation, 'seed', 1);
  const sweeping = sweepRun(made, question, seed);
  const found: SweepFailure[] = [];
  const bar = progressBar(invocation, 'failures', sweeping.planned.failures.length);
  const watching: Watching = {
    signal: invocation.context.signal,
    onFailure: (failure) => {
      found.push(failure);
      bar.advance(1);
    },
  };
  const jobs = jobsOf(invocation, sweeping);
  if (jobs === 1) await sweepHere(sweeping, watching);
  else await sweepInThreads({ inputs: made.inputs, question, seed }, jobs, watching);
  bar.end();
  const sweep = summarise(sweeping.twin, question, { found, planned: sweeping.planned });
  print(sweep, invocation);
  if (invocation.context.signal.aborted) {
    const { length } = sweeping.planned.failures;
    invocation.context.stderr.write(`Interrupted after ${found.length} of ${length} failures.\n`);
    return EXIT.interrupted;
  }
  return failed(sweep, invocation) ? EXIT.findings : EXIT.ok;
}

function print(sweep: Sweep, invocation: Invocation): void {
  const format = formatOf(invocation);
  const output = sweep as SweepOutput;
  const wide = format === 'wide';
  invocation.context.stdout.write(
    isData(format)
      ? writeData(output, format)
      : sweepText(output, { paint: paintFor(invocation), width: widthOf(invocation), wide }),
  );
}

/** `--domain node,zone` and repeated. */
function domainsOf(invocation: Invocation): readonly Domain[] {
  const given = listOption(invocation, 'domain').flatMap((text) => text.split(','));
  const texts = given.length === 0 ? ['zone', 'node', 'member'] : given;
  return [...new Set(texts.map((text) => domainNamed(text.trim())))];
}

function domainNamed(text: string): Domain {
  const domain = parseDomain(text);
  if (domain !== undefined) return domain;
  const near = nearest(text, FAULT_KINDS);
  const hint = near === undefined ? `Known are ${FAULT_KINDS.join(', ')} and rack=LABEL.` : `Did you mean ${near}?`;
  throw new HoldfastError('unknown-domain', `There is no domain ${text === '' ? 'without a name' : text}.`, { hint });
}

function jobsOf(invocation: Invocation, { planned: { failures } }: SweepRun): number {
  const worth = Math.max(1, Math.ceil(failures.length / WORTH_A_THREAD));
  const asked = countOption(invocation, 'jobs', Math.min(availableParallelism(), worth), 1);
  return Math.max(1, Math.min(asked, failures.length));
}

function failed({ failures, singlePoints }: Sweep, invocation: Invocation): boolean {
  const failOn = textOption(invocation, 'failOn');
  if (failOn === 'never') return false;
  if (failures.some(({ objectivesMissed }) => objectivesMissed.length > 0)) return true;
  return failOn === 'down' && singlePoints.length > 0;
}
