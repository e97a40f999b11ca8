/** Every row of the reference's "Errors" of item 13, and its dangers: the wrong form is refused or not there, the right form is rendered. */
import { describe, expect, it } from 'vitest';
import { at } from '../../kubernetes/objects.ts';
import { validateObject } from '../../../test/unit/schemas.ts';
import { ACROSS, DENY, decisionOf, example, objectOf, valuesOf } from './example.test-support.ts';

const whole = example({
  ...DENY,
  auditExisting: true,
  namespaces: [{ name: 'rook-ceph', level: 'privileged', reason: 'storage needs the devices of its nodes' }],
  rules: { uniqueHosts: { stage: 'deny' }, drainableBudgets: { stage: 'warn' } },
});

const constraints = whole.objects.filter(({ apiVersion }) => apiVersion.startsWith('constraints.gatekeeper.sh/'));
const templates = whole.objects.filter(({ kind }) => kind === 'ConstraintTemplate');

describe('item 13, privileged containers', () => {
  it('13.1 every constraint has its template, whose name is the kind in lower case, and which the released schema takes', () => {
    expect(constraints).toHaveLength(4);
    for (const { kind } of constraints) {
      const template = objectOf(whole, 'ConstraintTemplate', kind.toLowerCase());
      expect(at(template, 'spec', 'crd', 'spec', 'names', 'kind')).toBe(kind);
      expect(validateObject(template)).toEqual([]);
    }
    const [template] = templates;
    expect(validateObject({ ...template, spec: { targets: [], crds: {} } } as never).join(' ')).toContain('crds');
  });

  it('13.1 constraints are applied after the templates that make their kinds: they stand in a folder of their own', () => {
    const folders = new Set(
      whole.artifacts.flatMap((one) =>
        one.form === 'object' && one.object.apiVersion.startsWith('constraints.') ? [one.path.split('/')[0]] : [],
      ),
    );
    expect([...folders]).toEqual(['constraints']);
  });

  it('13.2 everything has a name', () => {
    for (const { metadata, kind } of whole.objects) expect(metadata?.name, kind).toMatch(/^[a-z0-9-]+$/);
  });

  it('13.3 no parameter that a template does not have: none has any', () => {
    for (const constraint of constraints) expect(at(constraint, 'spec', 'parameters'), constraint.kind).toBeUndefined();
    for (const template of templates)
      expect(at(template, 'spec', 'crd', 'spec', 'validation', 'openAPIV3Schema')).toEqual({ type: 'object' });
  });

  it('13.4 privileged pods are refused inside the API server, and what Gatekeeper does when it is down is decided and said', () => {
    const policy = objectOf(whole, 'ValidatingAdmissionPolicy', 'holdfast-privileged');
    expect(at(policy, 'spec', 'failurePolicy')).toBe('Fail');
    const open = decisionOf(example(ACROSS), 'webhookFailure');
    expect(open.value).toMatchObject({ failurePolicy: 'Ignore', asked: ['Ingress'], blockedWhenDown: [] });
    expect(open.because).toContain('is reported by the audit within 1 m');
    const closed = example({ ...ACROSS, gatekeeper: { failurePolicy: 'Fail' } });
    expect(decisionOf(closed, 'webhookFailure').value).toMatchObject({ blockedWhenDown: ['Ingress', 'Namespace'] });
    expect(valuesOf(closed)).toMatchObject({
      validatingWebhookFailurePolicy: 'Fail',
      validatingWebhookCheckIgnoreFailurePolicy: 'Fail',
    });
    // Upstream's own would refuse namespaces while everything else fails open.
    expect(valuesOf(example(ACROSS))).toMatchObject({ validatingWebhookCheckIgnoreFailurePolicy: 'Ignore' });
  });

  it('13.5 kube-system and what the document names is left out, in every engine', () => {
    const binding = objectOf(whole, 'ValidatingAdmissionPolicyBinding', 'holdfast-privileged');
    expect(at(binding, 'spec', 'matchResources', 'namespaceSelector', 'matchExpressions')).toEqual([
      { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'rook-ceph'] },
    ]);
    expect(
      at(objectOf(whole, 'HoldfastPrivileged', 'holdfast-privileged'), 'spec', 'match', 'excludedNamespaces'),
    ).toEqual(['kube-system', 'rook-ceph']);
    for (const constraint of constraints)
      expect(at(constraint, 'spec', 'match', 'excludedNamespaces'), constraint.kind).toContain('kube-system');
    expect(valuesOf(whole)['validatingWebhookExemptNamespacesLabels']).toEqual({
      'kubernetes.io/metadata.name': ['kube-system'],
    });
  });

  it('13.6 no PodSecurityPolicy: the built-ins do it, and no webhook is there for it', () => {
    const plain = example(DENY);
    expect(plain.objects.map(({ kind }) => kind)).not.toContain('PodSecurityPolicy');
    expect(plain.artifacts.filter(({ form }) => form === 'values')).toEqual([]);
    expect(decisionOf(plain, 'gatekeeper').value).toBe('none');
    expect(decisionOf(plain, 'podSecurityLevels').value).toMatchObject({
      mode: 'enforce',
      level: 'baseline',
      version: 'v1.36',
    });
  });
});

describe('the dangers of item 13', () => {
  it('fail closed without spare copies is refused', () => {
    const alone = example(
      { ...ACROSS, gatekeeper: { failurePolicy: 'Fail' } },
      { survive: 'node', regions: [{ name: 'hall', zones: ['row-a'] }], pools: [{ name: 'general', nodesPerZone: 1 }] },
    );
    expect(alone.contradictions.map(({ code }) => code)).toEqual(['closed-without-spare']);
  });

  it('the webhook is never asked about pods, so its own can always start', () => {
    const rules = valuesOf(whole)['validatingWebhookCustomRules'] as readonly { resources: readonly string[] }[];
    expect(rules.flatMap(({ resources }) => resources)).toEqual(['ingresses', 'poddisruptionbudgets']);
  });

  it('one webhook: Kyverno is not installed beside it, and mutation is off', () => {
    expect(whole.artifacts.filter(({ form }) => form === 'values')).toHaveLength(1);
    expect(valuesOf(whole)).toMatchObject({ disableMutation: true, enableExternalData: false });
  });

  it('an update of a pod is not judged: a resize, a label or a finalizer goes through', () => {
    for (const name of ['holdfast-privileged', 'holdfast-images']) {
      expect(
        at(objectOf(whole, 'ValidatingAdmissionPolicy', name), 'spec', 'matchConstraints', 'resourceRules'),
      ).toEqual([
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/ephemeralcontainers'] },
      ]);
    }
  });

  it('who applies a Deployment is told what its pods would meet, and is not refused', () => {
    const binding = objectOf(whole, 'ValidatingAdmissionPolicyBinding', 'holdfast-privileged-templates');
    expect(at(binding, 'spec', 'validationActions')).toEqual(['Warn', 'Audit']);
  });

  it('nothing is refused before what runs was counted', () => {
    expect(example({ stage: 'deny' }).contradictions.map(({ path, code }) => `${path} ${code}`)).toEqual(
      Array.from({ length: 4 }, () => 'spec.policy.stage not-counted'),
    );
    expect(
      example({ rules: { privileged: { stage: 'deny', liveViolations: 3 } } }).contradictions.map(
        ({ path, code }) => `${path} ${code}`,
      ),
    ).toEqual(['spec.policy.rules.privileged.liveViolations violations-live']);
    expect(example(DENY).contradictions).toEqual([]);
  });
});
