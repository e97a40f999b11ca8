/** One kind of a live cluster, page by page, as client-go's pager asks for it (tools/pager/pager.go). */
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../../core/json.ts';
import type { KubernetesObject } from '../../system.ts';
import type { Connection, Reply } from './connection.ts';
import { objectsOfPage, type Page, type PageOptions } from './page.ts';

/** As kubectl's --chunk-size. */
export const PAGE_SIZE = 500;
/** A list that expires more often than that changes faster than it can be read. */
const MOST_STARTS = 3;
/** As client-go retries (rest/with_retry.go). */
const MOST_TRIES = 10;
const LONGEST_WAIT_SECONDS = 30;

export interface ListOptions extends PageOptions {
  readonly pageSize?: number;
  readonly signal?: AbortSignal | undefined;
}

/** All objects, or one sentence why there are none. */
export type Listed = { readonly objects: readonly KubernetesObject[] } | { readonly why: string };

/** `path` may carry a query. Throws only when the server cannot be reached. */
export async function listAll(connection: Connection, path: string, options: ListOptions): Promise<Listed> {
  let objects: KubernetesObject[] = [];
  let next = '';
  for (let starts = 0; ;) {
    const page = pagePath(path, next, options.pageSize ?? PAGE_SIZE);
    const reply = await patiently(() => connection.get(page), options.signal);
    if (reply.status === 410 && next !== '') {
      const token = continueOf(reply.text);
      // Without a new token the list begins again: what was read of it is of a state that nobody keeps any more.
      if (token === undefined) objects = [];
      starts += 1;
      if (starts >= MOST_STARTS) return { why: 'The list changes faster than it can be read.' };
      next = token ?? '';
      continue;
    }
    if (reply.status !== 200) return { why: sayStatus(reply.status) };
    const read = objectsOfPage(reply.text, options);
    if (read === undefined) return { why: 'The answer is no list of objects.' };
    for (const object of read.objects) objects.push(object);
    if (read.next === '') return { objects };
    next = read.next;
  }
}

function pagePath(path: string, next: string, pageSize: number): string {
  const query = `limit=${pageSize}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** Asks again, waiting as the server says, while it has too much to do. */
export async function patiently(ask: () => Promise<Reply>, signal: AbortSignal | undefined): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await ask();
    const busy = reply.status === 429 || (reply.status >= 500 && reply.retryAfterSeconds !== undefined);
    if (!busy || tries >= MOST_TRIES) return reply;
    const seconds = Math.min(reply.retryAfterSeconds ?? 1, LONGEST_WAIT_SECONDS);
    await sleep(seconds * 1_000, undefined, signal === undefined ? {} : { signal });
  }
}

/** The token that a Status of an expired list gives to go on with what is there now. */
function continueOf(body: string): Page['next'] | undefined {
  try {
    const status: unknown = JSON.parse(body);
    const metadata = isObject(status) ? status['metadata'] : undefined;
    const token = isObject(metadata) ? metadata['continue'] : undefined;
    return typeof token === 'string' && token !== '' ? token : undefined;
  } catch {
    return undefined;
  }
}

function sayStatus(status: number): string {
  if (status === 401) return 'The credentials are not accepted any more (401).';
  if (status === 403) return 'The credentials may not list it (403).';
  if (status === 429) return 'The API server has too much to do (429).';
  return `The API server answers with status ${status}.`;
}
