/** A real API server accepts every rendered object: strict fields, defaults, CEL rules and admission included. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { messageOf } from '../../src/lab/index.ts';
import { waitFor } from '../../src/lab/wait.ts';
import { renderTree } from '../../src/render/tree.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { systems } from '../../src/systems/index.ts';
import { type Discovery, type Plane, apply, discovery, ensureNamespace, installCrds } from './apply.ts';
import { startTestPlane } from './control-plane.ts';
import { type Rendered, renderedTrees } from './rendered.ts';

/** Kinds that no API server judges here, with the reason. Any other kind that is not served fails. */
const NOT_JUDGED_HERE: Readonly<Record<string, string>> = {
  'self-node-remediation.medik8s.io/v1alpha1/SelfNodeRemediationTemplate':
    'its released CRD is not among those that these tests have',
  ...Object.fromEntries(
    ['HoldfastUniqueHosts', 'HoldfastDrainableBudgets', 'HoldfastPrivileged', 'HoldfastImages'].map((kind) => [
      `constraints.gatekeeper.sh/v1beta1/${kind}`,
      'Gatekeeper makes its kind from the template: npm run judge gator, npm run judge gatekeeper',
    ]),
  ),
};
/** Configuration in this form is read by programs; all other documents are objects of some API server. */
const READ_BY_PROGRAMS =
  /^(kubeadm\.k8s\.io|kubelet\.config\.k8s\.io|apiserver\.config\.k8s\.io|audit\.k8s\.io|eksctl\.io|node\.eks\.aws)\//;

interface Written {
  readonly path: string;
  readonly object: KubernetesObject;
}

/** Everything of a tree that some API server takes: objects, alert rules, static pods, objects of a management cluster. */
function objectsOf({ plan, files }: Rendered): readonly Written[] {
  const judged = files.filter(({ artifact }) => artifact.form === 'object' || artifact.form === 'configuration');
  const alerts = renderTree(plan, systems, { layout: 'plain' }).files.filter(({ path }) => path.startsWith('alerts/'));
  return [...judged, ...alerts]
    .flatMap(({ path, text }) =>
      parseAllDocuments(text).map((document) => ({ path, object: document.toJS() as KubernetesObject })),
    )
    .filter(({ object }) => !READ_BY_PROGRAMS.test(object.apiVersion));
}

const trees = renderedTrees().map((tree) => ({ name: tree.name, objects: objectsOf(tree) }));
let plane: Plane;
let resources: Discovery;

beforeAll(async () => {
  plane = await startTestPlane();
  await installCrds(plane);
  resources = discovery(plane);
  const namespaces = new Set(
    trees.flatMap(({ objects }) => objects.map(({ object }) => object.metadata?.namespace ?? 'default')),
  );
  for (const namespace of namespaces) await ensureNamespace(plane, namespace);
});
afterAll(() => plane?.remove());

describe.each(trees)('$name', ({ objects }) => {
  it('renders objects', () => expect(objects.length).toBeGreaterThan(0));

  it('every object passes a server-side dry run', async () => {
    const refused: string[] = [];
    for (const { path, object } of objects) {
      const resource = await resources(object.apiVersion, object.kind);
      if (resource === undefined) {
        if (!(`${object.apiVersion}/${object.kind}` in NOT_JUDGED_HERE))
          refused.push(`${path}: ${object.kind} is not served`);
        continue;
      }
      const response = await apply(plane, object, resource, true);
      if (response.status >= 300) refused.push(`${path}: ${response.status} ${messageOf(response)}`);
    }
    expect(refused).toEqual([]);
  });
});

describe('applied for real', () => {
  it('every admission policy type-checks against the types of this API server', async () => {
    const seen = new Map<string, KubernetesObject>();
    for (const { object } of trees.flatMap(({ objects }) => objects)) {
      if (object.kind === 'ValidatingAdmissionPolicy') seen.set(JSON.stringify(object), object);
    }
    expect(seen.size).toBeGreaterThan(0);
    for (const policy of seen.values()) {
      const resource = await resources(policy.apiVersion, policy.kind);
      if (resource === undefined) throw new Error('ValidatingAdmissionPolicy is not served.');
      expect((await apply(plane, policy, resource, false)).status).toBeLessThan(300);
      const path = `/apis/${policy.apiVersion}/${resource.name}/${policy.metadata?.name}`;
      const warnings = await waitFor({ what: `${policy.metadata?.name} is type-checked` }, async () => {
        const { body } = await plane.request({ path });
        const { metadata, status } = body as {
          metadata: { generation: number };
          status?: { observedGeneration?: number; typeChecking?: { expressionWarnings?: unknown[] } };
        };
        return status?.observedGeneration === metadata.generation
          ? (status.typeChecking?.expressionWarnings ?? [])
          : undefined;
      });
      expect(warnings, policy.metadata?.name).toEqual([]);
      await plane.request({ method: 'DELETE', path });
    }
  });

  it('an unknown field is refused, so that a typo cannot pass', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'default' }, date: {} };
    const resource = await resources('v1', 'ConfigMap');
    if (resource === undefined) throw new Error('ConfigMap is not served.');
    const response = await apply(plane, object, resource, true);
    expect(messageOf(response)).toContain('field not declared in schema');
    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});
