/**
 * A YAML text in the making. Each value that was seen is a statement with its path; one that the rest of the document
 * does not allow stays as a comment, with the reason.
 */
import { wrap } from '../../render/wrap.ts';
import { writeYaml } from '../../render/yaml.ts';

const WIDTH = 110;

/** Why statements were refused, by the key of each. */
export type Refused = ReadonlyMap<string, string>;

export interface Statement {
  /** The same statement keeps it, whatever stands beside it. */
  readonly key: string;
  /** Where it is in this text: `spec.pools[1].machine`. */
  readonly path: string;
  /** Where it was seen, for the comment above it. */
  readonly seen?: string | undefined;
  /** `pods: 10.244.0.0/16`, one line or more. */
  readonly lines: readonly string[];
}

export class Sheet {
  readonly #refused: Refused;
  readonly #lines: string[] = [];
  readonly #statements: Statement[] = [];

  constructor(refused: Refused) {
    this.#refused = refused;
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  /** Those that stand in the text, not as comments. */
  get statements(): readonly Statement[] {
    return this.#statements;
  }

  isRefused(key: string): boolean {
    return this.#refused.has(key);
  }

  line(indent: number, ...lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(`${' '.repeat(indent)}${line}`);
  }

  /** Prose as comment lines; a name may hold what YAML takes in no comment. */
  say(indent: number, ...sentences: readonly string[]): void {
    const text = sentences.join(' ').replaceAll(/[^\P{C}\n]/gu, '?');
    this.line(indent, ...wrap(text, WIDTH - indent).map((line) => `# ${line}`));
  }

  /** The statement, or what keeps it from being one. */
  state(indent: number, statement: Statement): void {
    const { key, seen, lines } = statement;
    const why = this.#refused.get(key);
    if (seen !== undefined) this.say(indent, seen);
    if (why === undefined) {
      this.#statements.push(statement);
      this.line(indent, ...lines);
      return;
    }
    this.say(indent, `Left out: ${why}.`);
    this.line(indent, ...lines.map((line) => `# ${line}`));
  }

  /** A map of statements; its head is a comment, too, when none of them stands. */
  group(indent: number, head: string, statements: readonly Statement[]): void {
    if (statements.length === 0) return;
    const stands = statements.some(({ key }) => !this.isRefused(key));
    this.line(indent, stands ? head : `# ${head}`);
    for (const statement of statements) this.state(indent + 2, statement);
  }
}

/** A value on one line, quoted where YAML asks for it. */
export function scalar(value: string | number): string {
  const written = writeYaml({ x: value }).slice('x: '.length).trimEnd();
  return written.includes('\n') ? JSON.stringify(value) : written;
}
