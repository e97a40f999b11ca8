/** How the command line runs the twin: with its seed and, when there is a document, with what its plan tells. */
import type { Plan } from '../plan/types.ts';
import { settingsOfPlan } from '../twin/plan-settings.ts';
import type { TwinSettings } from '../twin/twin.ts';

export function twinSettings(plan: Plan | undefined, seed: number): TwinSettings {
  return { ...(plan === undefined ? {} : settingsOfPlan(plan)), seed };
}
