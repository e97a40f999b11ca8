/** `holdfast lab binaries list`. */
import { listBinaries } from '../../lab/binaries/list.ts';
import { labSettings } from '../../lab/settings.ts';
import { writeTable } from '../../report/table.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';

/** Prints every program with its version and place. */
export async function run(invocation: Invocation): Promise<number> {
  const { env, stdout } = invocation.context;
  const binaries = await listBinaries(labSettings(env));
  const format = formatOf(invocation);
  if (isData(format)) {
    stdout.write(writeData({ apiVersion: 'holdfast.dev/v1', kind: 'BinaryList', binaries }, format));
    return EXIT.ok;
  }
  const wide = format === 'wide';
  const rows = binaries.map(({ name, wants, found, intact, refused, origins }) => [
    name,
    wants,
    found ? found.version : '-',
    found ? found.source : 'missing',
    found
      ? `${found.path}${intact === false ? ' (changed since it was stored)' : ''}`
      : refused.map(({ path, version }) => `${path} is ${version ?? 'not runnable'}`).join(', ') || '-',
    ...(wide ? [origins.join('; ')] : []),
  ]);
  const titles = ['NAME', 'WANTS', 'FOUND', 'SOURCE', 'PATH', ...(wide ? ['ORIGINS'] : [])];
  stdout.write(
    writeTable(
      titles.map((title) => ({ title })),
      rows,
      widthOf(invocation),
    ),
  );
  return EXIT.ok;
}
