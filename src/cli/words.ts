/** The shape of the command tree as data: help, completion and the program are made from it. */
import type { Run } from './invocation.ts';

export interface OptionWords {
  /** As commander reads them: `-f, --file <path>`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
  /** May be given several times; the values add up. */
  readonly repeat?: boolean;
}

export interface ArgumentWords {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly variadic?: boolean;
  readonly choices?: readonly string[];
}

export interface Example {
  readonly run: string;
  readonly does: string;
}

export interface CommandWords {
  readonly name: string;
  /** One line, lower case, no full stop: shown in lists. */
  readonly summary: string;
  /** Whole sentences: shown in the command's own help. */
  readonly description: string;
  readonly arguments?: readonly ArgumentWords[];
  readonly options?: readonly OptionWords[];
  readonly examples?: readonly Example[];
  readonly commands?: readonly CommandWords[];
  /** Loads what the command does; nothing of it is read before. */
  readonly load?: () => Promise<{ readonly run: Run }>;
}
