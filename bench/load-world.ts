/**
 * One measurement: a live cluster of 5,000 nodes in three zones and 150,000 pods, as `kubectl get -o json` writes it, from
 * the file on disk to the World. Arguments: pods, nodes. The file is written by a process of its own, so that the peak of
 * memory is that of loading alone.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInventory } from '../src/inventory/inventory.ts';
import { readTexts } from '../src/inventory/read.ts';
import { worldOfInventory } from '../src/inventory/world-of.ts';

const PODS_OF_A_WORKLOAD = 50;
const [mode = '', file = '', ...rest] = process.argv.slice(2);
if (mode === 'write') write(file, Number(rest[0]), Number(rest[1]));
else if (mode === 'load') await load(file);
else measure(Number(mode || 150_000), Number(file || 5_000));

function measure(pods: number, nodes: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const path = join(directory, 'cluster.json');
  try {
    run('write', path, String(pods), String(nodes));
    process.stdout.write(run('load', path));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(...args: string[]): string {
  const result = spawnSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

async function load(path: string): Promise<void> {
  const started = performance.now();
  const { texts, problems } = await readTexts([path]);
  const read = performance.now();
  const inventory = readInventory(texts);
  const parsed = performance.now();
  const world = worldOfInventory(inventory);
  const ended = performance.now();
  const pods = world.workloads.reduce((sum, workload) => sum + workload.pods.length, 0);
  const templates = world.workloads.reduce((sum, workload) => sum + workload.templates.length, 0);
  const wrong = [...problems, ...world.problems];
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong[0]));
  const bytes = statSync(path).size;
  const { user, system } = process.cpuUsage();
  process.stdout.write(
    JSON.stringify({
      millis: ended - started,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      detail: `${world.nodes.length} nodes, ${pods} pods of ${templates} templates, ${(bytes / 2 ** 20).toFixed(0)} MiB of JSON; read ${(read - started).toFixed(0)}, parse ${(parsed - read).toFixed(0)}, world ${(ended - parsed).toFixed(0)} ms; ${((user + system) / 1_000).toFixed(0)} ms of CPU with start-up`,
    }),
  );
}

function write(path: string, pods: number, nodes: number): void {
  const out = openSync(path, 'w');
  let chunk = '{"apiVersion":"v1","kind":"List","items":[';
  let separator = '\n';
  for (const item of objects(pods, nodes)) {
    chunk += separator + JSON.stringify(item);
    separator = ',\n';
    if (chunk.length < 1_000_000) continue;
    writeSync(out, chunk);
    chunk = '';
  }
  writeSync(out, `${chunk}\n]}\n`);
  closeSync(out);
}

function* objects(pods: number, nodes: number): Iterable<object> {
  for (let at = 0; at < nodes; at += 1) yield node(at);
  for (let at = 0; at < pods; at += 1) yield pod(at, nodes);
}

function node(at: number): object {
  const zone = `west-${'abc'[at % 3]}`;
  const amounts = { cpu: '32', memory: '128Gi', pods: '110', 'ephemeral-storage': '100Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${at}`,
      uid: uid(1, at),
      labels: {
        'kubernetes.io/hostname': `node-${at}`,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': 'west',
        'topology.kubernetes.io/zone': zone,
      },
    },
    spec: {},
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: [{ type: 'Ready', status: 'True' }],
      images: [{ names: [`registry.example.com/shop/app-${at % 100}:1.2.3`], sizeBytes: 120_000_000 + at }],
    },
  };
}

/** A pod as the API server gives it, about 1.5 KB. */
function pod(at: number, nodes: number): object {
  const workload = Math.floor(at / PODS_OF_A_WORKLOAD);
  const name = `app-${workload}`;
  const time = '2026-11-01T12:00:00Z';
  const token = `kube-api-access-${at.toString(36).padStart(5, '0')}`;
  const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
  const condition = (type: string): object => ({ type, status: 'True', lastTransitionTime: time });
  const tolerate = (key: string): object => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-6d5f7c9b8-${at.toString(36).padStart(5, '0')}`,
      namespace: `team-${workload % 100}`,
      uid: uid(2, at),
      creationTimestamp: time,
      labels: { app: name, 'pod-template-hash': '6d5f7c9b8' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${name}-6d5f7c9b8`,
          uid: uid(3, workload),
          controller: true,
        },
      ],
    },
    spec: {
      containers: [
        {
          name: 'app',
          image: `registry.example.com/shop/app-${workload % 100}:1.2.3`,
          resources,
          volumeMounts: [{ name: token, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
        },
      ],
      nodeName: `node-${at % nodes}`,
      schedulerName: 'default-scheduler',
      serviceAccountName: 'default',
      tolerations: [tolerate('node.kubernetes.io/not-ready'), tolerate('node.kubernetes.io/unreachable')],
      volumes: [{ name: token, projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
    },
    status: {
      phase: 'Running',
      startTime: time,
      conditions: [condition('PodScheduled'), condition('Ready')],
      containerStatuses: [
        { name: 'app', ready: true, restartCount: 0, resources, allocatedResources: resources.requests },
      ],
    },
  };
}

function uid(kind: number, at: number): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;
}
