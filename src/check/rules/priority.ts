/** PR: who goes first when there is no room. */
import type { Workload } from '../../inventory/world.ts';
import { ofKind } from '../../inventory/indexes.ts';
import { nameOf } from '../../inventory/identity.ts';
import { podPath, podSpecOf } from '../reach.ts';
import type { Rule } from '../rule.ts';
import { addOnOf } from '../cluster-programs.ts';
import { keepsReplicas } from '../workloads.ts';
import { namedServices } from './redundancy-reach.ts';

const pr01: Rule = {
  id: 'PR01',
  family: 'PR',
  title: 'A part of the cluster itself has no priority',
  severity: 'warning',
  whySeverity: 'It needs a full node; then any workload with a priority pushes it out, and others fail with it.',
  takesDown: 'Names, network, volumes, scaling, admission or what comes from outside, when room is short.',
  remedy: 'Set priorityClassName: system-cluster-critical, or system-node-critical for DaemonSets.',
  price: 'It may push other pods out, as it should.',
  source: 'Kubernetes docs, tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      if (!(keepsReplicas(workload) || workload.kind === 'DaemonSet') || workload.sourced === undefined) continue;
      const what = addOnOf(workload);
      if (what === undefined || (workload.templates[0]?.priority ?? 0) > 0) continue;
      yield {
        on: workload,
        path: [...podPath(workload), 'priorityClassName'],
        message: `It gives the cluster its ${what} and has priority ${workload.templates[0]?.priority ?? 0}: any pod with a higher one may take its place.`,
      };
    }
  },
};

const pr03: Rule = {
  id: 'PR03',
  family: 'PR',
  title: 'Pods without a class outrank pods with one',
  severity: 'warning',
  whySeverity: 'It needs a full cluster; then pods that nobody thought about push out those that somebody ranked.',
  takesDown: 'Workloads of the lower class, when room is short.',
  remedy: 'Give the default class a value below every class that is named for something important.',
  source:
    'Grafana Labs, outage of 2019-07-19 (preemption); Kubernetes docs, concepts/scheduling-eviction/pod-priority-preemption',
  needs: 'manifests',
  reads: ['scheduling.k8s.io/PriorityClass'],
  acrossNamespaces: true,
  *check(world) {
    for (const sourced of ofKind(world.index, 'scheduling.k8s.io/PriorityClass')) {
      const name = nameOf(sourced.object);
      const own = world.priorityClasses.get(name);
      if (own === undefined || !own.globalDefault) continue;
      const below = world.workloads.find(
        (workload) =>
          keepsReplicas(workload) &&
          !isMeantLow(workload) &&
          workload.spec.template.priorityClassName !== name &&
          (podSpecOf(workload).priority ?? 0) < own.value,
      );
      const important = [...world.priorityClasses.values()].find(
        (other) => other.value < own.value && IMPORTANT.test(other.name) && !LOW.test(other.name),
      );
      if (below === undefined && important === undefined) continue;
      yield {
        on: sourced,
        path: ['value'],
        message:
          below === undefined
            ? `Pods without a class get ${own.value}; those of class ${important?.name ?? ''} get ${important?.value ?? 0}.`
            : `Pods without a class get ${own.value}; ${below.id} of class ${below.spec.template.priorityClassName ?? ''} has ${podSpecOf(below).priority ?? 0}.`,
        takesDown: below === undefined ? [] : [below],
      };
    }
  },
};

const IMPORTANT = /critical|high|important|urgent|essential|prod/i;
/** Names of classes that are meant to give way. */
const LOW =
  /low|batch|background|best-?effort|idle|placeholder|over-?provision|headroom|spare|preempt|non-?critical|dev|test/i;

function isMeantLow({ spec, criticality }: Workload): boolean {
  const { priorityClassName } = spec.template;
  return priorityClassName === undefined || LOW.test(priorityClassName) || criticality?.toLowerCase() === 'low';
}

const pr02: Rule = {
  id: 'PR02',
  family: 'PR',
  title: 'A workload outranks what it depends on',
  severity: 'warning',
  whySeverity: 'It needs a full cluster; then it pushes out, or outlives, the very pods that it calls.',
  takesDown: 'Both, when room is short: the one that is pushed out, and the one that calls it.',
  remedy: 'Give the dependency a class at least as high as that of its highest caller.',
  price: 'It may push other pods out, as it should.',
  source: 'Kubernetes docs, concepts/scheduling-eviction/pod-priority-preemption; Grafana Labs, outage of 2019-07-19',
  needs: 'manifests',
  reads: ['/Service', 'scheduling.k8s.io/PriorityClass'],
  *check(world) {
    const behind = new Map(world.services.map((service) => [`${service.namespace}/${service.name}`, service]));
    const told = new Set<Workload>();
    for (const caller of world.workloads) {
      const rank = caller.templates[0]?.priority ?? 0;
      if (!keepsReplicas(caller) || rank <= 0 || caller.replicas === 0) continue;
      for (const key of namedServices(caller)) {
        const below = behind
          .get(key)
          ?.workloads.find((one) => keepsReplicas(one) && one !== caller && (one.templates[0]?.priority ?? 0) < rank);
        if (below === undefined || told.has(below)) continue;
        told.add(below);
        yield {
          on: below,
          path: [...podPath(below), 'priorityClassName'],
          message: `${caller.id} with priority ${rank} calls Service ${behind.get(key)?.name ?? ''}, whose pods have ${below.templates[0]?.priority ?? 0}.`,
          takesDown: [below, caller],
        };
      }
    }
  },
};

export const priority: readonly Rule[] = [pr01, pr02, pr03];
