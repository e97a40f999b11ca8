/** The command tree as completion scripts need it: per command what may follow. */
import { commonOptions } from '../tree-options.ts';
import type { CommandWords, OptionWords } from '../words.ts';

export interface CompletionOption {
  /** `-f`, `--file`. */
  readonly names: readonly string[];
  readonly description: string;
  /** True when a value follows. */
  readonly takesValue: boolean;
  /** Known values; empty when a path or free text follows. */
  readonly values: readonly string[];
}

export interface CompletionNode {
  /** Words after `holdfast`: empty for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletionOption[];
  /** Known values of the argument. */
  readonly values: readonly string[];
}

/** One node per command, the program first. */
export function completionTree(commands: readonly CommandWords[]): readonly CompletionNode[] {
  const root: CompletionNode = { path: [], commands: named(commands), options: [], values: [] };
  return [root, ...commands.flatMap((words) => nodesOf(words, []))];
}

function nodesOf(words: CommandWords, above: readonly string[]): readonly CompletionNode[] {
  const path = [...above, words.name];
  const options = [
    ...(words.options ?? []),
    ...(words.load ? commonOptions : []),
    { flags: '-h, --help', description: 'show this help' },
  ];
  const node: CompletionNode = {
    path,
    commands: named(words.commands ?? []),
    options: options.map(optionOf),
    values: (words.arguments ?? []).flatMap(({ choices = [] }) => choices),
  };
  return [node, ...(words.commands ?? []).flatMap((child) => nodesOf(child, path))];
}

function named(commands: readonly CommandWords[]): CompletionNode['commands'] {
  return commands.map(({ name, summary }) => ({ name, description: summary }));
}

function optionOf({ flags, description, choices = [] }: OptionWords): CompletionOption {
  return {
    names: flags.split(/[ ,]+/).filter((part) => part.startsWith('-')),
    description,
    takesValue: /[<[]/.test(flags),
    values: choices,
  };
}
