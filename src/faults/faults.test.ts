import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPosition, type Problem } from '../core/error.ts';
import type { World } from '../inventory/world.ts';
import { FAULT_KINDS, FAULTS } from './catalog.ts';
import { faultsOf, parseDomain } from './domains.ts';
import { exampleWorld } from './example.test-support.ts';
import { resolveFaults } from './resolve.ts';
import { formatFault, sayFault, sayTimedFault } from './say.ts';
import { parseScenario } from './scenario-file.ts';
import type { Fault } from './scenario.ts';
import { parseLose } from './written.ts';

const workloads = ['cart', 'mycart']
  .map(
    (name) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: a, image: shop/${name}}]}}
`,
  )
  .join('');
const webhook = `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: policy}
webhooks: [{name: check.example.com, clientConfig: {url: https://x.example.com}, admissionReviewVersions: [v1], sideEffects: None}]
`;
const world: World = exampleWorld({ members: ['a', 'b', 'c'], workers: 2, more: workloads + webhook });

function lose(text: string): { faults: readonly Fault[]; problems: readonly Problem[] } {
  const { fault, problems } = parseLose(text);
  if (fault === undefined) return { faults: [], problems };
  const resolved = resolveFaults(world, [fault]);
  return { faults: resolved.faults.map((one) => one.fault), problems: resolved.problems };
}
const refused = (text: string) =>
  lose(text).problems.map(({ code, message, expected, hint }) =>
    [code, message, expected, hint].filter(Boolean).join(' | '),
  );

describe('--lose', () => {
  it('takes every kind, with its names abbreviated, and gives it back in the same form', () => {
    const given: Readonly<Record<string, string>> = {
      'node=worker-b-1': 'node=worker-b-1',
      'zone=b': 'zone=west/west-b',
      'zone=west/west-b': 'zone=west/west-b',
      'region=west': 'region=west',
      'rack=r2': 'rack=topology.example.com/rack=r2',
      'member=cp-a': 'member=cp-a',
      'process=kube-scheduler,on=cp-c': 'process=kube-scheduler,on=cp-c',
      'process=kubelet,on=worker-a-2': 'process=kubelet,on=worker-a-2',
      'link=a,to=b': 'link=west/west-a,to=west/west-b',
      'load-balancer': 'load-balancer',
      'certificate=etcd,on=a': 'certificate=etcd,on=cp-a',
      registry: 'registry',
      'registry=docker.io': 'registry=docker.io',
      dns: 'dns',
      'webhook=policy': 'webhook=policy',
      'webhook=check.example.com': 'webhook=policy/check.example.com',
      'spot-reclaim=general,notice=30s': 'spot-reclaim=general,notice=30s',
      quota: 'quota',
      'quota=general': 'quota=general',
      'rollout=cart': 'rollout=Deployment/shop/cart',
      'rollout=shop/mycart': 'rollout=Deployment/shop/mycart',
      'drain=worker-a-1': 'drain=worker-a-1,atOnce=1,timeout=10m',
    };
    for (const [text, full] of Object.entries(given)) {
      const { faults, problems } = lose(text);
      expect(problems, text).toEqual([]);
      expect(faults.map(formatFault), text).toEqual([full]);
      expect(lose(full).faults, full).toEqual(faults);
    }
  });

  it('has times', () => {
    const { fault } = parseLose('zone=b,at=10s,for=5m');
    expect(fault).toMatchObject({ kind: 'zone', name: 'b', at: 10_000, until: 310_000 });
    const [timed] = fault === undefined ? [] : resolveFaults(world, [fault]).faults;
    expect(timed === undefined ? '' : sayTimedFault(timed)).toBe('zone west-b is lost at 10 s for 5 m');
  });

  it('cuts a zone from every other when the link has one end', () => {
    expect(lose('link=b').faults.map(formatFault)).toEqual([
      'link=west/west-b,to=west/west-a',
      'link=west/west-b,to=west/west-c',
    ]);
  });

  it('drains every worker, a pool or a zone', () => {
    expect(lose('drain,atOnce=2').faults).toMatchObject([{ atOnce: 2, nodes: expect.objectContaining({ length: 6 }) }]);
    expect(lose('drain=general').faults).toMatchObject([{ nodes: expect.objectContaining({ length: 6 }) }]);
    expect(lose('drain=west-b').faults).toMatchObject([{ nodes: ['worker-b-1', 'worker-b-2'] }]);
  });

  it('takes back the spot nodes of a mixed pool only', () => {
    expect(lose('spot-reclaim=general').faults).toMatchObject([
      { nodes: ['worker-a-1', 'worker-b-1', 'worker-c-1'], notice: 120_000 },
    ]);
  });

  it('says what is wrong, with what is possible and what was probably meant', () => {
    expect(refused('node=1')).toEqual([
      'ambiguous-name | 1 can be 3 of them | one of worker-a-1, worker-b-1, worker-c-1',
    ]);
    expect(refused('zone=west-d')).toEqual([
      'unknown-name | there is no zone west-d | west/west-a, west/west-b, west/west-c | Did you mean west/west-a?',
    ]);
    expect(refused('rollout=crat')).toEqual([
      'unknown-name | there is no workload crat | Deployment/shop/cart, Deployment/shop/mycart | Did you mean Deployment/shop/cart?',
    ]);
    expect(refused('zoen=b')[0]).toMatch(
      /^unknown-fault \| zoen is no kind of fault \| one of node, .* Did you mean zone\?$/,
    );
    expect(refused('zone=b,form=5m')).toEqual([
      'unknown-field | zone has no field form | one of at, for | Did you mean for?',
    ]);
    expect(refused('zone=b,at=10,for=0')).toEqual([
      'wrong-form | at is not a duration | a duration, like 10s',
      'too-small | for is nothing | a duration longer than 0',
    ]);
    expect(refused('process=etcd')).toEqual([
      'missing | process needs on: the machine that it runs on | For example process=kube-controller-manager,on=cp-us-west-2a.',
    ]);
    expect(refused('zone')[0]).toContain('zone names nothing');
    expect(refused('dns=x')[0]).toContain('dns takes no name');
    expect(refused('link=a,to=a')[0]).toContain('a link has two ends');
    expect(refused('drain,atOnce=0')[0]).toContain('atOnce is not a count');
  });

  it('never throws', () => {
    const word = fc.oneof(
      fc.constantFrom(...FAULT_KINDS, 'at', 'for', 'on', '=', ',', 'west-b', '10s', '1'),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const { faults, problems } = lose(words.join(''));
        expect(faults.length + problems.length).toBeGreaterThan(0);
        for (const fault of faults) expect(lose(formatFault(fault)).faults.length).toBe(1);
      }),
    );
  });
});

describe('the list of faults', () => {
  it('has words and an example that reads for every kind', () => {
    for (const words of FAULTS) {
      expect(parseLose(words.example).problems, words.example).toEqual([]);
      for (const sentence of [words.why, words.takesDown]) expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
    expect(FAULTS.length).toBe(16);
  });

  it('enumerates each domain, and every failure is one that --lose takes', () => {
    const counts = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, faultsOf(world, kind).length]));
    expect(counts).toEqual({
      node: 9,
      zone: 3,
      region: 1,
      rack: 2,
      member: 3,
      process: 21,
      link: 3,
      'load-balancer': 1,
      certificate: 4,
      registry: 3,
      dns: 1,
      webhook: 1,
      'spot-reclaim': 1,
      quota: 2,
      rollout: 2,
      drain: 6,
    });
    for (const kind of FAULT_KINDS)
      for (const fault of faultsOf(world, kind)) {
        expect(lose(formatFault(fault)).faults).toEqual([fault]);
        expect(sayFault(fault)).toMatch(/\w/);
      }
    expect(faultsOf(world, 'rack=topology.example.com/rack').length).toBe(2);
    expect(parseDomain('zones')).toBeUndefined();
  });
});

describe('scenario files', () => {
  const parse = (text: string) => parseScenario({ text, file: 's.yaml' });
  const head = 'apiVersion: holdfast.dev/v1\nkind: Scenario\nmetadata: {name: s}\n';
  const said = (text: string) =>
    parse(text).problems.map(
      ({ at, path, message, expected, hint }) =>
        `${at === undefined ? '' : formatPosition(at)} ${path ?? ''}: ${message} (${expected ?? ''})${hint === undefined ? '' : ` ${hint}`}`,
    );

  it('has faults with absolute times and times from the one above', () => {
    const { scenario, problems } = parse(
      `${head}spec:\n  horizon: 30m\n  faults:\n  - {zone: west-b, at: 10s, for: 5m}\n  - {node: worker-a-1, after: 30s}\n  - {dns: true}\n  - {process: etcd, on: cp-a, after: 1m}\n`,
    );
    expect(problems).toEqual([]);
    expect(scenario).toMatchObject({ name: 's', horizon: 1_800_000 });
    expect(scenario?.faults.map(({ kind, at, until, origin }) => [kind, at, until, origin?.line])).toEqual([
      ['zone', 10_000, 310_000, 7],
      ['node', 40_000, undefined, 8],
      ['dns', 40_000, undefined, 9],
      ['process', 100_000, undefined, 10],
    ]);
    expect(resolveFaults(world, scenario?.faults ?? []).problems).toEqual([]);
  });

  it('says everything that is wrong at once, with its place', () => {
    expect(said(`${head}spec:\n  horizn: 30m\n  faults:\n  - {zonee: b}\n  - {zone: b, at: ten}\n`)).toEqual([
      expect.stringMatching(/^s.yaml:5:3 spec.horizn: .*Did you mean horizon\?$/),
      expect.stringMatching(/^s.yaml:7:6 spec.faults\[0\].zonee: .*Did you mean zone\?$/),
      expect.stringMatching(/^s.yaml:8:19 spec.faults\[1\].at: .*a duration, like 2m/),
    ]);
    expect(
      said(
        `${head}spec:\n  horizon: 1m\n  faults:\n  - {zone: b, node: c}\n  - {at: 1s}\n  - {zone: b, on: c}\n  - {process: etcd}\n  - {dns: true, at: 1s, after: 2s}\n  - {dns: true, at: 2m}\n`,
      ),
    ).toEqual(
      [
        's.yaml:7:6 spec.faults[0]: node and zone are named in one entry (one fault for each entry of the list)',
        expect.stringMatching(/^s.yaml:8:5 spec.faults\[1\]: no fault is named \(one of node/),
        's.yaml:9:15 spec.faults[2]: zone has no field on (one of at, after, for) Did you mean at?',
        's.yaml:10:6 spec.faults[3]: process needs on: the machine that it runs on ()  For example process=kube-controller-manager,on=cp-us-west-2a.'.replace(
          '  ',
          ' ',
        ),
        's.yaml:11:25 spec.faults[4]: at and after are both given (one of them)',
        's.yaml:12:5 spec.faults[5]: it breaks when nobody looks any more (a time before spec.horizon)',
      ].map((line) => line),
    );
  });

  it('places names that the world does not know', () => {
    const { scenario } = parse(`${head}spec:\n  faults:\n  - zone: west-x\n`);
    const { problems } = resolveFaults(world, scenario?.faults ?? []);
    expect(problems).toMatchObject([
      { path: 'spec.faults[0]', at: { file: 's.yaml', line: 6, column: 5 }, hint: 'Did you mean west/west-a?' },
    ]);
  });

  it('never throws on any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parse(text)));
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => void parse(`${head}spec:\n  faults:\n  - ${text}\n`)),
    );
  });
});
