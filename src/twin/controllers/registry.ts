/**
 * Image pulls: an image that another pod on the node uses is there; a pull from a registry that does not answer is tried
 * again after 10 s, 20 s, 40 s, up to 5 minutes (Kubernetes v1.36.3 pkg/kubelet/kubelet.go: imageBackOffPeriod,
 * MaxImageBackOff).
 */
import type { Millis } from '../../core/units.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import type { PodIndex } from '../model/cluster-state.ts';
import { registryOf } from '../../faults/places.ts';
import { containersOf, pullsAlways } from './pod-start.ts';
import { PHASE } from '../engine/tables.ts';

const FIRST_RETRY: Millis = 10_000;
const LAST_RETRY: Millis = 300_000;

export interface Pull {
  /** When all images are there; Infinity when never. */
  readonly done: Millis;
  /** The registry that keeps it waiting. */
  readonly waitsFor: string | undefined;
}

export function pullOf(run: Run, pod: PodIndex): Pull {
  const { clock, options, chance, state, tables } = run;
  const { spec } = state.shapeSource(state.shapeOfPod(pod)).template;
  const pulled = new Set<string>();
  const serial = tables.pods.serial.get(pod);
  let done = clock.now();
  let waitsFor: string | undefined;
  for (const container of containersOf(spec)) {
    const here = pulled.has(container.image) || isBeside(run, pod, tables.imageNumber(container.image));
    if (here && !pullsAlways(container)) continue;
    const registry = registryOf(container.image);
    const reached = firstReach(run, registry, done);
    if (reached > done) waitsFor = registry;
    // A pull of an image that is there only asks the registry for its digest.
    const took = here ? 0 : chance.between(DRAW.pull, options.pull, serial);
    done = reached + took;
    pulled.add(container.image);
  }
  return { done, waitsFor };
}

/** The first of the tries that finds the registry answering. */
function firstReach({ scenario, horizon }: Run, registry: string, from: Millis): Millis {
  const faults = scenario.faults.filter(
    ({ fault }) => fault.kind === 'registry' && (fault.host === undefined || fault.host === registry),
  );
  let at = from;
  for (let wait = FIRST_RETRY; faults.some(({ at: since, until }) => since <= at && at < (until ?? Infinity));) {
    at += wait;
    wait = Math.min(LAST_RETRY, wait * 2);
    if (at > horizon) return Number.POSITIVE_INFINITY;
  }
  return at;
}

/** Another pod on the node runs from the image. */
function isBeside({ state, tables }: Run, pod: PodIndex, image: number): boolean {
  for (const other of state.podsOn(state.nodeOfPod(pod))) {
    if (other === pod || tables.pods.phase.get(other) !== PHASE.running) continue;
    if (tables.imagesOf(state.shapeOfPod(other)).includes(image)) return true;
  }
  return false;
}
