/**
 * How long a pod needs on its node until it is ready: images that the node lacks, init containers, start, probes. What
 * no object tells comes from the options; what a pod tells is read from it.
 */
import type { Millis } from '../../core/units.ts';
import type { Container, PodSpec } from '../../kubernetes/pod-spec.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import { DRAW } from '../engine/chance.ts';
import type { Chance } from '../engine/chance.ts';
import type { TwinOptions } from '../engine/options.ts';

/** Always, if the tag is `latest` or none, unless the container says otherwise: pkg/apis/core/v1/defaults.go. */
export function pullsAlways({ image, imagePullPolicy }: Container): boolean {
  if (imagePullPolicy !== undefined) return imagePullPolicy === 'Always';
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

export function containersOf(spec: PodSpec): readonly Container[] {
  return [...spec.initContainers, ...spec.containers];
}

/** Time of everything besides pulls: init containers, start, and the first probe that succeeds. */
export function startTime(spec: PodSpec, options: TwinOptions, chance: Chance, serial: number): Millis {
  let time = chance.between(DRAW.start, options.containerStart, serial);
  for (const [index, container] of spec.initContainers.entries()) {
    if (!container.sidecar) time += spread(options.initContainer, chance.share(DRAW.init, serial, index));
  }
  return time + Math.max(0, ...runningContainers(spec).map((container) => probeTime(container, chance, serial)));
}

/** The first readiness probe comes after its delay, at a phase of its period; a startup probe comes before it. */
function probeTime({ readinessProbe, startupProbe }: Container, chance: Chance, serial: number): Millis {
  const share = chance.share(DRAW.probe, serial);
  const one = (probe: Container['readinessProbe']): number =>
    probe === undefined
      ? 0
      : probe.initialDelaySeconds + share * probe.periodSeconds + (probe.successThreshold - 1) * probe.periodSeconds;
  return Math.floor((one(startupProbe) + one(readinessProbe)) * 1_000);
}

function spread({ least, most }: { least: Millis; most: Millis }, share: number): Millis {
  return least + Math.floor(share * (most - least));
}
