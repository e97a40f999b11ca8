/**
 * Effects: kubeconfig files are read, as kubectl reads them (client-go tools/clientcmd/loader.go): the file of
 * --kubeconfig, else those of KUBECONFIG of which the first that names a thing wins, else ~/.kube/config. None is ever
 * written. What a file holds is never told in a message: it holds credentials.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { HoldfastError } from '../../core/error.ts';
import { isObject } from '../../core/json.ts';
import { nearest } from '../../core/nearest.ts';

export interface KubeconfigOptions {
  readonly context: string;
  /** Of --kubeconfig. */
  readonly kubeconfig: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start. */
  readonly directory: string;
}

/** One context with its cluster and its user, in the words of kubeconfig; paths are absolute. */
export interface ChosenContext {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly cluster: Fields;
  readonly user: Fields;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws HoldfastError `no-kubeconfig`, `invalid-kubeconfig`, `unknown-context`. */
export async function readContext(options: KubeconfigOptions): Promise<ChosenContext> {
  const { paths, named } = pathsOf(options);
  const found = (await Promise.all(paths.map((path) => readOne(path, named)))).filter((one) => one !== undefined);
  if (found.length === 0)
    throw new HoldfastError('no-kubeconfig', `There is no kubeconfig: ${paths.join(', ')} does not exist.`, {
      hint: 'Name it with --kubeconfig FILE, or set KUBECONFIG.',
    });
  const contexts = merged(found, 'contexts', 'context');
  const context = contexts.get(options.context);
  if (context === undefined) throw unknownContext(options.context, [...contexts.keys()], paths);
  const part = (list: string, key: string): Fields => {
    const name = context[key];
    if (key === 'user' && (name === undefined || name === '')) return {};
    const fields = typeof name === 'string' ? merged(found, list, key).get(name) : undefined;
    if (fields !== undefined) return fields;
    const said = typeof name === 'string' && name !== '' ? `the ${key} ${name}, which is not there` : `no ${key}`;
    throw invalid(paths.join(', '), `the context ${options.context} names ${said}`);
  };
  const { namespace } = context;
  return {
    name: options.context,
    namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined,
    cluster: part('clusters', 'cluster'),
    user: part('users', 'user'),
  };
}

function pathsOf({ kubeconfig, env, directory }: KubeconfigOptions): { paths: readonly string[]; named: boolean } {
  if (kubeconfig !== undefined) return { paths: [resolve(directory, kubeconfig)], named: true };
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return { paths: [...new Set(listed.map((path) => resolve(directory, path)))], named: false };
  return { paths: [join(env['HOME'] ?? homedir(), '.kube', 'config')], named: false };
}

/** Undefined when the file does not exist, which kubectl passes over but for --kubeconfig. */
async function readOne(path: string, named: boolean): Promise<Fields | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !named) return undefined;
    const why = WHY[code ?? ''] ?? `it cannot be read (${code ?? 'unknown'})`;
    throw new HoldfastError('no-kubeconfig', `The kubeconfig ${path} is of no use: ${why}.`);
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  const line = error?.linePos?.[0].line;
  if (error !== undefined) throw invalid(path, `it is not YAML${line === undefined ? '' : `, from line ${line} on`}`);
  const value: unknown = document.toJS();
  if (!isObject(value)) throw invalid(path, 'it is no map');
  return withAbsolutePaths(value, dirname(path));
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'you may not read it',
  EISDIR: 'it is a directory',
};

/** Entries of a list by name; the first that has a name wins. */
function merged(files: readonly Fields[], list: string, key: string): ReadonlyMap<string, Fields> {
  const entries = new Map<string, Fields>();
  for (const file of files) {
    for (const entry of listIn(file, list)) {
      const { name, [key]: fields } = entry;
      if (typeof name === 'string' && isObject(fields) && !entries.has(name)) entries.set(name, fields);
    }
  }
  return entries;
}

function listIn(file: Fields, list: string): readonly Fields[] {
  const found = file[list];
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** Paths in a kubeconfig start where it lies (loader.go, ResolveLocalPaths). */
function withAbsolutePaths(file: Fields, folder: string): Fields {
  const resolved = (fields: unknown, keys: readonly string[]): unknown => {
    if (!isObject(fields)) return fields;
    const changed = keys.filter((key) => typeof fields[key] === 'string' && fields[key] !== '');
    return { ...fields, ...Object.fromEntries(changed.map((key) => [key, resolve(folder, String(fields[key]))])) };
  };
  const command = (user: unknown): unknown => {
    const exec = isObject(user) ? user['exec'] : undefined;
    const written = isObject(exec) ? exec['command'] : undefined;
    if (!isObject(user) || typeof written !== 'string' || !/[\\/]/.test(written)) return user;
    return { ...user, exec: { ...(exec as Fields), command: resolve(folder, written) } };
  };
  return {
    ...file,
    clusters: listIn(file, 'clusters').map((entry) => ({
      ...entry,
      cluster: resolved(entry['cluster'], ['certificate-authority']),
    })),
    users: listIn(file, 'users').map((entry) => ({
      ...entry,
      user: command(resolved(entry['user'], ['client-certificate', 'client-key', 'tokenFile'])),
    })),
  };
}

function unknownContext(name: string, known: readonly string[], paths: readonly string[]): HoldfastError {
  const near = nearest(name, known);
  const listed = known.length === 0 ? 'It names none.' : `Contexts are ${known.toSorted().join(', ')}.`;
  return new HoldfastError('unknown-context', `There is no context ${name} in ${paths.join(', ')}.`, {
    hint: near === undefined ? listed : `Did you mean ${near}? ${listed}`,
  });
}

function invalid(path: string, why: string): HoldfastError {
  return new HoldfastError('invalid-kubeconfig', `The kubeconfig ${path} is of no use: ${why}.`);
}
