/** A judge that does not run in every test: a program, the files that it judges, and what it says of each. */
import type { Rendered, RenderedArtifact } from '../../test/e2e/rendered.ts';

export interface Judge {
  /** `npm run judge NAME`. */
  readonly name: string;
  /** What it decides, one sentence. */
  readonly decides: string;
  readonly judges: (file: RenderedArtifact) => boolean;
  /** The program's version, or undefined when it is not on this machine. */
  readonly version: () => Promise<string | undefined>;
  /** Judges one file, alone in `directory` under its own name; what else is in its tree is there to be looked at. */
  readonly judge: (directory: string, subject: Subject) => Promise<Opinion>;
}

export interface Subject {
  /** The file's name in the directory. */
  readonly name: string;
  readonly file: RenderedArtifact;
  readonly tree: Rendered;
}

export interface Opinion {
  readonly verdict: 'accepted' | 'refused';
  /** What it printed. */
  readonly log: string;
}

/** One line of docs/systems/judged.json. */
export interface Verdict {
  /** Path in the tree. */
  readonly artifact: string;
  /** Of the file as rendered. */
  readonly sha256: string;
  readonly judge: string;
  readonly version: string;
  readonly verdict: 'accepted' | 'refused';
  /** SHA-256 of what the judge printed. */
  readonly log: string;
}
