/**
 * Damages documents at random for as long as asked: `npm run fuzz -- [COUNT] [FIRST_SEED]`, by default 100,000 from
 * seed 1,000,000. With --manifests it damages manifests and has them checked. A fault is printed with its seed, which
 * alone repeats it.
 */
import { manifestGroups, tryManifests } from '../test/unit/damaged-manifests.ts';
import { exampleTexts, tryMutation } from '../test/unit/mutations.ts';

const manifests = process.argv.includes('--manifests');
const [count = '100000', first = '1000000'] = process.argv.slice(2).filter((word) => word !== '--manifests');
const texts = exampleTexts();
const groups = manifests ? manifestGroups() : [];
const total = Number(count);
let accepted = 0;
let faults = 0;
let slowest = { seed: 0, millis: 0 };

for (let at = 0; at < total; at += 1) {
  const started = performance.now();
  const outcome = attempt(Number(first) + at);
  const millis = performance.now() - started;
  if (millis > slowest.millis) slowest = { seed: outcome.seed, millis };
  if (outcome.accepted) accepted += 1;
  if (outcome.fault !== undefined) {
    faults += 1;
    console.log(`seed ${outcome.seed}: ${outcome.fault}`);
  }
  if ((at + 1) % 10_000 === 0) console.error(`${at + 1} of ${total}`);
}
console.log(
  manifests
    ? `${total} damaged inputs checked, ${faults} faults.`
    : `${total} damaged documents: ${accepted} still valid (planned and rendered), ${total - accepted - faults} refused with a place, ${faults} faults.`,
);
console.log(`Slowest: ${slowest.millis.toFixed(0)} ms, seed ${slowest.seed}.`);
process.exitCode = faults === 0 ? 0 : 1;

function attempt(seed: number): ReturnType<typeof tryMutation> {
  if (!manifests) return tryMutation(texts, seed);
  const fault = tryManifests(groups, seed);
  return { seed, accepted: false, ...(fault === undefined ? {} : { fault }) };
}
