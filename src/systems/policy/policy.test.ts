import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../core/json.ts';
import { addOnNamespaces } from '../../kubernetes/add-on-namespaces.ts';
import { at } from '../../kubernetes/objects.ts';
import { renderTree } from '../../render/tree.ts';
import { bases } from '../../../test/unit/bases.ts';
import { planRaw } from '../../../test/unit/plan-fixtures.ts';
import { systems } from '../index.ts';
import { ACROSS, DENY, decisionOf, example, objectOf, valuesOf } from './example.test-support.ts';

describe('stages', () => {
  const actions = (section: Record<string, unknown>) =>
    at(
      objectOf(example(section), 'ValidatingAdmissionPolicyBinding', 'holdfast-privileged'),
      'spec',
      'validationActions',
    );

  it('go from the audit log over a warning to a refusal; warn is the default', () => {
    expect(actions({ stage: 'audit' })).toEqual(['Audit']);
    expect(actions({})).toEqual(['Warn', 'Audit']);
    expect(actions(DENY)).toEqual(['Deny']);
  });
  it('are a rule’s own where it says so', () => {
    expect(actions({ ...DENY, rules: { privileged: { stage: 'audit' } } })).toEqual(['Audit']);
  });
  it('only a rule that refuses fails closed, and not every one does', () => {
    const failure = (section: Record<string, unknown>, name: string) =>
      at(objectOf(example(section), 'ValidatingAdmissionPolicy', name), 'spec', 'failurePolicy');
    expect(failure({}, 'holdfast-privileged')).toBe('Ignore');
    expect(failure(DENY, 'holdfast-privileged')).toBe('Fail');
    expect(failure(DENY, 'holdfast-namespace-levels')).toBe('Fail');
    expect(failure(DENY, 'holdfast-images')).toBe('Ignore');
    expect(failure(DENY, 'holdfast-images-templates')).toBe('Ignore');
  });
  it('off renders nothing and says what is lost', () => {
    const off = example({ stage: 'off' });
    expect(off.artifacts).toEqual([]);
    expect(off.plan.needs).toEqual([]);
    expect(off.plan.alerts).toEqual([]);
    expect(off.plan.facts.podSecurity).toBeNull();
    expect(off.plan.limits).toEqual([expect.stringContaining('Admission policies are off')]);
    expect(off.plan.runbooks.at(-1)?.id).toBe('turn-off');
  });
});

describe('Pod Security', () => {
  it('labels the namespaces that it names, and tells others by its facts', () => {
    const { plan, objects } = example({
      level: 'restricted',
      namespaces: [{ name: 'old', level: 'baseline', reason: 'runs as root' }],
    });
    expect(plan.facts.podSecurity).toEqual({
      mode: 'warn',
      version: 'v1.36',
      level: 'restricted',
      namespaces: [{ name: 'old', level: 'baseline' }],
    });
    expect(objectOf({ objects }, 'Namespace', 'old').metadata?.['labels']).toEqual({
      'pod-security.kubernetes.io/audit': 'baseline',
      'pod-security.kubernetes.io/audit-version': 'v1.36',
      'pod-security.kubernetes.io/warn': 'baseline',
      'pod-security.kubernetes.io/warn-version': 'v1.36',
    });
  });
  it('follows the version of the cluster, not latest', () => {
    expect(example({}, { versions: { kubernetes: '1.35.2' } }).plan.facts.podSecurity?.version).toBe('v1.35');
  });
  it('every namespace is rendered by one system', () => {
    for (const [name, raw] of Object.entries(bases)) {
      const { plan } = planRaw(raw);
      if (plan === undefined) throw new Error(name);
      const files = renderTree(plan, systems, { layout: 'plain' }).files.map(({ path }) => path);
      const namespaces = files.filter((path) => /\/namespace-[^/]+$/.test(path)).map((path) => path.split('/').at(-1));
      expect(new Set(namespaces).size, name).toBe(namespaces.length);
    }
  });
});

