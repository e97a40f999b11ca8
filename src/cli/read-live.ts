/** Effects: `--context` → what its cluster holds. No cluster is ever read that nobody named. */
import { HoldfastError } from '../core/error.ts';
import { connect, type Connection } from '../inventory/live/connection.ts';
import { sayKind } from '../inventory/live/kinds.ts';
import type { LiveObjects } from '../inventory/live/live-objects.ts';
import { readLive } from '../inventory/live/read-live.ts';
import { counted } from '../report/words.ts';
import { detail, type Invocation, progress, textOption } from './invocation.ts';

/** Undefined without --context. `moreKinds`: those that own rules look at, `example.com/Database`. */
export async function readLiveObjects(
  invocation: Invocation,
  moreKinds: readonly string[] = [],
): Promise<LiveObjects | undefined> {
  const context = textOption(invocation, 'context');
  const kubeconfig = textOption(invocation, 'kubeconfig');
  if (context === undefined) {
    if (kubeconfig === undefined) return undefined;
    throw new HoldfastError('no-context', `--kubeconfig ${kubeconfig} names a file, not a cluster.`, {
      hint: 'Name its context too: --context NAME.',
    });
  }
  const { signal } = invocation.context;
  const connection = await connectTo(invocation, context);
  try {
    const live = await readLive(connection, {
      namespace: textOption(invocation, 'namespace'),
      moreKinds,
      signal,
      onKind: (kind) => detail(invocation, `reading ${sayKind(kind)}`),
    });
    progress(invocation, `read ${counted(live.objects.length, 'object')} of the context ${context}`);
    return live;
  } finally {
    connection.close();
  }
}

/** A connection to the cluster of the context, by --kubeconfig or where kubectl looks. */
export function connectTo(invocation: Invocation, context: string): Promise<Connection> {
  const { env, cwd, signal } = invocation.context;
  return connect({ context, kubeconfig: textOption(invocation, 'kubeconfig'), env, directory: cwd, signal });
}
