/** Sizes of the provider's machine types that documents name most; others need cpu and memory written. */
import type { Bytes, MilliCpu } from '../core/units.ts';

export interface MachineType {
  readonly provider: 'aws';
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
  readonly gpus: number;
}

const GIB = 2 ** 30;
const aws = (vcpus: number, gib: number, gpus = 0): MachineType => ({
  provider: 'aws',
  cpu: vcpus * 1_000,
  memory: gib * GIB,
  gpus,
});

/** AWS EC2 instance types, vCPU and memory as the provider's instance type pages give them, read 2026-11-23. */
export const machineTypes: Readonly<Record<string, MachineType>> = {
  't3.medium': aws(2, 4),
  't3.large': aws(2, 8),
  'm6i.large': aws(2, 8),
  'm6i.xlarge': aws(4, 16),
  'm6i.2xlarge': aws(8, 32),
  'm6i.4xlarge': aws(16, 64),
  'm7i.large': aws(2, 8),
  'm7i.xlarge': aws(4, 16),
  'm7i.2xlarge': aws(8, 32),
  'm7i.4xlarge': aws(16, 64),
  'm7g.large': aws(2, 8),
  'm7g.xlarge': aws(4, 16),
  'm7g.2xlarge': aws(8, 32),
  'c7i.xlarge': aws(4, 8),
  'c7i.2xlarge': aws(8, 16),
  'c7i.4xlarge': aws(16, 32),
  'r7i.xlarge': aws(4, 32),
  'r7i.2xlarge': aws(8, 64),
  'g5.2xlarge': aws(8, 32, 1),
  'g6.xlarge': aws(4, 16, 1),
  'g6.2xlarge': aws(8, 32, 1),
  'p3.2xlarge': aws(8, 61, 1),
};
