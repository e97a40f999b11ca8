/** Builds the package: JavaScript and types under dist/, from nothing. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

// The entry point has to be executable for `npx` and for a link from the package's bin.
const main = join(root, 'dist', 'cli', 'main.js');
const text = readFileSync(main, 'utf8');
if (!text.startsWith('#!')) writeFileSync(main, `#!/usr/bin/env node\n${text}`);
chmodSync(main, 0o755);
