/** `holdfast completion`: a script that completes commands, options and values. */
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { zshScript } from '../completion/zsh.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { completionTree } from '../completion/nodes.ts';
import { commands } from '../tree.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Prints the script. */
export async function run({ args, context }: Invocation): Promise<number> {
  const shell = args[0] as keyof typeof SCRIPTS;
  context.stdout.write(SCRIPTS[shell](completionTree(commands)));
  return EXIT.ok;
}
