/** Where the lab keeps its files on this machine. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface LabSettings {
  /** Binaries that were fetched or built; can be deleted at any time. */
  readonly cacheDirectory: string;
  /** Running labs: keys, data, logs. */
  readonly stateDirectory: string;
  /** A directory that is searched for binaries before anything else. */
  readonly binaryDirectory?: string;
  /** Directories that are searched after it. */
  readonly searchPath: readonly string[];
}

/** Programs of the system that are not on every user's PATH (haproxy, nginx). */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Settings from environment variables: `HOLDFAST_CACHE`, `HOLDFAST_STATE`, `HOLDFAST_BINARIES`; by default the
 * `holdfast` folders of the XDG cache and state directories.
 */
export function labSettings(environment: Readonly<Record<string, string | undefined>>): LabSettings {
  const home = environment['HOME'] ?? homedir();
  const path = (environment['PATH'] ?? '').split(':').filter((part) => part.startsWith('/'));
  const binaryDirectory = environment['HOLDFAST_BINARIES'];
  return {
    cacheDirectory:
      environment['HOLDFAST_CACHE'] ?? join(environment['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'holdfast'),
    stateDirectory:
      environment['HOLDFAST_STATE'] ?? join(environment['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), 'holdfast'),
    ...(binaryDirectory === undefined ? {} : { binaryDirectory }),
    searchPath: [...new Set([...path, ...SYSTEM_DIRECTORIES])],
  };
}
