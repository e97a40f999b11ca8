/** What one process of a lab is, as a value; starting it is the supervisor's work. */
import type { Argument } from '../../facts.ts';
import type { BinaryName } from '../binaries/catalog.ts';

export interface Component {
  /** Unique in a lab; also the name of its log. */
  readonly name: string;
  readonly binary: BinaryName;
  readonly args: readonly string[];
  /** Added to an otherwise empty environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly ready: ReadyCheck;
  /** After SIGTERM, how long it may take before it is killed. */
  readonly stopGraceMillis: number;
}

/** An answer of 200 from `url` means ready. */
export interface ReadyCheck {
  readonly url: string;
  /** `plane`: verified by the lab's authority, with the admin's certificate; `own`: the component signs its own. */
  readonly trust: 'none' | 'plane' | 'own';
}

/** Flags in order, as `--name=value`; a later one with the same name takes the place of the earlier. */
export function flags(...sets: readonly (readonly Argument[])[]): readonly string[] {
  const merged = new Map<string, string>();
  for (const { name, value } of sets.flat()) merged.set(name, value);
  return [...merged].map(([name, value]) => `--${name}=${value}`);
}

/** Flags from an object, in its order. */
export function flagSet(values: Readonly<Record<string, string | number | boolean>>): readonly Argument[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
}

/** The commands that would run, one block per component, as a shell takes them. */
export function describeComponents(components: readonly Component[], pathOf: (binary: BinaryName) => string): string {
  return components
    .map((component) => {
      const environment = Object.entries(component.environment).map(([name, value]) => `${name}=${quote(value)}`);
      const words = [...environment, quote(pathOf(component.binary)), ...component.args.map(quote)];
      return `# ${component.name}: ready when ${component.ready.url} answers 200\n${words.join(' \\\n  ')}\n`;
    })
    .join('\n');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
