/**
 * Volumes that only one node can have: a new pod waits until the old node lets go of them. Kubernetes v1.36.3
 * pkg/controller/volume/attachdetach/reconciler/reconciler.go: what a kubelet no longer mounts is detached at once; of a
 * node that does not answer, or is gone, six minutes after the pod's object went; with the out-of-service taint at once.
 */
import type { Millis } from '../../core/units.ts';
import { FORCE_DETACH } from '../../availability/recovery-timers.ts';
import { DRAW } from '../engine/chance.ts';
import type { Run } from '../engine/run.ts';
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';

export const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export interface Volumes {
  /** When the pod's volumes are attached to its node; now when it has none to wait for. */
  readonly attachedAt: (pod: PodIndex) => Millis;
}

interface Attached {
  node: NodeIndex;
  /** When it is free for another node; undefined while a pod uses it. */
  free: Millis | undefined;
}

export function volumesOf(run: Run): Volumes {
  const { clock, state, tables, signals, chance, options, cluster } = run;
  const attached = new Map<string, Attached>();
  const ready = new Map<PodIndex, { readonly serial: number; readonly at: Millis }>();

  signals.listen({
    podGone: (pod, node) => {
      ready.delete(pod);
      if (node < 0) return;
      for (const claim of claimsOf(run, pod)) {
        if (attached.get(claim)?.node !== node && attached.has(claim)) continue;
        attached.set(claim, { node, free: clock.now() + detachTime(node) });
      }
    },
    taintsChanged: (node) => {
      if (!isOutOfService(node)) return;
      for (const volume of attached.values()) {
        if (volume.node === node && volume.free !== undefined) volume.free = Math.min(volume.free, clock.now());
      }
    },
  });

  function isOutOfService(node: NodeIndex): boolean {
    return state.taintsOf(node).some(({ key }) => key === OUT_OF_SERVICE);
  }

  function detachTime(node: NodeIndex): Millis {
    const answers =
      state.nodeExists(node) && tables.nodes.running.get(node) === 1 && tables.nodes.silent.get(node) === 0;
    return answers || (state.nodeExists(node) && isOutOfService(node)) ? 0 : FORCE_DETACH;
  }

  return {
    attachedAt: (pod) => {
      const serial = tables.pods.serial.get(pod);
      const known = ready.get(pod);
      if (known?.serial === serial && known.at <= clock.now()) return clock.now();
      const node = state.nodeOfPod(pod);
      const claims = claimsOf(run, pod);
      if (claims.length === 0) return clock.now();
      let free = clock.now();
      let moves = false;
      for (const claim of claims) {
        const volume = attached.get(claim);
        if (volume?.node === node) {
          volume.free = undefined;
          continue;
        }
        moves = true;
        free = Math.max(free, volume?.free ?? clock.now());
      }
      if (free > clock.now()) {
        const loss = cluster.lossOf(pod);
        if (loss !== undefined && loss.endedAt === undefined)
          loss.held = { say: 'its volume is still attached to the lost node: detached by force after 6 m' };
        return free;
      }
      for (const claim of claims) attached.set(claim, { node, free: undefined });
      const at = moves ? clock.now() + chance.between(DRAW.attach, options.attach, serial) : clock.now();
      ready.set(pod, { serial, at });
      return at;
    },
  };
}

/** Claims of a pod that are attached to one node at a time, by namespace and name. */
function claimsOf({ world, state, tables }: Run, pod: PodIndex): readonly string[] {
  const { template } = state.shapeSource(state.shapeOfPod(pod));
  const workload = world.workloads[tables.pods.workload.get(pod)];
  const names: string[] = [];
  for (const { source } of template.spec.volumes) {
    const name = source.kind === 'claim' ? `${template.namespace}/${source.claim}` : '';
    if (tables.movingClaims.has(name)) names.push(name);
  }
  const ordinal = tables.pods.ordinal.get(pod);
  for (const { name, accessModes } of workload?.spec.claimTemplates ?? []) {
    const claim = `${template.namespace}/${name}-${workload?.name ?? ''}-${ordinal}`;
    if (ordinal >= 0 && !accessModes.includes('ReadWriteMany') && !names.includes(claim)) names.push(claim);
  }
  return names;
}
