/** RO03, PR04: what the API server refuses although every field is well formed. The reader finds them; the rules say what follows. */
import type { World } from '../../inventory/world.ts';
import type { RefusedObject } from '../../inventory/refusals.ts';
import { isStored } from '../../inventory/validate.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { templatePath, workloadKind } from '../../kubernetes/pod-template.ts';
import { podPath } from '../reach.ts';
import type { Draft, FindingDraft, Rule } from '../rule.ts';

const ro03: Rule = {
  id: 'RO03',
  family: 'RO',
  title: 'A rollout that may neither add a pod nor take one away',
  severity: 'error',
  whySeverity:
    'The API server refuses the object as a whole: what it changes is never applied, a new workload never comes.',
  takesDown: 'The workload, when it is new; else every change of it, a repair among them.',
  remedy: 'Write maxUnavailable: 1, or a maxSurge of 1 where there is room for one pod more.',
  price: 'One pod fewer, or one more, while a rollout goes on.',
  source:
    'Kubernetes v1.36.3 pkg/apis/apps/validation/validation.go (ValidateRollingUpdateDeployment); percentages that round to 0 are taken',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const { sourced, problems } of world.refused) {
      const path = ROLLING[workloadKind(sourced.object) ?? ''];
      if (path === undefined || !isZero(at(sourced.object, ...path, 'maxUnavailable'))) continue;
      if (!problems.some((problem) => problem.path === [...path, 'maxUnavailable'].join('.'))) continue;
      const surge = at(sourced.object, ...path, 'maxSurge');
      yield {
        on: sourced,
        path: [...path, 'maxUnavailable'],
        message: `maxUnavailable is 0 and maxSurge is ${surge === undefined ? '0 by default' : '0 too'}: no pod may be replaced, and the API server takes no such object.`,
        takesDown: [],
      };
    }
    yield* rollouts(world);
  },
};

/** Argo's controller takes the object and stops with InvalidSpec: argo-rollouts v1.9.1 pkg/apis/rollouts/validation/validation.go. */
function* rollouts({ workloads }: World): Iterable<FindingDraft> {
  const canary = ['spec', 'strategy', 'canary'];
  for (const workload of workloads) {
    const object = workload.sourced?.object;
    if (workload.kind !== 'Rollout' || !isZero(at(object, ...canary, 'maxUnavailable'))) continue;
    if (!isZero(at(object, ...canary, 'maxSurge'))) continue;
    yield {
      on: workload,
      path: [...canary, 'maxUnavailable'],
      message:
        'maxUnavailable and maxSurge are both 0: the controller stops with InvalidSpec, and nothing is rolled out.',
    };
  }
}

const ROLLING: Readonly<Record<string, FieldPath>> = {
  Deployment: ['spec', 'strategy', 'rollingUpdate'],
  DaemonSet: ['spec', 'updateStrategy', 'rollingUpdate'],
};

/** `0` and `0%`, as validation counts them. */
function isZero(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && /^0+%?$/.test(value));
}

const pr04: Rule = {
  id: 'PR04',
  family: 'PR',
  title: 'A PriorityClass that is not there',
  severity: 'error',
  whySeverity: 'Every pod is refused when it is made: a new workload never comes, and what is lost is not replaced.',
  takesDown: 'The workload: at once when it is new, pod by pod when the class was deleted under it.',
  remedy: 'Apply the PriorityClass before what names it, or name one that is there.',
  source: 'Kubernetes v1.36.3 plugin/pkg/admission/priority/admission.go (no PriorityClass with name … was found)',
  needs: 'manifests',
  reads: ['scheduling.k8s.io/PriorityClass'],
  *check(world) {
    for (const refused of world.refused) yield* unknownClass(refused, 'and the classes that are given are others');
    for (const doubtful of world.doubtful)
      for (const draft of unknownClass(doubtful, 'which is not among the input'))
        yield {
          ...draft,
          severity: 'info',
          message: `${draft.message} Where the cluster has no such class, no pod is made.`,
        };
    yield* stored(world);
  },
};

function* unknownClass({ sourced, problems }: RefusedObject, why: string): Iterable<FindingDraft> {
  const kind = workloadKind(sourced.object);
  if (kind === undefined) return;
  const path = [...templatePath(kind), 'spec', 'priorityClassName'];
  const name = at(sourced.object, ...path);
  if (typeof name !== 'string' || !problems.some((problem) => problem.path === path.join('.'))) return;
  yield { on: sourced, path, message: `It names the PriorityClass ${name}, ${why}.`, takesDown: [] };
}

/** Objects of a cluster were taken when their class was there, or make no pods since; their next pod is refused. */
function* stored(world: World): Iterable<Draft> {
  for (const workload of world.workloads) {
    const { sourced, spec, kind } = workload;
    const name = spec.template.priorityClassName;
    if (sourced === undefined || name === undefined || kind === 'Pod' || !isStored(sourced.object)) continue;
    if (world.priorityClasses.has(name)) continue;
    if (!world.priorityClassesShown) {
      yield { unknown: `PriorityClass ${name}, which ${workload.id} names, is not among the input` };
      continue;
    }
    yield {
      on: workload,
      path: [...podPath(workload), 'priorityClassName'],
      message: `It names the PriorityClass ${name}, which the cluster does not have: its next pod is refused.`,
    };
  }
}

export const refused: readonly Rule[] = [ro03, pr04];
