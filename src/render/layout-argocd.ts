/** Wrapper files for Argo CD: one Application that holds the others, one per chart and per folder of objects, with sync waves. */
import { HoldfastError } from '../core/error.ts';
import type { KubernetesObject } from '../system.ts';
import { labelled } from './artifact.ts';
import { writeHeader } from './header.ts';
import { argocdRepository } from './helm.ts';
import { pathInTree } from './path.ts';
import type { RenderedFile, Rendering, Repository, Unit } from './types.ts';
import { writeSortedYaml } from './yaml.ts';

const NAMESPACE = 'argocd';
const WAVE = 'argocd.argoproj.io/sync-wave';

/**
 * `argocd/root.yaml`, which a person applies once, and the Applications that it holds.
 * @throws HoldfastError `repository-unknown`: an Application names its repository.
 */
export function argocdFiles(rendering: Rendering): readonly RenderedFile[] {
  const { repository } = rendering.options;
  if (!repository) throw repositoryUnknown();
  const children = rendering.units.map((unit) => ({
    path: `argocd/applications/${unit.name}.yaml`,
    owner: unit.system,
    text: file(rendering, { purpose: purposeOf(unit), object: applicationOf(unit, rendering, repository) }),
  }));
  const root = {
    path: 'argocd/root.yaml',
    owner: 'tree',
    text: file(rendering, {
      purpose: 'The Application that holds all others. Apply it once, by hand: kubectl apply -f argocd/root.yaml.',
      object: application({
        name: rendering.plan.cluster.name,
        source: directory(repository, 'argocd/applications'),
        destination: { ...HERE, namespace: NAMESPACE },
      }),
    }),
  };
  return [...children, root];
}

function repositoryUnknown(): HoldfastError {
  return new HoldfastError(
    'repository-unknown',
    'An Argo CD Application names the Git repository that holds the tree, and none is known.',
    {
      hint: 'Name it with --repo URL (and --repo-path FOLDER), or render into a checkout whose remote is called origin.',
    },
  );
}

function file(rendering: Rendering, { purpose, object }: { purpose: string; object: KubernetesObject }): string {
  const { name } = rendering.plan.cluster;
  return `${writeHeader({ cluster: name, purpose, decisions: [] })}${writeSortedYaml(labelled(object, { system: 'tree', cluster: name }))}`;
}

function purposeOf(unit: Unit): string {
  if (unit.form === 'objects') return `Applies the objects of ${unit.folder} in wave ${unit.wave}.`;
  const { chart } = unit.artifact;
  return `Installs chart ${chart.name} ${chart.version} in wave ${unit.wave}, with the values of ${pathInTree(unit.system, unit.artifact)}.`;
}

function applicationOf(unit: Unit, rendering: Rendering, repository: Repository): KubernetesObject {
  const name = `${rendering.plan.cluster.name}-${unit.name}`;
  if (unit.form === 'objects') {
    return application({
      name,
      wave: unit.wave,
      source: directory(repository, unit.folder),
      destination: { ...destinationOf(unit, rendering), namespace: 'default' },
    });
  }
  const { chart, values } = unit.artifact;
  const source = {
    repoURL: argocdRepository(chart),
    chart: chart.name,
    targetRevision: chart.version,
    helm: { releaseName: chart.release, valuesObject: values },
  };
  return application({
    name,
    wave: unit.wave,
    source,
    destination: { ...destinationOf(unit, rendering), namespace: chart.namespace },
  });
}

/** The cluster that Argo CD runs in. */
const HERE = { server: 'https://kubernetes.default.svc' };

/** With a management cluster Argo CD runs there and knows this cluster by its name. */
function destinationOf(unit: Unit, { management, plan }: Rendering): Readonly<Record<string, string>> {
  const remote = management !== undefined && unit.target === 'cluster';
  return remote ? { name: plan.cluster.name } : HERE;
}

interface ApplicationParts {
  readonly name: string;
  readonly wave?: number;
  readonly source: Readonly<Record<string, unknown>>;
  readonly destination: Readonly<Record<string, string>>;
}

/**
 * Objects that leave the tree leave the cluster, last of all; an Application that is deleted leaves its objects, so it
 * has no finalizer: what keeps a cluster up must not go with one deleted line.
 */
function application({ name, wave, source, destination }: ApplicationParts): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: NAMESPACE, ...(wave === undefined ? {} : { annotations: { [WAVE]: String(wave) } }) },
    spec: {
      project: 'default',
      source,
      destination,
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ['CreateNamespace=true', 'PruneLast=true', 'ServerSideApply=true'],
        retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
      },
    },
  };
}

function directory(repository: Repository, folder: string): Readonly<Record<string, unknown>> {
  const path = repository.path === '' ? folder : `${repository.path}/${folder}`;
  return { repoURL: repository.url, targetRevision: repository.revision, path, directory: { recurse: true } };
}
