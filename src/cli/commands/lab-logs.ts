/** `holdfast lab logs`. */
import { labLogs } from '../../lab/labs.ts';
import { EXIT } from '../exit-codes.ts';
import { type Invocation, textOption } from '../invocation.ts';
import { labOf } from '../lab-access.ts';

/** Prints the logs. */
export async function run(invocation: Invocation): Promise<number> {
  const { name, settings } = labOf(invocation);
  invocation.context.stdout.write(await labLogs(settings, name, textOption(invocation, 'component')));
  return EXIT.ok;
}
