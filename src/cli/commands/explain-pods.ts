/** `holdfast explain pods`: why each pod fits or does not fit on each node. */
import { HoldfastError } from '../../core/error.ts';
import { nearest } from '../../core/nearest.ts';
import type { World, WorldPod } from '../../inventory/world.ts';
import { podExplanationText } from '../../report/pod-explanation-text.ts';
import type { PodExplanationOutput } from '../../report/twin-schemas.ts';
import { explanationOf, explainPods } from '../../twin/explain-pods.ts';
import { sequencePods } from '../../twin/sequence-pods.ts';
import { EXIT } from '../exit-codes.ts';
import { flag, formatOf, type Invocation, paintFor, progress, textOption, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { readWorldOfPods } from '../read-world.ts';

/** Prints the verdict of every pod that waits, or of those named. */
export async function run(invocation: Invocation): Promise<number> {
  const { world, notes } = await readWorldOfPods(invocation);
  const only = chosenPods(world, invocation);
  const explanation = flag(invocation, 'sequence') ? inSequence(world, only) : eachAlone(world, only);
  const format = formatOf(invocation);
  const { stdout } = invocation.context;
  for (const note of notes) progress(invocation, note);
  stdout.write(
    isData(format)
      ? writeData(explanation, format)
      : podExplanationText(explanation, {
          paint: paintFor(invocation),
          width: widthOf(invocation),
          wide: format === 'wide',
        }),
  );
  return EXIT.ok;
}

function eachAlone(world: World, only: ReadonlySet<string> | undefined): PodExplanationOutput {
  return explainPods(world, only === undefined ? {} : { only }) as PodExplanationOutput;
}

/** All are placed, those that are named are shown. */
function inSequence(world: World, only: ReadonlySet<string> | undefined): PodExplanationOutput {
  const steps = sequencePods(world).steps.filter(({ verdict }) => only?.has(verdict.pod) ?? true);
  const pods = steps.map(({ verdict, choice: { pod: _pod, ...choice } }) => ({ ...verdict, choice }));
  return explanationOf(world, pods) as PodExplanationOutput;
}

/** `ns/name` of the pods that are named: by pod, by `ns/pod`, or by workload. Undefined: all that wait. */
function chosenPods(world: World, invocation: Invocation): ReadonlySet<string> | undefined {
  const namespace = textOption(invocation, 'namespace');
  const { args } = invocation;
  if (args.length === 0 && namespace === undefined) return undefined;
  const pods = world.workloads
    .filter((workload) => namespace === undefined || workload.namespace === namespace)
    .flatMap((workload) => workload.pods.map((pod) => ({ pod, workload: workload.id })));
  if (pods.length === 0)
    throw new HoldfastError('unknown-name', `No pod lives in the namespace ${namespace ?? ''}.`, {
      hint: `Namespaces with pods: ${[...new Set(world.workloads.map((workload) => workload.namespace))].join(', ')}.`,
    });
  if (args.length === 0) return new Set(pods.map(({ pod }) => fullName(pod)));
  return new Set(args.flatMap((given) => podsNamed(given, pods)));
}

interface Owned {
  readonly pod: WorldPod;
  readonly workload: string;
}

function podsNamed(given: string, pods: readonly Owned[]): readonly string[] {
  const names = (one: Owned): readonly string[] => [one.pod.name, fullName(one.pod)];
  const byPod = pods.filter((one) => names(one).includes(given));
  const found = byPod.length > 0 ? byPod : pods.filter(({ workload }) => isNamed(workload, given));
  if (found.length > 0) {
    const waiting = found.filter(({ pod }) => pod.node === undefined);
    if (waiting.length > 0) return waiting.map(({ pod }) => fullName(pod));
    throw new HoldfastError('not-pending', `${given} does not wait: it runs on ${found[0]?.pod.node ?? ''}.`);
  }
  const near = nearest(given, new Set(pods.flatMap((one) => [...names(one), ...lastParts(one.workload)])));
  const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` };
  throw new HoldfastError('unknown-name', `There is no pod and no workload ${given}.`, hint);
}

/** `Deployment/shop/web` is also `shop/web` and `web`. */
function lastParts(id: string): readonly string[] {
  const parts = id.split('/');
  return parts.map((_, index) => parts.slice(index).join('/'));
}

function isNamed(id: string, given: string): boolean {
  return lastParts(id).some((part) => part.toLowerCase() === given.toLowerCase());
}

function fullName(pod: WorldPod): string {
  return `${pod.template.namespace}/${pod.name}`;
}
