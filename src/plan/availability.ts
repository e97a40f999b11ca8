/** From the facts of a plan to the expected availability of its API. */
import { controlPlaneAvailability, type OwnControlPlane } from '../availability/control-plane.ts';
import { YEAR } from '../availability/budget.ts';
import type { ZoneGroup } from '../availability/zones.ts';
import type { Millis } from '../core/units.ts';
import type { ControlPlaneFacts, EtcdFacts, Facts, Member } from '../facts.ts';
import type { AvailabilityEstimate } from './types.ts';

/** Elastic Load Balancing service level agreement: monthly uptime of a balancer over at least two zones. */
const NLB_AVAILABILITY = 0.9999;

/** Without a control plane nothing answers. */
const NOTHING: AvailabilityEstimate = {
  expected: 0,
  downtimePerYear: YEAR,
  causes: [{ cause: 'No control plane is planned', downtimePerYear: YEAR, share: 1 }],
  assumptions: [],
};

/** Expected availability of the API with its causes and assumptions. */
export function estimateAvailability({ etcd, 'control-plane': plane }: Partial<Facts>): AvailabilityEstimate {
  if (!plane || !etcd) return NOTHING;
  if (plane.providerAvailability !== undefined) {
    return controlPlaneAvailability({
      kind: 'managed',
      promised: plane.providerAvailability,
      provider: plane.kind === 'eks' ? 'Amazon EKS' : 'the provider',
    });
  }
  if (etcd.members.length === 0 || plane.members.length === 0) return NOTHING;
  const estimate = controlPlaneAvailability(ownPlane(plane, etcd));
  if (plane.balancer.kind !== 'nlb') return estimate;
  return {
    ...estimate,
    assumptions: [
      ...estimate.assumptions,
      'The provider promises 99.99% for its network load balancer (Elastic Load Balancing service level agreement); what it really gives is not published, so the promise is taken as the figure.',
    ],
  };
}

/** True when there is a control plane to speak of. */
export function isPlanned(estimate: AvailabilityEstimate): boolean {
  return estimate !== NOTHING;
}

function ownPlane(plane: ControlPlaneFacts, etcd: EtcdFacts): OwnControlPlane {
  const { balancer } = plane;
  return {
    kind: 'own',
    etcd: byZone(etcd.members),
    apiServers: byZone(plane.members),
    stacked: etcd.topology === 'stacked',
    balancers: byZone(balancer.instances),
    ...(balancer.kind === 'nlb' ? { providerBalancer: NLB_AVAILABILITY } : {}),
    leaderLoss: mean(etcd.leaderLoss),
    ejection: balancer.kind === 'kube-vip' ? 0 : mean(balancer.ejection),
    takeover: mean(balancer.takeover),
  };
}

function byZone(members: readonly Member[]): readonly ZoneGroup[] {
  const zones = new Map<string, number>();
  for (const { region, zone } of members) zones.set(`${region}/${zone}`, (zones.get(`${region}/${zone}`) ?? 0) + 1);
  return [...zones].map(([zone, count]) => ({ zone, members: count }));
}

function mean({ least, most }: { readonly least: Millis; readonly most: Millis }): Millis {
  return (least + most) / 2;
}
