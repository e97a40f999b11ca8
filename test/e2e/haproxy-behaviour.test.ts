/** The rendered HAProxy before three API servers of which one stops being ready: it goes, its sessions end, it comes back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { type Server, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HoldfastError } from '../../src/core/error.ts';
import { type Authority, createAuthority } from '../../src/lab/certificates/authority.ts';
import { freePorts } from '../../src/lab/ports.ts';
import { waitFor } from '../../src/lab/wait.ts';
import { scratchDirectory } from './control-plane.ts';
import { ensureDebianTool } from './debian.ts';
import { type Rendered, renderedTrees } from './rendered.ts';
import { substitute } from './substitute.ts';

/** What an API server is to a balancer: TLS with a certificate of the cluster, /readyz, and connections that stay open. */
interface Member {
  readonly name: string;
  readonly server: Server;
  /** Of its certificate. */
  readonly fingerprint: string;
  ready: boolean;
}

const directory = scratchDirectory();
const tree = threeMembers(renderedTrees());
let members: readonly Member[];
let authority: Authority;
let haproxy: ChildProcess;
let ended: string | undefined;
let ports: Readonly<Record<'api' | 'status', number>>;

function threeMembers(trees: readonly Rendered[]): Rendered {
  const found = trees.find(({ plan, files }) => {
    return (
      plan.systems['control-plane'].facts.members.length === 3 && files.some(({ path }) => path.endsWith('haproxy.cfg'))
    );
  });
  if (found === undefined) throw new Error('No example renders HAProxy before three members.');
  return found;
}

beforeAll(async () => {
  authority = await createAuthority('kubernetes', new Date());
  const { members: planned, endpoint } = tree.plan.systems['control-plane'].facts;
  members = await Promise.all(planned.map(({ name }) => startMember(name)));
  ports = await freePorts(['api', 'status']);
  writeFileSync(join(directory, 'ca.crt'), authority.certificate);
  const rendered = tree.files.find(({ path }) => path.endsWith('haproxy.cfg'))?.text ?? '';
  const targets = members.map((member) => `127.0.0.1:${portOf(member)}`);
  const addresses = planned.map(({ address }, index) => [`${address}:${endpoint.port}`, targets[index]]);
  const text = substitute(rendered, {
    ...(Object.fromEntries(addresses) as Record<string, string>),
    [`bind *:${endpoint.port}`]: `bind 127.0.0.1:${ports.api}`,
    'bind 127.0.0.1:8404': `bind 127.0.0.1:${ports.status}`,
    '/etc/haproxy/kubernetes-ca.crt': join(directory, 'ca.crt'),
    '/run/haproxy/admin.sock': join(directory, 'admin.sock'),
    '  user haproxy\n  group haproxy\n': '',
    // A balancer's machine allows the file descriptors for this; the limit of a test's shell may not.
    'maxconn 20000': 'maxconn 200',
  });
  writeFileSync(join(directory, 'haproxy.cfg'), text);
  haproxy = spawn(ensureDebianTool('haproxy', 'haproxy'), ['-db', '-f', join(directory, 'haproxy.cfg')], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  haproxy.once('exit', (code) => {
    ended = `HAProxy ended with code ${code}.`;
  });
  await untilStates(['UP', 'UP', 'UP']);
});

afterAll(async () => {
  if (haproxy?.exitCode === null) {
    haproxy.kill('SIGKILL');
    await once(haproxy, 'exit');
  }
  for (const { server } of members ?? []) {
    server.closeAllConnections();
    server.close();
  }
  await rm(directory, { recursive: true, force: true });
});

async function startMember(name: string): Promise<Member> {
  const { certificate, key } = await authority.issue({
    commonName: 'kube-apiserver',
    names: ['kubernetes.default.svc'],
    addresses: ['127.0.0.1'],
  });
  const member: Member = {
    name,
    ready: true,
    fingerprint: new X509Certificate(certificate).fingerprint256,
    server: createServer({ cert: certificate, key, keepAliveTimeout: 0 }, (request, response) => {
      const unready = request.url === '/readyz' && !member.ready;
      response.writeHead(unready ? 500 : 200, { 'x-member': name });
      response.end(unready ? '[-]etcd failed' : 'ok');
    }),
  };
  // Connections of API clients idle for minutes; the server must not be the one that ends them.
  member.server.requestTimeout = 0;
  member.server.headersTimeout = 0;
  member.server.listen(0, '127.0.0.1');
  await once(member.server, 'listening');
  return member;
}

function portOf(member: Member): number {
  return (member.server.address() as AddressInfo).port;
}

/** A new connection through the balancer; says which member answered. */
function answeringMember(): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: ports.api,
      path: '/livez',
      ca: authority.certificate,
      agent: false as const,
    };
    const outgoing = httpsRequest(options, (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(String(incoming.headers['x-member'])));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** A session that stays open, as a watch does. */
async function openSession(): Promise<{ socket: TLSSocket; member: string }> {
  const socket = tlsConnect({ host: '127.0.0.1', port: ports.api, ca: authority.certificate });
  socket.on('error', () => undefined);
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [data] = (await once(socket, 'data')) as [Buffer];
  return { socket, member: /x-member: (\S+)/i.exec(data.toString())?.[1] ?? '' };
}

function fetchStatus(path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port: ports.status, path, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    }).on('error', reject);
  });
}

