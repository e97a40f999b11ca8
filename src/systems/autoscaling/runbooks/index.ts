/** Runbooks with this cluster's names. */
import type { Runbook } from '../../../system.ts';
import type { Model } from '../model.ts';
import { deploy } from './deploy.ts';
import { podsDoNotScale } from './pods-do-not-scale.ts';
import { scaleUpStuck } from './scale-up-stuck.ts';
import { verifyScaling } from './verify-scaling.ts';
import { zoneOutOfCapacity } from './zone-out-of-capacity.ts';

/** In the order in which one needs them. */
export function runbooksOf(model: Model): readonly Runbook[] {
  return [deploy(model), verifyScaling(model), zoneOutOfCapacity(model), scaleUpStuck(model), podsDoNotScale(model)];
}
