/** `systemd-analyze verify`: units and timers load without an unknown key. */
import { run } from '../../src/lab/process/run.ts';
import type { Judge } from './judge.ts';

export const systemdVerify: Judge = {
  name: 'systemd-verify',
  decides:
    'The unit loads: every section and key is known and its values parse; commands that are not on this machine do not count.',
  judges: ({ artifact }) => artifact.form === 'text' && artifact.syntax === 'systemd',
  version: async () => {
    const result = await run('systemd-analyze', ['--version']).catch(() => undefined);
    return result?.code === 0 ? /^systemd (\S+)/.exec(result.stdout)?.[1] : undefined;
  },
  judge: async (directory, { name }) => {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', '--generators=no', `./${name}`], {
      directory,
    });
    // It also looks whether commands and dependencies exist here, which says nothing about the unit.
    const about = (stdout + stderr)
      .split('\n')
      .filter((line) => line.includes(name) && !/not executable|No such file/.test(line));
    return { verdict: about.length === 0 ? 'accepted' : 'refused', log: about.join('\n') };
  },
};
