/** One measurement: parse, plan and render of a cluster of five regions; arguments: pools, nodes per zone (0: 5,000 in all). */
import { stringify } from 'yaml';
import { planCluster } from '../src/plan/run.ts';
import { renderTree } from '../src/render/tree.ts';
import { readClusterDocument } from '../src/systems/document.ts';
import { systems } from '../src/systems/index.ts';

const [poolCount = 1, perZone = 200] = process.argv.slice(2).map(Number);
const regions = Array.from({ length: 5 }, (_, at) => ({
  name: `r${at}`,
  zones: ['a', 'b', 'c', 'd', 'e'].map((letter) => `r${at}${letter}`),
}));
const nodesPerZone = perZone > 0 ? perZone : Math.max(0, Math.floor(200 / poolCount));
const text = stringify({
  apiVersion: 'holdfast.dev/v1',
  kind: 'Cluster',
  metadata: { name: 'scale' },
  spec: {
    provider: 'aws',
    survive: 'region',
    regions,
    cidrs: { nodes: '10.0.0.0/16', pods: '10.128.0.0/9', services: '10.64.0.0/16' },
    pools: Array.from({ length: poolCount }, (_, at) => ({
      name: `pool-${at}`,
      nodesPerZone,
      machine: { type: 'm7i.4xlarge' },
    })),
  },
});

const before = process.memoryUsage().rss;
const started = performance.now();
const document = readClusterDocument({ text, file: 'scale.yaml' });
const parsed = performance.now();
const used = process.cpuUsage();
const plan = planCluster(document, systems);
const planned = performance.now();
const tree = renderTree(plan, systems, { layout: 'plain' });
const ended = performance.now();
const { user, system } = process.cpuUsage(used);
const peakBytes = Math.max(process.resourceUsage().maxRSS * 1024, process.memoryUsage().rss);
process.stdout.write(
  JSON.stringify({
    millis: ended - parsed,
    peakBytes: peakBytes - before,
    detail: `${tree.files.length} files; parse ${(parsed - started).toFixed(0)}, plan ${(planned - parsed).toFixed(0)}, render ${(ended - planned).toFixed(0)} ms; ${((user + system) / 1_000).toFixed(0)} ms of processor; memory above start-up`,
  }),
);
