/** The control plane: members, the balancer before them, and everything that keeps them replaceable. */
import { defineSystem, type SystemPlan } from '../../system.ts';
import { alertsOf } from './alerts.ts';
import { contradictionsOf } from './contradictions.ts';
import { decisionsOf } from './decisions/list.ts';
import { type Context, resolve } from './facts.ts';
import { limitsOf } from './limits.ts';
import { needsOf } from './needs.ts';
import { artifactsOf } from './render/artifacts.ts';
import { runbooksOf } from './runbooks/list.ts';
import { type Section, section } from './section.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { verificationsOf } from './verify.ts';

export const controlPlane = defineSystem({
  id: 'control-plane',
  seedItems: [1],
  words: {
    title: 'Control plane',
    summary:
      'Decides who runs the API servers, what balances them, who holds their address, and how members, certificates and nodes are renewed.',
    limits:
      'It does not place or tune etcd, and does not choose worker nodes; on EKS it decides only what EKS lets be set.',
  },
  after: ['scheduling', 'etcd'],
  section,
  contradictions: contradictionsOf,
  plan: planControlPlane,
  render: ({ facts, settings }, { cluster, plans }) =>
    artifactsOf({ facts: { ...facts, settings }, etcd: plans.etcd.facts, cluster }),
});

function planControlPlane(written: Section, context: Context): SystemPlan<'control-plane', ControlPlaneSettings> {
  const settled = resolve(written, context);
  const { settings, ...facts } = settled;
  const { cluster } = context;
  return {
    decisions: decisionsOf(settled, context),
    needs: needsOf(settled, cluster),
    alerts: alertsOf(settled, cluster.objectives),
    verify: verificationsOf(settled, cluster),
    runbooks: runbooksOf(settled, cluster, context.plans.etcd.facts),
    facts,
    settings,
    limits: limitsOf(settled, context),
  };
}
