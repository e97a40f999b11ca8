/** Machines and pods that come and go with the load, and the room that is kept for a loss. */
import { defineSystem } from '../../system.ts';
import { contradictionsOf } from './contradictions.ts';
import { planAutoscaling } from './plan.ts';
import { renderAutoscaling } from './render.ts';
import { section } from './section.ts';

export const autoscaling = defineSystem({
  id: 'autoscaling',
  seedItems: [3],
  words: {
    title: 'Autoscaling',
    summary:
      'Decides the groups of machines and which grows first, what adds and removes them, what scales pods, and the room that is kept free for a loss.',
    limits:
      'It promises machines only as far as the provider has some to sell; vertical scaling of pods and scaling to zero pods are not planned.',
  },
  after: ['scheduling', 'control-plane'],
  section,
  contradictions: contradictionsOf,
  plan: planAutoscaling,
  render: renderAutoscaling,
});
