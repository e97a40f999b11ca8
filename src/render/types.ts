/** What rendering takes and gives. */
import type { AnySystem, Artifact, ObjectArtifact, ValuesArtifact } from '../system.ts';
import type { Plan } from '../plan/types.ts';

/** `plain` is the tree; the others add wrapper files beside it. */
export const LAYOUTS = ['plain', 'kustomize', 'argocd', 'flux'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Where the GitOps controller finds the tree. */
export interface Repository {
  /** `https://github.com/acme/clusters.git`. */
  readonly url: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Folder of the tree in the repository, without slashes at its ends; empty for the root. */
  readonly path: string;
}

export interface RenderOptions {
  readonly layout: Layout;
  /** Needed by `argocd`; `flux` takes only its path. */
  readonly repository?: Repository | undefined;
}

export interface RenderedFile {
  /** Relative to the tree's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The system that the file belongs to, or `tree` for files about the whole. */
  readonly owner: string;
}

export interface Tree {
  /** Sorted by path. */
  readonly files: readonly RenderedFile[];
}

/** What a system renders, in the order of application. */
export interface RenderedSystem {
  readonly system: AnySystem;
  readonly artifacts: readonly Artifact[];
}

/** This cluster, or the Cluster API cluster that makes it. */
export type Target = 'cluster' | 'management';

/** Things that are applied together. */
export type Unit =
  | {
      readonly form: 'chart';
      readonly system: string;
      /** Unique over all units, a DNS label. */
      readonly name: string;
      readonly wave: number;
      readonly target: Target;
      readonly artifact: ValuesArtifact;
    }
  | {
      readonly form: 'objects';
      readonly system: string;
      readonly name: string;
      readonly wave: number;
      /** Folder in the tree that holds these objects and nothing else. */
      readonly folder: string;
      readonly target: Target;
      readonly artifacts: readonly ObjectArtifact[];
    };

/** Everything that the layouts read. */
export interface Rendering {
  readonly plan: Plan;
  readonly systems: readonly RenderedSystem[];
  /** In the order of application. */
  readonly units: readonly Unit[];
  /** When another cluster makes this one: the namespace there that holds its objects and its kubeconfig. */
  readonly management: { readonly namespace: string } | undefined;
  readonly options: RenderOptions;
}
