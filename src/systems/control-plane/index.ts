/** The control plane: members, the balancer before them, and everything that keeps them replaceable. */
import { defineSystem } from '../../system.ts';
import { contradictionsOf } from './contradictions.ts';
import { plan } from './plan.ts';
import { render } from './render.ts';
import { section } from './section.ts';

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
  plan,
  render,
});
