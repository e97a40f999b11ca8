/** `holdfast lab status`. */
import { labStatus } from '../../lab/labs.ts';
import { writeTable } from '../../report/table.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, widthOf } from '../invocation.ts';
import { labOf } from '../lab-access.ts';
import { isData, writeData } from '../output.ts';

/** Prints the lab; exits with 1 when it does not run. */
export async function run(invocation: Invocation): Promise<number> {
  const { name, settings } = labOf(invocation);
  const status = await labStatus(settings, name);
  const format = formatOf(invocation);
  invocation.context.stdout.write(
    isData(format)
      ? writeData({ apiVersion: 'holdfast.dev/v1', kind: 'Lab', ...status }, format)
      : textOf(status, invocation),
  );
  return status.running ? EXIT.ok : EXIT.findings;
}

function textOf(status: Awaited<ReturnType<typeof labStatus>>, invocation: Invocation): string {
  const facts = [
    ['NAME', status.name],
    ['STATUS', status.running ? 'running' : 'stopped'],
    ['URL', status.url],
    ['KUBECONFIG', status.kubeconfig],
    ['STARTED', status.startedAt],
    ['FSYNC', status.fsync ? 'on' : 'off: a power loss would lose what a real cluster keeps'],
    ['CONTAINMENT', status.containment],
  ];
  const head = facts.map(([name = '', value = '']) => `${name.padEnd(12)} ${value}\n`).join('');
  if (status.processes.length === 0) return head;
  const rows = status.processes.map(({ name, running, identity, code, signal, log }) => [
    name,
    running ? 'running' : `ended (${signal ?? code ?? 'unknown'})`,
    identity === undefined ? '-' : String(identity.pid),
    log,
  ]);
  const titles = ['COMPONENT', 'STATUS', 'PID', 'LOG'].map((title) => ({ title }));
  return `${head}\n${writeTable(titles, rows, widthOf(invocation))}`;
}
