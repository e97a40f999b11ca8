/** Builds programs from their released Go modules, in a scratch module that repeats the replaces of the originals. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../core/error.ts';
import { run } from '../process/run.ts';
import type { GoSet } from './catalog.ts';

export interface GoBuildRequest {
  readonly set: GoSet;
  readonly packages: readonly string[];
  /** Where the programs are written; must exist. */
  readonly output: string;
  readonly onProgress: (line: string) => void;
}

interface Replace {
  readonly Old: { readonly Path: string };
  readonly New: { readonly Path: string; readonly Version?: string };
}
interface GoMod {
  readonly Go?: string;
  readonly Replace?: readonly Replace[] | null;
}

/** One line of progress for so many compiled packages. */
const PACKAGES_PER_LINE = 200;
const TMPFS_MAGIC = 0x01021994;
/** The linker of the largest program and the compiler's scratch files fit in this. */
const TMPFS_FREE_BYTES = 6 * 2 ** 30;

/**
 * Builds `packages` into `output` with one `go build`, so that they share compilation. Modules come from wherever
 * the Go client of this machine is configured to get them, and are verified by its checksum database.
 * @throws HoldfastError (exit code 3) when the module cannot be had or does not build.
 */
export async function goBuild(request: GoBuildRequest): Promise<void> {
  const scratch = await mkdtemp(join(request.output, '..', 'module-'));
  try {
    await writeFile(join(scratch, 'go.mod'), await scratchModule(request.set));
    const args = [
      'build',
      '-mod=mod',
      '-trimpath',
      '-v',
      '-ldflags',
      linkerFlags(request.set),
      '-o',
      `${request.output}/`,
    ];
    const progress = packageCounter(request);
    const result = await run('go', [...args, ...request.packages], {
      directory: scratch,
      environment: await buildEnvironment(),
      onErrorLine: progress,
      niceness: 10,
    });
    if (result.code !== 0) throw buildFailed(request.set, `go build ${request.packages.join(' ')}`, result.stderr);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The text of a go.mod that requires the set's modules and repeats their replaces. */
async function scratchModule(set: GoSet): Promise<string> {
  const files = await Promise.all(set.modules.map((module) => readGoMod(set, `${module.path}@${module.version}`)));
  const replaces = new Map<string, string>();
  for (const { Old, New } of files.flatMap((file) => file.Replace ?? [])) {
    const target = New.Path.startsWith('.')
      ? set.replacement?.(Old.Path, New.Path)
      : `${New.Path} ${New.Version ?? ''}`;
    if (target !== null && target !== undefined) replaces.set(Old.Path, target);
  }
  const go = files
    .map((file) => file.Go ?? '1.21')
    .toSorted(compareGo)
    .at(-1);
  return [
    'module holdfast.dev/lab/build',
    `go ${go}`,
    ...set.modules.map((module) => `require ${module.path} ${module.version}`),
    ...[...replaces].map(([old, target]) => `replace ${old} => ${target}`),
    '',
  ].join('\n');
}

async function readGoMod(set: GoSet, module: string): Promise<GoMod> {
  const environment = { ...process.env, GOWORK: 'off' };
  const downloaded = await run('go', ['mod', 'download', '-json', module], { environment });
  if (downloaded.code !== 0) throw buildFailed(set, `go mod download ${module}`, downloaded.stdout + downloaded.stderr);
  const { GoMod: path } = JSON.parse(downloaded.stdout) as { GoMod: string };
  const printed = await run('go', ['mod', 'edit', '-json', path], { environment });
  if (printed.code !== 0) throw buildFailed(set, `go mod edit -json ${path}`, printed.stderr);
  return JSON.parse(printed.stdout) as GoMod;
}

function linkerFlags(set: GoSet): string {
  return ['-s', '-w', ...(set.linkerFlags ?? [])].join(' ');
}

/** Go's environment for builds here: no C, no workspace, scratch files in memory where there is room. */
export async function buildEnvironment(): Promise<Record<string, string | undefined>> {
  const temporary = process.env['GOTMPDIR'] ?? memoryDirectory();
  if (temporary !== undefined) await mkdir(temporary, { recursive: true });
  return {
    ...process.env,
    CGO_ENABLED: '0',
    GOWORK: 'off',
    ...(temporary === undefined ? {} : { GOTMPDIR: temporary }),
  };
}

/** A directory in memory with room for a build: disks of small machines are what builds wait for. */
function memoryDirectory(): string | undefined {
  const candidate = '/dev/shm';
  try {
    accessSync(candidate, constants.W_OK);
    const system = statfsSync(candidate);
    const roomy = system.bavail * system.bsize >= TMPFS_FREE_BYTES;
    return system.type === TMPFS_MAGIC && roomy ? join(candidate, 'holdfast-go') : undefined;
  } catch {
    return undefined;
  }
}

/** With -v, go names each package on standard error when it is compiled. */
function packageCounter(request: GoBuildRequest): (line: string) => void {
  let compiled = 0;
  return (line) => {
    if (/\s/.test(line)) return;
    compiled += 1;
    if (compiled % PACKAGES_PER_LINE === 0) request.onProgress(`${request.set.id}: ${compiled} packages compiled`);
  };
}

function compareGo(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

function buildFailed(set: GoSet, command: string, log: string): HoldfastError {
  const offline = /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|network is unreachable/.test(
    log,
  );
  const tail = log.split('\n').slice(-12).join('\n');
  return new HoldfastError(
    offline ? 'offline' : 'go-build-failed',
    offline
      ? `${set.id} cannot be built: the Go modules cannot be downloaded (${command}).\n${tail}`
      : `${set.id} does not build (${command}).\n${tail}`,
    {
      exitCode: 3,
      hint: offline
        ? 'Connect this machine, set GOPROXY to a proxy that it reaches, or put the programs into a directory and name it in HOLDFAST_BINARIES.'
        : 'Put the programs into a directory and name it in HOLDFAST_BINARIES.',
    },
  );
}
