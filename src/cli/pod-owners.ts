/** Kinds of `--owners` files. */
import { HoldfastError } from '../core/error.ts';
import { parsePodOwners, type PodOwner } from '../kubernetes/pod-owners.ts';
import { readText } from './documents.ts';
import { type Invocation, listOption } from './invocation.ts';

/** @throws HoldfastError `invalid-owners` with every problem. */
export async function podOwnersOf(invocation: Invocation): Promise<readonly PodOwner[]> {
  const all: PodOwner[] = [];
  for (const path of listOption(invocation, 'owners')) {
    const { owners, problems } = parsePodOwners(await readText(path, invocation), all);
    if (problems.length > 0) {
      const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
      throw new HoldfastError('invalid-owners', `${path} has ${count}.`, { problems });
    }
    all.push(...owners);
  }
  return all;
}
