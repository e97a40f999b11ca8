/** Where no PID namespace may be made: a shell that outlives the supervisor just long enough to kill its children. */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Reads `add GROUP` and `del GROUP`; the end of the input means that the supervisor is gone. The signal is given by
 * `-s`, because dash takes `kill -9 -- -GROUP` for an illegal number.
 */
const SCRIPT = `
groups=' '
while read -r op group; do
  case $op in
    add) groups="$groups$group " ;;
    del) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

export interface Watchdog {
  /** Resolves when the group is known to the kernel's pipe: from then on it dies with the supervisor. */
  readonly add: (group: number) => Promise<void>;
  readonly remove: (group: number) => Promise<void>;
}

/** Starts the watchdog in a session of its own, so that an interrupt of the terminal does not end it first. */
export function startWatchdog(): Watchdog {
  const child = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.stdin.on('error', () => undefined);
  return {
    add: (group) => write(child.stdin, `add ${group}\n`),
    remove: (group) => write(child.stdin, `del ${group}\n`),
  };
}

/** In a PID namespace the kernel does the work. */
export const noWatchdog: Watchdog = { add: async () => undefined, remove: async () => undefined };

function write(stream: Writable, line: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(line, () => resolve());
  });
}
