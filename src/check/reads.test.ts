/**
 * What a live cluster does not show is never taken for absent: rules name the kinds and say whether they look across
 * namespaces, and here each is held to what its verdict really rests on.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentAmong } from '../cli/world-inputs.ts';
import { readInventory } from '../inventory/inventory.ts';
import { groupOf, scopeOf } from '../inventory/kinds.ts';
import { inventoryOfLive } from '../inventory/live/live-objects.ts';
import { isKind, NEVER_READ } from '../inventory/live/kinds.ts';
import { worldOfInventory } from '../inventory/world-of.ts';
import type { World } from '../inventory/world.ts';
import { formatPath } from '../inventory/refusals.ts';
import { namespaceOf } from '../inventory/identity.ts';
import { planCluster } from '../plan/run.ts';
import type { Plan } from '../plan/types.ts';
import type { KubernetesObject } from '../system.ts';
import { readClusterDocument } from '../systems/document.ts';
import { systems } from '../systems/index.ts';
import { type RuleContext, ruleContext } from './context.ts';
import { WORKLOAD_KINDS } from '../inventory/live/kinds.ts';
import { nameOfTarget, type Rule } from './rule.ts';
import { rules } from './rules/index.ts';
import { type Candidate, runRules } from './run-rules.ts';

const root = join(import.meta.dirname, '../..');
const NOW = Date.UTC(2026, 10, 27) / 1_000;

interface Sample {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly plan: Plan | undefined;
}

function samplesIn(folder: string): readonly Sample[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => {
    const texts = [{ file: name, text: readFileSync(join(folder, name), 'utf8'), named: true }];
    const document = documentAmong(texts);
    const plan = document === undefined ? undefined : planCluster(readClusterDocument(document), systems);
    return { name, objects: readInventory(texts).objects.map(({ object }) => object), plan };
  });
}

/** The same objects as a cluster gives them, of which some are not seen. */
function seen(sample: Sample, part: Part = {}): World {
  const known = worlds.get(sample) ?? worlds.set(sample, new Map()).get(sample);
  const key = JSON.stringify(part);
  const made = known?.get(key) ?? worldOf(sample, part);
  known?.set(key, made);
  return made;
}

interface Part {
  readonly unseen?: string;
  readonly namespace?: string;
}

/** Every rule looks at the same applications. */
const worlds = new WeakMap<Sample, Map<string, World>>();

function worldOf({ plan, objects }: Sample, { unseen, namespace }: Part): World {
  const shown = objects.filter(
    (object) =>
      keyOf(object) !== unseen && (namespace === undefined || [undefined, namespace].includes(namespaceOf(object))),
  );
  return worldOfInventory(
    inventoryOfLive({
      context: 'test',
      namespace,
      kubernetesVersion: 'v1.36.3',
      objects: shown,
      unseen: unseen === undefined ? [] : [{ kind: unseen, why: 'It may not be listed.' }],
    }),
    plan,
  );
}

function keyOf({ apiVersion, kind }: KubernetesObject): string {
  return `${groupOf(apiVersion)}/${kind}`;
}

/** What one rule says; undefined when it says that it cannot tell. */
function verdict(rule: Rule, world: World, plan: Plan | undefined): readonly Candidate[] | undefined {
  const { candidates, decided } = runRules([rule], world, ruleContext(world, { plan, now: NOW }));
  return decided === 0 ? undefined : candidates;
}

function said(candidates: readonly Candidate[], counts: (namespace: string | undefined) => boolean = () => true) {
  return candidates
    .filter(({ draft }) => counts(nameOfTarget(draft.on).namespace))
    .map(({ draft }) => {
      const { kind, namespace, name } = nameOfTarget(draft.on);
      return `${kind}/${namespace ?? ''}/${name} at ${formatPath(draft.path)}: ${draft.severity ?? ''} ${draft.message}`;
    })
    .sort();
}

/** Every object that lives in a namespace once more in another one. */
function withNeighbours(sample: Sample): Sample {
  const known = doubled.get(sample);
  if (known !== undefined) return known;
  const neighbours = sample.objects
    .filter(({ apiVersion, kind }) => scopeOf(apiVersion, kind) === 'namespace')
    .map((object) => ({ ...object, metadata: { ...object.metadata, namespace: `beside-${namespaceOf(object)}` } }));
  const made = { ...sample, objects: [...sample.objects, ...(neighbours as readonly KubernetesObject[])] };
  doubled.set(sample, made);
  return made;
}

const doubled = new WeakMap<Sample, Sample>();

/** Its fixtures, and applications that hold many kinds. */
const applications = readdirSync(join(root, 'test/fixtures/clean')).flatMap((name) =>
  samplesIn(join(root, 'test/fixtures/clean', name)),
);
const named = rules.map((rule) => ({ id: rule.id, rule }));
const samplesOf = ({ id }: Rule): readonly Sample[] => [
  ...samplesIn(join(root, 'test/fixtures/check', id)),
  ...applications,
];

