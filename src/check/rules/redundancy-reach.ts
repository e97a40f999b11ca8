/** WL06, WL11, WL12: replicas that do not protect, because nothing chooses them or something weaker stands behind them. */
import { nameOf, namespaceOf } from '../../inventory/identity.ts';
import { find, ofKind } from '../../inventory/indexes.ts';
import type { Workload, World, WorldService } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { workloadKind } from '../../kubernetes/pod-template.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import type { Selector } from '../../kubernetes/selectors.ts';
import { formatSelector, selects } from '../../kubernetes/selectors.ts';
import { hiddenPods } from '../partial.ts';
import {
  containerPath,
  floorOf,
  ingressBackends,
  list,
  podSpecOf,
  requestServices,
  writtenContainer,
} from '../reach.ts';
import { defect, type Draft, type Rule } from '../rule.ts';
import { keepsReplicas } from '../workloads.ts';
import { losingItsNode } from '../witnesses.ts';

const NO_ELECTION = /^-{0,2}(enable-)?leader-?elect(ion)?(=| )(false|0)$/i;

const wl06: Rule = {
  id: 'WL06',
  family: 'WL',
  title: 'A controller runs more than once without electing a leader',
  severity: 'warning',
  whySeverity: 'It works until two of them write the same object at once, which is rare and hard to see.',
  takesDown: 'What the controller manages: two of them undo each other.',
  remedy: 'Switch its leader election on, or run one with an accepted downtime.',
  source: 'Kubernetes client-go tools/leaderelection; controller-runtime pkg/manager (LeaderElection)',
  needs: 'manifests',
  *check(world) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas < 2) continue;
      for (const container of runningContainers(podSpecOf(workload))) {
        const written = writtenContainer(workload, container);
        for (const field of ['args', 'command'] as const) {
          const place = list(written, [field]).findIndex((text) => typeof text === 'string' && NO_ELECTION.test(text));
          if (place < 0) continue;
          yield {
            on: workload,
            path: [...containerPath(workload, container), field, place],
            message: `${workload.replicas} replicas of ${container.name} run with leader election switched off: all of them act at once.`,
          };
        }
      }
    }
  },
};

const wl11: Rule = {
  id: 'WL11',
  family: 'WL',
  title: 'An object that selects or names nothing',
  severity: 'warning',
  whySeverity: 'It looks like protection and is none; a Service that selects nothing answers nobody and is an error.',
  takesDown: 'Whoever relies on it: callers of the Service, drains without a budget, load without an autoscaler.',
  remedy: 'Make the selector equal to labels of the pod template, in the same namespace, or delete the object.',
  source: 'Kubernetes v1.36 docs, concepts/services-networking/service and tasks/run-application/configure-pdb',
  needs: 'manifests',
  *check(world) {
    const hidden = hiddenPods(world);
    yield* emptyServices(world, hidden);
    yield* emptyBudgets(world, hidden);
    yield* aimlessAutoscalers(world, hidden);
    yield* danglingIngresses(world);
  },
};

type Hidden = (namespace: string) => string | undefined;

function* emptyServices(world: World, hidden: Hidden): Iterable<Draft> {
  for (const { spec, namespace, name, pods, sourced } of world.services) {
    if (spec.selector.matches === 'nothing' || spec.type === 'ExternalName' || pods > 0) continue;
    if (choosesTemplate(world, namespace, spec.selector)) continue;
    const why = hidden(namespace);
    if (why !== undefined) yield { unknown: `Service ${namespace}/${name} selects no pod that is shown, but ${why}` };
    else
      yield {
        on: sourced,
        path: ['spec', 'selector'],
        severity: 'error',
        message: `${formatSelector(spec.selector)} selects no pod of namespace ${namespace}${nearest(world, namespace, spec.selector)}.`,
      };
  }
}

function* emptyBudgets(world: World, hidden: Hidden): Iterable<Draft> {
  for (const { spec, namespace, name, pods, sourced } of world.budgets) {
    const missing = spec.selector.matches === 'nothing';
    if (pods > 0 || (!missing && choosesTemplate(world, namespace, spec.selector))) continue;
    const why = missing ? undefined : hidden(namespace);
    if (why !== undefined)
      yield { unknown: `PodDisruptionBudget ${namespace}/${name} selects no pod that is shown, but ${why}` };
    else
      yield {
        on: sourced,
        path: ['spec', 'selector'],
        message: missing
          ? 'It has no selector, so that it protects no pod.'
          : `${formatSelector(spec.selector)} selects no pod of namespace ${namespace}${nearest(world, namespace, spec.selector)}: it protects nothing.`,
      };
  }
}

function* aimlessAutoscalers(world: World, hidden: Hidden): Iterable<Draft> {
  for (const { spec, namespace, name, workload, sourced } of world.autoscalers) {
    if (workload !== undefined) continue;
    const known = ['apps', 'argoproj.io', 'batch'].some(
      (group) => workloadKind({ apiVersion: `${group}/v1`, kind: spec.targetKind }) !== undefined,
    );
    const why = known ? hidden(namespace) : `${spec.targetKind} is a kind whose objects are not understood`;
    if (why !== undefined)
      yield {
        unknown: `${sourced.object.kind} ${namespace}/${name} moves ${spec.targetKind} ${spec.targetName}: ${why}`,
      };
    else
      yield {
        on: sourced,
        path: ['spec', 'scaleTargetRef', 'name'],
        message: `There is no ${spec.targetKind} ${spec.targetName} in namespace ${namespace}: nothing is scaled.`,
      };
  }
}

