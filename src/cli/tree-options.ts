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
