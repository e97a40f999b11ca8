/** How often and how patiently a balancer checks its members. */
import type { Millis } from '../../core/units.ts';
import type { Cluster } from '../../spec/cluster.ts';
import { balancerKind, type BalancerKind } from './balancer.ts';
import type { Section } from './section.ts';
import type { ControlPlaneSettings } from './settings.ts';

const SECOND = 1_000;
/** Below this promise of recovery, half a second between checks pays. */
const QUICK_BELOW: Millis = 10 * SECOND;

/** The interval where none is written: the least that an NLB takes, else 1 s, or 500 ms for a promise below 10 s. */
export function defaultInterval(kind: BalancerKind, promised: Millis | undefined): Millis {
  if (kind === 'nlb') return 5 * SECOND;
  return promised !== undefined && promised < QUICK_BELOW ? 500 : SECOND;
}

/** The checks of this cluster's balancer. An NLB takes whole seconds and at least 2 s as time-out. */
export function healthCheckFor(section: Section, cluster: Cluster): ControlPlaneSettings['healthCheck'] {
  const kind = balancerKind(section, cluster);
  const written = section.healthCheck.interval ?? defaultInterval(kind, cluster.objectives.controlPlaneRecovery);
  const interval = kind === 'nlb' ? Math.ceil(written / SECOND) * SECOND : written;
  const { fall, rise } = section.healthCheck;
  if (kind === 'nlb')
    return { interval, timeout: Math.max(2 * SECOND, interval - SECOND), connectTimeout: interval, fall, rise };
  return { interval, timeout: 2 * interval, connectTimeout: interval, fall, rise };
}
