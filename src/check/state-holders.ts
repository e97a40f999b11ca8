/** Who holds state that nobody else has: claims of workloads and clusters of database operators. */
import { nameOf, namespaceOf, type Sourced } from '../inventory/identity.ts';
import { annotationsOf, labelsOf, ofKind } from '../inventory/indexes.ts';
import type { Workload, World, WorldClaim } from '../inventory/world.ts';
import type { FieldPath, Labels } from '../kubernetes/objects.ts';
import { runningContainers } from '../kubernetes/pod-spec.ts';
import type { RuleContext } from './context.ts';
import { podPath, podSpecOf } from './reach.ts';
import { imageNames } from './workload-programs.ts';
import { keepsReplicas } from './workloads.ts';

export interface StateHolder {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly on: Workload | Sourced;
  /** Where it says that it keeps state. */
  readonly path: FieldPath;
  readonly claims: readonly WorldClaim[];
  /** Labels by which a backup may choose it: of its pods, and of its claims. */
  readonly labels: readonly Labels[];
  readonly annotations: Labels;
  /** Something in its own pods ships its state away, as far as the names of containers tell. */
  readonly shipsItself: boolean;
}

/** Programs whose state can be made again from elsewhere: metrics of the last weeks, caches, buffers on the way to a store. */
const DERIVED = new Set([
  'prometheus',
  'alertmanager',
  'memcached',
  'varnish',
  'squid',
  'vector',
  'fluentd',
  'fluent-bit',
  'loki',
  'mimir',
  'tempo',
  'cortex',
  'thanos',
  'vmagent',
]);

const SCRATCH = /(^|[-_])(cache|tmp|temp|scratch|buffer|spool)([-_]|$)/i;

const SHIPS = /litestream|wal-?[eg]\b|pgbackrest|restic|kopia|barman|backup/i;

export const CNPG_CLUSTER = 'postgresql.cnpg.io/Cluster';

export function stateHolders(world: World, context: Pick<RuleContext, 'claimsOf'>): readonly StateHolder[] {
  return [...world.workloads.flatMap((workload) => holderOf(workload, context)), ...databases(world)];
}

function holderOf(workload: Workload, { claimsOf }: Pick<RuleContext, 'claimsOf'>): readonly StateHolder[] {
  if (!keepsReplicas(workload) || workload.sourced === undefined || SCRATCH.test(workload.name)) return [];
  const { namespace, name, kind, sourced, spec, templates } = workload;
  const pod = podSpecOf(workload);
  const kept = pod.volumes.filter(
    (volume) =>
      (volume.source.kind === 'claimTemplate' || volume.source.kind === 'claim') &&
      !volume.source.readOnly &&
      !SCRATCH.test(volume.name),
  );
  if (kept.length === 0 || [...imageNames(workload)].some((name) => DERIVED.has(name))) return [];
  // The claims of a template are named after it; others are named by the volume.
  const prefixes = kept.flatMap((volume) =>
    volume.source.kind === 'claimTemplate' ? [`${volume.name}-${name}-`] : [],
  );
  const names = new Set(kept.flatMap(({ source }) => (source.kind === 'claim' ? [source.claim] : [])));
  const claims = claimsOf(workload).filter(
    (claim) =>
      claim.owner?.kind !== 'Pod' &&
      !SCRATCH.test(claim.name) &&
      (names.has(claim.name) || prefixes.some((prefix) => claim.name.startsWith(prefix))),
  );
  if (claims.length === 0 && workload.replicas > 0) return [];
  const template = templates[0];
  return [
    {
      kind,
      namespace,
      name,
      on: workload,
      path: spec.claimTemplates.length > 0 ? ['spec', 'volumeClaimTemplates'] : [...podPath(workload), 'volumes'],
      claims,
      labels: [template?.labels ?? spec.labels, ...claims.map((claim) => labelsOfClaim(claim, workload))],
      annotations: { ...annotationsOf(sourced.object), ...(template?.annotations ?? spec.annotations) },
      shipsItself: runningContainers(pod).some(
        ({ name: container, image }) => SHIPS.test(container) || SHIPS.test(image),
      ),
    },
  ];
}

/** A StatefulSet gives its claims the labels that it selects by (pkg/controller/statefulset/stateful_set_utils.go, getPersistentVolumeClaims). */
function labelsOfClaim({ sourced }: WorldClaim, { spec }: Workload): Labels {
  if (sourced !== undefined) return labelsOf(sourced.object);
  return spec.selector.matches === 'all-of'
    ? Object.fromEntries(
        spec.selector.requirements.flatMap(({ key, values }) => (values[0] === undefined ? [] : [[key, values[0]]])),
      )
    : {};
}

function databases(world: World): readonly StateHolder[] {
  return ofKind(world.index, CNPG_CLUSTER).map((sourced) => ({
    kind: 'Cluster',
    namespace: namespaceOf(sourced.object) ?? 'default',
    name: nameOf(sourced.object),
    on: sourced,
    path: ['spec'],
    claims: [],
    labels: [{ ...labelsOf(sourced.object), 'cnpg.io/cluster': nameOf(sourced.object) }],
    annotations: annotationsOf(sourced.object),
    shipsItself: false,
  }));
}
