/**
 * A process that starts a lab, for tests of what happens when it ends: `node lab-owner.ts own DIRECTORY` waits to be
 * killed with its plane; `node lab-owner.ts up NAME` ends by itself and leaves the lab running.
 */
import { labSettings, labUp, startControlPlane } from '../../src/lab/index.ts';

const [mode = '', target = ''] = process.argv.slice(2);
const settings = labSettings(process.env);

if (mode === 'up') {
  await labUp(settings, { name: target, fsync: false });
} else {
  const plane = await startControlPlane({ directory: target, settings, fsync: false });
  const processes = await plane.status();
  const identities = [plane.supervisor.identity, ...processes.map((status) => status.identity)];
  process.stdout.write(`${JSON.stringify(identities)}\n`);
  process.stdin.resume();
}
