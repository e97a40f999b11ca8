/** Where the tree will be in Git: what the options say, else what the checkout around it says. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Repository } from '../render/types.ts';
import { type Invocation, pathFrom, textOption } from './invocation.ts';

/** The repository, or undefined when there is no checkout and none was named. Credentials in its URL are left out. */
export async function findRepository(invocation: Invocation, out: string): Promise<Repository | undefined> {
  const target = pathFrom(invocation, out);
  const root = await checkoutAround(target);
  const url = textOption(invocation, 'repo') ?? (root === undefined ? undefined : await originOf(root));
  if (url === undefined) return undefined;
  const inside = root === undefined ? '' : relative(root, target).split(sep).join('/');
  const path = (textOption(invocation, 'repoPath') ?? inside).replaceAll(/^\/+|\/+$/g, '');
  return { url: withoutCredentials(url), revision: textOption(invocation, 'revision') ?? 'HEAD', path };
}

async function checkoutAround(target: string): Promise<string | undefined> {
  for (let at = target; ; at = dirname(at)) {
    const there = await stat(join(at, '.git')).catch(() => undefined);
    if (there) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** The URL of the remote `origin`, read from the configuration; a worktree's own file points to it. */
async function originOf(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, '.git', 'config'), 'utf8').catch(() => '');
  const section = /^\[remote "origin"\]\s*$([^[]*)/m.exec(text)?.[1] ?? '';
  return /^\s*url\s*=\s*(\S+)\s*$/m.exec(section)?.[1];
}

function withoutCredentials(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]+@/, '$1');
}
