/** What the scheduling's own renderer reads beside the facts. */
import type { Bytes, MilliCpu } from '../../core/units.ts';
import type { NodeTaint } from '../../facts.ts';

/** Values of the scheduling's files; every one is the value of a decision of this system. */
export interface SchedulingSettings {
  readonly zones: number;
  /** The priority classes of the facts, with what each is for. */
  readonly priorityClasses: readonly PriorityClass[];
  readonly admission: 'warn' | 'deny' | 'off';
  /** What shortens the toleration of pods: the API server's flags, an admission policy, or the manifests themselves. */
  readonly tolerationBy: 'kube-apiserver flags' | 'MutatingAdmissionPolicy' | 'pods';
  /** Null without GPU pools. */
  readonly gpu: {
    readonly taints: readonly NodeTaint[];
    /** Labels that select the GPU machines of each pool; empty where the document gives none. */
    readonly selectors: readonly Readonly<Record<string, string>>[];
    readonly namespaces: readonly string[];
    readonly perNamespace: number;
  } | null;
  readonly namespaces: readonly {
    readonly name: string;
    readonly cpu: MilliCpu | null;
    readonly memory: Bytes | null;
    readonly pods: number | null;
  }[];
}

export interface PriorityClass {
  readonly name: string;
  readonly value: number;
  readonly purpose: string;
}
