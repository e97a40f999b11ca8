/** Decisions about time and room: from a pending pod to a machine, machines per minute, the room for a loss. */
import { formatDuration, sayDuration } from '../../../core/duration.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import { formatPerMinute } from '../../../core/rate.ts';
import type { Millis } from '../../../core/units.ts';
import type { Decision, DocumentPath } from '../../../system.ts';
import { ENGINE_FROM, PRESENCE_FROM } from '../engine.ts';
import { HEADROOM_FROM, lossOf } from '../headroom.ts';
import type { Model } from '../model.ts';
import { GROWTH_FROM } from '../node-pools.ts';
import { ARITHMETIC, autoscalerSource, EC2_THROTTLING, karpenterSource } from '../sources.ts';
import { AUTOSCALER_ORDER, KARPENTER_BATCH, narrowest, type ScaleUpStages, scaleUpRate } from '../timing.ts';

/** In the order of the page. */
export function timeDecisions(model: Model): readonly Decision[] {
  return [nodeReady(model), scaleUp(model), headroom(model)];
}

function nodeReady({ engine, nodeReady: time, section: { nodeBoot } }: Model): Decision {
  const base = { field: 'nodeReady', from: ['spec.autoscaling.nodeBoot', ...ENGINE_FROM] };
  if (time === null) {
    return {
      ...base,
      value: null,
      because: 'Nothing adds machines here, so a pod that finds no room waits until a person brings some.',
      source: ARITHMETIC,
      from: ENGINE_FROM,
    };
  }
  const slow = Math.max(nodeBoot.least, nodeBoot.most);
  const boots = `${sayDuration(nodeBoot.least)} to ${sayDuration(slow)} of boot`;
  return {
    ...base,
    value: { least: formatDuration(time.least), most: formatDuration(time.most) },
    because:
      engine === 'karpenter'
        ? `${sayDuration(KARPENTER_BATCH.idle)} to ${sayDuration(KARPENTER_BATCH.most)} in which Karpenter gathers pods, and ${boots}. The boot is an assumption until it is measured here: 200 pods at once keep the batch open for the whole ${sayDuration(KARPENTER_BATCH.most)}.`
        : `2 s until a new pod counts (30 s with a GPU), at most ${sayDuration(AUTOSCALER_ORDER.most)} until the order, and ${boots}. The boot is an assumption until it is measured here.`,
    source: engine === 'karpenter' ? karpenterSource('pkg/operator/options/options.go') : autoscalerSource('FAQ.md'),
  };
}

const STAGE_WORDS: Readonly<Record<keyof ScaleUpStages, string>> = {
  room: 'the room between the least and the most of all pools',
  launches: "the provider's launch rate",
  podCreation: 'the rate at which the controller manager creates pods',
};

function scaleUp(model: Model): Decision {
  const { stages, cluster } = model;
  const promised = cluster.objectives.scaleUpRate;
  if (stages === null) {
    const missed = promised === undefined ? '' : ` The promised ${formatPerMinute(promised)} cannot be reached.`;
    return {
      field: 'scaleUpRate',
      value: null,
      because: `Nothing adds machines here.${missed}`,
      source: ARITHMETIC,
      from: PRESENCE_FROM,
    };
  }
  const rate = scaleUpRate(stages);
  const stage = narrowest(stages);
  const answer = promised === undefined ? '' : promise({ rate, promised, stage });
  return {
    field: 'scaleUpRate',
    value: { ...stages },
    because: `Machines per minute that each stage lets through: ${stages.room} by ${STAGE_WORDS.room}, ${stages.launches} by ${STAGE_WORDS.launches} once its burst is used up, ${stages.podCreation} by ${STAGE_WORDS.podCreation} (${podsPerSecond(model)} pods per second, ${model.section.podsPerNode} per machine). The narrowest is ${STAGE_WORDS[stage]}: ${formatPerMinute(rate)}. The engine itself orders any number at once; boot delays the first machine and does not slow the next.${answer}`,
    source: EC2_THROTTLING,
    from: ['spec.autoscaling.launchRate', 'spec.autoscaling.podsPerNode', ...GROWTH_FROM, ...clientRateFrom(model)],
  };
}

function podsPerSecond({ plans }: Model): number {
  return plans['control-plane'].facts.controllerManager.qps;
}

