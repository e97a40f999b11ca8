/** Gets programs that are not on this machine: the official release with its checksum, else built from Go modules. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HoldfastError } from '../../core/error.ts';
import { withLock } from '../process/lock.ts';
import { run } from '../process/run.ts';
import type { LabSettings } from '../settings.ts';
import { readManifest, requireSpace, scratchDirectory, store } from './cache.ts';
import { type BinaryName, type BinarySpec, type GoSet, catalog } from './catalog.ts';
import { goBuild } from './go-build.ts';
import { type FoundBinary, requireBinary, search } from './locate.ts';
import { downloadRelease } from './release.ts';

export interface FetchOptions {
  /** That the person agreed to downloads; without it nothing is fetched. */
  readonly consent: boolean;
  readonly onProgress?: (line: string) => void;
}

const MIB = 2 ** 20;

/**
 * Makes sure that all of `names` are on this machine and says where. What is found is taken as it is; the rest
 * comes from official releases, and what has none within reach is built, programs of one source tree together.
 * @throws HoldfastError (exit code 3) `consent-needed`, `offline`, `no-source`, `disk-full`, `go-build-failed`.
 */
export async function fetchBinaries(
  settings: LabSettings,
  names: readonly BinaryName[],
  options: FetchOptions,
): Promise<readonly FoundBinary[]> {
  const missing: BinarySpec[] = [];
  for (const name of names) if ((await search(settings, name)).found === undefined) missing.push(catalog[name]);
  if (missing.length > 0) await getMissing(settings, missing, options);
  return Promise.all(names.map((name) => requireBinary(settings, name)));
}

async function getMissing(settings: LabSettings, missing: readonly BinarySpec[], options: FetchOptions): Promise<void> {
  const progress = options.onProgress ?? (() => undefined);
  if (!options.consent) {
    throw new HoldfastError('consent-needed', `Not on this machine: ${missing.map((spec) => spec.name).join(', ')}.`, {
      hint: 'Add --yes to download or build them.',
    });
  }
  const system = missing.filter((spec) => spec.go === undefined);
  if (system.length > 0) throw systemPackages(system);
  const unreleased: BinarySpec[] = [];
  for (const spec of missing) if (!(await fromRelease(settings, spec, progress))) unreleased.push(spec);
  for (const [set, specs] of bySet(unreleased)) await fromModules(settings, { set, specs, progress });
}

/** True when the program is in the cache afterwards; false when its release cannot be reached from here. */
async function fromRelease(
  settings: LabSettings,
  spec: BinarySpec,
  progress: (line: string) => void,
): Promise<boolean> {
  const { release } = spec;
  if (release === undefined || process.platform !== 'linux') return false;
  return withLock(lockPath(settings, `${spec.name}-${spec.version}`), async () => {
    if ((await readManifest(settings, spec)) !== undefined) return true;
    await requireSpace(settings, 600 * MIB, `${spec.name} ${spec.version}`);
    const scratch = await scratchDirectory(settings);
    try {
      progress(`${spec.name} ${spec.version}: downloading ${release.url}`);
      const file = await downloadRelease(settings, release, scratch);
      await store(settings, spec, { file, origin: release.url });
      return true;
    } catch (error) {
      // Only a release that is out of reach may be replaced by a build; a wrong checksum is never passed over.
      if (!(error instanceof HoldfastError) || !['offline', 'release-missing'].includes(error.code)) throw error;
      progress(`${spec.name} ${spec.version}: ${error.message}`);
      return false;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

interface ModuleBuild {
  readonly set: GoSet;
  readonly specs: readonly BinarySpec[];
  readonly progress: (line: string) => void;
}

async function fromModules(settings: LabSettings, { set, specs, progress }: ModuleBuild): Promise<void> {
  await requireGo(specs);
  const waiting = () => progress(`${set.id}: waiting for another process that builds it`);
  await withLock(
    lockPath(settings, set.id),
    async () => {
      const wanted: BinarySpec[] = [];
      for (const spec of specs) if ((await readManifest(settings, spec)) === undefined) wanted.push(spec);
      if (wanted.length === 0) return;
      await requireSpace(settings, set.space, `A build of ${set.id}`);
      progress(
        `${set.id}: building ${wanted.map((spec) => spec.name).join(', ')} from Go modules; minutes when Go's caches are empty`,
      );
      const scratch = await scratchDirectory(settings);
      try {
        const output = join(scratch, 'bin');
        await mkdir(output);
        await goBuild({ set, output, packages: wanted.map(packageOf), onProgress: progress });
        for (const spec of wanted) {
          const file = join(output, spec.go?.output ?? basename(packageOf(spec).replace(/\/v\d+$/, '')));
          await store(settings, spec, { file, origin: `${packageOf(spec)}@${spec.version}` });
        }
        progress(`${set.id}: built ${wanted.map((spec) => spec.name).join(', ')}`);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    waiting,
  );
}

async function requireGo(specs: readonly BinarySpec[]): Promise<void> {
  const go = await run('go', ['version']).catch(() => undefined);
  if (go?.code === 0) return;
  const names = specs.map((spec) => spec.name).join(', ');
  throw new HoldfastError(
    'no-source',
    `${names}: the official release cannot be reached and Go is not installed to build from modules.`,
    {
      exitCode: 3,
      hint: 'Connect this machine, install Go, or put the programs into a directory and name it in HOLDFAST_BINARIES.',
    },
  );
}

function packageOf(spec: BinarySpec): string {
  return spec.go?.package ?? spec.name;
}

function bySet(specs: readonly BinarySpec[]): ReadonlyMap<GoSet, readonly BinarySpec[]> {
  const sets = new Map<GoSet, BinarySpec[]>();
  for (const spec of specs) {
    if (spec.go === undefined) throw systemPackages([spec]);
    sets.set(spec.go.set, [...(sets.get(spec.go.set) ?? []), spec]);
  }
  return sets;
}

function systemPackages(specs: readonly BinarySpec[]): HoldfastError {
  const packages = specs.flatMap((spec) => spec.debianPackages ?? []);
  return new HoldfastError(
    'no-source',
    `${specs.map((spec) => spec.name).join(', ')} come with the operating system.`,
    {
      exitCode: 3,
      hint: `On Debian and Ubuntu: apt-get install --no-install-recommends ${packages.join(' ')}`,
    },
  );
}

function lockPath(settings: LabSettings, name: string): string {
  return join(settings.cacheDirectory, 'locks', `${name}.lock`);
}
