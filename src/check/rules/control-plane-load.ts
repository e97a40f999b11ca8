/** ET10, ET12: what is laid on the machines and on the API of the control plane. */
import { PLACEMENT_READS } from '../reads.ts';
import { isObject } from '../../core/json.ts';
import { writtenFlag } from '../../inventory/component-flags.ts';
import { nameOf } from '../../inventory/identity.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { Workload, World, WorldNode } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import { clusterTarget } from '../cluster-target.ts';
import { list, podPath, podSpecOf, writtenContainer } from '../reach.ts';
import type { Rule } from '../rule.ts';
import { keepsReplicas, SYSTEM_PRIORITY } from '../workloads.ts';

const et10: Rule = {
  id: 'ET10',
  family: 'ET',
  title: 'Ordinary pods run on the machines of the control plane',
  severity: 'warning',
  whySeverity:
    'It needs a pod that takes the memory or the disk of the machine; then the API server or etcd beside it goes with it.',
  takesDown: 'A member of the control plane, by a neighbour that uses too much.',
  remedy:
    'Taint the machine (node-role.kubernetes.io/control-plane:NoSchedule) and restart what stands on it, one workload at a time.',
  price: 'The pods need room on workers.',
  source: 'Kubernetes docs, create-cluster-kubeadm (control plane node isolation)',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const open = world.nodes.filter(isOpenMember);
    // Where there are no workers, the members are meant to carry all.
    if (open.length === 0 || !world.nodes.some(({ role }) => role === 'worker')) return;
    const twin = context.twin();
    const names = new Set(open.map(({ name }) => name));
    const guests = world.workloads.filter(
      (workload) => isOrdinary(workload) && workload.pods.some((pod) => names.has(pod.node ?? twin?.nodeOf(pod) ?? '')),
    );
    const [first] = guests;
    const [member] = open;
    if (first === undefined || member === undefined) return;
    yield {
      on: member.sourced ?? clusterTarget(context),
      path: member.sourced === undefined ? [] : ['spec', 'taints'],
      message: `${open.length === 1 ? `${member.name} of the control plane takes` : `${open.length} machines of the control plane take`} any pod; ${first.id}${guests.length === 1 ? '' : ` and ${guests.length - 1} more workloads`} run${guests.length === 1 ? 's' : ''} there.`,
      takesDown: [],
    };
  },
};

function isOpenMember({ role, taints }: WorldNode): boolean {
  return role === 'control-plane' && !taints.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
}

function isOrdinary(workload: Workload): boolean {
  return (
    keepsReplicas(workload) &&
    workload.namespace !== 'kube-system' &&
    (workload.templates[0]?.priority ?? 0) < SYSTEM_PRIORITY
  );
}

/** Below it what one agent per node asks of the API is small. */
const MANY_NODES = 100;

const et12: Rule = {
  id: 'ET12',
  family: 'ET',
  title: 'The load on the API grows with every node, and nothing bounds it',
  severity: 'info',
  whySeverity:
    'Nothing goes down by itself; it needs many nodes whose agents start together, after a rollout or the loss of an API server.',
  takesDown: 'The API servers, when agents of all nodes read all pods at once.',
  remedy:
    'Let the agent ask for the pods of its own node (fieldSelector spec.nodeName), or give its service account a FlowSchema of its own.',
  source: 'OpenAI, outage of 2024-12-11; Kubernetes v1.36 docs, concepts/cluster-administration/flow-control',
  needs: 'manifests',
  reads: [
    '/ConfigMap',
    'rbac.authorization.k8s.io/ClusterRoleBinding',
    'rbac.authorization.k8s.io/ClusterRole',
    'flowcontrol.apiserver.k8s.io/FlowSchema',
  ],
  acrossNamespaces: true,
  *check(world) {
    const fairness = writtenFlag(world, { component: 'kube-apiserver', name: 'enable-priority-and-fairness' });
    if (fairness?.value === 'false')
      yield {
        on: fairness.sourced,
        path: fairness.path,
        severity: 'warning',
        message:
          '--enable-priority-and-fairness=false: one client that asks too much keeps leaders from their leases and kubelets from their nodes.',
        remedy: 'Leave priority and fairness on.',
        takesDown: [],
      };
    for (const workload of world.workloads) {
      const { kind, replicas, namespace, sourced } = workload;
      if (kind !== 'DaemonSet' || replicas < MANY_NODES || sourced === undefined) continue;
      const account = at(sourced.object, ...podPath(workload), 'serviceAccountName');
      const name = typeof account === 'string' ? account : 'default';
      if (!readsAllPods(world, namespace, name) || knowsItsNode(workload) || hasFlow(world, namespace, name)) continue;
      yield {
        on: workload,
        path: [...podPath(workload), 'serviceAccountName'],
        message: `Each of its ${replicas} pods may list and watch the pods of all nodes as ${namespace}/${name}, and none is told which node it is on.`,
        takesDown: [],
      };
    }
  },
};

/** Bound across the cluster to a role that lists pods. */
function readsAllPods({ index }: World, namespace: string, account: string): boolean {
  return ofKind(index, 'rbac.authorization.k8s.io/ClusterRoleBinding').some(({ object }) => {
    const bound = list(object, ['subjects']).some(
      (subject) =>
        at(subject, 'kind') === 'ServiceAccount' &&
        at(subject, 'name') === account &&
        at(subject, 'namespace') === namespace,
    );
    const role = at(object, 'roleRef', 'name');
    const given = ofKind(index, 'rbac.authorization.k8s.io/ClusterRole').find((one) => nameOf(one.object) === role);
    return bound && list(given?.object, ['rules']).some(listsPods);
  });
}

function listsPods(rule: unknown): boolean {
  const holds = (field: string, ...values: readonly string[]): boolean =>
    list(rule, [field]).some((one) => values.includes(String(one)));
  return holds('apiGroups', '', '*') && holds('resources', 'pods', '*') && holds('verbs', 'list', 'watch', '*');
}

/** An agent that is given its node's name asks for that node's pods, or asks the kubelet. */
function knowsItsNode(workload: Workload): boolean {
  return runningContainers(podSpecOf(workload)).some((container) =>
    list(writtenContainer(workload, container), ['env']).some((variable) => {
      const field = at(variable, 'valueFrom', 'fieldRef', 'fieldPath');
      return field === 'spec.nodeName' || field === 'status.hostIP';
    }),
  );
}

function hasFlow({ index }: World, namespace: string, account: string): boolean {
  return ofKind(index, 'flowcontrol.apiserver.k8s.io/FlowSchema').some(({ object }) =>
    list(object, ['spec', 'rules']).some((rule) =>
      list(rule, ['subjects']).some((subject) => {
        const wanted = at(subject, 'serviceAccount');
        return isObject(wanted) && wanted['namespace'] === namespace && wanted['name'] === account;
      }),
    ),
  );
}

export const controlPlaneLoad: readonly Rule[] = [et10, et12];