/** The paths that the controller manager's client rate follows, as its own decision lists them. */
function clientRateFrom({ plans }: Model): readonly DocumentPath[] {
  const found = plans['control-plane'].decisions.find(({ field }) => field === 'clientLimits');
  return found?.from ?? [];
}

const STAGE_REMEDIES: Readonly<Record<keyof ScaleUpStages, string>> = {
  room: "raise maxNodesPerZone of the pools, and the account's quota with it",
  launches:
    'ask the provider for a higher launch rate (EC2: the resource token bucket of RunInstances) and write it as autoscaling.launchRate',
  podCreation:
    'use larger pods, so that fewer of them fill a machine, or raise the client rate of the controller manager',
};

function promise({ rate, promised, stage }: { rate: number; promised: number; stage: keyof ScaleUpStages }): string {
  if (rate >= promised) return ` That keeps the promised ${formatPerMinute(promised)}.`;
  return ` The promised ${formatPerMinute(promised)} is not reached; the best is ${formatPerMinute(rate)}. To reach it, ${STAGE_REMEDIES[stage]}.`;
}

function headroom(model: Model): Decision {
  const { room, section } = model;
  const base = { field: 'headroom', source: ARITHMETIC, from: HEADROOM_FROM };
  if (room === null) return { ...base, value: null, because: noRoom(model) };
  const { loss, largest, lostCpu, lostMemory, replicas, podCpu, podMemory } = room;
  const what = loss === 'node' ? `a machine of pool ${largest}` : `${loss} ${largest}`;
  const size =
    section.headroom.nodesPerZone === undefined ? 'always' : `to ${section.headroom.nodesPerZone} machines per zone`;
  return {
    ...base,
    value: { loss, replicas, cpu: formatCpu(podCpu), memory: formatBytes(podMemory) },
    because: `The largest loss is ${what} with ${formatCpu(lostCpu)} CPU and ${formatBytes(lostMemory)} of the machines that run ${size === 'always' ? 'always' : size}. Placeholder pods of ${formatCpu(podCpu)} CPU and ${formatBytes(podMemory)} hold just as much: max(⌈${formatCpu(lostCpu)} / ${formatCpu(podCpu)}⌉, ⌈${formatBytes(lostMemory)} / ${formatBytes(podMemory)}⌉) = ${replicas}. However many of them are lost with it, what has to move and what is left shrink by the same. ${recovery(model)}`,
  };
}

function noRoom({ section, cluster, engine, nodeReady: time }: Model): string {
  if (lossOf(section, cluster) !== 'none') {
    return 'No pool without taints has machines that always run, so there is nothing that placeholders could stand on.';
  }
  if (time === null)
    return 'The document wants no room, and nothing adds machines: the pods of a lost machine may find no place.';
  return `The document wants no room: the pods of a lost machine wait for a new one, ${range(time)} on top of their recovery, if the provider has one to sell. ${engine === 'karpenter' ? 'Karpenter' : 'Cluster Autoscaler'} cannot promise that.`;
}

/** What the room is worth in time, with the promise when there is one. */
function recovery({ room, nodeReady: time, cluster, plans }: Model): string {
  const wide = room?.loss === 'zone' || room?.loss === 'region';
  const promised = wide ? cluster.objectives.zoneFailureRecovery : cluster.objectives.nodeFailureRecovery;
  const { most } = wide ? plans.scheduling.facts.zoneFailureRecovery : plans.scheduling.facts.nodeFailureRecovery;
  const without =
    time === null
      ? 'Without it they would wait until a person brings machines'
      : `Without it they would wait ${range(time)} longer for machines that everybody in the region orders at the same time`;
  if (promised === undefined || most === null || time === null) return `${without}.`;
  const late = most + time.most;
  return late > promised
    ? `${without}: up to ${sayDuration(most)} + ${sayDuration(time.most)} = ${sayDuration(late)}, more than the promised ${sayDuration(promised)}.`
    : `${without}: up to ${sayDuration(late)}, within the promised ${sayDuration(promised)} only while the provider has machines.`;
}

function range({ least, most }: { readonly least: Millis; readonly most: Millis }): string {
  return `${sayDuration(least)} to ${sayDuration(most)}`;
}
