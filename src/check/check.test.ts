import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { makeWorld } from '../cli/world-inputs.ts';
import { resolveFaults } from '../faults/resolve.ts';
import { defaultHorizon } from '../faults/horizon.ts';
import { parseScenario } from '../faults/scenario-file.ts';
import type { World } from '../inventory/world.ts';
import { Twin } from '../twin/twin.ts';
import { check } from './check.ts';
import type { FindingList } from './results.ts';
import { readBaseline } from './baseline.ts';
import { defect, type FindingDraft, type Rule, type Severity } from './rule.ts';
import { rules } from './rules/index.ts';
import { parseWaivers } from './waivers.ts';

const NOW = Date.UTC(2026, 10, 27) / 1_000;

function worldOf(text: string): World {
  return makeWorld({ texts: [{ file: 'shop.yaml', text, named: true }], named: [], kubernetesVersion: undefined })
    .world;
}

const NODES = ['a', 'b', 'c']
  .map(
    (zone) => `---
apiVersion: v1
kind: Node
metadata: {name: worker-${zone}, labels: {topology.kubernetes.io/region: west, topology.kubernetes.io/zone: west-${zone}, kubernetes.io/hostname: worker-${zone}}}
status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}}
`,
  )
  .join('');

const cart = (replicas: number, annotations = '{}'): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop, annotations: ${annotations}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: registry.example.com/cart:1.4.2}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
`;

const budget = `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {minAvailable: 100%, selector: {matchLabels: {app: cart}}}
`;

/** A rule that finds every Deployment. */
function ruleOf(id: string, parts: Partial<Rule> = {}, draft: Partial<FindingDraft> = {}): Rule {
  const [wl01] = rules as [Rule, ...Rule[]];
  return {
    ...wl01,
    id,
    yieldsTo: [],
    *check({ workloads }) {
      for (const on of workloads)
        yield { on, path: ['spec', 'replicas'], message: `${id}.`, cause: defect('it', on), ...draft };
    },
    ...parts,
  };
}

describe('witnesses', () => {
  it('gives the seconds that the scenario gives', () => {
    const world = worldOf(cart(1) + NODES);
    const { findings } = check(world, { rules });
    const found = findings.find(({ rule, mergedRules }) => rule === 'WL01' || mergedRules?.includes('WL01') === true);
    const witness = found?.witness;
    const parsed = parseScenario({ file: 's.json', text: JSON.stringify(witness?.scenario) });
    expect(parsed.problems).toEqual([]);
    const { faults } = resolveFaults(world, parsed.scenario?.faults ?? []);
    const scenario = { name: 'same', horizon: defaultHorizon(faults), faults };
    const outcome = new Twin(world).simulate(scenario).workloads.find(({ workload }) => workload === witness?.workload);
    expect(witness?.seconds).toBeGreaterThan(100);
    expect(outcome?.downSeconds).toBe(witness?.seconds);
  });

  it('shows a drain that hangs without seconds', () => {
    const { findings } = check(worldOf(cart(3) + budget + NODES));
    const found = findings.find(({ rule }) => rule === 'PD03');
    expect(found?.witness?.effect).toMatch(/^keeps the drain from ending: /);
    expect(found?.witness).not.toHaveProperty('seconds');
  });

  it('blames no drain on the budget of a neighbour', () => {
    const node = NODES.slice(0, NODES.indexOf('---', 4));
    const agent = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: agent, image: registry.example.com/agent:1.0.0}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: agent, namespace: shop}
spec: {minAvailable: 1, selector: {matchLabels: {app: agent}}}
`;
    const other = (cart(2) + budget).replaceAll('cart', 'web').replace('minAvailable: 100%', 'minAvailable: 2');
    const { findings } = check(worldOf(`${cart(3)}${budget}---${other}${agent}${node}`));
    const effects = findings
      .filter(({ rule }) => ['PD03', 'PD04'].includes(rule))
      .map(({ object, witness }) => [object.name, witness?.effect]);
    // No drain evicts pods of DaemonSets.
    expect(Object.fromEntries(effects)).toEqual({
      cart: 'keeps the drain from ending: budget cart grants no eviction: it wants 3 healthy pods and has 3',
      web: 'keeps the drain from ending: budget web grants no eviction: it wants 2 healthy pods and has 2',
      agent: undefined,
    });
  });

  it('shows nothing that is so without the failure', () => {
    const wants = cart(3).replace('cart:1.4.2}', 'cart:1.4.2, resources: {requests: {cpu: "3"}}}');
    const nodes = NODES.replace(/cpu: "4"(?!.*cpu)/s, 'cpu: "1"');
    const effectOf = (node: string): string | undefined => {
      const rule = ruleOf('AA01', {}, { witness: { lose: () => [`node=${node}`] } });
      return check(worldOf(wants + nodes), { rules: [rule] }).findings[0]?.witness?.effect;
    };
    // Two of three fit, whether the small node is lost or not.
    expect(effectOf('worker-c')).toBeUndefined();
    expect(effectOf('worker-a')).toBe('has 1 of 3 pods ready for 1 h, and not back after 1 h');
  });

  it('loses the kind of place that the constraint speaks of', () => {
    const rule = rules.filter(({ id }) => id === 'PL06');
    const loseBy = (key: string): readonly string[] | undefined => {
      const spread = `topologySpreadConstraints: [{maxSkew: 3, topologyKey: ${key}, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: cart}}}]`;
      const text = cart(2).replace('      containers:', `      ${spread}\n      containers:`);
      return check(worldOf(text + NODES), { rules: rule }).findings[0]?.witness?.lose;
    };
    expect(loseBy('kubernetes.io/hostname')?.[0]).toMatch(/^node=/);
    expect(loseBy('topology.kubernetes.io/zone')?.[0]).toMatch(/^zone=/);
  });

  it('shows a control plane that goes down with one machine, and no takeover', () => {
    const machine = (name: string): string => `---
apiVersion: v1
kind: Node
metadata: {name: ${name}, labels: {node-role.kubernetes.io/control-plane: "", topology.kubernetes.io/region: west, topology.kubernetes.io/zone: west-a, kubernetes.io/hostname: ${name}}}
spec: {taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}
status: {allocatable: {cpu: "2", memory: 4Gi, pods: "110"}}
---
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver-${name}, namespace: kube-system, labels: {component: kube-apiserver, tier: control-plane}, annotations: {kubernetes.io/config.mirror: x}}
spec: {nodeName: ${name}, containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.36.3"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: etcd-${name}, namespace: kube-system, labels: {component: etcd, tier: control-plane}, annotations: {kubernetes.io/config.mirror: x}}
spec: {nodeName: ${name}, containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.6-0"}]}
`;
    const witnessOf = (names: readonly string[]) =>
      check(worldOf(cart(2) + NODES + names.map(machine).join(''))).findings.find(
        ({ object }) => object.kind === 'Cluster',
      )?.witness;
    expect(witnessOf(['cp-1'])).toMatchObject({ lose: ['member=cp-1'], controlPlane: 'down', seconds: 3_600 });
    expect(witnessOf(['cp-1'])).not.toHaveProperty('workload');
    expect(witnessOf(['cp-1', 'cp-2'])?.lose).toEqual(['member=cp-1']);
    expect(witnessOf(['cp-1', 'cp-2'])?.seconds).toBeGreaterThan(3_500);
    // Three in one of three zones: the zone takes them all.
    expect(witnessOf(['cp-1', 'cp-2', 'cp-3'])?.lose).toEqual(['zone=west/west-a']);
  });

  it('shows what a rollout, drains of two nodes and the loss of a webhook do', () => {
    const shown = (text: string, id: string) =>
      check(worldOf(text + NODES)).findings.find(({ rule }) => rule === id)?.witness;
    const recreate = cart(3).replace('  replicas:', '  strategy: {type: Recreate}\n  replicas:');
    const rolled = shown(recreate, 'RO01');
    expect(rolled?.lose).toEqual(['rollout=Deployment/shop/cart,for=10m']);
    expect(rolled?.seconds).toBeGreaterThan(600);
    expect(rolled?.seconds).toBeLessThan(700);
    const loose = shown(cart(2) + budget.replace('minAvailable: 100%', 'maxUnavailable: 100%'), 'PD08');
    expect(loose?.lose).toHaveLength(2);
    expect(loose?.effect).toMatch(/^is down for \d/);
    const webhook = (namespaces: string): string => `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: judge}
webhooks:
- name: judge.example.com
  failurePolicy: Fail
  sideEffects: None
  admissionReviewVersions: [v1]
  clientConfig: {service: {name: cart, namespace: shop}}
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
  namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [${namespaces}]}]}
`;
    expect(shown(cart(2) + webhook('kube-system'), 'AD03')?.effect).toBe('is down for 1 h, and not back after 1 h');
    expect(shown(cart(2) + webhook('kube-system, shop'), 'AD03')).toBeUndefined();
  });

  it('is gone after the patch', () => {
    const world = worldOf(cart(2) + NODES);
    expect(check(world).findings.filter(({ rule }) => rule === 'WL01')).toEqual([]);
  });

  it('runs equal failures once and says how many it left out', () => {
    const world = worldOf(cart(1) + NODES);
    const [wl01] = rules as [Rule, ...Rule[]];
    expect(check(world, { rules: [wl01], failures: 0 }).findings[0]).not.toHaveProperty('witness');
  });
});

