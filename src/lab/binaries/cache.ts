/** The cache of programs: `<cache>/bin/<name>/<version>/<name>` with a manifest that says what it is. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../core/error.ts';
import type { LabSettings } from '../settings.ts';

/** What a program in the cache is found by. */
export interface CacheKey {
  readonly name: string;
  readonly version: string;
}

/** What the cache knows about one program. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The release's URL, or the Go package at its version. */
  readonly origin: string;
}

/** The path that the program has in the cache, whether it is there or not. */
export function cachedPath(settings: LabSettings, spec: CacheKey): string {
  return join(versionDirectory(settings, spec), spec.name);
}

/** The manifest of a program that is complete in the cache, or undefined. */
export async function readManifest(settings: LabSettings, spec: CacheKey): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(
      await readFile(join(versionDirectory(settings, spec), 'manifest.json'), 'utf8'),
    ) as Manifest;
    const { size } = await stat(cachedPath(settings, spec));
    return size === manifest.bytes ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** A new empty directory on the cache's file system, so that what is in it can be renamed into place. */
export async function scratchDirectory(settings: LabSettings): Promise<string> {
  const parent = join(settings.cacheDirectory, 'tmp');
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, 'work-'));
}

/** Moves a finished program into the cache in one rename; readers see all of it or nothing. */
export async function store(
  settings: LabSettings,
  spec: CacheKey,
  program: { file: string; origin: string },
): Promise<Manifest> {
  const scratch = await scratchDirectory(settings);
  await rename(program.file, join(scratch, spec.name));
  await chmod(join(scratch, spec.name), 0o755);
  const manifest: Manifest = {
    name: spec.name,
    version: spec.version,
    sha256: await sha256Of(join(scratch, spec.name)),
    bytes: (await stat(join(scratch, spec.name))).size,
    origin: program.origin,
  };
  await writeFile(join(scratch, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const target = versionDirectory(settings, spec);
  await mkdir(join(target, '..'), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await rename(scratch, target);
  return manifest;
}

/**
 * Makes sure that the cache's file system has `bytes` free.
 * @throws HoldfastError (exit code 3) with both figures.
 */
export async function requireSpace(settings: LabSettings, bytes: number, what: string): Promise<void> {
  await mkdir(settings.cacheDirectory, { recursive: true });
  const system = await statfs(settings.cacheDirectory);
  const free = system.bavail * system.bsize;
  if (free >= bytes) return;
  throw new HoldfastError(
    'disk-full',
    `${what} needs ${gib(bytes)} GiB free in ${settings.cacheDirectory}; there are ${gib(free)}.`,
    {
      exitCode: 3,
      hint: 'Free some space, or set HOLDFAST_CACHE (and GOCACHE, GOMODCACHE) to a larger disk.',
    },
  );
}

/** SHA-256 of a file in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function versionDirectory(settings: LabSettings, spec: CacheKey): string {
  return join(settings.cacheDirectory, 'bin', spec.name, spec.version);
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
