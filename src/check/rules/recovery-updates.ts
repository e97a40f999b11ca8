/** DR09: updates of machines that reach all of them at one time. */
import { isObject } from '../../core/json.ts';
import type { Sourced } from '../../inventory/identity.ts';
import { nameOf } from '../../inventory/identity.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { World } from '../../inventory/world.ts';
import { at, type FieldPath, reader } from '../../kubernetes/objects.ts';
import { type IntOrPercent, scaled } from '../../kubernetes/percent.ts';
import { readSelector, selects } from '../../kubernetes/selectors.ts';
import { containerPath, list, podSpecOf, writtenContainer } from '../reach.ts';
import type { Draft, Rule } from '../rule.ts';
import { imageNames } from '../workload-programs.ts';

/** More machines than this share at a time leave too few for what ran on them, where three zones hold a third each. */
const MOST_SHARE = 1 / 3;

const dr09: Rule = {
  id: 'DR09',
  family: 'DR',
  title: 'One update reaches all machines at the same time',
  severity: 'warning',
  whySeverity:
    'It needs an update that goes wrong, or one that takes long; then all machines are gone at once, in every zone.',
  takesDown:
    'Whatever runs on the machines that are updated together: budgets do not hold machines that restart themselves.',
  remedy:
    'Let machines be updated one by one, or zone by zone, by something that drains them and waits until they are back.',
  price: 'An update of the whole cluster takes longer.',
  source:
    'Datadog, 2023-03-08 (the same update window everywhere); kured docs, configuration; system-upgrade-controller docs; Karpenter v1 docs, concepts/disruption',
  needs: 'manifests',
  reads: [
    'upgrade.cattle.io/Plan',
    'karpenter.sh/NodePool',
    'machineconfiguration.openshift.io/MachineConfigPool',
    'machineconfiguration.openshift.io/MachineConfig',
    'bootstrap.cluster.x-k8s.io/*',
    'controlplane.cluster.x-k8s.io/*',
    'karpenter.k8s.aws/EC2NodeClass',
    '/ConfigMap',
  ],
  *check(world) {
    yield* kured(world);
    yield* upgradePlans(world);
    yield* karpenterBudgets(world);
    yield* machineConfigPools(world);
    yield* bottlerocket(world);
    yield* ownReboots(world);
    yield* eksctlGroups(world);
  },
};

function sayNodes(count: number, of: number): string {
  return `${count} of ${of} machines`;
}

/** True when so many of them at a time are too many; one at a time never is. */
function isTooMany(count: number, of: number): boolean {
  return count > 1 && count > of * MOST_SHARE;
}

/** kured takes one lock for the cluster; with --concurrency it takes several. */
function* kured(world: World): Iterable<Draft> {
  for (const workload of world.workloads) {
    if (workload.kind !== 'DaemonSet' || !imageNames(workload).has('kured')) continue;
    for (const container of podSpecOf(workload).containers) {
      for (const field of ['args', 'command']) {
        const words = list(writtenContainer(workload, container), [field]);
        const place = words.findIndex((word) => typeof word === 'string' && /^--concurrency(=|$)/.test(word));
        if (place < 0) continue;
        const count = Number(String(words[place]).split('=')[1] ?? words[place + 1]);
        if (!(count > 1)) continue;
        const nodes = world.nodes.length;
        if (nodes === 0)
          yield {
            unknown: `whether ${count} machines at a time, as kured restarts them, are many: no nodes are known`,
          };
        else if (isTooMany(count, nodes))
          yield {
            on: workload,
            path: [...containerPath(workload, container), field, place],
            message: `kured restarts ${sayNodes(Math.min(count, nodes), nodes)} at a time.`,
            takesDown: [],
          };
      }
    }
  }
}

