/** What the API server lets in: item 13 of the article. */
import { defineSystem } from '../../system.ts';
import { contradictions } from './contradictions.ts';
import { evidence } from './evidence.ts';
import { plan } from './plan.ts';
import { render } from './render.ts';
import { section } from './section.ts';

export const policy = defineSystem({
  id: 'policy',
  seedItems: [13],
  words: {
    title: 'Admission policies',
    summary:
      'Decides which objects the API server refuses, warns of or records, what evaluates each rule, and what happens while that does not answer.',
    limits:
      'It is no authorization: who may create pods at all is a matter of RBAC. It looks at objects, not into images (image-gate) or at what runs (runtime-security), and spread and disruption budgets on their own are judged by the policies of scheduling. Where all namespaces belong to one team that reviews what it applies, Pod Security labels alone are enough.',
  },
  evidence,
  after: [],
  section,
  contradictions,
  plan,
  render,
});
