/** Plan → artifacts: admission policies, namespaces with their level, Gatekeeper and its rules. */
import type { Artifact, SystemPlan } from '../../system.ts';
import type { Context } from './model.ts';
import { admissionPolicies } from './render/admission.ts';
import { gatekeeperRules } from './render/gatekeeper-rules.ts';
import { gatekeeperValues } from './render/gatekeeper-values.ts';
import { namespaces } from './render/namespaces.ts';
import type { PolicySettings } from './settings.ts';

export function render({ settings }: SystemPlan<'policy', PolicySettings>, { cluster }: Context): readonly Artifact[] {
  return [
    ...namespaces(settings),
    ...admissionPolicies(settings),
    ...gatekeeperValues(settings, cluster),
    ...gatekeeperRules(settings),
  ];
}