/** system-upgrade-controller pkg/apis/upgrade.cattle.io/v1/types.go: concurrency, at least 1. */
function* upgradePlans(world: World): Iterable<Draft> {
  for (const on of ofKind(world.index, 'upgrade.cattle.io/Plan')) {
    const count = at(on.object, 'spec', 'concurrency');
    if (typeof count !== 'number' || count <= 1) continue;
    const spec = at(on.object, 'spec');
    const selector = isObject(at(spec, 'nodeSelector')) ? readSelector(reader(spec), 'nodeSelector') : undefined;
    const keys = list(spec, ['nodeSelector', 'matchExpressions']);
    // Servers vote: two of three at a time leave no majority, whatever else is known.
    const servers = keys.some(
      (one) =>
        /node-role\.kubernetes\.io\/(control-plane|master|etcd)$/.test(String(at(one, 'key'))) &&
        ['In', 'Exists'].includes(String(at(one, 'operator'))),
    );
    const chosen = world.nodes.filter(({ labels }) => selector === undefined || selects(selector, labels));
    const path = ['spec', 'concurrency'];
    if (servers)
      yield {
        on,
        path,
        severity: 'error',
        message: `${nameOf(on.object)} updates ${count} servers at a time, and etcd of three members bears the loss of one.`,
        takesDown: [],
      };
    else if (chosen.length === 0)
      yield {
        unknown: `whether ${count} machines at a time, as Plan ${nameOf(on.object)} updates them, are many: no node that it selects is known`,
      };
    else if (isTooMany(count, chosen.length))
      yield {
        on,
        path,
        message: `${nameOf(on.object)} updates ${sayNodes(Math.min(count, chosen.length), chosen.length)} at a time.`,
        takesDown: [],
      };
  }
}

/** Of the budgets that hold at a time the smallest counts: all of them must be wide, for drift as for all reasons. */
function* karpenterBudgets(world: World): Iterable<Draft> {
  for (const { sourced, spec, name } of world.nodePools) {
    const forDrift = spec.budgets.filter(({ reasons }) => reasons.length === 0 || reasons.includes('Drifted'));
    // Outside of its windows a budget with a schedule holds nothing back.
    const always = forDrift.filter(({ schedule }) => schedule === undefined);
    if (spec.budgets.length === 0 || always.length === 0) continue;
    if (!always.every(({ nodes }) => isWide(nodes))) continue;
    yield {
      on: sourced,
      path: ['spec', 'disruption', 'budgets'],
      message: `A new image of machines lets Karpenter replace ${always.map(({ nodes }) => String(nodes)).join(', ')} of the machines of ${name} at once.`,
      takesDown: [],
    };
  }
}

/** A share of a pool; numbers of machines are judged by nobody who does not know how many there will be. */
function isWide(nodes: IntOrPercent): boolean {
  const share = scaled(nodes, 100, 'up');
  return typeof nodes === 'string' && share !== undefined && share > 50;
}

/** OpenShift machine-config-operator: maxUnavailable is 1 unless it is written. */
function* machineConfigPools(world: World): Iterable<Draft> {
  for (const on of ofKind(world.index, 'machineconfiguration.openshift.io/MachineConfigPool')) {
    const written = at(on.object, 'spec', 'maxUnavailable');
    if (typeof written !== 'string' && typeof written !== 'number') continue;
    const spec = at(on.object, 'spec');
    const selector = readSelector(reader(spec), 'nodeSelector');
    const nodes = world.nodes.filter(({ labels }) => selects(selector, labels)).length;
    const counted = at(on.object, 'status', 'machineCount');
    const whole = nodes > 0 ? nodes : typeof counted === 'number' ? counted : 0;
    const percent = typeof written === 'string' ? scaled(written, 100, 'down') : undefined;
    const path = ['spec', 'maxUnavailable'];
    if (percent !== undefined && percent > 50)
      yield {
        on,
        path,
        message: `${written} of the machines of pool ${nameOf(on.object)} may be updated at a time.`,
        takesDown: [],
      };
    else if (typeof written === 'number' && whole > 0 && isTooMany(written, whole))
      yield {
        on,
        path,
        message: `${sayNodes(Math.min(written, whole), whole)} of pool ${nameOf(on.object)} may be updated at a time.`,
        takesDown: [],
      };
  }
}