describe('Gatekeeper', () => {
  it('is not installed for rules that look at one object', () => {
    expect(decisionOf(example(DENY), 'gatekeeper').value).toBe('none');
    expect(example(DENY).plan.needs).toEqual([]);
  });
  it('for an audit alone has no webhook and no manager, which without operations would run them all', () => {
    const audit = example({ auditExisting: true });
    expect(decisionOf(audit, 'webhook').value).toBeNull();
    expect(valuesOf(audit)).toMatchObject({
      replicas: 0,
      disableValidatingWebhook: true,
      controllerManager: { disableWebhookOperation: true },
    });
    expect(audit.plan.needs.map(({ component, replicas }) => `${replicas} ${component}`)).toEqual([
      '1 gatekeeper-audit',
    ]);
  });
  it('has no webhook either for a rule across objects that is only recorded', () => {
    const recorded = example({ rules: { uniqueHosts: { stage: 'audit' } } });
    expect(decisionOf(recorded, 'gatekeeper').value).toBe('audit');
    expect(at(objectOf(recorded, 'HoldfastUniqueHosts', 'holdfast-unique-hosts'), 'spec', 'enforcementAction')).toBe(
      'dryrun',
    );
  });
  it.each([
    [{}, 3, 2],
    [{ regions: [{ name: 'hall', zones: ['a', 'b'] }] }, 4, 2],
    [{ survive: 'node', regions: [{ name: 'hall', zones: ['a'] }], pools: [{ name: 'g', nodesPerZone: 5 }] }, 3, 2],
    [{ survive: 'region', regions: ['r', 's', 't'].map((name) => ({ name, zones: [`${name}a`, `${name}b`] })) }, 3, 2],
    [{ survive: 'region', regions: ['r', 's'].map((name) => ({ name, zones: [`${name}a`, `${name}b`] })) }, 4, 2],
  ])('with %j has %i copies, of which one loss leaves %i', (spec, copies, left) => {
    const made = example(ACROSS, spec);
    expect(valuesOf(made)).toMatchObject({ replicas: copies, pdb: { controllerManager: { minAvailable: 1 } } });
    expect(decisionOf(made, 'webhook').because).toContain(`= ${left}.`);
    expect(made.plan.needs.find(({ component }) => component === 'gatekeeper-controller-manager')?.replicas).toBe(
      copies,
    );
  });
  it('is spread over regions where the loss of one is to be survived', () => {
    const regions = ['r', 's', 't'].map((name) => ({ name, zones: [`${name}a`, `${name}b`] }));
    const spread = at(
      valuesOf(example(ACROSS, { survive: 'region', regions })),
      'controllerManager',
      'topologySpreadConstraints',
    );
    expect(spread).toMatchObject([
      { topologyKey: 'topology.kubernetes.io/region', whenUnsatisfiable: 'DoNotSchedule', nodeTaintsPolicy: 'Honor' },
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
    ]);
  });
  it('does not stand on machines that ordinary pods cannot use', () => {
    const pools = [
      { name: 'general', nodesPerZone: 1, zones: ['row-a', 'row-b'] },
      { name: 'own', nodesPerZone: 1, taints: [{ key: 'dedicated', value: 'db' }] },
    ];
    const made = example(ACROSS, { pools });
    expect(made.plan.needs[0]?.zones).toEqual(['row-a', 'row-b']);
    expect(valuesOf(made)).toMatchObject({ replicas: 4 });
  });
  it('names the registry of every image, and no image is latest', () => {
    const text = JSON.stringify(valuesOf(example(ACROSS)));
    expect(text).not.toContain('latest');
    for (const [, image] of text.matchAll(/"(?:repository|crdRepository)":"([^"]+)"/g))
      expect(image).toMatch(/^docker\.io\//);
  });
  it('sets only keys that the chart has', () => {
    const file = join(import.meta.dirname, '../../../test/schemas/charts/gatekeeper-3.23.0.json');
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: unknown };
    for (const made of [example(ACROSS), example({ auditExisting: true })])
      expect(strangers(valuesOf(made), keys, '')).toEqual([]);
    expect(strangers({ replicaz: 1 }, keys, '')).toEqual(['.replicaz']);
  });
});

