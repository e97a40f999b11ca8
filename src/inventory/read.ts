/** Effects: the texts of files, directories and standard input. What is in them is judged elsewhere. */
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Problem } from '../core/error.ts';
import type { InputText } from './inventory.ts';
import type { TextStart } from './origin.ts';
import { sourceText } from './origin.ts';
import type { SplitList } from './split-list.ts';
import { ListSplitter } from './split-list.ts';

/** What the name of standard input is in messages. */
export const STDIN = '<stdin>';

/** Larger files are read only when they are lists that can be cut: a JavaScript string ends at 512 MB, and so much text becomes several times as much in memory. */
const WHOLE_BYTES = 256 * 2 ** 20;
/** Larger files are refused unread: their objects would not find room in the memory that Node takes by default. */
const MAX_FILE_BYTES = 1024 * 2 ** 20;
const CHUNK_BYTES = 2 ** 20;

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
  readonly wholeBytes?: number;
  /** Of the lists that a larger one is cut into. */
  readonly partBytes?: number;
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
      else texts.push(...read);
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

async function readInput({ path, named }: Input, options: ReadOptions): Promise<readonly InputText[] | Problem> {
  const { stdin, directory = '.' } = options;
  const file = path === '-' ? STDIN : path;
  if (path === '-' && stdin === undefined)
    return { code: 'no-stdin', message: 'there is no standard input to read for -' };
  try {
    const content =
      path === '-'
        ? await collect(stdin ?? [], file, options)
        : await readFile(resolve(directory, path), file, options);
    if ('code' in content) return content;
    if ('envelope' in content) return textsOf(content, file);
    const text = decodeText(content, file);
    return typeof text === 'string' ? [{ file, named, text }] : text;
  } catch (error) {
    return unreadable(file, error);
  }
}

type Content = Uint8Array | SplitList | Problem;

/** The size is asked of the open file, so that no other file is read than was measured. */
async function readFile(path: string, file: string, options: ReadOptions): Promise<Content> {
  const { maxFileBytes = MAX_FILE_BYTES, wholeBytes = WHOLE_BYTES } = options;
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size > maxFileBytes) return tooLarge(file, maxFileBytes);
    if (size <= wholeBytes) return await handle.readFile();
    return await collect(handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false }), file, options);
  } finally {
    await handle.close();
  }
}

async function collect(
  stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
  file: string,
  { maxFileBytes = MAX_FILE_BYTES, wholeBytes = WHOLE_BYTES, partBytes }: ReadOptions,
): Promise<Content> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let splitter: ListSplitter | undefined;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    size += bytes.length;
    if (size > maxFileBytes) return tooLarge(file, maxFileBytes);
    chunks.push(bytes);
    if (size <= wholeBytes) continue;
    splitter ??= new ListSplitter(partBytes);
    for (const kept of chunks.splice(0)) if (!splitter.push(kept)) return noList(file, wholeBytes);
  }
  return splitter === undefined ? Buffer.concat(chunks) : (splitter.end() ?? noList(file, wholeBytes));
}

/** Lists of their own, each with what the whole says about itself. */
function textsOf({ parts, envelope }: SplitList, file: string): readonly InputText[] | Problem {
  const head = JSON.stringify({ ...envelope, items: [] }).slice(0, -']}'.length);
  const texts: InputText[] = [];
  for (const { bytes, line, column } of parts) {
    const items = decodeText(bytes, file, { offset: 0, line, column });
    if (typeof items !== 'string') return items;
    texts.push({ file, named: true, text: `${head}${items}]}`, from: { offset: head.length, line, column } });
  }
  return texts;
}

/** The text of a file, or what is wrong with its encoding and where. */
export function decodeText(bytes: Uint8Array, file: string, from?: TextStart): string | Problem {
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
      at: sourceText(file, lenient, { from }).positionAt(offset),
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

function noList(file: string, wholeBytes: number): Problem {
  return {
    code: 'too-large',
    message: `${file} is larger than ${wholeBytes / 2 ** 20} MiB and is no list in JSON`,
    expected: `at most ${wholeBytes / 2 ** 20} MiB, or a list as kubectl get -o json writes it`,
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
