/** Alert rules of etcd, after the thresholds of its own mixin. */
import type { Alert } from '../../../system.ts';
import type { Settled } from '../settings.ts';
import { quorumAlerts } from './quorum.ts';
import { managedAlerts, spaceAlerts } from './space.ts';
import { speedAlerts } from './speed.ts';

/** All alerts; on a managed control plane only what its API server shows. */
export function alertsOf(facts: Settled): readonly Alert[] {
  if (facts.topology === 'managed') return managedAlerts();
  return [...quorumAlerts(facts), ...speedAlerts(facts), ...spaceAlerts(facts)];
}