/** Keys that the chart does not have; below one that is open, any is right. */
function strangers(values: unknown, keys: unknown, path: string): readonly string[] {
  if (keys === true || !isObject(values)) return [];
  if (!isObject(keys)) return [path];
  return Object.entries(values).flatMap(([key, value]) =>
    key in keys ? strangers(value, keys[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

describe('what else is planned', () => {
  it('runs in kube-system or in a namespace that the rule on registries knows', () => {
    for (const [name, raw] of Object.entries(bases)) {
      const { plan } = planRaw(raw);
      if (plan === undefined) throw new Error(name);
      const known = new Set(['kube-system', ...addOnNamespaces(plan.cluster.regions)]);
      for (const system of systems) {
        const artifacts = system.render(plan.systems[system.id], { cluster: plan.cluster, plans: plan.systems });
        const used = artifacts.flatMap((one) =>
          one.target === 'management'
            ? []
            : one.form === 'values'
              ? [one.chart.namespace]
              : one.form === 'object' && at(one.object, 'spec', 'template', 'spec', 'containers') !== undefined
                ? [one.object.metadata?.namespace ?? '']
                : [],
        );
        expect(
          used.filter((namespace) => !known.has(namespace)),
          `${name}: ${system.id}`,
        ).toEqual([]);
      }
    }
  });
});

describe('contradictions', () => {
  it.each([
    [
      {
        namespaces: [
          { name: 'a', level: 'restricted' },
          { name: 'a', level: 'restricted' },
        ],
      },
      'spec.policy.namespaces[1].name twice',
    ],
    [{ namespaces: [{ name: 'kube-system', level: 'restricted' }] }, 'spec.policy.namespaces[0].name not-yours'],
    [{ namespaces: [{ name: 'headroom', level: 'restricted' }] }, 'spec.policy.namespaces[0].name not-yours'],
    [{ namespaces: [{ name: 'gatekeeper-system', level: 'restricted' }] }, 'spec.policy.namespaces[0].name not-yours'],
    [{ namespaces: [{ name: 'a', level: 'privileged' }] }, 'spec.policy.namespaces[0].level no-reason'],
    [
      { level: 'restricted', namespaces: [{ name: 'a', level: 'baseline' }] },
      'spec.policy.namespaces[0].level no-reason',
    ],
    [{ registries: ['a.example.com', 'a.example.com'] }, 'spec.policy.registries[1] twice'],
    [{ registries: ['a.example.com'], rules: { images: { stage: 'off' } } }, 'spec.policy.registries not-read'],
    [{ stage: 'off', auditExisting: true }, 'spec.policy.auditExisting nothing-to-audit'],
    [{ gatekeeper: { failurePolicy: 'Fail' } }, 'spec.policy.gatekeeper.failurePolicy not-read'],
    [{ gatekeeper: { timeout: '3s' } }, 'spec.policy.gatekeeper.timeout not-read'],
    [{ gatekeeper: { auditInterval: '1m' } }, 'spec.policy.gatekeeper.auditInterval not-read'],
    [{ ...ACROSS, gatekeeper: { timeout: '30s' } }, 'spec.policy.gatekeeper.timeout out-of-range'],
    [{ ...ACROSS, gatekeeper: { timeout: '1500ms' } }, 'spec.policy.gatekeeper.timeout out-of-range'],
    [{ ...ACROSS, gatekeeper: { auditInterval: '1s' } }, 'spec.policy.gatekeeper.auditInterval out-of-range'],
    [{ rules: { uniqueHosts: { stage: 'deny' } } }, 'spec.policy.rules.uniqueHosts.stage not-counted'],
    [
      {
        stage: 'deny',
        liveViolations: 2,
        rules: { podSecurity: { stage: 'warn' }, namespaceLevels: { stage: 'warn' }, images: { stage: 'off' } },
      },
      'spec.policy.liveViolations violations-live',
    ],
  ])('%j is %s', (section, expected) => {
    expect(example(section).contradictions.map(({ path, code }) => `${path} ${code}`)).toEqual([expected]);
  });
});

it('plans and renders every combination without a crash, and only known decisions are named', () => {
  const stage = fc.constantFrom('off', 'audit', 'warn', 'deny');
  const rule = fc.record({
    stage: fc.option(stage, { nil: undefined }),
    liveViolations: fc.constantFrom(undefined, 0, 1, 7),
  });
  const combination = fc.record({
    stage,
    level: fc.constantFrom('baseline', 'restricted'),
    auditExisting: fc.boolean(),
    registries: fc.constantFrom([], ['a.example.com']),
    rules: fc.record({
      podSecurity: rule,
      namespaceLevels: rule,
      privileged: rule,
      images: rule,
      uniqueHosts: rule,
      drainableBudgets: rule,
    }),
  });
  const where = fc.record({
    survive: fc.constantFrom('node', 'zone', 'region'),
    zones: fc.integer({ min: 1, max: 5 }),
    regions: fc.integer({ min: 1, max: 3 }),
    nodes: fc.constantFrom(0, 1, 3),
  });
  fc.assert(
    fc.property(combination, where, (section, { survive, zones, regions, nodes }) => {
      const spec = {
        survive,
        regions: Array.from({ length: regions }, (_, r) => ({
          name: `r${r}`,
          zones: Array.from({ length: zones }, (__, index) => `r${r}z${index}`),
        })),
        pools: [{ name: 'general', nodesPerZone: nodes }],
      };
      const { plan, artifacts } = example(section, spec);
      const ids = new Set(plan.decisions.map(({ field }) => `policy.${field}`));
      for (const { decisions } of artifacts) expect(decisions.filter((id) => !ids.has(id))).toEqual([]);
      for (const text of [
        ...plan.decisions.map(({ because }) => because),
        ...plan.limits,
        ...JSON.stringify(plan.runbooks).split('"'),
      ])
        expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
      for (const text of plan.limits) expect(text).toMatch(/\.$/);
      const runbooks = new Set(plan.runbooks.map(({ id }) => id));
      expect(plan.alerts.filter(({ runbook }) => !runbooks.has(runbook))).toEqual([]);
    }),
  );
});
