/** What `lab binaries list` shows: every program, where it is, or where it would come from. */
import type { LabSettings } from '../settings.ts';
import { readManifest, sha256Of } from './cache.ts';
import { type BinaryName, type BinarySpec, binaryNames, catalog } from './catalog.ts';
import { type FoundBinary, type RefusedBinary, search } from './locate.ts';

export interface BinaryStatus {
  readonly name: BinaryName;
  /** The version that the lab wants. */
  readonly wants: string;
  readonly found?: FoundBinary;
  /** Of a cached program: whether its bytes are still those that were stored. */
  readonly intact?: boolean;
  /** Programs of that name that were passed over for their version. */
  readonly refused: readonly RefusedBinary[];
  /** Where `fetch` would get it, in order. */
  readonly origins: readonly string[];
}

/** Looks for every program; hashes those in the cache. */
export async function listBinaries(settings: LabSettings): Promise<readonly BinaryStatus[]> {
  return Promise.all(binaryNames.map((name) => statusOf(settings, catalog[name])));
}

async function statusOf(settings: LabSettings, spec: BinarySpec): Promise<BinaryStatus> {
  const { found, refused } = await search(settings, spec.name);
  const manifest = found?.source === 'cache' ? await readManifest(settings, spec) : undefined;
  const intact =
    manifest === undefined || found === undefined ? undefined : (await sha256Of(found.path)) === manifest.sha256;
  return {
    name: spec.name,
    wants: spec.version,
    refused,
    origins: originsOf(spec),
    ...(found === undefined ? {} : { found }),
    ...(intact === undefined ? {} : { intact }),
  };
}

function originsOf(spec: BinarySpec): readonly string[] {
  return [
    ...(spec.release === undefined ? [] : [spec.release.url]),
    ...(spec.go === undefined ? [] : [`go build ${spec.go.package} (${spec.go.set.id})`]),
    ...(spec.debianPackages === undefined ? [] : [`apt-get install ${spec.debianPackages.join(' ')}`]),
  ];
}
