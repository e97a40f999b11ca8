/** Downloads a program from its project's official release and verifies the checksum that the project publishes. */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HoldfastError } from '../../core/error.ts';
import { run } from '../process/run.ts';
import type { LabSettings } from '../settings.ts';
import { sha256Of } from './cache.ts';
import type { Release } from './catalog.ts';

/**
 * Downloads, verifies and unpacks; gives the path of the program in `directory`. An interrupted download goes on
 * where it stopped, since its part stays in the cache.
 * @throws HoldfastError `offline` when the host cannot be reached, `checksum` when the bytes are not the released ones.
 */
export async function downloadRelease(settings: LabSettings, release: Release, directory: string): Promise<string> {
  const expected = checksumFor(await text(release.checksumUrl), basename(new URL(release.url).pathname));
  if (expected === undefined) {
    throw new HoldfastError('checksum', `${release.checksumUrl} holds no SHA-256 for ${basename(release.url)}.`, {
      exitCode: 3,
    });
  }
  const downloads = join(settings.cacheDirectory, 'downloads');
  await mkdir(downloads, { recursive: true });
  const part = join(downloads, `${expected.slice(0, 16)}-${basename(release.url)}.part`);
  await download(release.url, part);
  const actual = await sha256Of(part);
  if (actual !== expected) {
    await rm(part, { force: true });
    throw new HoldfastError('checksum', `${release.url} has SHA-256 ${actual}; the release says ${expected}.`, {
      exitCode: 3,
      hint: 'The download was thrown away. Something between this machine and the release changes it.',
    });
  }
  return release.member === undefined
    ? move(part, join(directory, 'program'))
    : unpack(part, release.member, directory);
}

/** The checksum for `file` in a published text: lines `<sum>  <file>`, or the sum alone. */
export function checksumFor(published: string, file: string): string | undefined {
  const lines = published.trim().split(/\r?\n/);
  const named = lines
    .map((line) => /^([0-9a-f]{64})\s+\*?(?:\.\/)?(\S+)$/i.exec(line))
    .find((match) => match?.[2] === file);
  const alone = lines.length === 1 ? /^([0-9a-f]{64})$/i.exec(lines[0] ?? '') : null;
  return (named ?? alone)?.[1]?.toLowerCase();
}

async function text(url: string): Promise<string> {
  return (await request(url)).text();
}

async function download(url: string, part: string): Promise<void> {
  const have = await stat(part).then(
    (found) => found.size,
    () => 0,
  );
  const response = await request(url, have > 0 ? { range: `bytes=${have}-` } : {});
  // 416: the part is complete already; the checksum decides.
  if (response.status === 416 || response.body === null) return;
  const append = response.status === 206;
  await pipeline(Readable.fromWeb(response.body), createWriteStream(part, { flags: append ? 'a' : 'w' }));
}

async function request(url: string, headers: Record<string, string> = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers, redirect: 'follow' });
  } catch (cause) {
    throw new HoldfastError('offline', `${new URL(url).host} cannot be reached.`, { exitCode: 3, cause });
  }
  if (response.ok || response.status === 416) return response;
  throw new HoldfastError('release-missing', `${url} answers ${response.status}.`, { exitCode: 3 });
}

async function unpack(archive: string, member: string, directory: string): Promise<string> {
  const result = await run('tar', ['-xzf', archive, '-C', directory, '--no-same-owner', member]);
  if (result.code !== 0) {
    throw new HoldfastError('release-unpack', `${basename(archive)} does not hold ${member}: ${result.stderr}`, {
      exitCode: 3,
    });
  }
  await rm(archive, { force: true });
  return join(directory, member);
}

async function move(from: string, to: string): Promise<string> {
  await rename(from, to);
  return to;
}
