/** Which files of a rendered tree are objects of this cluster, of its machines, or of another cluster. */
import { MANAGEMENT_FOLDER } from '../render/path.ts';
import type { InputText } from './inventory.ts';

/** A file that the plan renders: its path in the tree and its text. */
export interface RenderedText {
  readonly path: string;
  readonly text: string;
}

export interface RenderedTexts {
  /** Applied to an API server. */
  readonly objects: readonly InputText[];
  /** What kubelets and other programs read from the disks of machines. */
  readonly ofHosts: readonly InputText[];
}

export function renderedTexts(files: readonly RenderedText[]): RenderedTexts {
  const texts = files
    .filter(({ path }) => /\.(?:ya?ml|json)$/.test(path))
    .map(({ path, text }) => ({ file: path, text, named: false }));
  const isOfHost = ({ file }: InputText): boolean => file.includes('/hosts/');
  return { objects: texts.filter((text) => !isOfHost(text)), ofHosts: texts.filter(isOfHost) };
}

/** True for what is applied to the cluster that runs Cluster API. */
export function isOfManagement(file: string): boolean {
  return file.startsWith(`${MANAGEMENT_FOLDER}/`);
}
