/** The plan of the control plane → its files. */
import type { Artifact, SystemPlan } from '../../system.ts';
import type { Context } from './facts.ts';
import { artifactsOf } from './render/artifacts.ts';
import type { ControlPlaneSettings } from './settings.ts';

/** All files of this system. */
export function render(
  { facts, settings }: SystemPlan<'control-plane', ControlPlaneSettings>,
  { cluster, plans }: Context,
): readonly Artifact[] {
  return artifactsOf({ facts: { ...facts, settings }, etcd: plans.etcd.facts, cluster });
}
