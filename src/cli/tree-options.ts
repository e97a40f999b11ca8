/** Options that several commands share. */
import type { OptionWords } from './words.ts';

export const file: OptionWords = {
  flags: '-f, --file <path>',
  description: 'file, directory or - for standard input; may be repeated (default: ./holdfast.yaml)',
  repeat: true,
};
export const namedFile: OptionWords = {
  ...file,
  description: 'file, directory or - for standard input; may be repeated',
};
/** A live cluster, as kubectl names it. */
export const context: OptionWords = {
  flags: '--context <name>',
  description: 'read the live cluster of this context too; nothing is ever written to it',
};
export const kubeconfig: OptionWords = {
  flags: '--kubeconfig <file>',
  description: 'where the context is (default: KUBECONFIG, else ~/.kube/config)',
};
export const namespace: OptionWords = {
  flags: '-n, --namespace <name>',
  description: 'with --context: read only this namespace, and what belongs to none',
};
export const liveOptions: readonly OptionWords[] = [context, kubeconfig, namespace];

export const prices: OptionWords = {
  flags: '--prices <file>',
  description: 'price table to use instead of the built-in one',
};
export const output = (...choices: readonly string[]): OptionWords => ({
  flags: '-o, --output <format>',
  description: 'form of the output',
  choices,
  fallback: 'text',
});

/** Options of every command. */
export const commonOptions: readonly OptionWords[] = [
  { flags: '--no-color', description: 'no colours (also NO_COLOR, and whenever the output is no terminal)' },
  { flags: '-q, --quiet', description: 'no progress' },
  { flags: '-v, --verbose', description: 'more about what is done' },
];
