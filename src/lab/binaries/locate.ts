/** Finds programs on this machine: an explicit directory, then the PATH, then the cache. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../core/error.ts';
import { run } from '../process/run.ts';
import type { LabSettings } from '../settings.ts';
import { cachedPath, readManifest } from './cache.ts';
import { type BinaryName, type BinarySpec, catalog } from './catalog.ts';

export interface FoundBinary {
  readonly name: BinaryName;
  readonly path: string;
  /** With a leading `v`. */
  readonly version: string;
  readonly source: 'directory' | 'path' | 'cache';
}

/** A program that is there but has another version than the lab needs. */
export interface RefusedBinary {
  readonly path: string;
  readonly version: string | undefined;
}

export interface Search {
  readonly found: FoundBinary | undefined;
  readonly refused: readonly RefusedBinary[];
}

const VERSION_TIMEOUT_MILLIS = 20_000;

/** Looks for one program in the order of the sources; says which ones it passed over for their version. */
export async function search(settings: LabSettings, name: BinaryName): Promise<Search> {
  const spec = catalog[name];
  const refused: RefusedBinary[] = [];
  for (const { path, source } of candidates(settings, name)) {
    if (!(await executable(path))) continue;
    const version = await versionOfProgram(spec, path);
    // A directory that a person named is taken at its word, as long as the program runs and says a version.
    if (version !== undefined && (source === 'directory' || suits(spec, version))) {
      return { found: { name, path, version, source }, refused };
    }
    refused.push({ path, version });
  }
  const manifest = await readManifest(settings, spec);
  if (manifest === undefined) return { found: undefined, refused };
  return { found: { name, path: cachedPath(settings, spec), version: manifest.version, source: 'cache' }, refused };
}

/**
 * The program, or an error that says how to get it.
 * @throws HoldfastError `binary-missing` (exit code 3).
 */
export async function requireBinary(settings: LabSettings, name: BinaryName): Promise<FoundBinary> {
  const { found, refused } = await search(settings, name);
  if (found !== undefined) return found;
  const others = refused.map(({ path, version }) => ` ${path} is ${version ?? 'not runnable'}.`).join('');
  throw new HoldfastError('binary-missing', `${name} ${catalog[name].version} is not on this machine.${others}`, {
    exitCode: 3,
    hint: `Run: holdfast lab binaries fetch ${name} --yes`,
  });
}

/** Whether a found version will do for the wanted one. */
export function suits(spec: Pick<BinarySpec, 'version' | 'accepts'>, found: string): boolean {
  if (spec.accepts === 'any') return true;
  if (spec.accepts === 'exact') return found === spec.version;
  const [major, minor] = numbers(found);
  const [wantedMajor, wantedMinor] = numbers(spec.version);
  return major === wantedMajor && Math.abs((minor ?? 0) - (wantedMinor ?? 0)) <= 1;
}

function candidates(settings: LabSettings, name: string): readonly { path: string; source: 'directory' | 'path' }[] {
  const explicit = settings.binaryDirectory;
  return [
    ...(explicit === undefined ? [] : [{ path: join(explicit, name), source: 'directory' as const }]),
    ...settings.searchPath.map((directory) => ({ path: join(directory, name), source: 'path' as const })),
  ];
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function versionOfProgram(spec: BinarySpec, path: string): Promise<string | undefined> {
  try {
    const said = await run(path, spec.versionArguments, { timeoutMillis: VERSION_TIMEOUT_MILLIS });
    const version = spec.versionPattern.exec(`${said.stdout}\n${said.stderr}`)?.[1];
    return version === undefined ? undefined : `v${version}`;
  } catch {
    return undefined;
  }
}

function numbers(version: string): readonly number[] {
  return version.replace(/^v/, '').split('.').map(Number);
}
