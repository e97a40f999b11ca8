/** ST01, ST04: volumes and pods that wait for a place that is lost. */
import { REPAIR_KINDS } from '../../inventory/kinds.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { ZONE } from '../../kubernetes/nodes.ts';
import { at } from '../../kubernetes/objects.ts';
import { clusterTarget } from '../cluster-target.ts';
import { floorOf } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { keepsReplicas } from '../workloads.ts';
import { isZonalClass } from './storage.ts';
import { losingItsZone } from '../witnesses.ts';

const st01: Rule = {
  id: 'ST01',
  family: 'ST',
  title: 'The only copy is on a volume of one zone',
  severity: 'warning',
  whySeverity: 'A zone is lost rarely; then the workload is down until the zone is back, wherever there is room.',
  takesDown: 'The workload, for as long as the zone of its volume is away.',
  remedy: 'Replicate the state over zones, or use storage that is reached from all of them.',
  price: 'Replication is a project; storage over zones is slower and dearer.',
  source: 'Kubernetes docs, setup/best-practices/multiple-zones (storage access for zones)',
  needs: 'document',
  reads: ['/PersistentVolume', '/PersistentVolumeClaim', 'storage.k8s.io/StorageClass'],
  yieldsTo: ['WL05', 'WL01'],
  *check(world, { zones }) {
    if (zones.length < 2) return;
    for (const { workloads, volume, storageClass, spec } of world.claims) {
      const [workload] = workloads;
      if (workload === undefined || !keepsReplicas(workload) || floorOf(workload) !== 1) continue;
      if (volume === undefined && storageClass !== undefined && isZonalClass(storageClass)) {
        const once = spec?.accessModes.some((mode) => mode !== 'ReadWriteMany' && mode !== 'ReadOnlyMany') ?? false;
        if (!once) continue;
        yield {
          on: workload,
          path: ['spec', 'replicas'],
          message: `Its one copy will be on a volume of class ${storageClass.name}, which is in one zone; the cluster has ${zones.length} zones.`,
          cause: defect('one-replica', workload),
          witness: { lose: losingItsZone(workload) },
        };
        continue;
      }
      const terms = volume?.migratedNodeTerms ?? volume?.nodeTerms;
      const bound = terms?.flatMap(({ labels }) =>
        labels.filter(({ key, operator }) => key === ZONE && operator === 'In'),
      );
      const names = new Set(bound?.flatMap(({ values }) => values));
      if (volume === undefined || names.size !== 1) continue;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `Its one copy is on volume ${volume.name} of zone ${[...names][0] ?? ''}; the cluster has ${zones.length} zones.`,
        cause: defect('one-replica', workload),
        witness: { lose: losingItsZone(workload) },
      };
    }
  },
};

const st04: Rule = {
  id: 'ST04',
  family: 'ST',
  title: 'Nothing releases the pods and volumes of a lost node',
  severity: 'warning',
  whySeverity:
    'It needs a node that is lost for good; then the pods of StatefulSets on it stay Terminating until somebody deletes the node.',
  takesDown: 'A member of every StatefulSet that had one on the node, until a person acts.',
  remedy:
    'Install a remediation that fences lost nodes (NodeHealthCheck with an out-of-service taint), or delete lost nodes by hand.',
  price: 'A node that is cut off and still runs must be fenced first, or two pods write to one volume.',
  source: 'kubernetes/kubernetes#74689; KEP-2268 (node.kubernetes.io/out-of-service)',
  needs: 'document',
  reads: ['karpenter.sh/NodePool', ...REPAIR_KINDS],
  acrossNamespaces: true,
  *check(world, context) {
    const sets = world.workloads.filter(
      ({ kind, replicas, spec }) => kind === 'StatefulSet' && replicas > 0 && spec.claimTemplates.length > 0,
    );
    // The plan always decides on a repair.
    if (context.plan !== undefined || sets.length === 0 || isRepaired(world)) return;
    // The cloud's controller deletes nodes whose machine is gone.
    if (world.nodes.some(({ sourced }) => typeof at(sourced?.object, 'spec', 'providerID') === 'string')) {
      yield { unknown: 'nodes have a providerID: whether a cloud controller deletes lost ones is not shown' };
      return;
    }
    yield {
      on: clusterTarget(context),
      path: [],
      message: `${sets.length === 1 ? `${(sets[0] as Workload).id} keeps` : `${sets.length} StatefulSets keep`} state on volumes, and nothing that is shown repairs, fences or deletes lost nodes.`,
      takesDown: sets,
    };
  },
};

function isRepaired({ index, nodePools }: World): boolean {
  return nodePools.length > 0 || REPAIR_KINDS.some((kind) => index.byKind.has(kind));
}

export const storageZones: readonly Rule[] = [st01, st04];
