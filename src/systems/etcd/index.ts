/** etcd: where all of the cluster's state lives. */
import { defineSystem } from '../../system.ts';
import { contradictionsOf } from './contradictions.ts';
import { plan } from './plan.ts';
import { render } from './render.ts';
import { section } from './section.ts';

export const etcd = defineSystem({
  id: 'etcd',
  seedItems: [2],
  words: {
    title: 'etcd',
    summary:
      'Members and their quorum over zones, timers from the round trip, what the load needs, snapshots, alerts, and the runbooks for each loss.',
    limits:
      'It judges the load that the document states or an estimate of it; what a disk really carries only a test on it shows.',
  },
  after: [],
  section,
  contradictions: contradictionsOf,
  plan,
  render,
});
