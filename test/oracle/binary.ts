/** The oracle's program: built once from `oracle/` into the cache of programs, under the hash of its sources. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheKey, cachedPath, readManifest, scratchDirectory, store } from '../../src/lab/binaries/cache.ts';
import { buildEnvironment } from '../../src/lab/binaries/go-build.ts';
import { type LabSettings, labSettings } from '../../src/lab/index.ts';
import { withLock } from '../../src/lab/process/lock.ts';
import { run } from '../../src/lab/process/run.ts';

const SOURCES = join(import.meta.dirname, '../../oracle');

/** The path of the program; builds it when the cache has none of these sources. From empty Go caches that takes minutes. */
export async function ensureOracle(settings: LabSettings = labSettings(process.env)): Promise<string> {
  const spec: CacheKey = { name: 'oracle', version: await hashOfSources() };
  if ((await readManifest(settings, spec)) !== undefined) return cachedPath(settings, spec);
  await withLock(join(settings.cacheDirectory, 'locks', 'oracle.lock'), async () => {
    if ((await readManifest(settings, spec)) === undefined) await build(settings, spec);
  });
  return cachedPath(settings, spec);
}

async function build(settings: LabSettings, spec: CacheKey): Promise<void> {
  process.stderr.write("oracle: building from Go modules; minutes when Go's caches are empty\n");
  const scratch = await scratchDirectory(settings);
  try {
    const file = join(scratch, 'oracle');
    const result = await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', file, '.'], {
      directory: SOURCES,
      environment: await buildEnvironment(),
      niceness: 10,
    });
    if (result.code !== 0) throw new Error(`The oracle does not build.\n${result.stderr}`);
    await store(settings, spec, { file, origin: 'oracle/' });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(SOURCES)).filter(
    (name) => /\.go$|^go\.(mod|sum)$/.test(name) && !name.endsWith('_test.go'),
  );
  for (const name of names.toSorted()) hash.update(`${name}\0`).update(await readFile(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}
