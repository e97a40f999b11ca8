/** kube-score, built from its Go module: half a minute. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheOf, type Peer } from './peer.ts';

/** Checks that are about what the corpus is about; its others (network policies, users) are left out. */
const ABOUT =
  /topology-spread|podantiaffinity|poddisruptionbudget|pull-policy|container-resources|replicas|probe|targets|horizontalpodautoscaler/;
/** Grades: 1 critical, 5 warning, 7 almost, 10 all right. */
const WARNING = 5;

type Output = readonly {
  readonly object_meta: { readonly name: string };
  readonly type_meta: { readonly kind: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly summary: string }[] | null;
  }[];
}[];

const known = { name: 'kube-score', version: 'v1.20.0' };

export const kubeScore: Peer = {
  ...known,
  install() {
    const folder = cacheOf(known);
    const program = join(folder, 'kube-score');
    if (existsSync(program)) return program;
    mkdirSync(folder, { recursive: true });
    console.error(`Building kube-score ${known.version} into ${folder} ...`);
    execFileSync('go', ['install', `github.com/zegl/kube-score/cmd/kube-score@${known.version}`], {
      env: { ...process.env, GOBIN: folder },
      stdio: 'inherit',
    });
    return program;
  },
  fast: true,
  args: (path) => ['score', path, '--output-format', 'json'],
  words: (output) =>
    (JSON.parse(output) as Output).flatMap(({ object_meta, type_meta, checks }) =>
      checks
        .filter(({ check, grade, skipped }) => !skipped && grade <= WARNING && ABOUT.test(check.id))
        .map(
          ({ check, comments }) =>
            `${check.id} ${type_meta.kind}/${object_meta.name}: ${comments?.[0]?.summary ?? 'refused'}`,
        ),
    ),
};
