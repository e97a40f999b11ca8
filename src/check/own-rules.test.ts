import { describe, expect, it } from 'vitest';
import { makeWorld } from '../cli/world-inputs.ts';
import { check } from './check.ts';
import { parseOwnRules } from './own-rules.ts';

const file = (fields: Readonly<Record<string, string>> = {}): string => {
  const rule = {
    id: 'ACME01',
    title: 'A Deployment without an owner',
    severity: 'warning',
    whySeverity: 'Nobody is called.',
    takesDown: 'Nothing by itself.',
    remedy: 'Write the label owner.',
    kinds: '[Deployment.apps]',
    when: '"!has(object.metadata.labels) || !(\'owner\' in object.metadata.labels)"',
    message: `"object.metadata.name + ' of ' + string(size(world.workloads))"`,
    path: 'metadata.labels',
    ...fields,
  };
  const [first = '', ...rest] = Object.entries(rule).map(([key, value]) => `${key}: ${value}`);
  return `apiVersion: holdfast.dev/v1\nkind: RuleList\nrules:\n- ${first}\n${rest.map((line) => `  ${line}\n`).join('')}`;
};
const parse = (text: string) => parseOwnRules({ file: 'rules.yaml', text }, ['WL01']);

const web = (labels: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: ${labels}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: registry.example.com/web:1}]}
`;
const found = (text: string, labels: string) => {
  const { rules, problems } = parse(text);
  expect(problems).toEqual([]);
  const texts = [{ file: 'web.yaml', text: web(labels), named: true }];
  const { world } = makeWorld({ texts, named: [], kubernetesVersion: undefined });
  return check(world, { rules });
};

describe('own rules', () => {
  it('find what their expression says, with its message and the place', () => {
    const { findings } = found(file(), '{app: web}');
    expect(findings).toMatchObject([
      {
        rule: 'ACME01',
        severity: 'warning',
        message: 'web of 1',
        object: { kind: 'Deployment', namespace: 'shop', name: 'web' },
        origin: { line: 3 },
        takesDown: ['Deployment/shop/web'],
      },
    ]);
    expect(found(file(), '{owner: a}').findings).toEqual([]);
    expect(found(file({ kinds: '[Deployment.other]' }), '{}').findings).toEqual([]);
  });

  it('see numbers as numbers and the whole world', () => {
    const when = `"object.spec.replicas == 2 && world.workloads.exists(w, w.replicas < 3 && w.budgets.size() == 0)"`;
    expect(found(file({ when }), '{}').findings).toHaveLength(1);
  });

  it('are unknown, never passed, where the expression fails', () => {
    const { findings, unknown } = found(file({ when: 'object.spec.nothing.here > 1' }), '{}');
    expect(findings).toEqual([]);
    expect(unknown).toMatchObject([{ rule: 'ACME01', why: expect.stringContaining('No such key') }]);
  });

  it.each([
    ['an id that is taken', file({ id: 'WL01' }), 'there is a rule WL01 already', 4],
    ['a broken expression', file({ when: 'object.spec.' }), 'the expression cannot be read', 11],
    ['an unknown variable', file({ message: 'foo.bar' }), 'Unknown variable: foo', 12],
    ['an unknown field', file({ whn: 'x' }), 'whn is not a field', 14],
    ['an id of another form', file({ id: 'acme' }), 'id', 4],
    ['nothing', '', 'holds no rules', 1],
  ])('refuses %s', (_, text, message, line) => {
    const { rules, problems } = parse(text);
    expect(rules).toEqual([]);
    expect(JSON.stringify(problems)).toContain(message);
    expect(problems[0]?.at?.line).toBe(line);
  });
});
