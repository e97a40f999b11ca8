/**
 * `node bench/peers.ts`: what other tools say of the differential corpus, what check says, and the truth, side by side; and
 * how long each takes over 10,000 pods. Tools are installed once into a cache; one that cannot be had here is named.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkov } from './peers/checkov.ts';
import { kubeScore } from './peers/kube-score.ts';
import { type Peer, said } from './peers/peer.ts';

const NEVER =
  'kube-linter, Polaris, Popeye, Pluto, k8sgpt, KubeBuddy, kubescape (their modules are not served here); Kyverno (its policies are in no module)';

const root = join(import.meta.dirname, '..');
const corpus = join(root, 'test/fixtures/differential');
const { installed, failed } = install([kubeScore, checkov]);

for (const file of readdirSync(corpus).sort()) {
  const path = join(corpus, file);
  const text = readFileSync(path, 'utf8');
  const [title = '', truth = ''] = text.split('\n').map((line) => line.replace(/^# (?:truth: )?/, ''));
  console.log(`\n${title}\n  truth       ${truth}`);
  const ours = said(process.execPath, ['src/cli/main.ts', 'check', '-f', path, '--no-witness', '-o', 'json']);
  const named = new Set([...text.matchAll(/^# reports (\w+)/gm)].map(([, id]) => id));
  tell('holdfast', ourWords(ours, named));
  for (const { peer, program } of installed) {
    const words = peer.words(said(program, peer.args(path)));
    tell(peer.name, words.length === 0 ? ['passes'] : words);
  }
}
console.log(`\nNot run: ${[...failed, NEVER].join('; ')}.\n`);
timed();

interface Installed {
  readonly peer: Peer;
  readonly program: string;
}

function install(peers: readonly Peer[]): {
  readonly installed: readonly Installed[];
  readonly failed: readonly string[];
} {
  const done: Installed[] = [];
  const not: string[] = [];
  for (const peer of peers) {
    try {
      done.push({ peer, program: peer.install() });
    } catch (error) {
      not.push(`${peer.name} (${(error as Error).message.split('\n')[0]})`);
    }
  }
  return { installed: done, failed: not };
}

function tell(name: string, words: readonly string[]): void {
  for (const line of words) console.log(`  ${name.padEnd(12)}${line}`);
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

/** Whole processes over the same YAML, three times each. */
function timed(): void {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-peers-'));
  const path = join(directory, 'manifests.yaml');
  try {
    execFileSync(process.execPath, ['bench/check.ts', 'write', path, '10000', 'yaml'], { cwd: root });
    const commands: readonly (readonly [string, string, readonly string[]])[] = [
      ['holdfast', process.execPath, ['src/cli/main.ts', 'check', '-f', path, '--no-witness', '-o', 'json']],
      ...installed
        .filter(({ peer }) => peer.fast)
        .map(({ peer, program }) => [peer.name, program, peer.args(path)] as const),
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
