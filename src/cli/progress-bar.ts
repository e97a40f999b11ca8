/** A bar of what is done on standard error; only on a terminal, and never with `-q`. */
import { flag, type Invocation } from './invocation.ts';

export interface ProgressBar {
  readonly advance: (by: number) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

const CELLS = 30;
/** Fewer things are done before anybody could read it. */
const LEAST = 2;
const CLEAR = '\r\u001B[K';

export function progressBar(invocation: Invocation, what: string, total: number): ProgressBar {
  const { stderr } = invocation.context;
  if (!stderr.isTty || flag(invocation, 'quiet') || total < LEAST)
    return { advance: () => undefined, end: () => undefined };
  let done = 0;
  let shown = -1;
  return {
    advance: (by) => {
      done += by;
      const percent = Math.floor((100 * done) / total);
      if (percent === shown) return;
      shown = percent;
      const full = Math.round((CELLS * done) / total);
      const bar = `${'█'.repeat(full)}${'░'.repeat(CELLS - full)}`;
      stderr.write(`${CLEAR}${bar} ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${what}`);
    },
    end: () => stderr.write(CLEAR),
  };
}
