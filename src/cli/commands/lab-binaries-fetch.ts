/** `holdfast lab binaries fetch`. */
import { type BinaryName, binaryNames } from '../../lab/binaries/catalog.ts';
import { fetchBinaries } from '../../lab/binaries/fetch.ts';
import { labSettings } from '../../lab/settings.ts';
import { HoldfastError } from '../../core/error.ts';
import { nearest } from '../../core/nearest.ts';
import { writeTable } from '../../report/table.ts';
import { EXIT } from '../exit-codes.ts';
import { flag, formatOf, type Invocation, progress, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';

/** What `lab up` runs, and the client that people use with it. */
const CONTROL_PLANE: readonly BinaryName[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
];

/** Gets what is missing; asks on a terminal when --yes was not given. */
export async function run(invocation: Invocation): Promise<number> {
  const { context, args } = invocation;
  const names = args.length === 0 ? CONTROL_PLANE : args.map(nameOf);
  const consent = flag(invocation, 'yes') || (await agreed(invocation, names));
  const found = await fetchBinaries(labSettings(context.env), names, {
    consent,
    onProgress: (line) => progress(invocation, line),
  });
  const format = formatOf(invocation);
  if (isData(format))
    context.stdout.write(writeData({ apiVersion: 'holdfast.dev/v1', kind: 'BinaryList', binaries: found }, format));
  else {
    const rows = found.map(({ name, version, source, path }) => [name, version, source, path]);
    context.stdout.write(
      writeTable(
        [{ title: 'NAME' }, { title: 'VERSION' }, { title: 'SOURCE' }, { title: 'PATH' }],
        rows,
        widthOf(invocation),
      ),
    );
  }
  return EXIT.ok;
}

function nameOf(text: string): BinaryName {
  const known = binaryNames.find((name) => name === text);
  if (known) return known;
  const near = nearest(text, binaryNames);
  throw new HoldfastError('unknown-binary', `The lab uses no program ${text}.`, {
    hint: near === undefined ? `Known are ${binaryNames.join(', ')}.` : `Did you mean ${near}?`,
  });
}

async function agreed({ context }: Invocation, names: readonly string[]): Promise<boolean> {
  if (!context.interactive) return false;
  return /^y(es)?$/i.test(
    (await context.ask(`Download or build what is missing of ${names.join(', ')}? [y/N] `)).trim(),
  );
}
