/** Finds the one cluster document among files, directories and standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../core/error.ts';
import { decodeText } from '../inventory/read.ts';
import type { DocumentText } from '../spec/parse.ts';
import { detail, type Invocation, listOption, pathFrom } from './invocation.ts';

const DEFAULT_DOCUMENT = 'holdfast.yaml';
const EXTENSIONS = ['.yaml', '.yml', '.json'];
const OURS = /(?:^|[\s{,"'])apiVersion["']?\s*:\s*["']?holdfast\.dev\//;

/**
 * The document of `-f`, or ./holdfast.yaml when there is no `-f` and `fallback` allows it.
 * @throws HoldfastError `no-document`, `two-documents`, `cannot-read`.
 */
export async function findDocument(invocation: Invocation, fallback = true): Promise<DocumentText> {
  const named = listOption(invocation, 'file');
  if (named.length === 0 && !fallback)
    throw noDocument('This command takes no document by itself.', 'Name it with -f holdfast.yaml.');
  const texts = named.length === 0 ? [await defaultDocument(invocation)] : await readAll(named, invocation);
  const document = theOne(texts, named);
  detail(invocation, `document: ${document.file}`);
  return document;
}

/**
 * Reads one file by the path that a person wrote.
 * @throws HoldfastError `cannot-read`, `not-utf8`.
 */
export async function readText(path: string, invocation: Invocation): Promise<DocumentText> {
  if (path === '-') return { text: await invocation.context.readStdin(), file: '<stdin>' };
  const bytes = await readFile(pathFrom(invocation, path)).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  const text = decodeText(bytes, path);
  if (typeof text === 'string') return { text, file: path };
  throw new HoldfastError('not-utf8', `${path} is not text in UTF-8.`, { problems: [text] });
}

async function defaultDocument(invocation: Invocation): Promise<DocumentText> {
  try {
    return await readText(DEFAULT_DOCUMENT, invocation);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'not-found') {
      throw noDocument(
        `There is no ${DEFAULT_DOCUMENT} in ${invocation.context.cwd}.`,
        'Write one with holdfast init, or name yours with -f FILE.',
      );
    }
    throw error;
  }
}

async function readAll(paths: readonly string[], invocation: Invocation): Promise<readonly DocumentText[]> {
  const texts: DocumentText[] = [];
  for (const path of paths) {
    const files = path === '-' ? ['-'] : await filesOf(path, invocation);
    for (const file of files) texts.push(await readText(file, invocation));
  }
  return texts;
}

/** A file itself; of a directory every YAML and JSON file in it and below, in the order of their names. */
async function filesOf(path: string, invocation: Invocation): Promise<readonly string[]> {
  const there = await stat(pathFrom(invocation, path)).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (!there.isDirectory()) return [path];
  const entries = await readdir(pathFrom(invocation, path), { withFileTypes: true }).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const child = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(await filesOf(child, invocation)));
    else if (EXTENSIONS.some((extension) => entry.name.endsWith(extension))) files.push(child);
  }
  return files;
}

/** A single file is taken as the document whatever it holds: the parser then says what is wrong with it, and where. */
function theOne(texts: readonly DocumentText[], named: readonly string[]): DocumentText {
  const ours = texts.filter(({ text }) => OURS.test(text));
  const [first, second] = ours;
  if (first && second) {
    throw new HoldfastError(
      'two-documents',
      `${ours.length} files hold a cluster document: ${ours.map(({ file }) => file).join(', ')}.`,
      {
        hint: 'One document describes one cluster: name one of them with -f.',
      },
    );
  }
  const [only, another] = texts;
  const found = first ?? (another === undefined ? only : undefined);
  if (found) return found;
  throw noDocument(
    `No file of ${named.join(', ')} holds a cluster document.`,
    'It is the one with apiVersion: holdfast.dev/v1 and kind: Cluster. holdfast init writes one.',
  );
}

function noDocument(message: string, hint: string): HoldfastError {
  return new HoldfastError('no-document', message, { hint });
}

function cannotRead(path: string, error: unknown): HoldfastError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new HoldfastError('not-found', `There is no file ${path}.`, { cause: error });
  const why = code === 'EACCES' ? 'you may not read it' : code === 'EISDIR' ? 'it is a directory' : message;
  return new HoldfastError('cannot-read', `${path} cannot be read: ${why}.`, { cause: error });
}
