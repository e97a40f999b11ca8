/** Every rendered file has somebody else's verdict: of a judge that runs in these tests, or one that is recorded. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readVerdicts, unjudged } from '../../scripts/judges/records.ts';
import { run } from '../../src/lab/process/run.ts';
import { scratchDirectory } from './control-plane.ts';
import { type RenderedArtifact, renderedTrees, textFiles } from './rendered.ts';

const trees = renderedTrees();
const directory = scratchDirectory();
afterAll(() => rm(directory, { recursive: true, force: true }));

/**
 * Who judges what, by form, syntax or apiVersion: an end-to-end file, a recorded judge, or nobody here, with the
 * reason. A kind of file that is new and not in this list fails.
 */
const JUDGES: Readonly<Record<string, string>> = {
  object: 'apply.test.ts: kube-apiserver; rules of Gatekeeper: gator',
  values: "unit tests: the chart's released values; those of Gatekeeper: gatekeeper",
  'text haproxy': 'balancers.test.ts: haproxy -c',
  'text nginx': 'balancers.test.ts: nginx -t',
  'text keepalived': 'balancers.test.ts: keepalived --config-test',
  'text shell': 'here: the shell of its first line, -n',
  'text hcl': 'terraform-fmt',
  'text systemd': 'systemd-verify',
  'kubeadm.k8s.io/v1beta4': 'kubeadm.test.ts: kubeadm config validate',
  'audit.k8s.io/v1': 'kubeadm.test.ts: kube-apiserver runs with it',
  'apiserver.config.k8s.io/v1': 'kubeadm.test.ts: kube-apiserver runs with it',
  'kubelet.config.k8s.io/v1beta1': 'kubeadm.test.ts: kubeadm reads it with its configuration, unknown fields refused',
  v1: 'apply.test.ts: kube-apiserver',
  'cluster.x-k8s.io/v1beta2': 'apply.test.ts: kube-apiserver with the released CRDs',
  'controlplane.cluster.x-k8s.io/v1beta2': 'apply.test.ts: kube-apiserver with the released CRDs',
  'bootstrap.cluster.x-k8s.io/v1beta2': 'apply.test.ts: kube-apiserver with the released CRDs',
  'infrastructure.cluster.x-k8s.io/v1beta2': 'apply.test.ts: kube-apiserver with the released CRDs',
  'external-secrets.io/v1': 'apply.test.ts: kube-apiserver with the released CRDs',
  'eksctl.io/v1alpha5': 'nobody here: eksctl validates only with an AWS account; docs.eksctl.io publishes the schema',
  'node.eks.aws/v1alpha1': 'nobody here: read by nodeadm on an EKS machine image only',
};

function subjectsOf({ artifact }: RenderedArtifact): readonly string[] {
  if (artifact.form === 'text') return [`text ${artifact.syntax}`];
  if (artifact.form !== 'configuration') return [artifact.form];
  return artifact.documents.map(({ apiVersion }) => apiVersion);
}

describe('judges', () => {
  it('nothing is rendered that nobody judges', () => {
    const orphans = trees.flatMap(({ files }) =>
      files.filter((file) => !subjectsOf(file).some((subject) => subject in JUDGES)),
    );
    expect([...new Set(orphans.map((file) => `${file.path}: ${subjectsOf(file).join(', ')}`))]).toEqual([]);
  });

  it('what is judged elsewhere has an accepting verdict for its very bytes', () => {
    expect(unjudged(trees, readVerdicts())).toEqual([]);
  });

  it('a changed file has no verdict', () => {
    const changed = trees.map((tree) => ({
      ...tree,
      files: tree.files.map((file) => ({ ...file, text: `${file.text}# changed\n` })),
    }));
    const recorded = trees
      .flatMap(({ files }) => files)
      .some((file) => subjectsOf(file).some((subject) => ['text hcl', 'text systemd'].includes(subject)));
    expect(unjudged(changed, readVerdicts()).length > 0).toBe(recorded);
  });
});

/** The shell that the kernel would start: that of the first line. */
function shellOf(text: string): string {
  return /^#!(?:\/usr\/bin\/env |\S*\/)(\w+)/.exec(text)?.[1] ?? 'sh';
}

describe('its own shell parses', () => {
  const files = textFiles(trees, 'shell');
  it('at least one script', () => expect(files.length).toBeGreaterThan(0));
  it.each(files)('$name', async ({ file }) => {
    const path = join(directory, 'script.sh');
    await writeFile(path, file.text);
    expect(await run(shellOf(file.text), ['-n', path])).toMatchObject({ code: 0, stderr: '' });
  });
});
