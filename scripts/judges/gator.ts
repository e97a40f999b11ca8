/** `gator verify`: Gatekeeper's own engine takes template and constraint and decides on samples. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Rendered, RenderedArtifact } from '../../test/e2e/rendered.ts';
import { fetchBinaries, labSettings } from '../../src/lab/index.ts';
import { run } from '../../src/lab/process/run.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { type Sample, SAMPLES } from './gatekeeper-samples.ts';
import type { Judge, Opinion } from './judge.ts';

export const gator: Judge = {
  name: 'gator',
  decides:
    "Gatekeeper's engine compiles the template, takes the constraint, and refuses exactly those of the samples that break the rule.",
  judges: ({ artifact }) => artifact.form === 'object' && kindOf(artifact.object) !== undefined,
  version: async () => /v\d+\.\d+\.\d+/.exec((await run(await program(), ['--version'])).stdout)?.[0],
  judge: async (directory, { file, tree }) => {
    const kind = file.artifact.form === 'object' ? kindOf(file.artifact.object) : undefined;
    const files = ruleFiles(tree, kind);
    const [template, constraint] = [files.template, files.constraint];
    if (kind === undefined || template === undefined || constraint === undefined)
      return { verdict: 'refused', log: `${kind} has no template or no constraint in its tree.` };
    writeFileSync(join(directory, 'template.yaml'), template.text);
    writeFileSync(join(directory, 'constraint.yaml'), constraint.text);
    return verify(directory, kind);
  },
};

async function program(): Promise<string> {
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  const [found] = await fetchBinaries(labSettings(process.env), ['gator'], { consent: true, onProgress });
  return found?.path ?? 'gator';
}

/** The kind of constraint that an object makes or is; undefined for all others. */
function kindOf(object: KubernetesObject): string | undefined {
  if (object.apiVersion.startsWith('constraints.gatekeeper.sh/')) return object.kind;
  if (object.kind !== 'ConstraintTemplate') return undefined;
  return (object['spec'] as { crd: { spec: { names: { kind: string } } } }).crd.spec.names.kind;
}

function ruleFiles({ files }: Rendered, kind: string | undefined) {
  const ofKind = (template: boolean): RenderedArtifact | undefined =>
    files.find(
      ({ artifact }) =>
        artifact.form === 'object' &&
        (artifact.object.kind === 'ConstraintTemplate') === template &&
        kindOf(artifact.object) === kind,
    );
  return { template: ofKind(true), constraint: ofKind(false) };
}

async function verify(directory: string, kind: string): Promise<Opinion> {
  const samples = SAMPLES[kind] ?? [];
  if (!samples.some(({ violates }) => violates)) return { verdict: 'refused', log: `There is no sample for ${kind}.` };
  mkdirSync(join(directory, 'samples'));
  const cases = samples.map((sample, index) => caseOf(sample, { directory, index }));
  const suite = {
    apiVersion: 'test.gatekeeper.sh/v1alpha1',
    kind: 'Suite',
    metadata: { name: 'holdfast' },
    tests: [{ name: kind, template: 'template.yaml', constraint: 'constraint.yaml', cases }],
  };
  writeFileSync(join(directory, 'suite.yaml'), stringify(suite));
  const { code, stdout, stderr } = await run(await program(), ['verify', '-v', join(directory, 'suite.yaml')]);
  // Durations differ from run to run, what was decided must not.
  const log = `${stdout}${stderr}`.replaceAll(/\(?\d+(\.\d+)?(µs|ms|s)\)?/g, '');
  const ran = [...stdout.matchAll(/--- PASS: /g)].length;
  // The suite's own line and one for each case: a suite that ran nothing passes too.
  return { verdict: code === 0 && ran === samples.length + 1 ? 'accepted' : 'refused', log };
}

function caseOf({ name, object, there, violates }: Sample, at: { readonly directory: string; readonly index: number }) {
  const write = (what: string, value: unknown): string => {
    const file = join('samples', `${at.index}-${what}.yaml`);
    writeFileSync(join(at.directory, file), stringify(value));
    return file;
  };
  return {
    name,
    object: write('object', object),
    ...(there === undefined ? {} : { inventory: there.map((one, index) => write(`there-${index}`, one)) }),
    assertions: [{ violations: violates ? 'yes' : 'no' }],
  };
}
