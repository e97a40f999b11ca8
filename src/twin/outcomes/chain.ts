/** From a loss to the line that decides how long it lasts: `node b3 is lost → taint at 46 s → toleration 5 m → …`. */
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { Workload } from '../../inventory/world.ts';
import { UNREACHABLE, evictionDelaySeconds } from '../../kubernetes/tolerations.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { Run } from '../engine/run.ts';
import type { SchedulingFailure } from '../model/cluster-state.ts';
import type { Loss } from './losses.ts';
import { placeOfPlugin, placeOfTolerations, placeOfWorkload } from './places.ts';

/** Shorter waits are not worth a word. */
const WORTH_SAYING: Millis = 1_500;

export function chainOf(run: Run, loss: Loss): readonly Cause[] {
  const workload = run.world.workloads[loss.workload];
  if (workload === undefined) return loss.trouble.causes();
  return [
    ...loss.trouble.causes(),
    ...evictionLinks(run, loss, workload),
    ...repairLinks(run, loss),
    ...releaseLinks(run, loss, workload),
    ...placementLinks(run, loss, workload),
  ];
}

/** `a → b → c at cart.yaml:41`. */
export function sayChain(causes: readonly Cause[]): string {
  return causes
    .map(({ say, origin }) => {
      if (origin?.file === undefined || origin.line === undefined) return say;
      return `${say} at ${origin.file}:${origin.line}`;
    })
    .join(' → ');
}

function evictionLinks(run: Run, loss: Loss, workload: Workload): readonly Cause[] {
  const node = run.troubles.of(loss.node);
  const tainted = node?.taintedAt;
  if (loss.trouble.node === undefined || tainted === undefined) return [];
  // A repair that came first let nobody wait for a toleration.
  if (node?.repairedAt !== undefined && node.repairedAt <= (loss.deletedAt ?? Number.POSITIVE_INFINITY)) return [];
  const tolerations = workload.templates[0]?.spec.tolerations ?? [];
  const seconds = evictionDelaySeconds([{ key: UNREACHABLE, value: '', effect: 'NoExecute' }], tolerations);
  const origin = placeOfTolerations(workload);
  const link = (say: string): Cause => ({ say, ...(origin === undefined ? {} : { origin }) });
  if (seconds === undefined) return [link('tolerates the taint for ever: stays where it was')];
  if (seconds === 0) return [];
  const links = [link(`toleration ${sayDuration(seconds * 1_000)}`)];
  const waited = loss.deletedAt === undefined ? 0 : loss.deletedAt - tainted - seconds * 1_000;
  return waited > WORTH_SAYING ? [...links, { say: `eviction queue ${sayDuration(waited)}` }] : links;
}

/** A repair that came before the pod was back. */
function repairLinks({ troubles }: Run, { node, trouble, endedAt }: Loss): readonly Cause[] {
  const known = trouble.node === undefined ? undefined : troubles.of(node);
  if (known?.repairedAt === undefined || known.repair === undefined) return [];
  if (known.repairedAt > (endedAt ?? Number.POSITIVE_INFINITY)) return [];
  return [{ say: `${known.repair}, ${sayDuration(known.repairedAt - known.since)} after the loss` }];
}

function releaseLinks(run: Run, loss: Loss, workload: Workload): readonly Cause[] {
  const origin = placeOfWorkload(workload);
  const end = (say: string): Cause => ({ say, ...(origin === undefined ? {} : { origin }) });
  if (loss.endedAt !== undefined || loss.createdAt !== undefined) return [];
  if (workload.static) return [end('a static pod: it comes back with its node')];
  switch (workload.kind) {
    case 'Pod':
    case 'Other':
      return [end('a Pod without a controller: nothing replaces it')];
    case 'DaemonSet':
      return [end('a DaemonSet: its pod comes back with its node')];
    case 'StatefulSet':
      return loss.deletedAt !== undefined && loss.goneAt === undefined
        ? [end(`the StatefulSet waits until the object is gone, and ${whyNotRepaired(run, loss)}`)]
        : [];
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Rollout':
    case 'Job':
    case 'CronJob':
      break;
  }
  return [];
}

function whyNotRepaired({ troubles }: Run, { node }: Loss): string {
  return troubles.of(node)?.repairHeld?.say ?? 'nobody repairs the node';
}

function placementLinks(run: Run, loss: Loss, workload: Workload): readonly Cause[] {
  const links: Cause[] = [];
  const { createdAt, boundAt, endedAt, failure } = loss;
  const held = loss.held === undefined ? [] : [loss.held];
  if (createdAt === undefined) return held;
  const released = loss.goneAt ?? loss.deletedAt ?? createdAt;
  if (createdAt - released > WORTH_SAYING)
    links.push({ say: `replacement made after ${sayDuration(createdAt - released)}` });
  if (boundAt === undefined) {
    if (failure === undefined) links.push({ say: 'waits for the scheduler' });
    else links.push(sayFailure(failure, workload));
    return [...links, ...held];
  }
  if (failure !== undefined) links.push(sayFailure(failure, workload));
  if (boundAt - createdAt > WORTH_SAYING) links.push({ say: `placed after ${sayDuration(boundAt - createdAt)}` });
  links.push(...held);
  if (endedAt !== undefined) links.push({ say: `start ${sayDuration(endedAt - boundAt)}` });
  else links.push({ say: `starting on ${loss.boundTo === undefined ? 'a node' : run.state.nodeName(loss.boundTo)}` });
  return links;
}

/** The plugin that refuses most nodes besides those that are lost is the one to look at. */
export function sayFailure({ preFilter, counts }: SchedulingFailure, workload: Workload): Cause {
  const plugin = preFilter === undefined ? decisive(counts) : preFilter.slice(0, preFilter.indexOf(':'));
  const origin = placeOfPlugin(workload, plugin);
  const say =
    preFilter === undefined
      ? `no node fits: ${[...counts]
          .sort((a, b) => b.nodes - a.nodes)
          .map(({ reason, nodes }) => `${nodes} ${reason}`)
          .join(', ')}`
      : `no node fits: ${preFilter.slice(preFilter.indexOf(':') + 2)}`;
  return { say, ...(origin === undefined ? {} : { origin }) };
}

function decisive(counts: SchedulingFailure['counts']): string {
  const sorted = [...counts].sort((a, b) => b.nodes - a.nodes);
  const telling = sorted.find(({ plugin }) => plugin !== 'TaintToleration' && plugin !== 'NodeUnschedulable');
  return (telling ?? sorted[0])?.plugin ?? '';
}
