/** Which process a pid means: numbers are used again, so a pid counts only together with its start time. */
import { readFile, readdir } from 'node:fs/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot: field 22 of /proc/PID/stat (proc(5)). */
  readonly startTime: number;
}

interface Stat extends ProcessIdentity {
  readonly state: string;
  readonly parent: number;
}

/** The identity of a running process; undefined when there is none, or only a zombie that nobody has reaped. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readStat(pid);
  return stat === undefined || 'ZX'.includes(stat.state) ? undefined : { pid: stat.pid, startTime: stat.startTime };
}

/** True when exactly this process still runs. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startTime === identity.startTime;
}

/** All running children of a process, as the mounted /proc numbers them. */
export async function childrenOf(parent: number): Promise<readonly ProcessIdentity[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const stats = await Promise.all(pids.map(readStat));
  return stats
    .filter((stat) => stat !== undefined && stat.parent === parent && !'ZX'.includes(stat.state))
    .map((stat) => ({ pid: stat?.pid ?? 0, startTime: stat?.startTime ?? 0 }));
}

/** The pid of a process in its own, innermost namespace. */
export async function innermostPid(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const pids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [String(pid)];
  return Number(pids.at(-1));
}

/** Fields of a text of /proc/PID/stat. The name in parentheses may hold spaces and parentheses itself. */
export function parseStat(text: string): Stat {
  const pid = Number(text.slice(0, text.indexOf(' ')));
  const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, state: rest[0] ?? 'X', parent: Number(rest[1]), startTime: Number(rest[19]) };
}

async function readStat(pid: number): Promise<Stat | undefined> {
  return readFile(`/proc/${pid}/stat`, 'utf8').then(parseStat, () => undefined);
}
