/** A real API server that holds given objects, keeps a record of every request, and has accounts that may only read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/lab/index.ts';
import { at } from '../../src/kubernetes/objects.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { waitFor } from '../../src/lab/wait.ts';
import { apply, discovery, ensureNamespace, type Plane } from './apply.ts';
import { scratchDirectory, startTestPlane } from './control-plane.ts';

export interface LiveCluster {
  readonly plane: Plane;
  readonly directory: string;
  /** Requests of an account since the start, as the audit log tells them. */
  readonly requestsOf: (account: string) => readonly AuditEvent[];
}

export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string };
  readonly responseStatus?: { readonly code?: number };
}

const AUDIT_POLICY = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n';

/** Starts the plane; its nodes have no kubelet, so nothing may ask after their leases. */
export async function startLiveCluster(): Promise<LiveCluster> {
  const directory = scratchDirectory();
  const policy = join(directory, 'audit-policy.yaml');
  const log = join(directory, 'audit.log');
  mkdirSync(directory, { recursive: true });
  writeFileSync(policy, AUDIT_POLICY);
  const plane = await startTestPlane({
    directory,
    extraArgs: {
      'kube-apiserver': [
        { name: 'audit-policy-file', value: policy },
        { name: 'audit-log-path', value: log },
        { name: 'audit-log-mode', value: 'blocking' },
      ],
      'kube-controller-manager': [{ name: 'controllers', value: '*,-node-lifecycle-controller' }],
    },
  });
  const requestsOf = (account: string): readonly AuditEvent[] =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ user }) => user.username === usernameOf(account));
  return { plane, directory, requestsOf };
}

/** Makes the objects as kubectl apply --server-side does; gives those whose kind the server serves. */
export async function applyAll(
  plane: Plane,
  objects: readonly KubernetesObject[],
): Promise<readonly KubernetesObject[]> {
  const resources = discovery(plane);
  const taken: KubernetesObject[] = [];
  let waited = false;
  for (const object of objects.toSorted((a, b) => orderOf(a) - orderOf(b))) {
    if (orderOf(object) === LAST && !waited) await settled(plane);
    waited ||= orderOf(object) === LAST;
    const resource = await resources(object.apiVersion, object.kind);
    if (resource === undefined) continue;
    if (resource.namespaced) await ensureNamespace(plane, object.metadata?.namespace ?? 'default');
    await ensureAccount(plane, object);
    const answer = await apply(plane, object, resource, false);
    if (answer.status >= 300) throw new Error(`${object.kind} ${object.metadata?.name}: ${messageOf(answer)}`);
    if (object.kind === 'Node') await reportReady(plane, object);
    taken.push(object);
  }
  return taken;
}

/** Charts leave accounts to others; without one no pod is made. */
async function ensureAccount(plane: Plane, object: KubernetesObject): Promise<void> {
  const name = at(object, 'spec', 'template', 'spec', 'serviceAccountName');
  if (typeof name !== 'string') return;
  const namespace = object.metadata?.namespace ?? 'default';
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const answer = await plane.request({ method: 'POST', path, body: { metadata: { name } } });
  if (answer.status !== 201 && answer.status !== 409) throw new Error(messageOf(answer));
}

/** Webhooks last, when pods are there: nobody answers for them here. */
const LAST = 2;

function orderOf({ kind }: KubernetesObject): number {
  if (kind === 'Namespace') return 0;
  return kind.endsWith('WebhookConfiguration') || kind === 'APIService' ? LAST : 1;
}

