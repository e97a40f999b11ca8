/** A small client for one API server: JSON requests over TLS with a client certificate. */
import { Agent, type RequestOptions, request as httpsRequest } from 'node:https';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query: `/api/v1/namespaces?limit=1`. */
  readonly path: string;
  readonly body?: unknown;
  /** By default JSON; `application/apply-patch+yaml` for server-side apply. */
  readonly contentType?: string;
  readonly timeoutMillis?: number;
}

export interface ApiResponse {
  readonly status: number;
  /** Parsed when it is JSON. */
  readonly body: unknown;
  /** Texts of its Warning headers: what admission has to say of a request that it lets through. */
  readonly warnings: readonly string[];
}

export interface ApiClient {
  readonly request: (request: ApiRequest) => Promise<ApiResponse>;
  /** Closes the connections that it keeps. */
  readonly close: () => void;
}

export interface ApiCredentials {
  readonly url: string;
  readonly ca: string;
  /** Empty for a client without credentials. */
  readonly certificate: string;
  readonly key: string;
  /** The name that the server's certificate is checked for, when the URL has another. */
  readonly serverName?: string;
}

const DEFAULT_TIMEOUT_MILLIS = 30_000;

/** Keeps connections open between requests; verifies the server's certificate. */
export function createApiClient(credentials: ApiCredentials): ApiClient {
  const { url, ca, certificate, key, serverName } = credentials;
  const agent = new Agent({
    keepAlive: true,
    ca,
    ...(certificate === '' ? {} : { cert: certificate, key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  return {
    request: (request) => send(new URL(request.path, url), request, agent),
    close: () => agent.destroy(),
  };
}

/** The message of a Status object, or the body as text. */
export function messageOf(response: ApiResponse): string {
  const { body } = response;
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function send(url: URL, request: ApiRequest, agent: Agent): Promise<ApiResponse> {
  const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
  const options: RequestOptions = {
    agent,
    method: request.method ?? 'GET',
    timeout: request.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS,
    headers: {
      accept: 'application/json',
      ...(payload === undefined
        ? {}
        : { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(payload) }),
    },
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          body: parse(Buffer.concat(chunks).toString('utf8')),
          warnings: warningsOf(incoming.headers.warning),
        }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${request.method ?? 'GET'} ${url.pathname} timed out`)));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** `299 - "text", 299 - "text"`; a quote within a text is escaped (apimachinery v0.36.3 pkg/util/net/http.go). */
function warningsOf(header: string | undefined): readonly string[] {
  return [...(header ?? '').matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll(/\\(.)/g, '$1'),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