describe('merging', () => {
  const world = worldOf(cart(1));

  it('tells a defect once, under the rule that names the cause', () => {
    const { findings } = check(world, {
      rules: [ruleOf('AA01', { severity: 'error', yieldsTo: ['BB01'] }), ruleOf('BB01', { severity: 'warning' })],
    });
    expect(findings).toMatchObject([{ rule: 'BB01', severity: 'error', mergedRules: ['AA01'] }]);
  });

  it('keeps different defects apart', () => {
    const own = ruleOf('CC01', {}, { cause: 'another' });
    expect(check(world, { rules: [ruleOf('AA01'), own] }).findings).toHaveLength(2);
  });
});

describe('intent', () => {
  const severityWith = (annotations: string, nodes = ''): Severity | undefined => {
    const [wl01] = rules as [Rule, ...Rule[]];
    return check(worldOf(cart(1, annotations) + nodes), { rules: [wl01] }).findings[0]?.severity;
  };

  it('is milder where the owner accepts the downtime that was measured', () => {
    expect(severityWith('{holdfast.dev/accepted-downtime: 1h}', NODES)).toBe('info');
    expect(severityWith('{holdfast.dev/accepted-downtime: 10s}', NODES)).toBe('error');
  });

  it('is one step milder where nobody measured it, or nobody needs it', () => {
    expect(severityWith('{holdfast.dev/accepted-downtime: 1h}')).toBe('warning');
    expect(severityWith('{holdfast.dev/criticality: low}')).toBe('warning');
    expect(severityWith('{holdfast.dev/criticality: critical}')).toBe('error');
  });
});

