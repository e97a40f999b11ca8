/**
 * What the check costs from 10,000 to 150,000 pods, beside kube-score on the same files: `node bench/check-curve.ts`, also
 * part of `npm run bench`. Processor time is compared, as others may use the machine; sizes are measured in one run, one
 * after the other. Exit 1 when the cost of a pod grows.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeScore } from './peers/kube-score.ts';

const SIZES = [10_000, 20_000, 50_000, 100_000, 150_000];
/** A pod may cost so much more at the largest size than at the smallest. */
const MOST_GROWTH = 1.3;
/** The peer is not run on larger files once it took so long: its cost grows faster. */
const MOST_OF_PEER_MILLIS = 20_000;

interface Point {
  readonly pods: number;
  readonly cpuMillis: number;
}

const bench = join(import.meta.dirname, 'check.ts');
const peer = installed();
const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const ours: Point[] = [];
const theirs: Point[] = [];
try {
  for (const pods of SIZES) measure(pods);
} finally {
  rmSync(directory, { recursive: true });
}
console.log(`check: ${saySlope(ours)}; at most ${MOST_GROWTH} times`);
if (theirs.length > 0) console.log(`${kubeScore.name} ${kubeScore.version}: ${saySlope(theirs)}`);
process.exitCode = growth(ours) <= MOST_GROWTH ? 0 : 1;

/** The program to compare with; undefined where it cannot be had, which is said. */
function installed(): string | undefined {
  try {
    return kubeScore.install();
  } catch (error) {
    console.log(`${kubeScore.name} was not run: ${(error as Error).message.split('\n')[0] ?? ''}`);
    return undefined;
  }
}

function measure(pods: number): void {
  const path = join(directory, `${pods}.json`);
  execFileSync(process.execPath, [bench, 'write', path, String(pods), 'json']);
  const loaded = execFileSync(process.execPath, [bench, 'load', path], { encoding: 'utf8' });
  const { millis, cpuMillis, peakBytes, detail } = JSON.parse(loaded) as Point & {
    readonly millis: number;
    readonly peakBytes: number;
    readonly detail: string;
  };
  ours.push({ pods, cpuMillis });
  const tooSlow = theirs.some(({ cpuMillis: before }) => before > MOST_OF_PEER_MILLIS);
  const other = peer === undefined || tooSlow ? undefined : cpuOf(peer, kubeScore.args(path));
  if (other !== undefined) theirs.push({ pods, cpuMillis: other });
  console.log(
    `${pods.toLocaleString('en').padStart(8)} pods  check ${cpuMillis.toFixed(0).padStart(6)} ms of processor, ${perPod(cpuMillis, pods)} a pod, ${millis.toFixed(0)} ms, ${(peakBytes / 2 ** 20).toFixed(0)} MiB` +
      `${other === undefined ? (tooSlow ? '; kube-score not run: it took too long before' : '') : `; kube-score ${other.toFixed(0)} ms of processor, ${perPod(other, pods)} a pod`}  (${detail})`,
  );
  rmSync(path);
}

function perPod(millis: number, pods: number): string {
  return `${((millis * 1_000) / pods).toFixed(0)} µs`;
}

/** User and system time of a whole process, by the shell's `time`. */
function cpuOf(command: string, args: readonly string[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" > /dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', command, ...args], { encoding: 'utf8' });
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number);
  return (user + system) * 1_000;
}

function growth(points: readonly Point[]): number {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return Number.NaN;
  return last.cpuMillis / last.pods / (first.cpuMillis / first.pods);
}

/** The slope of the line through the logarithms: 1 is linear, 2 a square. */
function slope(points: readonly Point[]): number {
  const logs = points.map(({ pods, cpuMillis }) => [Math.log(pods), Math.log(cpuMillis)] as const);
  const mean = (place: 0 | 1): number => logs.reduce((sum, pair) => sum + pair[place], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return over / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

function saySlope(points: readonly Point[]): string {
  return `a pod costs ${growth(points).toFixed(2)} times as much at the largest size as at the smallest; slope of the logarithms ${slope(points).toFixed(2)}`;
}
