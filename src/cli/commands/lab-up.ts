/** `holdfast lab up`. */
import { labDryRun, labUp } from '../../lab/labs.ts';
import { EXIT } from '../exit-codes.ts';
import { flag, formatOf, type Invocation, progress } from '../invocation.ts';
import { labOf, untilInterrupted } from '../lab-access.ts';
import { isData, writeData } from '../output.ts';

/** Starts the lab and prints its kubeconfig's path. */
export async function run(invocation: Invocation): Promise<number> {
  const { stdout, signal } = invocation.context;
  const { name, settings } = labOf(invocation);
  const fsync = invocation.options['fsync'] !== false;
  const options = { name, fsync, onProgress: (line: string) => progress(invocation, line) };
  if (flag(invocation, 'dryRun')) {
    const text = await labDryRun(settings, options);
    stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    return EXIT.ok;
  }
  const status = await untilInterrupted(labUp(settings, options), signal);
  const format = formatOf(invocation);
  if (isData(format)) stdout.write(writeData({ apiVersion: 'holdfast.dev/v1', kind: 'Lab', ...status }, format));
  else stdout.write(`${status.kubeconfig}\n`);
  progress(invocation, `Lab ${name} serves at ${status.url}. Stop it with: holdfast lab down ${name}`);
  if (!status.fsync) progress(invocation, 'fsync is off: a power loss would lose what a real cluster keeps.');
  return EXIT.ok;
}