describe('unknown', () => {
  it('names rules whose need is not met, and what they say that they cannot tell', () => {
    const live = ruleOf('AA01', { needs: 'live' });
    const nodes = ruleOf('BB01', { needs: 'document' });
    const untold = ruleOf('CC01', {
      *check() {
        yield { unknown: 'Nobody says.' };
        yield { unknown: 'Nobody says.' };
      },
    });
    const { unknown, findings, summary } = check(worldOf(cart(1)), { rules: [live, nodes, untold] });
    expect(findings).toEqual([]);
    expect(unknown.map(({ rule }) => rule)).toEqual(['AA01', 'BB01', 'CC01']);
    expect(summary.rules).toBe(1);
  });
});

describe('waivers', () => {
  const world = worldOf(cart(3) + budget);
  const file = (expires: string, rule = 'PD03'): string => `apiVersion: holdfast.dev/v1
kind: WaiverList
waivers:
- rule: ${rule}
  object: PodDisruptionBudget/shop/cart
  reason: Its operator moves the pods itself.
  owner: team-cart
  expires: ${expires}
`;
  const parse = (text: string) => parseWaivers({ file: 'waivers.yaml', text }, ['PD03', 'WL01']);
  const pd03 = rules.filter(({ id }) => id === 'PD03');

  it('takes a finding out until its last day has passed', () => {
    const { waivers } = parse(file('2026-11-27'));
    const { findings, waived } = check(world, { rules: pd03, waivers, now: NOW });
    expect(findings).toEqual([]);
    expect(waived).toMatchObject([{ rule: 'PD03', owner: 'team-cart', expires: '2026-11-27' }]);
    const later = check(world, { rules: pd03, waivers, now: NOW + 86_400 });
    expect(later.waived).toEqual([]);
    expect(later.findings.map(({ rule }) => rule)).toEqual(['PD03', 'HF01']);
    expect(later.findings[1]?.origin).toMatchObject({ file: 'waivers.yaml', line: 4 });
  });

  it.each([
    ['a rule that is not there', file('2026-11-27', 'PD3'), 'there is no rule PD3'],
    ['no day', file('soon'), 'expires'],
    ['nothing', '', 'the file holds no waivers'],
    ['another kind', 'kind: List', 'apiVersion'],
    ['broken YAML', 'a: [', ''],
  ])('refuses %s', (_, text, message) => {
    const { problems, waivers } = parse(text);
    expect(waivers).toEqual([]);
    expect(JSON.stringify(problems)).toContain(message);
    expect(problems.length).toBeGreaterThan(0);
  });
});

