/** `holdfast lab down`. */
import { HoldfastError } from '../../core/error.ts';
import { labDown, labFolder } from '../../lab/labs.ts';
import { EXIT } from '../exit-codes.ts';
import { flag, type Invocation, progress } from '../invocation.ts';
import { labOf } from '../lab-access.ts';

/** Stops the lab; deleting its data wants a yes. */
export async function run(invocation: Invocation): Promise<number> {
  const { name, settings } = labOf(invocation);
  const keep = flag(invocation, 'keep');
  const directory = labFolder(settings, name);
  if (!keep && !flag(invocation, 'yes')) await agree(invocation, name, directory);
  await labDown(settings, { name, keep });
  progress(
    invocation,
    keep ? `Lab ${name} is stopped; its data stay in ${directory}.` : `Lab ${name} is stopped and deleted.`,
  );
  return EXIT.ok;
}

async function agree({ context }: Invocation, name: string, directory: string): Promise<void> {
  const hint = 'Say --yes to delete, or --keep to stop it only.';
  if (!context.interactive)
    throw new HoldfastError('consent-needed', `This deletes the data of lab ${name} in ${directory}.`, { hint });
  const answer = await context.ask(`Stop lab ${name} and delete ${directory}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new HoldfastError('not-agreed', `Lab ${name} was left as it is.`, { hint });
}
