import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HoldfastError } from '../../core/error.ts';
import type { LabSettings } from '../settings.ts';
import { readManifest, requireSpace, scratchDirectory, sha256Of, store } from './cache.ts';
import { binaryNames, binarySpec, catalog } from './catalog.ts';
import { fetchBinaries } from './fetch.ts';
import { requireBinary, search, suits } from './locate.ts';
import { checksumFor } from './release.ts';

let root: string;
let settings: LabSettings;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-binaries-'));
  settings = {
    cacheDirectory: join(root, 'cache'),
    stateDirectory: join(root, 'state'),
    searchPath: [join(root, 'path')],
  };
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A program that says a version, as the real one does. */
async function program(directory: string, name: string, says: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, name);
  await writeFile(path, `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  return path;
}

describe('where a program is found', () => {
  it('an explicit directory goes first, then the path, then the cache', async () => {
    const cached = await program(root, 'made', 'Kubernetes v1.36.3');
    await store(settings, catalog['kube-apiserver'], { file: cached, origin: 'test' });
    expect((await search(settings, 'kube-apiserver')).found?.source).toBe('cache');
    await program(join(root, 'path'), 'kube-apiserver', 'Kubernetes v1.36.3');
    expect((await search(settings, 'kube-apiserver')).found?.source).toBe('path');
    const explicit = await program(join(root, 'own'), 'kube-apiserver', 'Kubernetes v1.36.9');
    const found = (await search({ ...settings, binaryDirectory: join(root, 'own') }, 'kube-apiserver')).found;
    expect(found).toEqual({ name: 'kube-apiserver', path: explicit, version: 'v1.36.9', source: 'directory' });
  });

  it('a program of another version on the path is passed over and named', async () => {
    const path = await program(join(root, 'path'), 'etcd', 'etcd Version: 3.4.23');
    expect(await search(settings, 'etcd')).toEqual({ found: undefined, refused: [{ path, version: 'v3.4.23' }] });
    await expect(requireBinary(settings, 'etcd')).rejects.toThrow(
      `etcd v3.6.14 is not on this machine. ${path} is v3.4.23.`,
    );
  });

  it('a program that does not run is passed over', async () => {
    const path = await program(join(root, 'path'), 'etcd', '');
    expect((await search(settings, 'etcd')).refused).toEqual([{ path, version: undefined }]);
  });

  it('versions suit by the rule of their program', () => {
    const spec = { version: 'v1.36.3' };
    expect(suits({ ...spec, accepts: 'exact' }, 'v1.36.2')).toBe(false);
    expect(suits({ ...spec, accepts: 'minor-skew' }, 'v1.37.0')).toBe(true);
    expect(suits({ ...spec, accepts: 'minor-skew' }, 'v1.32.4')).toBe(false);
    expect(suits({ ...spec, accepts: 'any' }, 'v0.1.0')).toBe(true);
  });
});

describe('the cache', () => {
  it('knows a program by its manifest, and not when a part of it is missing', async () => {
    const spec = catalog.etcd;
    const file = await program(root, 'made', 'etcd Version: 3.6.14');
    const sum = await sha256Of(file);
    const manifest = await store(settings, spec, { file, origin: 'test' });
    expect(manifest).toMatchObject({ name: 'etcd', version: spec.version, sha256: sum, origin: 'test' });
    const found = (await search(settings, 'etcd')).found;
    expect(await readManifest(settings, spec)).toEqual(manifest);
    await writeFile(found?.path ?? '', 'half');
    expect(await readManifest(settings, spec)).toBeUndefined();
  });

  it('replaces a broken program', async () => {
    for (const says of ['first', 'second']) {
      await store(settings, catalog.etcd, { file: await program(root, 'made', says), origin: says });
    }
    expect((await readManifest(settings, catalog.etcd))?.origin).toBe('second');
  });

  it('says how much room is missing', async () => {
    await expect(requireSpace(settings, 2 ** 60, 'A build')).rejects.toThrow(
      /A build needs 1073741824\.0 GiB free in .*; there are /,
    );
    await requireSpace(settings, 1, 'A build');
  });

  it('makes scratch directories that do not meet', async () => {
    expect(await scratchDirectory(settings)).not.toBe(await scratchDirectory(settings));
  });
});

describe('fetching', () => {
  it('needs consent', async () => {
    await expect(fetchBinaries(settings, ['etcd'], { consent: false })).rejects.toMatchObject({
      code: 'consent-needed',
      exitCode: 2,
      message: 'Not on this machine: etcd.',
    });
  });

  it('says which package of the system brings a program that is not ours to build', async () => {
    const failure = fetchBinaries(settings, ['haproxy'], { consent: true });
    await expect(failure).rejects.toBeInstanceOf(HoldfastError);
    await expect(failure).rejects.toMatchObject({
      code: 'no-source',
      exitCode: 3,
      hint: expect.stringContaining('apt-get install'),
    });
  });

  it('takes what is there without asking', async () => {
    const path = await program(join(root, 'path'), 'etcd', 'etcd Version: 3.6.14');
    expect(await fetchBinaries(settings, ['etcd'], { consent: false })).toEqual([
      { name: 'etcd', path, version: 'v3.6.14', source: 'path' },
    ]);
  });
});

describe('published checksums', () => {
  const sum = 'a'.repeat(64);
  it('are read alone, as dl.k8s.io publishes them', () => expect(checksumFor(`${sum}\n`, 'kubectl')).toBe(sum));
  it('are read from a list by file name', () => {
    const list = `${'b'.repeat(64)}  etcd-v3.6.14-darwin-amd64.zip\n${sum}  etcd-v3.6.14-linux-amd64.tar.gz\n`;
    expect(checksumFor(list, 'etcd-v3.6.14-linux-amd64.tar.gz')).toBe(sum);
    expect(checksumFor(list, 'etcd-v3.6.14-linux-riscv64.tar.gz')).toBeUndefined();
  });
  it('an error page holds none', () => expect(checksumFor('<html>Not found</html>', 'kubectl')).toBeUndefined());
});

describe('the catalog', () => {
  it('every program has a source, and every release a checksum', () => {
    for (const name of binaryNames) {
      const { release, go, debianPackages } = catalog[name];
      expect(
        [release, go, debianPackages].some((source) => source !== undefined),
        name,
      ).toBe(true);
      if (release !== undefined) expect(release.checksumUrl, name).toMatch(/^https:/);
    }
  });

  it('knows only its own names', () => {
    expect(binarySpec('etcd')?.name).toBe('etcd');
    expect(binarySpec('toString')).toBeUndefined();
  });

  it('names modules as their projects release them', () => {
    expect(catalog['kube-scheduler'].go?.set.replacement?.('k8s.io/api', './staging/src/k8s.io/api')).toBe(
      'k8s.io/api v0.36.3',
    );
    expect(catalog.etcd.go?.set.replacement?.('go.etcd.io/tests/v3', './FORBIDDEN_DEPENDENCY')).toBeNull();
    expect(catalog.promtool.go?.set.modules).toEqual([
      { path: 'github.com/prometheus/prometheus', version: 'v0.314.0' },
    ]);
  });
});
