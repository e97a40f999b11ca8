/** `holdfast explain field`: a field of the document in the words of its schema. */
import type { ExplanationOutput } from '../../report/schemas.ts';
import { writeTable } from '../../report/table.ts';
import { wrap } from '../../render/wrap.ts';
import { EXIT } from '../exit-codes.ts';
import { explainField } from '../field-explanation.ts';
import { formatOf, type Invocation, paintFor, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';

/** Prints the field; without a path the whole document. */
export async function run(invocation: Invocation): Promise<number> {
  const path = invocation.args[0] ?? '';
  const field = explainField(path);
  const value: ExplanationOutput = {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Explanation',
    subject: 'field',
    id: path,
    field,
  };
  const format = formatOf(invocation);
  invocation.context.stdout.write(isData(format) ? writeData(value, format) : textOf(field, invocation));
  return EXIT.ok;
}

function textOf(field: NonNullable<ExplanationOutput['field']>, invocation: Invocation): string {
  const { bold } = paintFor(invocation);
  const width = widthOf(invocation);
  const facts = [
    ['TYPE', field.type],
    ['DEFAULT', field.default === undefined ? undefined : JSON.stringify(field.default)],
    ['VALUES', field.values?.join(', ')],
    ['REQUIRED', field.required ? 'yes' : 'no'],
  ].flatMap(([name = '', value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${value}`]));
  const head = [
    bold(field.path === '' ? 'the document' : field.path),
    ...wrap(field.description ?? '', width),
    '',
    ...facts,
  ].join('\n');
  if (field.fields.length === 0) return `${head}\n`;
  const rows = field.fields.map(({ name, type, description }) => [name, type, description ?? '']);
  return `${head}\n\n${writeTable([{ title: 'FIELD' }, { title: 'TYPE', most: 34 }, { title: 'DESCRIPTION' }], rows, width)}`;
}