/** bottlerocket-update-operator: MAX_CONCURRENT_UPDATE of its controller, 1 by default. */
function* bottlerocket(world: World): Iterable<Draft> {
  for (const workload of world.workloads) {
    if (!imageNames(workload).has('bottlerocket-update-operator')) continue;
    for (const container of podSpecOf(workload).containers) {
      const env = list(writtenContainer(workload, container), ['env']);
      const place = env.findIndex((one) => at(one, 'name') === 'MAX_CONCURRENT_UPDATE');
      const value = at(env[place], 'value');
      const nodes = world.nodes.length;
      const all = value === 'unlimited';
      if (!all && !(nodes > 0 && isTooMany(Number(value), nodes))) continue;
      yield {
        on: workload,
        path: [...containerPath(workload, container), 'env', place, 'value'],
        message: `The update operator restarts ${all ? 'all machines' : sayNodes(Number(value), nodes)} at a time.`,
        takesDown: [],
      };
    }
  }
}

/** Kinds that carry files and commands for machines. */
const MACHINE_FILES =
  /^(KubeadmConfig|KubeadmConfigTemplate|KubeadmControlPlane|KubeadmControlPlaneTemplate|MachineConfig|EC2NodeClass|NodeConfig|ConfigMap)$/;

/** Machines that restart themselves at a time of the day, each without asking the others. */
const OWN_REBOOT =
  /^(?!\s*(\/\/|#)).*Unattended-Upgrade::Automatic-Reboot\s+"true"|^\s*reboot\s*=\s*when-(needed|changed)|^(?!\s*#).*\bREBOOT_STRATEGY="?reboot"?(\s|$)|^\s*reboot_strategy:\s*"?reboot"?\s*$/m;

function* ownReboots(world: World): Iterable<Draft> {
  for (const on of world.index.all) {
    if (!MACHINE_FILES.test(on.object.kind)) continue;
    const found = rebootOf(on);
    if (found === undefined) continue;
    yield {
      on,
      path: found.path,
      message: `Machines restart themselves after an update${found.when === undefined ? '' : `, all of them at ${found.when}`}; nothing drains them or waits for the others.`,
      takesDown: [],
    };
  }
}

function rebootOf({ object }: Sourced): { readonly path: FieldPath; readonly when: string | undefined } | undefined {
  for (const { path, text } of textsOf(object, [])) {
    // Ignition writes files as data URLs.
    const plain = text.startsWith('data:') ? decoded(text) : text;
    // Most texts are about something else, and some are long.
    if (!/reboot/i.test(plain) || !OWN_REBOOT.test(plain)) continue;
    return { path, when: /Unattended-Upgrade::Automatic-Reboot-Time\s+"([^"]+)"/.exec(plain)?.[1] };
  }
  return undefined;
}

function decoded(url: string): string {
  const comma = url.indexOf(',');
  const body = url.slice(comma + 1);
  try {
    return url.slice(0, comma).endsWith(';base64') ? atob(body) : decodeURIComponent(body);
  } catch {
    return '';
  }
}

function* textsOf(value: unknown, path: FieldPath): Iterable<{ readonly path: FieldPath; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  const entries = Array.isArray(value) ? value.entries() : isObject(value) ? Object.entries(value) : [];
  for (const [key, inner] of entries) yield* textsOf(inner, [...path, key]);
}

/** EKS updates a managed group by its updateConfig (eksctl docs, nodegroups/nodegroup-managed). */
function* eksctlGroups(world: World): Iterable<Draft> {
  for (const on of world.configurations) {
    if (on.object.kind !== 'ClusterConfig' || !on.object.apiVersion.startsWith('eksctl.io/')) continue;
    for (const [place, group] of list(on.object, ['managedNodeGroups']).entries()) {
      const share = at(group, 'updateConfig', 'maxUnavailablePercentage');
      if (typeof share !== 'number' || share <= 50) continue;
      yield {
        on,
        path: ['managedNodeGroups', place, 'updateConfig', 'maxUnavailablePercentage'],
        message: `${share} % of the machines of group ${String(at(group, 'name'))} may be updated at a time.`,
        takesDown: [],
      };
    }
  }
}

export const recoveryUpdates: readonly Rule[] = [dr09];
