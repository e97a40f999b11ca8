/** The plan of machines and pods that come and go with the load. */
import type { AutoscalingFacts, NodePoolFacts } from '../../facts.ts';
import type { SystemPlan } from '../../system.ts';
import { alertsOf } from './alerts.ts';
import { nodeDecisions } from './decisions/nodes.ts';
import { kubeletCertificatesOf, podDecisions } from './decisions/pods.ts';
import { timeDecisions } from './decisions/time.ts';
import { limitsOf } from './limits.ts';
import { type Context, type Model, modelOf } from './model.ts';
import { needsOf } from './needs.ts';
import { runbooksOf } from './runbooks/index.ts';
import type { Section } from './section.ts';
import type { AutoscalingSettings, NodePool } from './settings.ts';
import { provisionTime, scaleUpRate } from './timing.ts';
import { unreadyPercentage } from './unready.ts';
import { verificationsOf } from './verify.ts';

/** Pure: the same section, cluster and earlier plans give the same plan. */
export function planAutoscaling(section: Section, context: Context): SystemPlan<'autoscaling', AutoscalingSettings> {
  const model = modelOf(section, context);
  return {
    decisions: [...nodeDecisions(model), ...timeDecisions(model), ...podDecisions(model)],
    needs: needsOf(model),
    alerts: alertsOf(model),
    verify: verificationsOf(model),
    runbooks: runbooksOf(model),
    facts: factsOf(model),
    settings: settingsOf(model),
    limits: limitsOf(model),
  };
}

function factsOf({ engine, room, nodeReady, stages, pools }: Model): AutoscalingFacts {
  return {
    engine,
    headroom: room === null ? null : { replicas: room.replicas, cpu: room.podCpu, memory: room.podMemory },
    nodeReady,
    scaleUpRate: stages === null ? null : scaleUpRate(stages),
    pools: pools.map(poolFacts),
  };
}

/** A pool without what only its files say. */
function poolFacts({ accelerator: _accelerator, priority: _priority, ...facts }: NodePool): NodePoolFacts {
  return facts;
}

function settingsOf(model: Model): AutoscalingSettings {
  const { section } = model;
  return {
    pools: model.pools,
    spreadHeadroom: model.addOnZones.length > 1,
    priorityClass: model.priorityClass,
    ownPriorityClass: model.ownPriorityClass,
    unreadyPercentage: unreadyPercentage(model.unreadyShare),
    provisionTime: provisionTime(section),
    consolidateAfter: section.disruption.consolidateAfter,
    expireAfter: section.disruption.expireAfter,
    disruptedShare: section.disruption.nodes,
    nodeImage: section.nodeImage,
    rootVolume: section.rootVolume,
    kubeletCertificates: kubeletCertificatesOf(model),
    metricsServer: model.metricsServer,
    engineSize: model.engineSize,
    prometheus: section.prometheus,
    workloads: model.workloads,
  };
}
