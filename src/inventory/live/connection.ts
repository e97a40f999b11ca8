/**
 * Effects: a connection to the API server of one context. It can GET, and ask for the dry run of an apply: nothing here
 * can change a cluster. Who we
 * are (certificates, tokens, plugins, proxies) is client-node's to settle, for each request anew, so that a token that
 * a plugin gives may expire while we read.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions as TlsOptions } from 'node:https';
import { createGunzip } from 'node:zlib';
import type { KubeConfig } from '@kubernetes/client-node';
import { HoldfastError } from '../../core/error.ts';
import { type ChosenContext, type KubeconfigOptions, readContext } from './kubeconfig.ts';
import { credentialsFailed, noCredentialFile, unreachable } from './failures.ts';

export interface Connection {
  readonly context: string;
  readonly get: (path: string, accept?: string) => Promise<Reply>;
  /** What an apply of the object would leave, as `holdfast`, whoever owns its fields; the server keeps nothing of it. */
  readonly dryRunApply: (path: string, object: unknown) => Promise<Reply>;
  /** Closes what is kept open between requests. */
  readonly close: () => void;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** What the server asks to wait before the next try. */
  readonly retryAfterSeconds: number | undefined;
}

export interface ConnectOptions extends KubeconfigOptions {
  /** Ends requests that are under way. */
  readonly signal?: AbortSignal;
  /** Without a byte for so long the server counts as unreachable. */
  readonly idleMillis?: number;
}

const IDLE_MILLIS = 60_000;
const JSON_TYPE = 'application/json';
/** Without the first of these it would be a change. */
const DRY_RUN = 'dryRun=All&fieldManager=holdfast&force=true';

interface Asked {
  readonly method: 'GET' | 'PATCH';
  readonly accept: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Reads the kubeconfig; the server is not asked yet. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const chosen = await readContext(options);
  const server = serverOf(chosen);
  const config = await configOf(chosen, server);
  const agent = ownAgent(chosen, server, options.env);
  const ask = async (path: string, { accept, ...how }: Asked): Promise<Reply> => {
    const prepared: TlsOptions = {};
    await config.applyToHTTPSOptions(prepared).catch((error: unknown) => {
      throw credentialsFailed(chosen, error);
    });
    const own = prepared.headers as Readonly<Record<string, string>> | undefined;
    const headers = { ...own, ...impersonation(chosen), ...how.headers, accept, 'accept-encoding': 'gzip' };
    const settings = { ...prepared, method: how.method, headers, ...(agent === undefined ? {} : { agent }) };
    try {
      return await send(new URL(`${server.href.replace(/\/$/, '')}${path}`), settings, { ...options, body: how.body });
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      throw unreachable(chosen.name, server, error);
    }
  };
  return {
    context: chosen.name,
    get: (path, accept = JSON_TYPE) => ask(path, { method: 'GET', accept }),
    dryRunApply: (path, object) => {
      const body = JSON.stringify(object);
      const headers = {
        'content-type': 'application/apply-patch+yaml',
        'content-length': String(Buffer.byteLength(body)),
      };
      return ask(`${path}?${DRY_RUN}`, { method: 'PATCH', accept: JSON_TYPE, headers, body });
    },
    close: () => agent?.destroy(),
  };
}

/** client-node's form of the context; loaded only when somebody connects, for it takes a second to load. */
async function configOf({ name, cluster, user }: ChosenContext, server: URL): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const plain = server.protocol === 'http:';
  config.loadFromString(
    JSON.stringify({
      'current-context': name,
      contexts: [{ name, context: { cluster: name, user: name } }],
      // Without TLS there is nothing to verify; client-node asks for it to be said.
      clusters: [{ name, cluster: plain ? { ...cluster, 'insecure-skip-tls-verify': true } : preferData(cluster) }],
      users: [{ name, user: withExecInfo(await withToken(preferData(user))) }],
    }),
  );
  return config;
}

