/** What a new machine of a pool runs, run here: what it asks of its instance, and with which files it joins. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { artifactAt, example } from './example.test-support.ts';

const west = { name: 'us-west-2', zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'] };
const east = { name: 'us-east-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] };
const pools = [{ name: 'general', machine: { type: 'm7i.xlarge' } }];

/** The script in a launch template, as the machine gets it. */
function scriptIn(regions: readonly object[], region: string): string {
  const made = example({ spec: { provider: 'aws', regions, pools } });
  const found = artifactAt(made, `terraform/${region}/pool-general.tf`);
  const text = found.form === 'text' ? found.text : '';
  const lines = (/<<-EOT\n(.*?)\n\s*EOT\n/s.exec(text)?.[1] ?? '').split('\n');
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return lines
    .map((line) => line.slice(indent))
    .join('\n')
    .replaceAll('$${', '${')
    .replaceAll('%%{', '%{');
}

interface Joined {
  readonly kubeletExtraArgs: readonly { readonly name: string; readonly value: string }[];
  readonly patch: Record<string, unknown>;
  readonly called: string;
}

describe.runIf(process.platform === 'linux')('a new machine', () => {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-user-data-'));
  const programs = join(root, 'bin');
  beforeAll(() => {
    mkdirSync(programs);
    const stub = (name: string, body: string): void =>
      writeFileSync(join(programs, name), `#!/bin/sh\necho "${name} $*" >> ${root}/called\n${body}\n`, { mode: 0o755 });
    stub(
      'curl',
      'case "$*" in *api/token) echo t;; *instance-id) echo i-0123;; *availability-zone) echo us-west-2b;; *local-hostname) echo ip-10-0-64-20;; *) exit 22;; esac',
    );
    stub('aws', 'echo kubeconfig');
    for (const name of ['hostnamectl', 'kubeadm']) stub(name, '');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function boot(script: string): Joined {
    writeFileSync(join(root, 'called'), '');
    const etc = join(root, 'etc');
    mkdirSync(etc, { recursive: true });
    const local = script.replaceAll('/etc/kubernetes', etc);
    const { status, stderr } = spawnSync('bash', ['-c', local], {
      encoding: 'utf8',
      env: { PATH: `${programs}:${process.env['PATH']}` },
    });
    expect(status, stderr).toBe(0);
    const { nodeRegistration } = parse(readFileSync(join(etc, 'join.yaml'), 'utf8')) as {
      nodeRegistration: Pick<Joined, 'kubeletExtraArgs'>;
    };
    const patch = parse(
      readFileSync(join(etc, 'patches/kubeletconfiguration0+strategic.yaml'), 'utf8'),
    ) as Joined['patch'];
    return { ...nodeRegistration, patch, called: readFileSync(join(root, 'called'), 'utf8') };
  }

  it('says its zone and which instance it is, and waits for the cloud controller of its region', () => {
    const { kubeletExtraArgs, patch, called } = boot(scriptIn([west], 'us-west-2'));
    expect(kubeletExtraArgs).toContainEqual({ name: 'cloud-provider', value: 'external' });
    const labels = kubeletExtraArgs.find(({ name }) => name === 'node-labels')?.value.split(',');
    expect(labels).toContain('topology.kubernetes.io/zone=us-west-2b');
    expect(labels).toContain('topology.kubernetes.io/region=us-west-2');
    expect(patch).toMatchObject({ kind: 'KubeletConfiguration', providerID: 'aws:///us-west-2b/i-0123' });
    expect(called).toContain('hostnamectl set-hostname ip-10-0-64-20');
    expect(called).toMatch(/kubeadm join --config .*join\.yaml/);
  });

  it('waits for no cloud controller where there are several regions: there is none that knows them', () => {
    const { kubeletExtraArgs, patch } = boot(scriptIn([west, east], 'us-west-2'));
    expect(kubeletExtraArgs.map(({ name }) => name)).not.toContain('cloud-provider');
    expect(patch['providerID']).toBe('aws:///us-west-2b/i-0123');
  });
});
