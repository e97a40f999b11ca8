/** WL06, WL12: replicas that do not protect, because they disturb each other or something weaker stands behind them. */
import { namespaceOf } from '../../inventory/identity.ts';
import { find, ofKind } from '../../inventory/indexes.ts';
import type { Workload, World, WorldService } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { type Container, runningContainers } from '../../kubernetes/pod-spec.ts';
import { containerPath, floorOf, list, podPath, podSpecOf, requestServices, writtenContainer } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { imageName } from '../workload-programs.ts';
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
  reads: [
    'rbac.authorization.k8s.io/Role',
    'rbac.authorization.k8s.io/RoleBinding',
    'rbac.authorization.k8s.io/ClusterRole',
    'rbac.authorization.k8s.io/ClusterRoleBinding',
  ],
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
      const silent = silentController(workload, world);
      if (silent === undefined) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, silent), 'args'],
        message: `Nothing switches leader election on in ${silent.name}, and most controllers do without unless they are told: all ${workload.replicas} replicas act at once.`,
      };
    }
  },
};

const CONTROLLER = /(^|-)(operator|controller|controller-manager)$/;

const CERTAIN = /(^|-)(operator|controller-manager)$/;

/** Controllers by another reading: they take or route requests, elect by default, or share the work out. */
const NO_SILENT =
  /webhook|ingress|gateway|gatekeeper|kyverno|admission|injector|proxy|kube-controller-manager|cert-manager|argo|karpenter|aws-|cilium|calico|sealed-secrets|elastic|eck|trident|crossplane|kong|contour|snapshot/;

/** What says how replicas share or leave the work; webhooks are answered by all of them. */
const ELECTS = /elect|leader|lease|lock|shard|webhook/i;

/**
 * The container of a controller that says nothing of an election: kubebuilder's and operator-sdk's programs run without
 * one unless `--leader-elect` is given (controller-runtime pkg/manager, Options.LeaderElection is false).
 */
function silentController(workload: Workload, world: World): Container | undefined {
  const spec = podSpecOf(workload);
  const [container, ...others] = spec.containers.filter(({ image }) => !/kube-rbac-proxy/.test(image));
  if (workload.kind !== 'Deployment' || container === undefined || others.length > 0) return undefined;
  const names = [workload.name, imageName(container.image)];
  if (!names.some((name) => CONTROLLER.test(name)) || NO_SILENT.test([...names, container.image].join(' ')))
    return undefined;
  const account = at(workload.sourced?.object, ...podPath(workload), 'serviceAccountName') ?? 'default';
  // A game controller calls itself one too; what talks to the API server has an account of its own.
  if (account === 'default' && !names.some((name) => CERTAIN.test(name))) return undefined;
  if (typeof account !== 'string' || mayLease(world, workload.namespace, account)) return undefined;
  const written = writtenContainer(workload, container);
  // A file or a variable from elsewhere may switch it on.
  if (at(written, 'envFrom') !== undefined || ELECTS.test(JSON.stringify(written ?? {}))) return undefined;
  const args = [...list(written, ['args']), ...list(written, ['command'])];
  return args.some((arg) => typeof arg === 'string' && /^-{1,2}config\b/.test(arg)) ? undefined : container;
}

/** True when a role that is bound to the account lets it write leases, or anything: an election is meant. */
function mayLease(world: World, namespace: string, account: string): boolean {
  const bindings = ['ClusterRoleBinding', 'RoleBinding'].flatMap((kind) =>
    ofKind(world.index, `rbac.authorization.k8s.io/${kind}`),
  );
  return bindings.some(({ object }) => {
    const bound = list(object, ['subjects']).some(
      (subject) =>
        at(subject, 'name') === account && (at(subject, 'namespace') ?? namespaceOf(object) ?? namespace) === namespace,
    );
    if (!bound) return false;
    const role = find(
      world.index,
      `rbac.authorization.k8s.io/${textAt(object, 'roleRef', 'kind')}`,
      at(object, 'roleRef', 'kind') === 'Role' ? (namespaceOf(object) ?? '') : '',
      textAt(object, 'roleRef', 'name'),
    );
    return list(role?.object, ['rules']).some((rule) =>
      list(rule, ['resources']).some((resource) => resource === 'leases' || resource === '*'),
    );
  });
}

function textAt(object: unknown, ...path: readonly string[]): string {
  const value = at(object, ...path);
  return typeof value === 'string' ? value : '';
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
  reads: ['/Service'],
  acrossNamespaces: true,
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

export const redundancyReach: readonly Rule[] = [wl06, wl12];
