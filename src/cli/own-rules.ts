/** Rules of `--rules` files. */
import { allRules } from '../check/all-rules.ts';
import { parseOwnRules } from '../check/own-rules.ts';
import type { Rule } from '../check/rule.ts';
import { HoldfastError } from '../core/error.ts';
import { readText } from './documents.ts';
import { type Invocation, listOption } from './invocation.ts';

/** @throws HoldfastError `invalid-rules` with every problem. */
export async function ownRulesOf(invocation: Invocation): Promise<readonly Rule[]> {
  const own: Rule[] = [];
  for (const path of listOption(invocation, 'rules')) {
    const taken = [...allRules, ...own].map(({ id }) => id);
    const { rules, problems } = parseOwnRules(await readText(path, invocation), taken);
    if (problems.length > 0) {
      const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
      throw new HoldfastError('invalid-rules', `${path} has ${count}.`, { problems });
    }
    own.push(...rules);
  }
  return own;
}
