/**
 * `node bench/peers.ts`: what kube-score says of the differential corpus, what check says, and the truth, side by side; and
 * how long both take over 10,000 pods. kube-score is built once from its Go module into a cache (needs Go, half a minute).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = 'v1.20.0';
/** Checks of kube-score that are about what the corpus is about; its others (network policies, users) are left out. */
const ABOUT =
  /topology-spread|podantiaffinity|poddisruptionbudget|pull-policy|container-resources|replicas|probe|targets|horizontalpodautoscaler/;
/** Grades of kube-score: 1 critical, 5 warning, 7 almost, 10 all right. */
const WARNING = 5;
const NOT_RUN = 'kube-linter, Polaris, Popeye, Kyverno, k8sgpt, KubeBuddy, kubescape: cannot be had here';

const root = join(import.meta.dirname, '..');
const corpus = join(root, 'test/fixtures/differential');
const program = kubeScore();

for (const file of readdirSync(corpus).sort()) {
  const path = join(corpus, file);
  const text = readFileSync(path, 'utf8');
  const [title = '', truth = ''] = text.split('\n').map((line) => line.replace(/^# (?:truth: )?/, ''));
  console.log(`\n${title}\n  truth       ${truth}`);
  const ours = said(process.execPath, ['src/cli/main.ts', 'check', '-f', path, '--no-witness', '-o', 'json']);
  const named = new Set([...text.matchAll(/^# reports (\w+)/gm)].map(([, id]) => id));
  for (const line of ourWords(ours, named)) console.log(`  holdfast    ${line}`);
  for (const line of peerWords(said(program, ['score', path, '--output-format', 'json'])))
    console.log(`  kube-score  ${line}`);
}
console.log(`\nNot run: ${NOT_RUN}.\n`);
timed();

function kubeScore(): string {
  const folder = join(process.env['HOLDFAST_CACHE'] ?? join(homedir(), '.cache/holdfast'), 'peers', VERSION);
  const path = join(folder, 'kube-score');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  console.error(`Building kube-score ${VERSION} into ${folder} ...`);
  execFileSync('go', ['install', `github.com/zegl/kube-score/cmd/kube-score@${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    stdio: 'inherit',
  });
  return path;
}

/** What it prints, whatever its exit code: findings are no failure here. */
function said(command: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (stdout === '') throw new Error(stderr);
  return stdout;
}

interface Ours {
  readonly findings: readonly {
    readonly rule: string;
    readonly object: { readonly name: string; readonly kind: string };
    readonly message: string;
  }[];
}

function ourWords(json: string, named: ReadonlySet<string | undefined>): readonly string[] {
  const { findings } = JSON.parse(json) as Ours;
  const own = findings.filter(({ rule }) => named.has(rule));
  const lines = own.map(({ rule, object, message }) => `${rule} ${object.kind}/${object.name}: ${message}`);
  return lines.length === 0 ? ['nothing of it'] : lines;
}

type Peer = readonly {
  readonly object_meta: { readonly name: string };
  readonly type_meta: { readonly kind: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly summary: string }[] | null;
  }[];
}[];

function peerWords(json: string): readonly string[] {
  const lines = (JSON.parse(json) as Peer).flatMap(({ object_meta, type_meta, checks }) =>
    checks
      .filter(({ check, grade, skipped }) => !skipped && grade <= WARNING && ABOUT.test(check.id))
      .map(
        ({ check, comments }) =>
          `${check.id} ${type_meta.kind}/${object_meta.name}: ${comments?.[0]?.summary ?? 'refused'}`,
      ),
  );
  return lines.length === 0 ? ['passes'] : lines;
}

/** Whole processes over the same YAML, three times each. */
function timed(): void {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-peers-'));
  const path = join(directory, 'manifests.yaml');
  try {
    execFileSync(process.execPath, ['bench/check.ts', 'write', path, '10000', 'yaml'], { cwd: root });
    const commands: readonly (readonly [string, string, readonly string[]])[] = [
      ['holdfast', process.execPath, ['src/cli/main.ts', 'check', '-f', path, '--no-witness', '-o', 'json']],
      ['kube-score', program, ['score', path, '--output-format', 'json']],
    ];
    for (const [name, command, args] of commands) {
      const times = [1, 2, 3].map(() => {
        const started = performance.now();
        said(command, args);
        return performance.now() - started;
      });
      console.log(`10,000 pods in 2,000 workloads as YAML: ${name} ${Math.min(...times).toFixed(0)} ms, best of three`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}
