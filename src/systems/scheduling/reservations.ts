/** What each pool's kubelets keep back, so that pods cannot starve the node itself. */
import type { KubeletReservation } from '../../facts.ts';
import type { MilliCpu } from '../../core/units.ts';
import type { Pool } from '../../spec/cluster.ts';

const MEBIBYTE = 2 ** 20;

/**
 * Reservations by the size of the machine: memory 255Mi + 11Mi per pod, CPU 6 % of the first core, 1 % of the second,
 * 0.5 % of the next two, 0.25 % of the rest. Source: awslabs/amazon-eks-ami, nodeadm internal/kubelet/config.go; the
 * part of the system (100m, 200Mi) is what systemd, sshd and a log shipper usually take.
 */
export function reservationOf({ name, machine }: Pool): KubeletReservation {
  return {
    pool: name,
    kube: { cpu: kubeCpu(machine.cpu), memory: (255 + 11 * machine.pods) * MEBIBYTE },
    system: { cpu: 100, memory: 200 * MEBIBYTE },
    evictionMemory: 100 * MEBIBYTE,
  };
}

function kubeCpu(cpu: MilliCpu): MilliCpu {
  const part = (from: MilliCpu, to: MilliCpu, share: number): number => Math.max(0, Math.min(cpu, to) - from) * share;
  return Math.ceil(
    part(0, 1_000, 0.06) + part(1_000, 2_000, 0.01) + part(2_000, 4_000, 0.005) + part(4_000, cpu, 0.0025),
  );
}
