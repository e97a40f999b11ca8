/** Nothing cries over what is well made: applications after the patterns of well-known charts, and what Holdfast renders itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeWorld } from '../cli/world-inputs.ts';
import { twinSettings } from '../cli/twin-settings.ts';
import type { World } from '../inventory/world.ts';
import { check } from './check.ts';
import type { Finding } from './results.ts';

const root = join(import.meta.dirname, '../..');
const clean = join(root, 'test/fixtures/clean');
const NOW = Date.UTC(2026, 10, 27) / 1_000;
const say = ({ rule, object, message }: Finding): string => `${rule} ${object.kind}/${object.name}: ${message}`;

function findingsOf(texts: readonly { file: string; text: string }[]): {
  world: World;
  findings: readonly Finding[];
} {
  const inputs = { texts: texts.map((one) => ({ ...one, named: true })), named: [], kubernetesVersion: undefined };
  const { world, plan } = makeWorld(inputs);
  const { findings } = check(world, { plan, now: NOW, twinSettings: twinSettings(plan, 1) });
  return { world, findings };
}

const read = (file: string): { file: string; text: string } => ({ file, text: readFileSync(file, 'utf8') });

it.each(readdirSync(clean))('no error in %s', (name) => {
  const folder = join(clean, name);
  const { world, findings } = findingsOf(readdirSync(folder).map((file) => read(join(folder, file))));
  expect(world.index.all.length).toBeGreaterThanOrEqual(10);
  expect(findings.filter(({ severity }) => severity === 'error').map(say)).toEqual([]);
});

describe('what Holdfast renders', () => {
  const documents = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.yaml'));

  // The naive document asks for one control-plane machine, and is told.
  it.each([...documents, 'hardened/holdfast.yaml'])('passes its own check: %s', (name) => {
    const { findings } = findingsOf([read(join(root, 'examples', name))]);
    // What the document itself chose, as a control plane of one machine, is no fault of what is rendered from it.
    const rendered = findings.filter(({ severity, object }) => severity !== 'info' && object.kind !== 'Cluster');
    expect(rendered.map(say)).toEqual([]);
  });
});
