/** `holdfast lab kubeconfig`. */
import { labStatus } from '../../lab/labs.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { labOf } from '../lab-access.ts';

/** Prints the path. */
export async function run(invocation: Invocation): Promise<number> {
  const { name, settings } = labOf(invocation);
  invocation.context.stdout.write(`${(await labStatus(settings, name)).kubeconfig}\n`);
  return EXIT.ok;
}
