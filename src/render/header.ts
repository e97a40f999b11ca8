/** The comment at the top of a rendered file: what it is for, and which decisions shaped it for which reason. */
import type { Decision } from '../system.ts';
import { sayValue } from './value.ts';
import { wrap } from './wrap.ts';

const WIDTH = 110;

export interface Heading {
  readonly cluster: string;
  /** One sentence. */
  readonly purpose: string;
  /** The decisions that shaped the file, by id. */
  readonly decisions: readonly { readonly id: string; readonly decision: Decision }[];
}

/** The header as comment lines that begin with `#`; every format that is rendered knows them. */
export function writeHeader({ cluster, purpose, decisions }: Heading): string {
  const lines = [
    ...wrap(purpose, WIDTH),
    `Written by Holdfast for cluster ${cluster}. Change the document and render again; an edit here is kept and named.`,
    ...decisions.flatMap(({ id, decision }) => ['', ...reason(id, decision)]),
  ];
  return lines.map((line) => (line === '' ? '#' : `# ${line}`)).join('\n') + '\n';
}

function reason(id: string, { value, because, source }: Decision): readonly string[] {
  const indented = (text: string): readonly string[] => wrap(text, WIDTH - 2).map((line) => `  ${line}`);
  return [
    ...wrap(`${id} = ${shortened(sayValue(value), id)}`, WIDTH),
    ...indented(shortened(because, id)),
    ...indented(`Source: ${source.project}, ${source.where}`),
  ];
}

/** A list of a thousand pools helps nobody at the top of a thousand files. */
const MOST_CHARACTERS = 1_200;

function shortened(text: string, id: string): string {
  return text.length <= MOST_CHARACTERS
    ? text
    : `${text.slice(0, MOST_CHARACTERS)} … (holdfast explain decision ${id} shows all)`;
}
