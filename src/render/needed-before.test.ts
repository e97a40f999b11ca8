import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planRaw } from '../../test/unit/plan-fixtures.ts';
import { systems } from '../systems/index.ts';
import { neededBefore } from './needed-before.ts';
import { renderTree } from './tree.ts';

const examples = join(import.meta.dirname, '../../examples');
const names = readdirSync(examples).filter((name) => name.endsWith('.yaml'));

/** The README of the tree that an example renders. */
function readmeOf(name: string): string {
  const { plan, refused } = planRaw(parse(readFileSync(join(examples, name), 'utf8')));
  if (plan === undefined) throw new Error(`${name}: ${refused}`);
  const { files } = renderTree(plan, systems, { layout: 'plain' });
  return files.find(({ path }) => path === 'README.md')?.text ?? '';
}

describe('what objects need before them', () => {
  it('is nothing for kinds of Kubernetes and of charts in the tree', () => {
    const groups = [
      'v1',
      'apps/v1',
      'admissionregistration.k8s.io/v1',
      'flowcontrol.apiserver.k8s.io/v1',
      'karpenter.sh/v1',
    ];
    expect(neededBefore(groups.map((apiVersion) => ({ apiVersion })))).toEqual([]);
  });

  it('is named once, and a group that nobody is known to bring by its name', () => {
    const groups = ['remediation.medik8s.io/v1alpha1', 'remediation.medik8s.io/v1alpha1', 'example.com/v1'];
    expect(neededBefore(groups.map((apiVersion) => ({ apiVersion })))).toEqual([
      'the Node Health Check operator',
      'what brings example.com',
    ]);
  });

  it.each(names)('%s: the README names all of it before the commands that would fail', (name) => {
    const readme = readmeOf(name);
    expect(readme).not.toContain('what brings');
    expect(readme.includes('NodeHealthCheck')).toBe(readme.includes('needs the Node Health Check operator'));
    expect(readme).toContain('needs the Prometheus operator first');
  });
});
