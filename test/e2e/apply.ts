/** Applies rendered objects to a real API server, as `kubectl apply --server-side` does. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ApiResponse, messageOf } from '../../src/lab/index.ts';
import { waitFor } from '../../src/lab/wait.ts';
import type { KubernetesObject } from '../../src/system.ts';
import type { startTestPlane } from './control-plane.ts';

export type Plane = Awaited<ReturnType<typeof startTestPlane>>;

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Which resources the API server serves, by `apiVersion/kind`. */
export type Discovery = (apiVersion: string, kind: string) => Promise<Resource | undefined>;

export function discovery(plane: Plane): Discovery {
  const known = new Map<string, readonly Resource[]>();
  return async (apiVersion, kind) => {
    if (!known.has(apiVersion)) {
      const { status, body } = await plane.request({ path: prefix(apiVersion) });
      known.set(apiVersion, status === 200 ? (body as { resources: Resource[] }).resources : []);
    }
    return known.get(apiVersion)?.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  };
}

/** Server-side apply with strict field validation; with `dryRun` nothing is kept, but everything is judged. */
export async function apply(
  plane: Plane,
  object: KubernetesObject,
  resource: Resource,
  dryRun: boolean,
): Promise<ApiResponse> {
  const namespace = resource.namespaced ? `/namespaces/${object.metadata?.namespace ?? 'default'}` : '';
  const query = `fieldManager=holdfast&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
  return plane.request({
    method: 'PATCH',
    path: `${prefix(object.apiVersion)}${namespace}/${resource.name}/${object.metadata?.name}?${query}`,
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
}

/** Makes a namespace unless it is there. */
export async function ensureNamespace(plane: Plane, name: string): Promise<void> {
  const response = await plane.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  if (response.status !== 201 && response.status !== 409) throw new Error(`namespace ${name}: ${messageOf(response)}`);
}

/** Installs the released CRDs under test/e2e/crds and waits until the API server serves them. */
export async function installCrds(plane: Plane): Promise<void> {
  const directory = join(import.meta.dirname, 'crds');
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const crds = readdirSync(directory).flatMap((file) => {
    return JSON.parse(gunzipSync(readFileSync(join(directory, file))).toString('utf8')) as KubernetesObject[];
  });
  for (const crd of crds) {
    const response = await plane.request({ method: 'POST', path, body: crd });
    if (response.status !== 201) throw new Error(`${crd.metadata?.name}: ${messageOf(response)}`);
  }
  for (const crd of crds) {
    await waitFor({ what: `${crd.metadata?.name} is served` }, async () => {
      const { body } = await plane.request({ path: `${path}/${crd.metadata?.name}` });
      const { conditions = [] } =
        (body as { status?: { conditions?: { type: string; status: string }[] } }).status ?? {};
      return conditions.some(({ type, status }) => type === 'Established' && status === 'True') ? true : undefined;
    });
  }
}

function prefix(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
