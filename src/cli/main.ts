#!/usr/bin/env node
/** The program. Imports nothing before it knows that this Node.js can run the rest. */

const NEEDED = [22, 18] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  const { runProcess } = await import('./process.ts');
  await runProcess();
} else {
  process.stderr.write(
    `error: holdfast needs Node.js ${NEEDED.join('.')} or newer; this is ${process.versions.node}.\n`,
  );
  process.exitCode = 3;
}
