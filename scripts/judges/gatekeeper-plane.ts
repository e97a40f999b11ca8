/** A real Gatekeeper against a real API server, both plain processes, with the webhook configuration that the chart makes of the values. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchBinaries, labSettings, messageOf } from '../../src/lab/index.ts';
import { createAuthority } from '../../src/lab/certificates/authority.ts';
import { startComponent } from '../../src/lab/control-plane.ts';
import type { Component } from '../../src/lab/components/component.ts';
import { freePorts } from '../../src/lab/ports.ts';
import { waitFor } from '../../src/lab/wait.ts';
import type { KubernetesObject, ValuesArtifact } from '../../src/system.ts';
import { type Plane, apply, discovery, ensureNamespace, installCrds } from '../../test/e2e/apply.ts';
import { startTestPlane } from '../../test/e2e/control-plane.ts';

/** What of the values of the chart decides how the webhook is asked (chart gatekeeper 3.23.0, templates). */
export interface ChartValues {
  readonly replicas: number;
  readonly auditInterval: number;
  readonly auditMatchKindOnly: boolean;
  readonly validatingWebhookFailurePolicy?: 'Ignore' | 'Fail';
  readonly validatingWebhookCheckIgnoreFailurePolicy?: 'Ignore' | 'Fail';
  readonly validatingWebhookTimeoutSeconds?: number;
  readonly validatingWebhookExemptNamespacesLabels?: { readonly 'kubernetes.io/metadata.name': readonly string[] };
  readonly validatingWebhookCustomRules?: readonly unknown[];
}

export interface GatekeeperPlane {
  readonly plane: Plane;
  readonly values: ChartValues;
  readonly start: () => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => Promise<void>;
  readonly metrics: () => Promise<string>;
  readonly remove: () => Promise<void>;
}

const NAMESPACE = 'gatekeeper-system';
const POD = 'gatekeeper-0';

