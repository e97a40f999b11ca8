/** Asks a component whether it is ready, as its value says. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ApiClient } from './api-client.ts';
import type { ReadyCheck } from './components/component.ts';

const TIMEOUT_MILLIS = 5_000;

/**
 * True when the check's URL answers 200. `client` is the plane's admin; checks that trust nobody need none.
 * @throws Error with what it answered instead.
 */
export async function isReady(check: ReadyCheck, client?: ApiClient): Promise<true> {
  const status =
    check.trust === 'plane' && client !== undefined ? await planeStatus(check, client) : await plainStatus(check);
  if (status.code === 200) return true;
  throw new Error(`${check.url} answered ${status.code}: ${status.text.slice(0, 300)}`);
}

interface Status {
  readonly code: number;
  readonly text: string;
}

/** With the admin's certificate: before its roles exist, an API server answers 403 to everybody else. */
async function planeStatus(check: ReadyCheck, client: ApiClient): Promise<Status> {
  const response = await client.request({ path: new URL(check.url).pathname, timeoutMillis: TIMEOUT_MILLIS });
  return {
    code: response.status,
    text: typeof response.body === 'string' ? response.body : JSON.stringify(response.body),
  };
}

function plainStatus(check: ReadyCheck): Promise<Status> {
  const url = new URL(check.url);
  // A component that signs its own certificate cannot be verified; only its health is read from it.
  const options = { timeout: TIMEOUT_MILLIS, rejectUnauthorized: check.trust !== 'own', agent: false as const };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ code: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${check.url} timed out`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
