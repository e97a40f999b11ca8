/**
 * Promises that timers of several sections rule out together with their arithmetic: a recovery of the control plane
 * that the document's own health checks or election time-out forbid. Timers of one section are its system's to check.
 */
import { sayDuration } from '../core/duration.ts';
import type { Problem } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import type { Millis } from '../core/units.ts';
import type { ParsedDocument } from '../spec/parse.ts';
import { sectionKey } from '../spec/section.ts';
import type { Plan } from './types.ts';

const OBJECTIVE = 'spec.objectives.controlPlaneRecovery';

/** Every timer of the document that alone rules out a promise of it; empty when none does. */
export function contradictionsIn(document: ParsedDocument, plan: Pick<Plan, 'systems'>): readonly Problem[] {
  const promised = document.cluster.objectives.controlPlaneRecovery;
  if (promised === undefined) return [];
  return timersOf(document, plan.systems)
    .filter(({ least }) => least > promised)
    .map(({ path, least, says }) => ({
      code: 'objective-below-timers',
      message: `a recovery of ${sayDuration(promised)} is below what ${path} allows: ${says}, so it takes at least ${sayDuration(least)}`,
      path: OBJECTIVE,
      at: document.locate(OBJECTIVE),
      found: sayDuration(promised),
      expected: `more than ${sayDuration(least)}, or no ${path}`,
      hint: `Without ${path} the plan chooses the timer.`,
    }));
}

interface Timer {
  /** Where the document writes it. */
  readonly path: string;
  /** The least that a recovery takes with it, when the lost machine matters at all. */
  readonly least: Millis;
  readonly says: string;
}

/** Timers that the document writes, as the plan settled them. */
function timersOf({ sections }: ParsedDocument, systems: Partial<Plan['systems']>): readonly Timer[] {
  const etcd = systems.etcd?.facts;
  const plane = systems['control-plane']?.facts;
  const timers: Timer[] = [];
  const checks = fieldOf(sections[sectionKey('control-plane')], 'healthCheck');
  if (plane && plane.balancer.kind !== 'kube-vip' && fieldOf(checks, 'interval') !== undefined) {
    const { interval, fall } = plane.balancer.healthCheck;
    timers.push({
      path: 'spec.controlPlane.healthCheck.interval',
      least: plane.balancer.ejection.least,
      says: `a lost member fails ${fall} checks of ${sayDuration(interval)} before it gets no connections`,
    });
  }
  if (etcd && etcd.members.length > 1 && fieldOf(sections['etcd'], 'electionTimeout') !== undefined) {
    timers.push({
      path: 'spec.etcd.electionTimeout',
      least: etcd.leaderLoss.least,
      says: `members of etcd wait ${sayDuration(etcd.electionTimeout)} for a lost leader`,
    });
  }
  return timers;
}

/** A field without a default is in the parsed section only when the document writes it. */
function fieldOf(section: unknown, field: string): unknown {
  return isObject(section) ? section[field] : undefined;
}
