/** Checkov, from PyPI: needs Python with venv, a minute or two. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheOf, type Peer } from './peer.ts';

/** Its checks about availability, of checkov/kubernetes/checks/resource/k8s; the others are about security. */
const ABOUT: ReadonlySet<string> = new Set([
  'CKV_K8S_8', // liveness probe
  'CKV_K8S_9', // readiness probe
  'CKV_K8S_10', // CPU requests
  'CKV_K8S_11', // CPU limits
  'CKV_K8S_12', // memory requests
  'CKV_K8S_13', // memory limits
  'CKV_K8S_14', // fixed tag
  'CKV_K8S_15', // pull policy Always
  'CKV_K8S_43', // digest
]);

interface Report {
  readonly results?: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly resource: string;
    }[];
  };
}

const known = { name: 'checkov', version: '3.3.30' };

export const checkov: Peer = {
  ...known,
  install() {
    const folder = cacheOf(known);
    const program = join(folder, 'bin/checkov');
    if (existsSync(program)) return program;
    mkdirSync(folder, { recursive: true });
    console.error(`Installing checkov ${known.version} into ${folder} ...`);
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
    execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', `checkov==${known.version}`], { stdio: 'inherit' });
    return program;
  },
  fast: false,
  args: (path) => [
    '--file',
    path,
    ...'--framework kubernetes --output json --compact --quiet --skip-download'.split(' '),
  ],
  words: (output) =>
    ((JSON.parse(output) as Report).results?.failed_checks ?? [])
      .filter(({ check_id }) => ABOUT.has(check_id))
      .map(({ check_id, check_name, resource }) => `${check_id} ${resource}: ${check_name}`),
};
