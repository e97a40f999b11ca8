/** Effects: the texts of files, directories and standard input. What is in them is judged elsewhere. */
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Problem } from '../core/error.ts';
import type { InputText } from './inventory.ts';
import { sourceText } from './origin.ts';

/** What the name of standard input is in messages. */
export const STDIN = '<stdin>';

/** Larger files are refused unread: a JavaScript string ends at 512 MB, and no manifest comes near. */
export const MAX_FILE_BYTES = 256 * 2 ** 20;

const SUFFIXES = ['.yaml', '.yml', '.json'];

/** Folders that hold no manifests of their own: version control, dependencies. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules']);

export interface ReadTexts {
  readonly texts: readonly InputText[];
  readonly problems: readonly Problem[];
}

export interface ReadOptions {
  /** For `-`; undefined when there is no standard input to read. */
  readonly stdin?: AsyncIterable<Uint8Array | string> | undefined;
  readonly maxFileBytes?: number;
  /** Where relative paths start; messages name them as they were given. Default: the directory of the process. */
  readonly directory?: string;
}

/**
 * Reads files, directories (all files that end in .yaml, .yml or .json, folders within folders, in order of their names,
 * no hidden ones) and `-` for standard input. What cannot be read is a problem, never an exception.
 */
export async function readTexts(paths: readonly string[], options: ReadOptions = {}): Promise<ReadTexts> {
  const texts: InputText[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    for (const input of await inputsOf(path, options.directory ?? '.')) {
      const read = 'code' in input ? input : await readInput(input, options);
      if ('code' in read) problems.push(read);
      else texts.push(read);
    }
  }
  return { texts, problems };
}

interface Input {
  readonly path: string;
  readonly named: boolean;
}

async function inputsOf(path: string, directory: string): Promise<readonly (Input | Problem)[]> {
  if (path === '-') return [{ path, named: true }];
  try {
    const entry = await stat(resolve(directory, path));
    if (!entry.isDirectory()) return [{ path, named: true }];
    const found = await manifestsIn(path, directory);
    if (found.length > 0) return found.map((file) => ({ path: file, named: false }));
    return [
      { code: 'nothing-to-read', message: `the directory ${path} holds no file that ends in ${SUFFIXES.join(', ')}` },
    ];
  } catch (error) {
    return [unreadable(path, error)];
  }
}

async function manifestsIn(folder: string, directory: string): Promise<readonly string[]> {
  const entries = await readdir(resolve(directory, folder), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const isFolder =
      entry.isDirectory() ||
      (entry.isSymbolicLink() &&
        (await stat(resolve(directory, path)).then(
          (target) => target.isDirectory(),
          () => false,
        )));
    if (isFolder && !entry.isSymbolicLink() && !SKIPPED_FOLDERS.has(entry.name))
      found.push(...(await manifestsIn(path, directory)));
    else if (!isFolder && SUFFIXES.some((suffix) => entry.name.endsWith(suffix))) found.push(path);
  }
  return found;
}

async function readInput(
  { path, named }: Input,
  { stdin, maxFileBytes = MAX_FILE_BYTES, directory = '.' }: ReadOptions,
): Promise<InputText | Problem> {
  const file = path === '-' ? STDIN : path;
  if (path === '-' && stdin === undefined)
    return { code: 'no-stdin', message: 'there is no standard input to read for -' };
  try {
    const bytes =
      path === '-' ? await collect(stdin ?? [], maxFileBytes) : await readFile(resolve(directory, path), maxFileBytes);
    if (bytes === undefined) return tooLarge(file, maxFileBytes);
    return textOf(bytes, file, named);
  } catch (error) {
    return unreadable(file, error);
  }
}

/** Undefined when the file is too large. The size is asked of the open file, so that no other file is read than was measured. */
async function readFile(path: string, maxFileBytes: number): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return size > maxFileBytes ? undefined : await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function collect(
  stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
  maxFileBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    size += bytes.length;
    if (size > maxFileBytes) return undefined;
    chunks.push(bytes);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function textOf(bytes: Uint8Array, file: string, named: boolean): InputText | Problem {
  const text = decodeText(bytes, file);
  return typeof text === 'string' ? { file, named, text } : text;
}

/** The text of a file, or what is wrong with its encoding and where. */
export function decodeText(bytes: Uint8Array, file: string): string | Problem {
  if (isUtf16(bytes)) {
    return {
      code: 'not-utf8',
      message: 'the file is in UTF-16',
      at: { file, line: 1, column: 1 },
      expected: 'text in UTF-8',
    };
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const offset = Math.max(0, lenient.indexOf('\uFFFD'));
    return {
      code: 'not-utf8',
      message: 'the text is not UTF-8',
      at: sourceText(file, lenient).positionAt(offset),
      expected: 'text in UTF-8',
    };
  }
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function tooLarge(file: string, maxFileBytes: number): Problem {
  return {
    code: 'too-large',
    message: `${file} is larger than ${maxFileBytes / 2 ** 20} MiB`,
    expected: `at most ${maxFileBytes / 2 ** 20} MiB in one file`,
    hint: 'Give a directory of smaller files.',
  };
}

function unreadable(path: string, error: unknown): Problem {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const why = WHY[code] ?? (error instanceof Error ? error.message : String(error));
  return { code: 'unreadable', message: `${path} cannot be read: ${why}` };
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'no right to read it',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
  ELOOP: 'its links go in a circle',
};
