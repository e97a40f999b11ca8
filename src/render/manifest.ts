/** What Holdfast last wrote into a tree, by which edits of people are known: `.holdfast/manifest.json`. */
import { createHash } from 'node:crypto';
import { isObject } from '../core/json.ts';
import { LAYOUTS, type Layout } from './types.ts';

export const MANIFEST_PATH = '.holdfast/manifest.json';

export interface ManifestFile {
  readonly owner: string;
  /** Of the bytes that were written. */
  readonly sha256: string;
  /** Of the bytes that are about to be written; there only while a write is under way. */
  readonly next?: string;
}

export interface Manifest {
  readonly cluster: string;
  readonly layout: Layout;
  /** By path, sorted. */
  readonly files: Readonly<Record<string, ManifestFile>>;
}

/** sha256 of a text or of bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The manifest as text: sorted, so that it makes small differences in Git. */
export function writeManifest({ cluster, layout, files }: Manifest): string {
  const sorted = Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const value = { apiVersion: 'holdfast.dev/v1', kind: 'RenderManifest', cluster, layout, files: sorted };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The manifest in the text, or undefined when it is none: then nothing in the tree is known to be ours. */
export function readManifest(text: string): Manifest | undefined {
  const value = parsed(text);
  if (!isObject(value) || value['kind'] !== 'RenderManifest' || !isObject(value['files'])) return undefined;
  const layout = LAYOUTS.find((one) => one === value['layout']);
  if (layout === undefined || typeof value['cluster'] !== 'string') return undefined;
  const files = Object.entries(value['files']).flatMap(([path, file]) =>
    isFile(file) && isInside(path) ? [[path, file] as const] : [],
  );
  return { cluster: value['cluster'], layout, files: Object.fromEntries(files) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isFile(value: unknown): value is ManifestFile {
  if (!isObject(value) || typeof value['owner'] !== 'string' || typeof value['sha256'] !== 'string') return false;
  return value['next'] === undefined || typeof value['next'] === 'string';
}

/** A manifest that names files outside its tree must not make us remove them. */
function isInside(path: string): boolean {
  return (
    path !== '' &&
    !path.startsWith('/') &&
    !/^[A-Za-z]:/.test(path) &&
    !path.split(/[/\\]/).some((part) => part === '..' || part === '.' || part === '')
  );
}
