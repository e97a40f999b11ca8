/** `holdfast lab list`. */
import { labList } from '../../lab/labs.ts';
import { writeTable } from '../../report/table.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, progress, widthOf } from '../invocation.ts';
import { labOf } from '../lab-access.ts';
import { isData, writeData } from '../output.ts';

/** Prints all labs. */
export async function run(invocation: Invocation): Promise<number> {
  const { stdout } = invocation.context;
  const labs = await labList(labOf(invocation).settings);
  const format = formatOf(invocation);
  if (isData(format)) stdout.write(writeData({ apiVersion: 'holdfast.dev/v1', kind: 'LabList', labs }, format));
  else if (labs.length === 0) progress(invocation, 'No labs. Start one with: holdfast lab up');
  else {
    const rows = labs.map(({ name, running, url, startedAt }) => [
      name,
      running ? 'running' : 'stopped',
      url,
      startedAt,
    ]);
    stdout.write(
      writeTable(
        [{ title: 'NAME' }, { title: 'STATUS' }, { title: 'URL' }, { title: 'STARTED' }],
        rows,
        widthOf(invocation),
      ),
    );
  }
  return EXIT.ok;
}
