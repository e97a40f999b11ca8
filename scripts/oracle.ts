/** Runs the oracle: `node scripts/oracle.ts explain cluster.json`. Builds it first where the cache has none. */
import { spawnSync } from 'node:child_process';
import { ensureOracle } from '../test/oracle/binary.ts';

const { status } = spawnSync(await ensureOracle(), process.argv.slice(2), { stdio: 'inherit' });
process.exitCode = status ?? 1;