/** The status that a kubelet would report; the API server takes none with the object. */
async function reportReady(plane: Plane, node: KubernetesObject): Promise<void> {
  const status = { ...(node['status'] as object), conditions: [{ type: 'Ready', status: 'True' }] };
  const answer = await plane.request({
    method: 'PATCH',
    path: `/api/v1/nodes/${node.metadata?.name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status },
  });
  if (answer.status !== 200) throw new Error(messageOf(answer));
  // New nodes get the taint not-ready (plugin/pkg/admission/nodetaint) until the node lifecycle controller takes it away.
  const untainted = await plane.request({
    method: 'PATCH',
    path: `/api/v1/nodes/${node.metadata?.name}`,
    contentType: 'application/merge-patch+json',
    body: { spec: { taints: (node['spec'] as { taints?: unknown } | undefined)?.taints ?? null } },
  });
  if (untainted.status !== 200) throw new Error(messageOf(untainted));
}

/** What an account may list; never Secrets. */
export interface Rights {
  readonly except?: readonly string[];
  /** In this namespace alone, and nothing that belongs to none. */
  readonly onlyIn?: string;
}

const READABLE: Readonly<Record<string, readonly string[]>> = {
  '': [
    'namespaces',
    'nodes',
    'pods',
    'services',
    'configmaps',
    'replicationcontrollers',
    'persistentvolumes',
    'persistentvolumeclaims',
    'limitranges',
    'resourcequotas',
  ],
  apps: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
  batch: ['jobs', 'cronjobs'],
  autoscaling: ['horizontalpodautoscalers'],
  policy: ['poddisruptionbudgets'],
  'scheduling.k8s.io': ['priorityclasses'],
  'node.k8s.io': ['runtimeclasses'],
  'storage.k8s.io': ['storageclasses', 'csidrivers', 'csinodes', 'csistoragecapacities', 'volumeattachments'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  'admissionregistration.k8s.io': ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'apiregistration.k8s.io': ['apiservices'],
  'rbac.authorization.k8s.io': ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
  'certificates.k8s.io': ['certificatesigningrequests'],
  'flowcontrol.apiserver.k8s.io': ['flowschemas'],
};

/** Makes an account that may only read, and gives the path of its kubeconfig; its context has the account's name. */
export async function readerOf({ plane, directory }: LiveCluster, name: string, rights: Rights = {}): Promise<string> {
  const { except = [], onlyIn } = rights;
  await made(plane, '/api/v1/namespaces/default/serviceaccounts', { metadata: { name } });
  const rules = Object.entries(READABLE)
    .map(([group, resources]) => ({
      apiGroups: [group],
      resources: resources.filter((resource) => !except.includes(resource)),
      verbs: ['get', 'list', 'watch'],
    }))
    .filter(({ resources }) => resources.length > 0);
  const scope = onlyIn === undefined ? { path: '', kind: 'Cluster' } : { path: `/namespaces/${onlyIn}`, kind: '' };
  const rbac = `/apis/rbac.authorization.k8s.io/v1${scope.path}`;
  const prefix = scope.kind.toLowerCase();
  await made(plane, `${rbac}/${prefix}roles`, { metadata: { name }, rules });
  await made(plane, `${rbac}/${prefix}rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: `${scope.kind}Role`, name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
  });
  const { token } = (await made(plane, `/api/v1/namespaces/default/serviceaccounts/${name}/token`, { spec: {} }))[
    'status'
  ] as { token: string };
  return writeKubeconfig({ plane, directory }, name, { token });
}

export function writeKubeconfig(
  { plane, directory }: Pick<LiveCluster, 'plane' | 'directory'>,
  name: string,
  user: object,
  server = plane.url,
): string {
  const admin = readFileSync(plane.kubeconfig, 'utf8');
  const authority = /certificate-authority-data: (\S+)/.exec(admin)?.[1];
  const path = join(directory, `${name}.kubeconfig`);
  const cluster = { server, 'certificate-authority-data': authority };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: 'test', user: name } }],
  };
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}

/** Waits until the controllers have made what the objects ask for. */
async function settled(plane: Plane): Promise<void> {
  await waitFor({ what: 'every Deployment has its ReplicaSet and pods' }, async () => {
    const { body } = await plane.request({ path: '/apis/apps/v1/deployments' });
    const { items } = body as { items: { spec: { replicas: number }; status: { replicas?: number } }[] };
    return items.every(({ spec, status }) => (status.replicas ?? 0) >= spec.replicas) ? true : undefined;
  });
}

async function made(plane: Plane, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await plane.request({ method: 'POST', path, body });
  if (answer.status !== 201) throw new Error(`${path}: ${messageOf(answer)}`);
  return answer.body as Record<string, unknown>;
}

function usernameOf(account: string): string {
  return `system:serviceaccount:default:${account}`;
}
