/** Wrapper files for Flux: HelmRelease and HelmRepository per chart, and Kustomizations that depend on each other in waves. */
import type { KubernetesObject, ValuesArtifact } from '../system.ts';
import { labelled } from './artifact.ts';
import { writeHeader } from './header.ts';
import { isOci } from './helm.ts';
import { pathInTree } from './path.ts';
import type { RenderedFile, Rendering, Unit } from './types.ts';
import { makesTheCluster } from './waves.ts';
import { writeSortedYaml } from './yaml.ts';

/** The source that `flux bootstrap` makes, and its namespace. */
const SOURCE = { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' };
const INTERVAL = '10m';

/**
 * Cluster has no condition Ready, without which Flux takes it as ready at once (Cluster API v1.14, api/core/v1beta2,
 * cluster_types.go). Not ControlPlaneAvailable: the other members may need what is applied after this.
 */
const FIRST_MEMBER_ANSWERS = [
  {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    current: "status.conditions.exists(one, one.type == 'ControlPlaneInitialized' && one.status == 'True')",
  },
];

type ChartUnit = Extract<Unit, { form: 'chart' }>;

interface Stage {
  readonly name: string;
  readonly owner: string;
  readonly wave: number;
  readonly path: string;
  /** True when its objects belong into another cluster than the one that Flux runs in. */
  readonly remote: boolean;
  /** True when what follows waits for the first member that it makes. */
  readonly makesTheCluster: boolean;
}

/** `flux/sync/*`, which the cluster's Flux reads, and `flux/charts/*`, which these apply. */
export function fluxFiles(rendering: Rendering): readonly RenderedFile[] {
  const charts = rendering.units.filter((unit): unit is ChartUnit => unit.form === 'chart');
  return [...charts.flatMap((unit) => chartFiles(unit, rendering)), ...syncFiles(stagesOf(rendering), rendering)];
}

/** Each system's charts are one stage, each folder of objects another, in the order of the waves. */
function stagesOf({ units, management }: Rendering): readonly Stage[] {
  const stages = units.map((unit: Unit): Stage =>
    unit.form === 'chart'
      ? {
          name: chartStage(unit),
          owner: unit.system,
          wave: unit.wave,
          path: `flux/charts/${chartStage(unit)}`,
          remote: false,
          makesTheCluster: false,
        }
      : {
          name: unit.name,
          owner: unit.system,
          wave: unit.wave,
          path: unit.folder,
          remote: management !== undefined && unit.target === 'cluster',
          makesTheCluster: makesTheCluster(unit),
        },
  );
  return stages.filter((stage, index) => stages.findIndex(({ name }) => name === stage.name) === index);
}

/** A stage waits for all stages of the wave before it; Flux takes them as ready when their objects are. */
function syncFiles(stages: readonly Stage[], rendering: Rendering): readonly RenderedFile[] {
  const waves = [...new Set(stages.map(({ wave }) => wave))];
  return stages.map((stage) => {
    const before = waves[waves.indexOf(stage.wave) - 1];
    const dependsOn = stages
      .filter(({ wave }) => wave === before)
      .map(({ name }) => ({ name: fullName(rendering, name) }));
    const object = kustomization(rendering, { stage, dependsOn });
    return {
      path: `flux/sync/${stage.name}.yaml`,
      owner: stage.owner,
      text: file(rendering, `Applies ${stage.path} in wave ${stage.wave}.`, object),
    };
  });
}

/** Objects that leave the tree leave the cluster; a deleted Kustomization leaves its objects, as with Argo CD. */
function kustomization(
  rendering: Rendering,
  { stage, dependsOn }: { stage: Stage; dependsOn: readonly { name: string }[] },
): KubernetesObject {
  const root = rendering.options.repository?.path ?? '';
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: fullName(rendering, stage.name), namespace: namespaceOf(rendering) },
    spec: {
      interval: INTERVAL,
      retryInterval: '1m',
      timeout: '10m',
      sourceRef: SOURCE,
      path: `./${root === '' ? '' : `${root}/`}${stage.path}`,
      prune: true,
      deletionPolicy: 'Orphan',
      wait: true,
      ...(stage.remote ? kubeConfig(rendering) : {}),
      ...(stage.makesTheCluster ? { healthCheckExprs: FIRST_MEMBER_ANSWERS } : {}),
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
    },
  };
}

function chartFiles(unit: ChartUnit, rendering: Rendering): readonly RenderedFile[] {
  const { artifact, system } = unit;
  const { chart } = artifact;
  const name = fullName(rendering, unit.name);
  const folder = `flux/charts/${chartStage(unit)}`;
  return [
    {
      path: `${folder}/${chart.release}-repository.yaml`,
      owner: system,
      text: file(rendering, `Where chart ${chart.name} comes from.`, repositoryOf(name, chart, rendering)),
    },
    {
      path: `${folder}/${chart.release}-release.yaml`,
      owner: system,
      text: file(
        rendering,
        `Installs chart ${chart.name} ${chart.version} with the values of ${pathInTree(system, artifact)}.`,
        releaseOf(name, unit, rendering),
      ),
    },
  ];
}

function repositoryOf(name: string, chart: ValuesArtifact['chart'], rendering: Rendering): KubernetesObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { name, namespace: namespaceOf(rendering) },
    spec: { ...(isOci(chart) ? { type: 'oci' } : {}), interval: '1h', url: chart.repository },
  };
}

function releaseOf(name: string, { artifact, target }: ChartUnit, rendering: Rendering): KubernetesObject {
  const { chart, values } = artifact;
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: namespaceOf(rendering) },
    spec: {
      interval: INTERVAL,
      releaseName: chart.release,
      targetNamespace: chart.namespace,
      storageNamespace: chart.namespace,
      chart: { spec: { chart: chart.name, version: chart.version, sourceRef: { kind: 'HelmRepository', name } } },
      install: { createNamespace: true, crds: 'CreateReplace', remediation: { retries: 3 } },
      upgrade: { crds: 'CreateReplace', remediation: { retries: 3, strategy: 'rollback' } },
      driftDetection: { mode: 'warn' },
      ...(rendering.management && target === 'cluster' ? kubeConfig(rendering) : {}),
      values,
    },
  };
}

/** Charts of one system that go to different clusters do so in different waves. */
function chartStage({ system, target }: ChartUnit): string {
  return target === 'management' ? `${system}-management-charts` : `${system}-charts`;
}

/** With a management cluster Flux runs there; it must stand beside the kubeconfig that Cluster API keeps of this cluster. */
function namespaceOf({ management }: Rendering): string {
  return management?.namespace ?? SOURCE.namespace;
}

/** Cluster API names the Secret `<cluster>-kubeconfig` (cluster-api v1.14, util/secret). */
function kubeConfig({ plan }: Rendering) {
  return { kubeConfig: { secretRef: { name: `${plan.cluster.name}-kubeconfig` } } };
}

function fullName(rendering: Rendering, name: string): string {
  return `${rendering.plan.cluster.name}-${name}`;
}

function file(rendering: Rendering, purpose: string, object: KubernetesObject): string {
  const { name } = rendering.plan.cluster;
  return `${writeHeader({ cluster: name, purpose, decisions: [] })}${writeSortedYaml(labelled(object, { system: 'tree', cluster: name }))}`;
}