describe.each(named)('rule $id', ({ rule }) => {
  const samples = samplesOf(rule);

  it('says the same, or that it cannot tell, when a kind is not seen', () => {
    for (const sample of samples) {
      const whole = verdict(rule, seen(sample), sample.plan) ?? [];
      // No nodes are never taken for a cluster without nodes; workloads are looked at one by one.
      const kinds = new Set(
        sample.objects
          .map(keyOf)
          .filter((kind) => kind !== '/Node' && !WORKLOAD_KINDS.has(kind) && !NEVER_READ.has(kind)),
      );
      for (const unseen of kinds) {
        const part = verdict(rule, seen(sample, { unseen }), sample.plan);
        const about = `${sample.name} without ${unseen}`;
        if (part !== undefined) expect([about, said(part)]).toEqual([about, said(whole)]);
      }
    }
  });

  // No live cluster shows them: a rule that named them would be unknown everywhere, so it says itself what it cannot tell.
  it('finds nothing more without Secrets, and says what it misses', () => {
    for (const sample of samples) {
      const whole = said(verdict(rule, seen(sample), sample.plan) ?? []);
      const world = seen(sample, { unseen: '/Secret' });
      const { candidates, unknown } = runRules([rule], world, ruleContext(world, { plan: sample.plan, now: NOW }));
      const part = said(candidates);
      expect([sample.name, part.filter((one) => !whole.includes(one))]).toEqual([sample.name, []]);
      if (part.length < whole.length) expect([sample.name, unknown.length]).not.toEqual([sample.name, 0]);
    }
  });

  it('says the same, or that it cannot tell, when one namespace was read of several', () => {
    for (const sample of samples) {
      const all = withNeighbours(sample);
      const whole = verdict(rule, seen(all), sample.plan) ?? [];
      for (const namespace of new Set([...sample.objects.map(namespaceOf), 'empty'])) {
        if (namespace === undefined) continue;
        const part = verdict(rule, seen(all, { namespace }), sample.plan);
        const here = (of: string | undefined): boolean => of === undefined || of === namespace;
        const about = `${sample.name} in ${namespace}`;
        if (part !== undefined) expect([about, said(part, here)]).toEqual([about, said(whole, here)]);
      }
    }
  });

  it('names every kind that it looks at', () => {
    const [looked, asked] = [new Set<string>(), new Set<string>()];
    for (const sample of samples) look(rule, sample, { looked, asked });
    const own = [...looked].filter((kind) => kind !== '/Node' && !WORKLOAD_KINDS.has(kind) && !NEVER_READ.has(kind));
    expect(own.filter((kind) => !rule.reads.some((key) => isKind(kind, key)))).toEqual([]);
    if (asked.has('controlPlane') || asked.has('twin')) expect(rule.acrossNamespaces).toBe(true);
  });
});

/** What the parts of a world are made of. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  services: ['/Service'],
  budgets: ['policy/PodDisruptionBudget'],
  autoscalers: ['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject'],
  claims: ['/PersistentVolumeClaim'],
  volumes: ['/PersistentVolume'],
  storageClasses: ['storage.k8s.io/StorageClass'],
  nodePools: ['karpenter.sh/NodePool'],
  webhooks: [
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  ],
  priorityClasses: ['scheduling.k8s.io/PriorityClass'],
  runtimeClasses: ['node.k8s.io/RuntimeClass'],
  csi: ['storage.k8s.io/CSINode', 'storage.k8s.io/CSIDriver'],
};
const QUESTIONS: Readonly<Partial<Record<keyof RuleContext, readonly string[]>>> = {
  servicesOf: PARTS['services'] ?? [],
  budgetsOf: PARTS['budgets'] ?? [],
  autoscalersOf: PARTS['autoscalers'] ?? [],
  claimsOf: PARTS['claims'] ?? [],
  // The twin goes by all that decides where pods find room.
  twin: ['/PersistentVolumeClaim', '/LimitRange', 'scheduling.k8s.io/PriorityClass', 'storage.k8s.io/CSINode'],
};

/** Runs the rule over a world that keeps a record of what is asked of it. */
function look(rule: Rule, sample: Sample, { looked, asked }: { looked: Set<string>; asked: Set<string> }): void {
  const { plan } = sample;
  const world = seen(sample);
  const note = (kinds: readonly string[] = []): void => kinds.forEach((kind) => looked.add(kind));
  const byKind = recorded(world.index.byKind, (key) => {
    if (key !== 'get' && key !== 'has') return undefined;
    return (kind: string) => {
      note([kind]);
      return world.index.byKind[key](kind);
    };
  });
  const index = recorded(world.index, (key) => {
    if (key === 'byKind') return byKind;
    if (key !== 'byName') return undefined;
    return (kind: string) => {
      note([kind]);
      return world.index.byName(kind);
    };
  });
  const watched = recorded(world, (key) => {
    asked.add(key);
    note(PARTS[key]);
    return key === 'index' ? index : undefined;
  });
  const context = recorded(ruleContext(world, { plan, now: NOW }), (key) => {
    asked.add(key);
    note(QUESTIONS[key as keyof RuleContext]);
    return undefined;
  });
  if (rule.needs === 'document' && world.nodes.length === 0) return;
  for (const _ of rule.check(watched, context)) continue;
}

/** The thing itself, but for properties that `instead` gives. */
function recorded<T extends object>(thing: T, instead: (key: string) => unknown): T {
  return new Proxy(thing, {
    get: (target, key) => {
      const value = (typeof key === 'string' ? instead(key) : undefined) ?? (Reflect.get(target, key) as unknown);
      return typeof value === 'function' && target instanceof Map && !(key === 'get' || key === 'has')
        ? (value.bind(target) as unknown)
        : value;
    },
  });
}
