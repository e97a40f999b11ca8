/** ET04: what stands before the API servers. */
import { kubeadmConfiguration } from '../../inventory/component-flags.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import { apiBackendsOf, textsOf, unwatchedAddressesOf } from '../balancer-text.ts';
import { clusterTarget } from '../cluster-target.ts';
import { floorOf, podPath, podSpecOf, writtenContainer, list } from '../reach.ts';
import { defect, type FindingDraft, type Rule } from '../rule.ts';
import { imageNames } from '../workload-programs.ts';

const et04: Rule = {
  id: 'ET04',
  family: 'ET',
  title: 'The address of the API depends on one machine, or leads to API servers that nobody asks',
  severity: 'error',
  whySeverity:
    'Losing a machine is an everyday event: with it goes the address, or a share of all requests goes to a server that is lost.',
  takesDown: 'The API for every kubelet, controller and person, though API servers are running.',
  remedy:
    'Let two machines be able to hold the address, and let the balancer ask /readyz of every API server (option httpchk, check-ssl).',
  price: 'A second small balancer, or one static pod more on each member.',
  source:
    'kubernetes/kubeadm docs/ha-considerations.md; HAProxy 3.0 configuration manual, section 5.2 (check); kube-vip v1.2.3 docs',
  needs: 'manifests',
  reads: [
    '/ConfigMap',
    'controlplane.cluster.x-k8s.io/KubeadmControlPlane',
    'bootstrap.cluster.x-k8s.io/KubeadmConfig',
    'bootstrap.cluster.x-k8s.io/KubeadmConfigTemplate',
  ],
  acrossNamespaces: true,
  *check(world, context) {
    yield* ownAddress(world);
    yield* addressHolder(world, context);
    for (const place of textsOf(world)) {
      const { sourced: on, path, text } = place;
      const backends = apiBackendsOf(text);
      for (const backend of backends) {
        const wrong = wrongWith(backend, world.controlPlane.members.length);
        if (wrong !== undefined) yield { on, path, takesDown: [], ...wrong };
      }
      const [address] = unwatchedAddressesOf(text).filter(
        (one) => backends.length > 0 || one === world.controlPlane.endpoint?.host,
      );
      if (address !== undefined)
        yield {
          on,
          path,
          severity: 'warning',
          message: `No script of keepalived watches what ${address} leads to: a machine whose balancer has died keeps the address.`,
          remedy: 'Add a vrrp_script that asks the balancer, and name it under track_script.',
          takesDown: [],
        };
    }
  },
};

/** kubeadm's endpoint is a machine's own address. */
function* ownAddress(world: World): Iterable<FindingDraft> {
  const { members, endpoint } = world.controlPlane;
  const holder = members.find(({ address }) => address !== '' && address === endpoint?.host);
  if (holder === undefined || members.length < 2 || addressPrograms(world).length > 0) return;
  const kubeadm = kubeadmConfiguration(world);
  if (kubeadm === undefined) return;
  yield {
    on: kubeadm.sourced,
    path: kubeadm.place(['controlPlaneEndpoint']),
    message: `controlPlaneEndpoint is the address of ${holder.name}: without that machine the other ${members.length === 2 ? 'API server is' : `${members.length - 1} API servers are`} not found.`,
    takesDown: [],
  };
}

/** Programs that move an address between machines. */
const HOLDERS = ['kube-vip', 'kube-vip-iptables', 'keepalived'];

function addressPrograms({ workloads }: World): readonly Workload[] {
  return workloads.filter((workload) => {
    const names = imageNames(workload);
    return HOLDERS.some((name) => names.has(name)) && !isForServicesOnly(workload);
  });
}

/** kube-vip gives addresses to Services too, with `cp_enable` off. */
function isForServicesOnly(workload: Workload): boolean {
  const containers = runningContainers(podSpecOf(workload)).map((container) => writtenContainer(workload, container));
  const variables = containers.flatMap((container) => list(container, ['env']));
  const enable = variables.find((variable) => at(variable, 'name') === 'cp_enable');
  const flags = containers.flatMap((container) => list(container, ['args']));
  return enable === undefined
    ? !flags.includes('--controlplane') && variables.some((variable) => at(variable, 'name') === 'svc_enable')
    : at(enable, 'value') !== 'true';
}

function* addressHolder(world: World, context: Parameters<typeof clusterTarget>[0]): Iterable<FindingDraft> {
  const { members } = world.controlPlane;
  const programs = addressPrograms(world);
  const [first] = programs;
  if (first === undefined || members.length < 2) return;
  // A file of a static pod lies on every machine; only where pods run says how many there are.
  const shown = programs.every(
    (program) => program.kind !== 'Pod' || program.pods.every(({ node }) => node !== undefined),
  );
  const count = programs.reduce(
    (sum, program) => sum + (program.kind === 'DaemonSet' ? program.replicas : floorOf(program)),
    0,
  );
  if (!shown || count !== 1) return;
  const path: FieldPath = first.sourced === undefined ? [] : podPath(first);
  yield {
    on: first.sourced === undefined ? clusterTarget(context) : first,
    path,
    message: `${first.id} alone can hold the address of the API; the cluster has ${members.length} API servers.`,
    takesDown: [],
    cause: defect('one-replica', first),
  };
}

function wrongWith(
  { name, servers, unchecked, asks }: ReturnType<typeof apiBackendsOf>[number],
  members: number,
): Pick<FindingDraft, 'message' | 'severity' | 'remedy'> | undefined {
  if (servers.length === 1 && members > 1)
    return { message: `${name} sends to ${servers[0] ?? ''} alone; the cluster has ${members} API servers.` };
  if (servers.length < 2) return undefined;
  if (unchecked.length > 0)
    return {
      severity: 'warning',
      message: `${name} never checks ${unchecked.join(', ')}: a share of all connections goes to a lost API server for as long as it is lost.`,
    };
  if (asks === 'http') return undefined;
  return {
    severity: 'warning',
    message: `${name} only opens a connection to its ${servers.length} API servers: one that starts, drains or has lost etcd takes connections and answers nothing.`,
  };
}

export const controlPlaneFront: readonly Rule[] = [et04];
