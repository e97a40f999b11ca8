/** What a run had to assume because no object tells it, one sentence each. */
import { sayDuration } from '../../core/duration.ts';
import { controlPlaneAssumptions } from '../control-plane/control-plane-timeline.ts';
import type { BuiltRun } from '../engine/build-run.ts';
import type { Span } from '../engine/options.ts';

export function assumptionsOf(run: BuiltRun): readonly string[] {
  const { world, options, losses, scenario } = run;
  const sentences = [...controlPlaneAssumptions(world), ...run.assumed, ...run.state.assumed()];
  const touched = [...losses.workloads()].map((index) => world.workloads[index]);
  if (someStarted(run)) sentences.push(startSentence(run));
  const scaled = touched.filter((workload) => workload?.autoscaler !== undefined).length;
  if (scaled > 0)
    sentences.push(
      `The replicas of ${scaled} ${scaled === 1 ? 'workload' : 'workloads'} with an autoscaler are held; no object tells how load moves.`,
    );
  if (scenario.faults.some(({ fault }) => fault.kind === 'dns'))
    sentences.push(
      'What workloads do while names do not resolve is not known; only the DNS pods themselves count as down.',
    );
  const stateful = touched.some((workload) => workload?.kind === 'StatefulSet');
  if (stateful && options.repair === undefined && options.cloudDeletesNodes === undefined)
    sentences.push('Nothing in the input repairs lost nodes or deletes them; pods of StatefulSets wait for theirs.');
  return [...new Set(sentences)];
}

/** A pod was started anew somewhere. */
function someStarted({ losses }: BuiltRun): boolean {
  for (const index of losses.workloads()) {
    for (const { boundAt, endedAt } of losses.of(index))
      if (boundAt !== undefined || endedAt !== undefined) return true;
  }
  return false;
}

function startSentence({ options }: BuiltRun): string {
  if (options.start !== undefined) return `A pod is ready ${sayRange(options.start)} after it was bound.`;
  return `An image that the node lacks takes ${sayRange(options.pull)} to pull, a container ${sayRange(options.containerStart)} to start; probes add their delay and up to a period.`;
}

function sayRange({ least, most }: Span): string {
  return least === most ? sayDuration(most) : `${sayDuration(least)} to ${sayDuration(most)}`;
}
