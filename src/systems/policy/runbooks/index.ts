/** Runbooks with this cluster's names. */
import type { Runbook } from '../../../system.ts';
import type { Model } from '../model.ts';
import { countViolations } from './count-violations.ts';
import { audit, webhookDown } from './gatekeeper.ts';
import { raiseStage } from './raise-stage.ts';
import { refused } from './refused.ts';
import { turnOff } from './turn-off.ts';

/** In the order in which one needs them. */
export function runbooks(model: Model): readonly Runbook[] {
  const { gatekeeper } = model;
  return [
    countViolations(model),
    raiseStage(model),
    refused(model),
    ...(gatekeeper === null ? [] : [...(gatekeeper.webhook === null ? [] : [webhookDown(model)]), audit(model)]),
    turnOff(model),
  ];
}
