/** What is said of one pod, in the few words that fixtures hold. */
import { readFileSync } from 'node:fs';
import type { PodVerdict } from '../../src/twin/explanation.ts';
import type { Manifest } from './oracle.ts';

export interface ShortVerdict {
  readonly pod: string;
  readonly preFilter?: string;
  /** `fits`, or plugin, code and reasons. */
  readonly nodes: Readonly<Record<string, string>>;
  /** By node. */
  readonly victims?: Readonly<Record<string, readonly string[]>>;
}

export interface RecordedVerdict {
  readonly objects: readonly Manifest[];
  readonly expected: ShortVerdict;
}

export function shortVerdict({ pod, preFilter, nodes, preemption }: PodVerdict): ShortVerdict {
  const candidates = preemption?.candidates ?? [];
  return {
    pod,
    ...(preFilter === undefined ? {} : { preFilter }),
    nodes: Object.fromEntries(
      nodes.map(({ node, fits, plugin, code, reasons }) => [
        node,
        fits ? 'fits' : `${plugin ?? ''} ${code ?? ''} ${(reasons ?? []).join('; ')}`,
      ]),
    ),
    ...(candidates.length === 0
      ? {}
      : { victims: Object.fromEntries(candidates.map(({ node, victims }) => [node, victims])) }),
  };
}

/** Verdicts about pods with volumes, one for every reason and way to it. */
export function recordedVolumeVerdicts(): readonly RecordedVerdict[] {
  const url = new URL('../fixtures/scheduler/volume-verdicts.json', import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { cases: readonly RecordedVerdict[] }).cases;
}
