/** The order in which things are applied: systems after those that they read, charts before the objects that need their CRDs. */
import { assert } from '../core/error.ts';
import type { AnySystem, Artifact, KubernetesObject, ObjectArtifact, ValuesArtifact } from '../system.ts';
import { pathInTree } from './path.ts';
import type { RenderedSystem, Unit } from './types.ts';

/** Waves are this far apart, so that people can put their own in between. */
const WAVE_STEP = 10;

/** The systems so that each stands behind all that it reads; else in the order given. */
export function inApplicationOrder(systems: readonly AnySystem[]): readonly AnySystem[] {
  const listed = new Set(systems.map(({ id }) => id));
  const placed = new Set<string>();
  const result: AnySystem[] = [];
  while (result.length < systems.length) {
    const ready = systems.find(
      ({ id, after }) => !placed.has(id) && after.every((other) => placed.has(other) || !listed.has(other)),
    );
    assert(ready, 'the systems read each other in a circle');
    placed.add(ready.id);
    result.push(ready);
  }
  return result;
}

/**
 * What is applied together, in waves: what goes to the management cluster comes before all that runs on the machines
 * that it makes; alerts and scrapes come last, because their kinds arrive with the Prometheus operator.
 */
export function unitsOf(systems: readonly RenderedSystem[], alerts: boolean): readonly Unit[] {
  const steps = systems.flatMap(({ system, artifacts }) => {
    const objects = objectUnits({ system, artifacts });
    return [
      chartUnits(system.id, artifacts),
      objects.filter((unit) => !isOfMadeKinds(unit)),
      objects.filter(isOfMadeKinds),
    ];
  });
  const inOrder = [
    ...steps.map((step) => step.filter(({ target }) => target === 'management')),
    ...steps.map((step) => step.filter((unit) => unit.target === 'cluster' && !isMonitoring(unit))),
    [...steps.flat().filter((unit) => unit.target === 'cluster' && isMonitoring(unit)), ...(alerts ? [ALERTS] : [])],
  ].filter(({ length }) => length > 0);
  return inOrder.flatMap((step, index) => step.map((unit): Unit => ({ ...unit, wave: index * WAVE_STEP })));
}

/** True for the unit with Cluster API's Cluster: what runs on the cluster has to wait until its first member answers. */
export function makesTheCluster(unit: Unit): boolean {
  return unit.form === 'objects' && unit.artifacts.some(({ object }) => isCluster(object));
}

/** Cluster API's own kind: other groups have kinds of that name too. */
export function isCluster({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'Cluster' && apiVersion.startsWith('cluster.x-k8s.io/');
}

type UnplacedUnit = Omit<Extract<Unit, { form: 'chart' }>, 'wave'> | Omit<Extract<Unit, { form: 'objects' }>, 'wave'>;

const ALERTS: UnplacedUnit = {
  form: 'objects',
  system: 'tree',
  name: 'alerts',
  folder: 'alerts',
  artifacts: [],
  target: 'cluster',
};

/** A folder that holds nothing else can wait for the operator without holding up what follows. */
function isMonitoring(unit: UnplacedUnit): boolean {
  return (
    unit.form === 'objects' &&
    unit.artifacts.every(({ object }) => object.apiVersion.startsWith('monitoring.coreos.com/'))
  );
}

/** Constraints are of kinds that Gatekeeper makes from the templates of an earlier wave. */
const MADE_GROUP = 'constraints.gatekeeper.sh';

function isOfMadeKinds(unit: UnplacedUnit): boolean {
  return (
    unit.form === 'objects' && unit.artifacts.every(({ object }) => object.apiVersion.startsWith(`${MADE_GROUP}/`))
  );
}

/** Names of the CustomResourceDefinitions that a controller makes for objects of this unit; the plural is the kind in lower case. */
export function madeKinds(unit: Unit): readonly string[] {
  if (unit.form !== 'objects' || unit.artifacts.length === 0 || !isOfMadeKinds(unit)) return [];
  return [...new Set(unit.artifacts.map(({ object }) => `${object.kind.toLowerCase()}.${MADE_GROUP}`))].toSorted();
}

function chartUnits(system: string, artifacts: readonly Artifact[]): readonly UnplacedUnit[] {
  return artifacts
    .filter((artifact): artifact is ValuesArtifact => artifact.form === 'values')
    .map((artifact) => ({
      form: 'chart',
      system,
      name: `${system}-${artifact.chart.release}`,
      target: artifact.target ?? 'cluster',
      artifact,
    }));
}

/** One unit per folder; a controller that reads the folder must find nothing there but objects of its cluster. */
function objectUnits({ system, artifacts }: RenderedSystem): readonly UnplacedUnit[] {
  const folders = new Map<string, ObjectArtifact[]>();
  const folderOf = (artifact: Artifact): string =>
    pathInTree(system.id, { ...artifact, path: topFolder(artifact.path) });
  for (const artifact of artifacts) {
    if (artifact.form !== 'object') continue;
    assert(isForItsCluster(artifact), `${system.id}: ${artifact.path} is an object of Cluster API for this cluster`);
    const folder = folderOf(artifact);
    folders.set(folder, [...(folders.get(folder) ?? []), artifact]);
  }
  const strangers = artifacts.filter((artifact) => artifact.form !== 'object' && folders.has(folderOf(artifact)));
  assert(strangers.length === 0, `${system.id}: ${strangers[0]?.path} stands in a folder of objects`);
  return [...folders].map(([folder, members]) => ({
    form: 'objects',
    system: system.id,
    name: nameOf(system.id, folder),
    folder,
    artifacts: members.toSorted(byApplication),
    target: members[0]?.target ?? 'cluster',
  }));
}

/** `control-plane-objects`, and `control-plane-management-objects` for those under `management/`. */
function nameOf(system: string, folder: string): string {
  const [first, ...rest] = folder.split('/');
  return first === system ? folder.replaceAll('/', '-') : [...rest.slice(0, 1), first, ...rest.slice(1)].join('-');
}

/** Objects of Cluster API live in the management cluster: in this one nothing would read them. */
function isForItsCluster({ object, target }: ObjectArtifact): boolean {
  return target === 'management' || !/(^|\.)cluster\.x-k8s\.io\//.test(object.apiVersion);
}

function topFolder(path: string): string {
  const [folder, ...rest] = path.split('/');
  assert(folder !== undefined && rest.length > 0, `the object ${path} stands in no folder of its own`);
  return folder;
}

/** Kinds that others refer to come first; admission that could refuse the others comes last. */
const EARLY = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'ClusterRole',
  'Role',
  'ClusterRoleBinding',
  'RoleBinding',
  'ConfigMap',
];
const LATE = [
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

function byApplication(a: ObjectArtifact, b: ObjectArtifact): number {
  return kindRank(a.object.kind) - kindRank(b.object.kind) || (a.path < b.path ? -1 : 1);
}

function kindRank(kind: string): number {
  const early = EARLY.indexOf(kind);
  if (early >= 0) return early;
  return EARLY.length + 1 + LATE.indexOf(kind);
}
