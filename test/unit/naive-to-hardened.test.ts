/** From examples/naive to examples/hardened: what `check --fix` makes is not made by hand. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { check } from '../../src/check/check.ts';
import { type Checked, fix, type Texts } from '../../src/check/fix/fix.ts';
import { makeReadableWorld } from '../../src/cli/world-inputs.ts';
import { isObject } from '../../src/core/json.ts';

type Object_ = Record<string, unknown>;
type Objects = ReadonlyMap<string, Object_>;

const EXAMPLES = join(import.meta.dirname, '../../examples');

function manifestsOf(example: string): Texts {
  const folder = join(EXAMPLES, example, 'manifests');
  return new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

function objectsIn(texts: Texts): Objects {
  const objects = [...texts.values()].flatMap((text) => parseAllDocuments(text).map((one) => one.toJS() as Object_));
  return new Map(objects.map((object) => [nameOf(object), object]));
}

function nameOf({ kind, metadata }: Object_): string {
  const { namespace = '', name } = metadata as { namespace?: string; name: string };
  return `${String(kind)}/${namespace}/${name}`;
}

/** What --fix makes of these, on the cluster of an example's document. */
function fixed(example: string, texts: Texts): { readonly after: Objects; readonly left: Checked['list'] } {
  const document = readFileSync(join(EXAMPLES, example, 'holdfast.yaml'), 'utf8');
  const look = (changed: Texts): Checked => {
    const { world, plan } = makeReadableWorld({
      texts: [...changed, ['holdfast.yaml', document] as const].map(([file, text]) => ({ file, text, named: true })),
      named: [],
      kubernetesVersion: undefined,
    });
    expect(world.problems).toEqual([]);
    return { world, list: check(world, { plan, failures: 0 }) };
  };
  const made = fix(texts, look(texts), look);
  expect(made.left).toEqual([]);
  return { after: objectsIn(made.texts), left: look(made.texts).list };
}

/** The parts that are made by --fix, by object. */
const MADE: readonly (readonly [kind: string, names: readonly string[], paths: readonly string[]])[] = [
  ['Deployment', ['web', 'api', 'gateway', 'coredns'], ['spec.template.spec.topologySpreadConstraints']],
  [
    'Deployment',
    ['web', 'gateway'],
    ['spec.template.spec.containers.0.lifecycle', 'spec.template.spec.terminationGracePeriodSeconds'],
  ],
];

function withoutWhatIsMade(objects: Objects): Objects {
  const left = [...objects].filter(([, { kind }]) => kind !== 'PodDisruptionBudget');
  return new Map(
    left.map(([id, object]) => {
      const name = id.split('/').at(-1) ?? '';
      const paths = MADE.flatMap(([kind, names, fields]) =>
        kind === object['kind'] && names.includes(name) ? fields : [],
      );
      return [id, paths.reduce(without, structuredClone(object))];
    }),
  );
}

function without(object: Object_, path: string): Object_ {
  const steps = path.split('.');
  const parent = steps.slice(0, -1).reduce<unknown>((here, step) => (here as Object_)[step], object) as Object_;
  expect(parent).toHaveProperty(steps.at(-1) ?? '');
  delete parent[steps.at(-1) ?? ''];
  return object;
}

/** Places where two values differ. */
function differences(a: unknown, b: unknown, path = ''): readonly string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  const parts = [a, b].map((value) => (isObject(value) || Array.isArray(value) ? (value as Object_) : undefined));
  const [left, right] = parts;
  if (left === undefined || right === undefined) return [path];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    differences(left[key], right[key], path === '' ? key : `${path}.${key}`),
  );
}

/** What people change, and why no fix can know it. Each is needed by some object. */
const BY_HAND: readonly (readonly [path: RegExp, why: string])[] = [
  [/^metadata\.annotations$/, 'what a workload may suffer is what its owner says'],
  [/^kind$/, 'whether a program keeps state in members is known to who wrote it'],
  [/^spec\.(?:serviceName|volumeClaimTemplates|podManagementPolicy|persistentVolumeClaimRetentionPolicy)/, 'its state'],
  [/^spec\.template\.spec\.containers\.0\.volumeMounts$/, 'its state'],
  [/^spec\.clusterIP$/, 'its members are found by name'],
  [/^spec\.replicas$/, 'whether two of a program may run is in no manifest'],
  [/^spec\.minReadySeconds$/, 'how long a new version must have worked'],
  [/^spec\.strategy$/, 'whether the old or the new version is to be short'],
  [/^spec\.template\.spec\.priorityClassName$/, 'who goes first'],
  [/^spec\.template\.spec\.terminationGracePeriodSeconds$/, 'how long a store needs to close its files'],
  [/^spec\.template\.spec\.topologySpreadConstraints$/, 'hard for members with volumes: where those lie is not known'],
  [/^spec\.template\.spec\.containers\.0\.image$/, 'the digest of a version is in its registry'],
  [/^spec\.template\.spec\.containers\.0\.resources$/, 'what it uses is measured'],
  [/^spec\.template\.spec\.containers\.0\.(?:startup|readiness|liveness)Probe$/, 'which path answers for what'],
  [/^spec\.template\.spec\.containers\.0\.lifecycle$/, 'callers within the cluster are gone in a second or so'],
  [/^spec\.ports\.0\.targetPort$/, 'written out'],
];

describe('examples/hardened', () => {
  const hardened = objectsIn(manifestsOf('hardened'));
  const bare = withoutWhatIsMade(hardened);

  it('is what --fix makes of what people know', () => {
    const text = [...bare.values()].map((object) => stringify(object)).join('---\n');
    const { after, left } = fixed('hardened', new Map([['shop.yaml', text]]));
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(hardened));
    expect(left.findings).toEqual([]);
  });

  it('differs otherwise from examples/naive only in what no fix can know', () => {
    const naive = objectsIn(manifestsOf('naive'));
    const renamed = new Map(
      [...naive].map(([id, object]) => [id.replace('Deployment/shop/queue', 'StatefulSet/shop/queue'), object]),
    );
    const added = [...bare.keys()].filter((id) => !renamed.has(id));
    // Where data lies and where its backups go is bought, not found in a manifest.
    expect(added.toSorted()).toEqual([
      'BackupStorageLocation/velero/default',
      'Namespace//velero',
      'Schedule/velero/shop',
      'StorageClass//zonal',
    ]);
    expect([...renamed.keys()].filter((id) => !bare.has(id))).toEqual([]);
    const found = [...renamed].flatMap(([id, object]) =>
      differences(object, bare.get(id)).map((path) => ({ id, path })),
    );
    expect(found.filter(({ path }) => !BY_HAND.some(([known]) => known.test(path)))).toEqual([]);
    expect(BY_HAND.filter(([known]) => !found.some(({ path }) => known.test(path)))).toEqual([]);
  });
});

describe('examples/naive', () => {
  it('keeps after --fix only what no fix can know', () => {
    const { left } = fixed('naive', manifestsOf('naive'));
    const rules = left.findings.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule);
    // One machine and one replica, what programs need, and the probe of a store.
    expect([...new Set(rules)].sort()).toEqual(['CP01', 'ET01', 'LC01', 'WL01', 'WL05']);
    expect(left.findings.filter(({ rule }) => rule === 'LC01').map(({ object }) => object.name)).toEqual(['database']);
  });
});
