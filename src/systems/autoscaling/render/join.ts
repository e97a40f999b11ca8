/** kubeadm's join configuration of hosts that people install. */
import type { Artifact } from '../../../system.ts';
import type { Rendering } from './rendering.ts';
import { joinConfiguration } from './kubelet.ts';
import type { NodePool } from '../settings.ts';

/** Lies beside the file, written by a runbook; kubeadm runs in that folder. */
const DISCOVERY_FILE = 'discovery.conf';

/** One file per pool and zone: no cloud tells a host which zone it stands in. */
export function renderJoinConfigurations({ facts }: Rendering): readonly Artifact[] {
  return facts.pools.flatMap((pool) =>
    pool.places.flatMap(({ region, zones }) => zones.map((zone) => joinFile(pool, { region, zone }))),
  );
}

function joinFile(pool: NodePool, { region, zone }: { readonly region: string; readonly zone: string }): Artifact {
  const labels = { 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': zone };
  return {
    form: 'configuration',
    path: `hosts/${pool.name}/${zone}/join.yaml`,
    purpose: `How a host of pool ${pool.name} in ${zone} joins; read by kubeadm join.`,
    decisions: ['autoscaling.groups'],
    documents: [joinConfiguration(pool, { discovery: DISCOVERY_FILE, labels })],
  };
}