/** A plane with Gatekeeper's kinds, its namespace, its configuration; the manager itself is started by `start`. */
export async function gatekeeperPlane({ values: written }: ValuesArtifact): Promise<GatekeeperPlane> {
  const values = written as unknown as ChartValues;
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  const [program] = await fetchBinaries(labSettings(process.env), ['gatekeeper'], { consent: true, onProgress });
  const plane = await startTestPlane();
  const ports = await freePorts(['webhook', 'health', 'metrics'] as const);
  await installCrds(plane);
  for (const name of [NAMESPACE, 'shop', 'blog']) await ensureNamespace(plane, name);
  // It owns the objects that hold its status, and waits for it without end when it is missing.
  const pod = {
    metadata: { name: POD },
    spec: { containers: [{ name: 'manager', image: 'registry.k8s.io/pause:3.10' }] },
  };
  await post(plane, `/api/v1/namespaces/${NAMESPACE}/pods`, pod);
  const authority = await createAuthority('gatekeeper-ca', new Date());
  const pair = await authority.issue({ commonName: 'gatekeeper', addresses: ['127.0.0.1'] });
  const certificates = join(plane.directory, 'gatekeeper');
  const cache = join(plane.directory, 'audit');
  for (const directory of [certificates, cache]) mkdirSync(directory, { recursive: true });
  writeFileSync(join(certificates, 'tls.crt'), pair.certificate);
  writeFileSync(join(certificates, 'tls.key'), pair.key);
  writeFileSync(join(certificates, 'ca.crt'), authority.certificate);
  if (values.replicas > 0)
    await post(
      plane,
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
      webhookConfiguration(values, { port: ports.webhook, ca: authority.certificate }),
    );
  const component: Component = {
    name: 'gatekeeper',
    binary: 'gatekeeper',
    args: [
      `--kubeconfig=${plane.kubeconfig}`,
      `--port=${ports.webhook}`,
      '--host=127.0.0.1',
      `--cert-dir=${certificates}`,
      '--disable-cert-rotation',
      `--health-addr=127.0.0.1:${ports.health}`,
      `--prometheus-port=${ports.metrics}`,
      ...(values.replicas > 0 ? ['--operation=webhook'] : []),
      ...['audit', 'status', 'generate'].map((operation) => `--operation=${operation}`),
      `--exempt-namespace=${NAMESPACE}`,
      `--audit-interval=${values.auditInterval}`,
      `--audit-match-kind-only=${values.auditMatchKindOnly}`,
      '--enable-external-data=false',
      `--api-cache-dir=${cache}`,
      '--logtostderr',
    ],
    environment: { POD_NAME: POD, POD_NAMESPACE: NAMESPACE, NAMESPACE, CONTAINER_NAME: 'manager' },
    ports: {},
    ready: { url: `http://127.0.0.1:${ports.health}/readyz`, trust: 'none' },
    stopGraceMillis: 1_000,
  };
  const path = program?.path ?? 'gatekeeper';
  return {
    plane,
    values,
    start: () => startComponent(plane.supervisor, { component, path, directory: plane.directory }),
    signal: async (signal) => void (await plane.supervisor.ask({ op: 'signal', name: 'gatekeeper', signal })),
    metrics: async () => (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text(),
    remove: plane.remove,
  };
}

/** As the chart's template writes it, with an address in place of the Service. */
function webhookConfiguration(values: ChartValues, { port, ca }: { readonly port: number; readonly ca: string }) {
  const caBundle = Buffer.from(ca).toString('base64');
  const webhook = (name: string, path: string) => ({
    name,
    clientConfig: { url: `https://127.0.0.1:${port}${path}`, caBundle },
    admissionReviewVersions: ['v1', 'v1beta1'],
    matchPolicy: 'Exact',
    sideEffects: 'None',
    timeoutSeconds: values.validatingWebhookTimeoutSeconds,
  });
  const exempt = values.validatingWebhookExemptNamespacesLabels?.['kubernetes.io/metadata.name'] ?? [];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'gatekeeper-validating-webhook-configuration' },
    webhooks: [
      {
        ...webhook('validation.gatekeeper.sh', '/v1/admit'),
        failurePolicy: values.validatingWebhookFailurePolicy,
        rules: values.validatingWebhookCustomRules,
        namespaceSelector: {
          matchExpressions: [
            { key: 'admission.gatekeeper.sh/ignore', operator: 'DoesNotExist' },
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [...exempt, NAMESPACE] },
          ],
        },
      },
      {
        ...webhook('check-ignore-label.gatekeeper.sh', '/v1/admitlabel'),
        failurePolicy: values.validatingWebhookCheckIgnoreFailurePolicy,
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['namespaces'],
            scope: '*',
          },
        ],
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [NAMESPACE] }],
        },
      },
    ],
  };
}

async function post(plane: Plane, path: string, body: unknown): Promise<void> {
  const response = await plane.request({ method: 'POST', path, body });
  if (response.status >= 300) throw new Error(`${path}: ${messageOf(response)}`);
}

/** Applies templates and the like, waits for the kinds that Gatekeeper makes of them, and applies the constraints. */
export async function applyRules(plane: Plane, objects: readonly KubernetesObject[]): Promise<void> {
  const isConstraint = ({ apiVersion }: KubernetesObject): boolean =>
    apiVersion.startsWith('constraints.gatekeeper.sh/');
  for (const object of [...objects.filter((one) => !isConstraint(one)), ...objects.filter(isConstraint)]) {
    await waitFor({ what: `${object.kind} ${object.metadata?.name} is taken` }, async () => {
      // A kind that was not served a moment ago may be now.
      const resource = await discovery(plane)(object.apiVersion, object.kind);
      if (resource === undefined) throw new Error(`${object.kind} is not served`);
      const response = await apply(plane, object, resource, false);
      if (response.status >= 300) throw new Error(messageOf(response));
      return true;
    });
  }
}
