import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../process/run.ts';
import type { LabSettings } from '../settings.ts';
import { downloadRelease } from './release.ts';

const PROGRAM = '#!/bin/sh\necho v1\n'.repeat(500);
const sum = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

let root: string;
let settings: LabSettings;
let server: Server;
let base: string;
let files: Map<string, string | Buffer>;
let ranges: (string | undefined)[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-release-'));
  settings = { cacheDirectory: join(root, 'cache'), stateDirectory: join(root, 'state'), searchPath: [] };
  await mkdir(join(root, 'out'));
  files = new Map();
  ranges = [];
  server = createServer((request, response) => {
    const content = files.get(request.url ?? '');
    if (content === undefined) return void response.writeHead(404).end('Not found');
    const bytes = Buffer.from(content);
    ranges.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from === 0) return void response.writeHead(200).end(bytes);
    if (from >= bytes.length) return void response.writeHead(416).end();
    return void response.writeHead(206).end(bytes.subarray(from));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true, force: true });
});

function download(name: string, member?: string): Promise<string> {
  const release = {
    url: `${base}/${name}`,
    checksumUrl: `${base}/${name}.sha256`,
    ...(member === undefined ? {} : { member }),
  };
  return downloadRelease(settings, release, join(root, 'out'));
}

describe('an official release', () => {
  it('is taken when its checksum is the published one', async () => {
    files.set('/kubectl', PROGRAM).set('/kubectl.sha256', sum(PROGRAM));
    expect(await readFile(await download('kubectl'), 'utf8')).toBe(PROGRAM);
  });

  it('is thrown away when it is not, and nothing of it stays', async () => {
    files.set('/kubectl', `${PROGRAM}changed`).set('/kubectl.sha256', sum(PROGRAM));
    await expect(download('kubectl')).rejects.toMatchObject({ code: 'checksum', exitCode: 3 });
    expect(await readdir(join(settings.cacheDirectory, 'downloads'))).toEqual([]);
    expect(await readdir(join(root, 'out'))).toEqual([]);
  });

  it('is not taken without a checksum', async () => {
    files.set('/kubectl', PROGRAM).set('/kubectl.sha256', 'no sum here');
    await expect(download('kubectl')).rejects.toMatchObject({ code: 'checksum' });
  });

  it('goes on where an interrupted download stopped', async () => {
    files.set('/kubectl', PROGRAM).set('/kubectl.sha256', sum(PROGRAM));
    const downloads = join(settings.cacheDirectory, 'downloads');
    await mkdir(downloads, { recursive: true });
    await writeFile(join(downloads, `${sum(PROGRAM).slice(0, 16)}-kubectl.part`), PROGRAM.slice(0, 1000));
    expect(await readFile(await download('kubectl'), 'utf8')).toBe(PROGRAM);
    expect(ranges).toContain('bytes=1000-');
  });

  it('needs no second download when all of it is there', async () => {
    files.set('/kubectl', PROGRAM).set('/kubectl.sha256', sum(PROGRAM));
    const downloads = join(settings.cacheDirectory, 'downloads');
    await mkdir(downloads, { recursive: true });
    await writeFile(join(downloads, `${sum(PROGRAM).slice(0, 16)}-kubectl.part`), PROGRAM);
    expect(await readFile(await download('kubectl'), 'utf8')).toBe(PROGRAM);
  });

  it('gives one program of an archive', async () => {
    await mkdir(join(root, 'etcd-v1'));
    await writeFile(join(root, 'etcd-v1', 'etcdctl'), PROGRAM);
    await run('tar', ['-czf', join(root, 'etcd.tar.gz'), '-C', root, 'etcd-v1']);
    const archive = await readFile(join(root, 'etcd.tar.gz'));
    files.set('/etcd.tar.gz', archive).set('/etcd.tar.gz.sha256', `${sum(archive)}  etcd.tar.gz\n`);
    expect(await readFile(await download('etcd.tar.gz', 'etcd-v1/etcdctl'), 'utf8')).toBe(PROGRAM);
    await expect(download('etcd.tar.gz', 'etcd-v1/other')).rejects.toMatchObject({ code: 'release-unpack' });
  });

  it('that does not exist, or whose host is out of reach, is an error with exit code 3', async () => {
    await expect(download('nothing')).rejects.toMatchObject({ code: 'release-missing', exitCode: 3 });
    const { port } = server.address() as AddressInfo;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const url = `http://127.0.0.1:${port}/kubectl`;
    const gone = downloadRelease(settings, { url, checksumUrl: url }, join(root, 'out'));
    await expect(gone).rejects.toMatchObject({
      code: 'offline',
      exitCode: 3,
      message: `127.0.0.1:${port} cannot be reached.`,
    });
  });
});