/** The state of each member as HAProxy's statistics tell it, with the reason of the last check. */
async function states(): Promise<readonly { name: string; status: string; check: string }[]> {
  const { text } = await fetchStatus('/stats;csv');
  const [header = '', ...rows] = text.trim().split('\n');
  const columns = header.replace('# ', '').split(',');
  const cell = (row: string, column: string): string => row.split(',')[columns.indexOf(column)] ?? '';
  return members.map(({ name }) => {
    const row = rows.find((one) => cell(one, 'svname') === name) ?? '';
    return { name, status: cell(row, 'status'), check: cell(row, 'check_status') };
  });
}

async function untilStates(wanted: readonly string[]): Promise<void> {
  await waitFor({ what: `the members are ${wanted.join(', ')}`, timeoutMillis: 60_000 }, async () => {
    if (ended !== undefined) throw new HoldfastError('component-died', ended);
    const seen = await states();
    return seen.every(({ status, check }, index) => status.startsWith(wanted[index] ?? '') && check.startsWith('L7'))
      ? true
      : undefined;
  });
}

async function membersThatAnswer(requests: number): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for (let index = 0; index < requests; index += 1) seen.add(await answeringMember());
  return seen;
}

describe('the rendered HAProxy', () => {
  it('checks /readyz over TLS: every member is up by an answer, not by an open port', async () => {
    expect((await states()).map(({ check }) => check)).toEqual(['L7OK', 'L7OK', 'L7OK']);
  });

  it("passes TLS through: the certificate that clients see is the member's own", async () => {
    const { socket, member } = await openSession();
    const seen = socket.getPeerX509Certificate()?.fingerprint256;
    expect(seen).toBe(members.find(({ name }) => name === member)?.fingerprint);
    socket.destroy();
  });

  it('ejects a member whose /readyz says 500 although its port is open, and ends the sessions it had', async () => {
    const [first, second, third] = members;
    const sessions = [await openSession()];
    while (new Set(sessions.map(({ member }) => member)).size < 3) {
      expect(sessions.length, 'least connections gives every member a session soon').toBeLessThan(60);
      sessions.push(await openSession());
    }
    const onFirst = sessions.filter(({ member }) => member === first?.name);
    const elsewhere = sessions.filter(({ member }) => member !== first?.name);
    const closed = Promise.all(onFirst.map(({ socket }) => once(socket, 'close')));
    if (first !== undefined) first.ready = false;
    await untilStates(['DOWN', 'UP', 'UP']);
    await closed;
    expect(elsewhere.map(({ socket }) => socket.destroyed)).toEqual(elsewhere.map(() => false));
    expect(await membersThatAnswer(20)).toEqual(new Set([second?.name, third?.name]));
    for (const { socket } of sessions) socket.destroy();
  });

  it('takes it back when it is ready again', async () => {
    const [first] = members;
    if (first !== undefined) first.ready = true;
    await untilStates(['UP', 'UP', 'UP']);
    await waitFor({ what: 'the member that came back answers', timeoutMillis: 60_000 }, async () => {
      return (await membersThatAnswer(6)).has(first?.name ?? '') ? true : undefined;
    });
  });

  it('tells who holds the address that it is of no use when no member is ready', async () => {
    expect((await fetchStatus('/ready')).status).toBe(200);
    for (const member of members) member.ready = false;
    await untilStates(['DOWN', 'DOWN', 'DOWN']);
    expect((await fetchStatus('/ready')).status).toBe(503);
    for (const member of members) member.ready = true;
    await untilStates(['UP', 'UP', 'UP']);
  });
});
