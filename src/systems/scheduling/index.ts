/** Where pods go, what may displace them, and how fast they return: items 4 and 5 of the article. */
import { defineSystem } from '../../system.ts';
import { contradictions } from './contradictions.ts';
import { plan } from './plan.ts';
import { render } from './render.ts';
import { section } from './section.ts';

export const scheduling = defineSystem({
  id: 'scheduling',
  seedItems: [4, 5],
  words: {
    title: 'Scheduling and eviction',
    summary:
      'Decides how pods are spread, who displaces whom, who may use GPU machines, and the timers by which pods return after a lost node or zone.',
    limits:
      'It makes no room: that is the headroom of autoscaling. It brings no StatefulSet back from a node that does not answer: that is node repair of the control plane.',
  },
  after: ['policy'],
  section,
  contradictions,
  plan,
  render,
});
