/** ET: the control plane and etcd. */
import { at } from '../../kubernetes/objects.ts';
import type { World } from '../../inventory/world.ts';
import { clusterTarget } from '../cluster-target.ts';
import { defect, type Rule } from '../rule.ts';

function isManaged({ controlPlane }: World): boolean {
  return controlPlane.kind === 'eks' || controlPlane.etcd.topology === 'managed';
}

const et01: Rule = {
  id: 'ET01',
  family: 'ET',
  title: 'One machine is the control plane',
  severity: 'error',
  whySeverity: 'Losing a machine is an everyday event, and then nothing is repaired, scaled or deployed.',
  takesDown: 'The API and every repair, until the machine is back; with its disk, the state of the cluster.',
  remedy: 'Run three machines over three zones behind a balancer.',
  price: 'Two more machines.',
  source: 'Kubernetes docs, setup/production-environment/tools/kubeadm/ha-topology',
  needs: 'document',
  reads: [],
  acrossNamespaces: true,
  *check(world, context) {
    const { members } = world.controlPlane;
    const [member] = members;
    if (isManaged(world) || members.length !== 1 || member === undefined) return;
    yield {
      on: clusterTarget(context),
      path: ['spec', 'controlPlane'],
      message: `${member.name} alone runs the API server and the controllers.`,
      takesDown: [],
      witness: { of: 'control-plane', lose: () => [`member=${member.name}`] },
      cause: defect('one-member', clusterTarget(context)),
    };
  },
};

const et02: Rule = {
  id: 'ET02',
  family: 'ET',
  title: 'etcd cannot lose a member, or a zone, and go on',
  severity: 'error',
  whySeverity: 'Losing a machine is an everyday event; without a majority the API takes no writes.',
  takesDown: 'Writes to the API and every repair, until a majority is back.',
  remedy: 'Run three members, or five, over three zones.',
  price: 'The machines.',
  source: 'etcd v3.6 docs, faq (failure tolerance, odd number of members)',
  needs: 'document',
  reads: [],
  acrossNamespaces: true,
  *check(world, context) {
    const { members, topology } = world.controlPlane.etcd;
    if (isManaged(world) || topology === 'unknown' || members.length === 0) return;
    const zones = new Set(members.map(({ region, zone }) => `${region}/${zone}`));
    const known = members.every(({ zone }) => zone !== '');
    const spare = Math.floor((members.length - 1) / 2);
    const sizes = [...zones].map((key) => ({
      key,
      size: members.filter(({ region, zone }) => `${region}/${zone}` === key).length,
    }));
    const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a));
    const most = largest.size;
    const few = spare === 0;
    const even = members.length % 2 === 0;
    // Where there is one zone there is no other place.
    const crowded = known && world.zones.length > 1 && most > spare;
    if (!few && !even && !crowded) return;
    yield {
      on: clusterTarget(context),
      path: ['spec', 'etcd', 'members'],
      message: few
        ? `${members.length === 1 ? 'One member bears' : `${members.length} members bear`} no loss.`
        : even
          ? `${members.length} members bear the loss of ${spare}, as ${members.length - 1} would.`
          : `${most} of ${members.length} members are in one zone; without it no majority is left.`,
      ...(few ? {} : { severity: 'warning' as const }),
      takesDown: [],
      ...(few || crowded
        ? {
            witness: {
              of: 'control-plane',
              lose: () => [few ? `member=${members[0]?.name ?? ''}` : `zone=${largest.key}`],
            },
          }
        : {}),
      cause:
        members.length === 1 ? defect('one-member', clusterTarget(context)) : defect('etcd', clusterTarget(context)),
    };
  },
};

const et03: Rule = {
  id: 'ET03',
  family: 'ET',
  title: 'A control plane that cannot be given a second machine',
  severity: 'warning',
  whySeverity:
    'Nothing goes down by it; but kubeadm joins no second control-plane machine, and certificates name the first one only.',
  takesDown: 'The API, with the one machine whose address everybody knows.',
  remedy: 'Set controlPlaneEndpoint to a name that can point to a balancer later, before the cluster is made.',
  price: 'One DNS name.',
  source:
    'Kubernetes docs, tools/kubeadm/create-cluster-kubeadm (considerations about apiserver-advertise-address and ControlPlaneEndpoint)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const sourced of world.configurations) {
      const { kind, apiVersion } = sourced.object;
      if (kind !== 'ClusterConfiguration' || !apiVersion.startsWith('kubeadm.k8s.io/')) continue;
      const written = at(sourced.object, 'controlPlaneEndpoint');
      if (typeof written === 'string' && written !== '') continue;
      yield {
        on: sourced,
        path: ['controlPlaneEndpoint'],
        message: 'controlPlaneEndpoint is not written: everybody is told the address of the first machine.',
      };
    }
  },
};

export const controlPlane: readonly Rule[] = [et01, et02, et03];
