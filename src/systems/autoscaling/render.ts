/** Everything of the plan as files: groups of machines, their engine, what scales pods, the room for a loss. */
import type { Artifact, SystemPlan } from '../../system.ts';
import { holderOf } from './engine.ts';
import type { Context } from './model.ts';
import { renderAutoscalerObjects } from './render/autoscaler.ts';
import { renderClusterApi } from './render/cluster-api.ts';
import { renderEksctl } from './render/eksctl.ts';
import { renderHeadroom } from './render/headroom.ts';
import { renderJoinConfigurations } from './render/join.ts';
import { renderKarpenter } from './render/karpenter.ts';
import type { Rendering } from './render/rendering.ts';
import { renderTerraform } from './render/terraform.ts';
import { renderValues } from './render/values.ts';
import { renderWorkloads } from './render/workloads.ts';
import type { AutoscalingSettings, Settled } from './settings.ts';

/** Pure; the same plan gives the same files. */
export function renderAutoscaling(
  { facts: stated, settings }: SystemPlan<'autoscaling', AutoscalingSettings>,
  context: Context,
): readonly Artifact[] {
  const facts: Settled = { ...stated, pools: settings.pools, settings };
  const from: Rendering = { facts, ...context };
  return [
    ...renderGroups(from),
    ...(facts.engine === 'karpenter' ? renderKarpenter(from) : []),
    ...(facts.engine === 'cluster-autoscaler' ? renderAutoscalerObjects(from) : []),
    ...renderHeadroom(from),
    ...renderWorkloads(from),
    ...renderValues(from),
  ];
}

function renderGroups(from: Rendering): readonly Artifact[] {
  switch (holderOf(from.cluster)) {
    case 'eksctl':
      return renderEksctl(from);
    case 'terraform':
      return renderTerraform(from);
    case 'cluster-api':
      return renderClusterApi(from);
    case 'join-configuration':
      return renderJoinConfigurations(from);
    case 'simulated':
      return [];
  }
}
