/** `holdfast doctor`: what this machine can do. */
import { type DoctorOutput } from '../../report/schemas.ts';
import { writeTable } from '../../report/table.ts';
import { checkMachine } from '../machine.ts';
import { EXIT } from '../exit-codes.ts';
import { flag, formatOf, type Invocation, paintFor, progress, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';

/** Prints the checks; with --strict exits with 3 when something is missing. */
export async function run(invocation: Invocation): Promise<number> {
  const { stdout, env } = invocation.context;
  const checks = await checkMachine(env);
  const value: DoctorOutput = {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Doctor',
    ok: checks.every(({ status }) => status !== 'missing'),
    checks,
  };
  const format = formatOf(invocation);
  if (isData(format)) stdout.write(writeData(value, format));
  else stdout.write(textOf(value, invocation));
  return !value.ok && flag(invocation, 'strict') ? EXIT.environment : EXIT.ok;
}

function textOf({ checks }: DoctorOutput, invocation: Invocation): string {
  const paint = paintFor(invocation);
  const colour = { ok: paint.green, missing: paint.red, unknown: paint.yellow };
  const rows = checks.map(({ name, status, found, neededFor }) => [name, status, found, neededFor]);
  const columns = [
    { title: 'CHECK' },
    { title: 'STATUS', paint: (cell: string, text: string) => colour[text as keyof typeof colour](cell) },
    { title: 'FOUND', most: 52 },
    { title: 'NEEDED FOR' },
  ];
  const remedies = [
    ...new Set(checks.flatMap(({ status, remedy }) => (status !== 'ok' && remedy !== undefined ? [remedy] : []))),
  ];
  if (remedies.length > 0) progress(invocation, remedies.map((remedy) => `To mend: ${remedy}`).join('\n'));
  return writeTable(columns, rows, widthOf(invocation));
}