function* danglingIngresses(world: World): Iterable<Draft> {
  for (const sourced of ofKind(world.index, 'networking.k8s.io/Ingress')) {
    const namespace = namespaceOf(sourced.object) ?? '';
    for (const { service, path } of ingressBackends(sourced.object)) {
      if (find(world.index, '/Service', namespace, service) !== undefined) continue;
      if (!world.services.some((one) => one.namespace === namespace))
        yield {
          unknown: `Ingress ${namespace}/${nameOf(sourced.object)} names Service ${service}; no Service of its namespace is among the input`,
        };
      else
        yield {
          on: sourced,
          path,
          severity: 'error',
          message: `It sends to Service ${service}, which namespace ${namespace} does not have: callers get an error.`,
        };
    }
  }
}

/** True when pods of some workload would be selected, though none runs now: it is scaled to 0, a CronJob, or without nodes. */
function choosesTemplate({ workloads }: World, namespace: string, selector: Selector): boolean {
  return workloads.some(
    (workload) =>
      workload.namespace === namespace &&
      (selects(selector, workload.spec.labels) || workload.templates.some(({ labels }) => selects(selector, labels))),
  );
}

/** `; Deployment/shop/cart has app=cart`: the workload that misses the selector by least. */
function nearest({ workloads }: World, namespace: string, selector: Selector): string {
  if (selector.matches === 'nothing') return '';
  const { requirements } = selector;
  let best: { readonly workload: Workload; readonly missed: number } | undefined;
  for (const workload of workloads) {
    if (workload.namespace !== namespace) continue;
    const missed = requirements.filter(
      (requirement) => !selects({ matches: 'all-of', requirements: [requirement] }, workload.spec.labels),
    ).length;
    if (best === undefined || missed < best.missed) best = { workload, missed };
  }
  if (best === undefined || (best.missed === requirements.length && requirements.length > 1)) return '';
  const labels = requirements.map(({ key }) => `${key}=${best.workload.spec.labels[key] ?? '(none)'}`).join(',');
  return `; the pods of ${best.workload.id} have ${labels}`;
}

const wl12: Rule = {
  id: 'WL12',
  family: 'WL',
  title: 'A replicated workload depends on one that runs once',
  severity: 'warning',
  whySeverity: 'Its own replicas help nothing when the one pod behind it is lost.',
  takesDown: 'The dependent workload, whenever the one pod of its dependency goes.',
  remedy: 'Replicate the dependency, or declare for both what downtime is accepted.',
  source:
    'Google SRE book, chapter 26; the dependency is read from environment variables and arguments that name its Service',
  needs: 'manifests',
  yieldsTo: ['WL01', 'WL02', 'WL03', 'WL05'],
  *check(world, context) {
    const single = new Map<string, { readonly workload: Workload; readonly service: WorldService }>();
    for (const service of world.services) {
      const [workload, ...others] = service.workloads;
      if (workload === undefined || others.length > 0 || !keepsReplicas(workload) || floorOf(workload) !== 1) continue;
      if (context.intentOf(workload).acceptedDowntime !== undefined) continue;
      single.set(`${service.namespace}/${service.name}`, { workload, service });
    }
    if (single.size === 0) return;
    for (const dependent of world.workloads) {
      if (!keepsReplicas(dependent) || floorOf(dependent) < 2 || requestServices(dependent, context).length === 0)
        continue;
      for (const key of namedServices(dependent)) {
        const found = single.get(key);
        if (found === undefined || found.workload === dependent) continue;
        yield {
          on: found.workload,
          path: ['spec', 'replicas'],
          message: `${dependent.id} with ${dependent.replicas} replicas calls Service ${found.service.name}, behind which one pod runs.`,
          takesDown: [found.workload, dependent],
          cause: defect('one-replica', found.workload),
          witness: { of: dependent, lose: losingItsNode(found.workload) },
        };
      }
    }
  },
};

/** A host name in a URL, an address with a port, or alone. */
const HOST = /(?:^|[/@,=\s])([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)(?=$|[:/,\s?])/g;

/** Names of variables and flags whose value is a host even when it is one bare word: `CACHE=redis` may be a type. */
const HOST_NAME = /host|url|uri|addr|server|endpoint|broker|upstream|backend|dsn/i;

/** `namespace/name` of what environment variables and arguments may mean by a host name. */
export function namedServices(workload: Workload): ReadonlySet<string> {
  const names = new Set<string>();
  for (const container of runningContainers(podSpecOf(workload))) {
    const written = writtenContainer(workload, container);
    const settings = [
      ...list(written, ['env']).map((variable) => [at(variable, 'name'), at(variable, 'value')] as const),
      ...[...list(written, ['args']), ...list(written, ['command'])].map(settingOf),
    ];
    for (const [name, value] of settings) {
      if (typeof value !== 'string' || (!/[.:/]/.test(value) && !(typeof name === 'string' && HOST_NAME.test(name))))
        continue;
      for (const [, host = ''] of value.matchAll(HOST)) {
        const [service = '', namespace = workload.namespace] = host.split('.');
        names.add(`${namespace}/${service}`);
      }
    }
  }
  return names;
}

/** `--search=http://search` is a name and a value. */
function settingOf(argument: unknown): readonly [name: unknown, value: unknown] {
  const match = typeof argument === 'string' ? /^--?([\w-]+)=(.*)$/s.exec(argument) : null;
  return match === null ? [undefined, argument] : [match[1], match[2]];
}

export const redundancyReach: readonly Rule[] = [wl06, wl11, wl12];
