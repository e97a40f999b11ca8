/** The families of the catalogue, in its order. */
export const FAMILIES = [
  { id: 'WL', title: 'Redundancy of workloads' },
  { id: 'PL', title: 'Placement' },
  { id: 'PD', title: 'Disruption budgets' },
  { id: 'LC', title: 'Lifecycle and probes' },
  { id: 'RO', title: 'Rollouts' },
  { id: 'CP', title: 'Capacity' },
  { id: 'AS', title: 'Autoscaling' },
  { id: 'PR', title: 'Priority' },
  { id: 'ST', title: 'Storage' },
  { id: 'QU', title: 'Quorum' },
  { id: 'ET', title: 'Control plane and etcd' },
  { id: 'AD', title: 'Admission and extension' },
  { id: 'NW', title: 'Network, DNS and ingress' },
  { id: 'DR', title: 'Backup, observability and recovery' },
  { id: 'HF', title: 'Waivers and drift' },
  { id: 'OWN', title: 'Own rules' },
] as const;

export type FamilyId = (typeof FAMILIES)[number]['id'];
