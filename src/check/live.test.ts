/** What a check says of a cluster that did not show everything. */
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { makeWorld } from '../cli/world-inputs.ts';
import type { LiveObjects } from '../inventory/live/live-objects.ts';
import type { KubernetesObject } from '../system.ts';
import { check } from './check.ts';
import type { FindingList } from './results.ts';

const NODES = ['a', 'b', 'c'].map((zone) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `worker-${zone}`,
    labels: { 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': `worker-${zone}` },
  },
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
}));

const SHOP = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: registry.example.com/web:1.0.0}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: gone, namespace: shop}
spec: {selector: {app: gone}, ports: [{port: 80}]}
`;

function checked(live: Partial<LiveObjects> = {}, manifests = ''): FindingList {
  const objects = [...NODES, ...parseAllDocuments(SHOP).map((document) => document.toJS() as KubernetesObject)];
  const { world } = makeWorld({
    texts: manifests === '' ? [] : [{ file: 'shop.yaml', text: manifests, named: true }],
    named: [],
    kubernetesVersion: undefined,
    live: { context: 'prod', namespace: undefined, kubernetesVersion: 'v1.36.3', unseen: [], objects, ...live },
  });
  return check(world);
}

const rulesOn = ({ findings }: FindingList, name: string): readonly string[] =>
  findings.filter(({ object }) => object.name === name).flatMap(({ rule, mergedRules = [] }) => [rule, ...mergedRules]);
const unknownRules = ({ unknown }: FindingList): readonly string[] => unknown.map(({ rule }) => rule);
const without = (kind: string): Pick<LiveObjects, 'unseen'> => ({ unseen: [{ kind, why: 'It may not be listed.' }] });

describe('a live cluster', () => {
  it('is where findings point, with the field and without a line', () => {
    const list = checked();
    const finding = list.findings.find(({ rule }) => rule === 'PD01');
    expect(finding).toMatchObject({ origin: { context: 'prod' }, path: 'metadata.name' });
    expect(list.notSeen).toEqual([]);
  });

  it('whose budgets are not seen is not said to have none, nor to have good ones', () => {
    const list = checked(without('policy/PodDisruptionBudget'));
    expect(rulesOn(list, 'web')).not.toContain('PD01');
    expect(unknownRules(list)).toContain('PD01');
    expect(list.unknown.find(({ rule }) => rule === 'PD01')?.why).toBe(
      'PodDisruptionBudget (policy) was not seen. It may not be listed.',
    );
    expect(list.notSeen).toContainEqual({ kind: 'PodDisruptionBudget (policy)', why: 'It may not be listed.' });
    // What does not rest on budgets is found all the same; what the twin says would.
    expect(rulesOn(list, 'web')).toContain('LC01');
  });

  it('has no witness where the twin would take a part for the whole', () => {
    const one = SHOP.replace('replicas: 2', 'replicas: 1');
    const witnesses = (live: Partial<LiveObjects>): number =>
      checked(live, one).findings.filter(({ witness }) => witness !== undefined).length;
    expect(witnesses({})).toBeGreaterThan(0);
    expect(witnesses(without('policy/PodDisruptionBudget'))).toBe(0);
    expect(witnesses({ namespace: 'shop' })).toBe(0);
  });

  it('of which some workloads are not seen says nothing of what may be theirs', () => {
    const whole = checked();
    expect(rulesOn(whole, 'gone')).toContain('WL11');
    const part = checked(without('apps/StatefulSet'));
    expect(rulesOn(part, 'gone')).toEqual([]);
    expect(unknownRules(part)).toContain('WL11');
    expect(rulesOn(part, 'web')).toEqual(expect.arrayContaining(['LC01']));
  });

  it('of which one namespace was read is not judged as a whole', () => {
    const list = checked({ namespace: 'shop' });
    expect(unknownRules(list)).toEqual(expect.arrayContaining(['CP02', 'CP03']));
    expect(list.notSeen).toContainEqual({ kind: 'Other namespaces', why: 'Only the namespace shop was read.' });
    expect(rulesOn(list, 'web')).toContain('PD01');
  });

  it('gives way to manifests beside it, whose lines are told', () => {
    const manifests = SHOP.replace('replicas: 2', 'replicas: 1').split('---\n')[0] ?? '';
    const list = checked({}, manifests);
    expect(list.findings.find(({ rule }) => rule === 'WL01')).toMatchObject({
      origin: { file: 'shop.yaml', line: 6 },
      object: { name: 'web' },
    });
    expect(rulesOn(list, 'gone')).toContain('WL11');
  });
});
