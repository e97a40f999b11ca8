/**
 * One measurement: manifests of many workloads of five pods, one in ten with defects, from the file to the findings.
 * Arguments: pods, `json` or `yaml`, and `witnesses` to have the failures run too. The file is written by a process of its
 * own (`write PATH PODS FORM`), so that the peak of memory is that of the check.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { check } from '../src/check/check.ts';
import { readInventory } from '../src/inventory/inventory.ts';
import { readTexts } from '../src/inventory/read.ts';
import { worldOfInventory } from '../src/inventory/world-of.ts';

const PODS_OF_A_WORKLOAD = 5;
const PODS_OF_A_NODE = 30;
const [mode = '', ...rest] = process.argv.slice(2);
if (mode === 'write') write(rest[0] ?? '', Number(rest[1]), rest[2] ?? 'json');
else if (mode === 'load') await load(rest[0] ?? '', rest[1] === 'witnesses');
else measure(mode || '10000', rest[0] ?? 'json', rest[1] ?? '');

function measure(pods: string, form: string, more: string): void {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const path = join(directory, `manifests.${form}`);
  try {
    run('write', path, pods, form);
    process.stdout.write(run('load', path, more));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(...args: string[]): string {
  const result = spawnSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

async function load(path: string, witnesses: boolean): Promise<void> {
  const started = performance.now();
  const { texts } = await readTexts([path]);
  const inventory = readInventory(texts);
  const parsed = performance.now();
  const world = worldOfInventory(inventory);
  const made = performance.now();
  if (world.problems.length > 0) throw new Error(JSON.stringify(world.problems[0]));
  const { findings, summary } = check(world, witnesses ? {} : { failures: 0 });
  const ended = performance.now();
  process.stdout.write(
    JSON.stringify({
      millis: ended - started,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      detail: `${summary.workloads} workloads, ${summary.nodes} nodes, ${(statSync(path).size / 2 ** 20).toFixed(1)} MiB; ${findings.length} findings by ${summary.rules} rules; parse ${(parsed - started).toFixed(0)}, world ${(made - parsed).toFixed(0)}, check ${(ended - made).toFixed(0)} ms`,
    }),
  );
}

function write(path: string, pods: number, form: string): void {
  const workloads = Math.ceil(pods / PODS_OF_A_WORKLOAD);
  const nodes = Math.max(6, Math.ceil(pods / PODS_OF_A_NODE));
  const objects = [
    ...Array.from({ length: nodes }, (_, index) => node(index)),
    ...Array.from({ length: workloads }, (_, index) => workload(index)).flat(),
  ];
  const text =
    form === 'json'
      ? JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
      : objects.map((object) => stringify(object)).join('---\n');
  writeFileSync(path, text);
}

function node(index: number): object {
  const zone = 'abc'[index % 3] ?? 'a';
  const labels = {
    'topology.kubernetes.io/region': 'west',
    'topology.kubernetes.io/zone': `west-${zone}`,
    'kubernetes.io/hostname': `node-${index}`,
  };
  const allocatable = { cpu: '16', memory: '64Gi', pods: '110' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${index}`, labels }, status: { allocatable } };
}

/** A Deployment with its Service and its budget; one in ten has a budget that allows nothing, one in ten one replica. */
function workload(index: number): readonly object[] {
  const name = `app-${index}`;
  const namespace = `team-${index % 50}`;
  const labels = { app: name };
  const single = index % 10 === 1;
  const metadata = { name, namespace, labels };
  const container = {
    name,
    image: `registry.example.com/${name}:1.4.2`,
    ports: [{ containerPort: 8080, name: 'http' }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
  };
  const spread = {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
    matchLabelKeys: ['pod-template-hash'],
  };
  const spec = { containers: [container], topologySpreadConstraints: [spread] };
  const template = { metadata: { labels }, spec };
  const replicas = single ? 1 : PODS_OF_A_WORKLOAD;
  const selector = { matchLabels: labels };
  const budget = index % 10 === 0 ? { minAvailable: '100%' } : { maxUnavailable: 1 };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, selector, template } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: 80, targetPort: 'http' }] },
    },
    ...(single
      ? []
      : [
          {
            apiVersion: 'policy/v1',
            kind: 'PodDisruptionBudget',
            metadata,
            spec: { ...budget, selector, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
          },
        ]),
  ];
}