describe('baseline', () => {
  it('knows what is found in containers that are written in another order', () => {
    const containers = ['{name: web, image: "r/web:1"}', '{name: log, image: "r/log:1"}'];
    const found = (list: readonly string[]): FindingList =>
      check(
        worldOf(
          `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [${list.join(', ')}]}\n`,
        ),
      );
    const before = found(containers);
    expect(found(containers.toReversed()).findings.map(({ fingerprint }) => fingerprint)).toEqual(
      before.findings.map(({ fingerprint }) => fingerprint),
    );
    expect(before.findings.find(({ rule }) => rule === 'CP01')?.message).toBe(
      'Container web requests no cpu and no memory, log requests no cpu and no memory: the scheduler takes them for nothing.',
    );
  });

  it('may begin with a byte order mark, as some shells write files', () => {
    const text = JSON.stringify({ kind: 'FindingList', findings: [{ fingerprint: 'a' }] });
    expect([...readBaseline({ file: 'baseline.json', text: `\uFEFF${text}` })]).toEqual(['a']);
  });

  it('knows a defect whatever lines move', () => {
    const before = check(worldOf(cart(3) + budget));
    const baseline = readBaseline({ file: 'baseline.json', text: JSON.stringify(before) });
    const { findings } = check(worldOf(`# One line more.\n${cart(3)}${budget}`), { baseline });
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.every(({ known }) => known === true)).toBe(true);
  });

  it.each(['', '[]', '{"kind":"FindingList"}', '{"kind":"FindingList","findings":[1]}'])('refuses %j', (text) => {
    expect(() => readBaseline({ file: 'b.json', text })).toThrow('no FindingList');
  });
});

describe('patches', () => {
  it('spread no pods that share a volume which one node mounts', () => {
    const claim = (mode: string): string => `---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files, namespace: shop}
spec: {accessModes: [${mode}], resources: {requests: {storage: 1Gi}}}
`;
    const text = cart(3).replace(
      '      containers:',
      '      volumes: [{name: files, persistentVolumeClaim: {claimName: files}}]\n      containers:',
    );
    const found = (mode: string) =>
      check(worldOf(text + claim(mode) + NODES)).findings.find(({ rule }) => rule === 'PL02');
    expect(found('ReadWriteOnce')?.patch).toBeUndefined();
    expect(found('ReadWriteOnce')?.remedy).toMatch(/^All its pods mount files, which one node can mount/);
    expect(found('ReadWriteMany')?.patch).toBeDefined();
  });

  it('are JSON patches of the object as it is written', () => {
    const found = check(worldOf(cart(3) + budget)).findings.find(({ rule }) => rule === 'PD03');
    expect(found?.patch).toEqual([
      { op: 'remove', path: '/spec/minAvailable' },
      { op: 'add', path: '/spec/maxUnavailable', value: 1 },
    ]);
  });
});

it('says the same in whatever order objects are written, nodes left as they are', () => {
  const wide = budget.replace('name: cart', 'name: all').replace('{matchLabels: {app: cart}}', '{}');
  const objects = `${cart(3)}${budget}${wide}`.split('---\n');
  const said = (texts: readonly string[]) =>
    check(worldOf(texts.join('---\n') + NODES)).findings.map(({ fingerprint, message, witness }) => [
      fingerprint,
      message,
      witness?.lose,
      witness?.effect,
    ]);
  const once = said(objects);
  expect(once.map(([fingerprint]) => fingerprint)).toContainEqual(expect.stringMatching(/^PD06 /));
  expect(said(objects.toReversed())).toEqual(once);
});

it('says the same of the same world', () => {
  const text = readFileSync('examples/naive/holdfast.yaml', 'utf8');
  const once = (): string => JSON.stringify(check(worldOf(text)));
  expect(once()).toBe(once());
});
