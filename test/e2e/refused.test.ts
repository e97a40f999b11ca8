/** Our verdict on pods and workloads is that of a real API server: every case, and changes of one pod together at random. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readInventory } from '../../src/inventory/inventory.ts';
import { worldOfInventory } from '../../src/inventory/world-of.ts';
import { type Random, seeded } from '../../src/core/random.ts';
import { messageOf } from '../../src/lab/index.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { objectCases, podCases, podOf } from '../unit/refused.ts';
import { type Discovery, type Plane, discovery } from './apply.ts';
import { startTestPlane } from './control-plane.ts';

const RANDOM_PODS = 1_500;
const MOST_TOLD = Number(process.env['TOLD'] ?? 5);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
let plane: Plane;
let resources: Discovery;

beforeAll(async () => {
  plane = await startTestPlane();
  resources = discovery(plane);
});
afterAll(() => plane?.remove());

/** What the API server says: undefined when it would take the object. */
async function verdict(object: KubernetesObject): Promise<string | undefined> {
  const resource = await resources(object.apiVersion, object.kind);
  if (resource === undefined) throw new Error(`${object.kind} is not served`);
  const prefix = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const namespace = resource.namespaced ? '/namespaces/default' : '';
  const response = await plane.request({
    method: 'POST',
    path: `${prefix}${namespace}/${resource.name}?dryRun=All`,
    body: object,
  });
  if (response.status < 300) return undefined;
  if (![400, 403, 422].includes(response.status)) throw new Error(messageOf(response));
  return messageOf(response);
}

/** A class that every API server has: who gives one gives all, so that others are known to be missing. */
const ownClass = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'system-cluster-critical' },
  value: 2_000_000_000,
};

function ours(object: KubernetesObject): string | undefined {
  const text = [object, ownClass].map((one) => JSON.stringify(one)).join('\n');
  const world = worldOfInventory(readInventory([{ file: 'a.json', text, named: true }]));
  return world.problems.length === 0 ? undefined : world.problems.map(({ message }) => message).join('; ');
}

async function differences(objects: readonly (readonly [string, KubernetesObject])[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, object] of objects) {
    const theirs = await verdict(object);
    const own = ours(object);
    if ((theirs === undefined) !== (own === undefined) && found.length < MOST_TOLD)
      found.push(`${name}: the API server says ${theirs ?? 'yes'}; we say ${own ?? 'yes'}: ${JSON.stringify(object)}`);
  }
  return found;
}

it('on every case', async () => {
  const pods = podCases.map((one) => [`a pod with ${one.name}`, podOf(one)] as const);
  expect(await differences([...pods, ...objectCases.map(({ name, object }) => [name, object] as const)])).toEqual([]);
});

it(`on changes of one pod together, seed ${seed}`, async () => {
  const random = seeded(seed);
  const accepted = podCases.filter(({ refused }) => refused === undefined);
  const pods = Array.from({ length: RANDOM_PODS }, () => {
    const from = random.next() < 0.6 ? accepted : podCases;
    const cases = Array.from({ length: 2 + random.int(4) }, () => pickOf(random, from));
    return [cases.map(({ name }) => name).join(' + '), podOf(...cases)] as const;
  });
  expect(await differences(pods)).toEqual([]);
});

it(`on a pod with one value changed for any other, seed ${seed}`, async () => {
  const random = seeded(seed + 1);
  const accepted = podCases.filter(({ refused }) => refused === undefined);
  const pods = Array.from({ length: RANDOM_PODS }, () => {
    const pod = podOf(...Array.from({ length: 1 + random.int(3) }, () => pickOf(random, accepted)));
    const places = placesIn(pod['spec']);
    const { owner, key } = pickOf(random, places);
    const old = owner[key];
    owner[key] = pickOf(random, VALUES);
    return [`${String(key)}: ${JSON.stringify(old)} → ${JSON.stringify(owner[key])}`, pod] as const;
  });
  expect(await differences(pods)).toEqual([]);
});

function pickOf<T>(random: Random, from: readonly T[]): T {
  return from[random.int(from.length)] as T;
}

it(`on a workload or policy with one value changed for any other, seed ${seed}`, async () => {
  const random = seeded(seed + 2);
  const accepted = objectCases.filter(({ refused }) => refused === undefined);
  const objects = Array.from({ length: RANDOM_PODS }, () => {
    const { name, object } = pickOf(random, accepted);
    const copy = JSON.parse(JSON.stringify(object)) as KubernetesObject;
    const { owner, key } = pickOf(random, placesIn(copy['spec'] ?? copy.metadata));
    const old = owner[key];
    owner[key] = pickOf(random, VALUES);
    return [`${name}, ${String(key)}: ${JSON.stringify(old)} → ${JSON.stringify(owner[key])}`, copy] as const;
  });
  expect(await differences(objects)).toEqual([]);
});

const VALUES: readonly unknown[] = [
  undefined,
  '',
  'a',
  'A_b',
  'a b',
  'example.com/a',
  '/',
  'Exists',
  'Always',
  '1',
  '-1',
  '5Gi',
  0,
  1,
  -1,
  70_000,
  true,
  null,
  [],
  {},
];

interface Place {
  readonly owner: Record<string | number, unknown>;
  readonly key: string | number;
}

/** Every value within a value. */
function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string | number, unknown>;
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [{ owner, key }, ...placesIn(owner[key])]);
}
