/** Which machine types of the provider make up a pool, their architecture and the name of their GPU. */
import { type MachineType, machineTypes } from '../../spec/machine-types.ts';
import type { Cluster, Pool } from '../../spec/cluster.ts';

/** GPU of an EC2 family as the value of the accelerator label (AWS EC2 instance types, accelerated computing). */
const ACCELERATORS: Readonly<Record<string, string>> = {
  g4dn: 'nvidia-t4',
  g5: 'nvidia-a10g',
  g5g: 'nvidia-t4g',
  g6: 'nvidia-l4',
  g6e: 'nvidia-l40s',
  p3: 'nvidia-v100',
  p4d: 'nvidia-a100',
  p4de: 'nvidia-a100',
  p5: 'nvidia-h100',
  p5e: 'nvidia-h200',
  p5en: 'nvidia-h200',
};

/** Types of equal size, the named one alone when one is named; the first is priced. Empty outside of AWS or when no type fits. */
export function typesOf(pool: Pool, cluster: Pick<Cluster, 'provider'>): readonly string[] {
  if (cluster.provider !== 'aws') return [];
  if (pool.machine.type !== undefined) return [pool.machine.type];
  return SIZES.get(sizeKey(pool.machine)) ?? [];
}

/** `arm64` for the Graviton families, whose generation is followed by a g (EC2 naming of instance types). */
export function architectureOf(types: readonly string[]): 'amd64' | 'arm64' {
  return /^[a-z]+\d+g[a-z]*\./.test(types[0] ?? '') ? 'arm64' : 'amd64';
}

/** The accelerator label's value; the family itself where its GPU is not known here. */
export function acceleratorOf(types: readonly string[]): string {
  const family = (types[0] ?? '').split('.')[0] ?? '';
  return ACCELERATORS[family] ?? (family === '' ? 'nvidia' : `nvidia-${family}`);
}

interface Size {
  readonly cpu: number;
  readonly memory: number;
  readonly gpus: number;
}

const sizeKey = ({ cpu, memory, gpus }: Size): string => `${cpu}/${memory}/${gpus}`;

/** x86 types by size, newest generation first; burstable ones are left out, since their CPU is not always there. */
const SIZES: ReadonlyMap<string, readonly string[]> = bySize(machineTypes);

function bySize(types: Readonly<Record<string, MachineType>>): ReadonlyMap<string, readonly string[]> {
  const sizes = new Map<string, string[]>();
  for (const [name, size] of Object.entries(types)) {
    if (name.startsWith('t') || architectureOf([name]) === 'arm64') continue;
    const key = sizeKey(size);
    sizes.set(key, [...(sizes.get(key) ?? []), name]);
  }
  for (const [key, names] of sizes)
    sizes.set(
      key,
      names.toSorted((a, b) => generation(b) - generation(a)),
    );
  return sizes;
}

function generation(type: string): number {
  return Number(/\d+/.exec(type)?.[0] ?? 0);
}