type Fields = ChosenContext['user'];

/** As in client-go, data stands before a file of the same thing; client-node takes the file. */
function preferData(fields: Fields): Fields {
  const shadowed = new Set(
    Object.keys(fields)
      .filter((key) => key.endsWith('-data') && fields[key] !== '')
      .map((key) => key.slice(0, -'-data'.length)),
  );
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !shadowed.has(key)));
}

/** `tokenFile` stands before `token` (client-go tools/clientcmd/api/types.go); client-node knows it by another name. */
async function withToken(user: Fields): Promise<Fields> {
  const { tokenFile, ...rest } = user;
  if (typeof tokenFile !== 'string' || tokenFile === '') return user;
  const token = await readFile(tokenFile, 'utf8').catch(() => {
    throw noCredentialFile('tokenFile', tokenFile);
  });
  return { ...rest, token: token.trim() };
}

/** Plugins are told by whom they are called, as client-go tells them (plugin/pkg/client/auth/exec/exec.go). */
function withExecInfo(user: Fields): Fields {
  const exec = user['exec'] as Fields | undefined;
  if (exec === undefined || exec === null) return user;
  const info = { apiVersion: exec['apiVersion'], kind: 'ExecCredential', spec: { interactive: false } };
  const env = Array.isArray(exec['env']) ? (exec['env'] as unknown[]) : [];
  return {
    ...user,
    exec: { ...exec, env: [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...env] },
  };
}

function serverOf({ name, cluster }: ChosenContext): URL {
  const { server } = cluster;
  const url = typeof server === 'string' && URL.canParse(server) ? new URL(server) : undefined;
  if (url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new HoldfastError('invalid-kubeconfig', `The cluster of the context ${name} has no server that is a URL.`);
}

/**
 * Keeps connections open between requests, which client-node's does not, and goes by HTTPS_PROXY and NO_PROXY. The proxy
 * that a kubeconfig names is left to client-node.
 */
function ownAgent({ cluster }: ChosenContext, server: URL, env: ConnectOptions['env']): Agent | undefined {
  if (typeof cluster['proxy-url'] === 'string' || server.protocol === 'http:') return undefined;
  // As Go's net/http, which kubectl is made with: never for this machine itself.
  const local = /^(?:localhost|127\..*|\[::1\])$/.test(server.hostname);
  return new Agent({ keepAlive: true, ...(local ? {} : { proxyEnv: env }) });
}

/** client-node knows the user to act as, not the groups (client-go transport/round_trippers.go). */
function impersonation({ user }: ChosenContext): Readonly<Record<string, string[] | string>> {
  const [groups, uid] = [user['as-groups'], user['as-uid']];
  return {
    ...(Array.isArray(groups) && groups.length > 0 ? { 'Impersonate-Group': groups.map(String) } : {}),
    ...(typeof uid === 'string' && uid !== '' ? { 'Impersonate-Uid': uid } : {}),
  };
}

interface Sending extends Pick<ConnectOptions, 'signal' | 'idleMillis'> {
  readonly body: string | undefined;
}

function send(url: URL, options: RequestOptions, { signal, idleMillis = IDLE_MILLIS, body }: Sending): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const outgoing = request(url, { ...options, timeout: idleMillis, signal }, (incoming) => {
      textOf(incoming).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, text, retryAfterSeconds: retryAfter(incoming) }),
        reject,
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const zipped = incoming.headers['content-encoding'] === 'gzip';
  const gunzip = createGunzip();
  if (zipped) incoming.on('error', (error) => gunzip.destroy(error));
  const chunks: Buffer[] = [];
  for await (const chunk of zipped ? incoming.pipe(gunzip) : incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function retryAfter({ headers }: IncomingMessage): number | undefined {
  const written = headers['retry-after'];
  return written !== undefined && /^\d{1,4}$/.test(written) ? Number(written) : undefined;
}
