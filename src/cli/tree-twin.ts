/** The commands that run the twin, in words. */
import { FAULT_KINDS } from '../faults/catalog.ts';
import { chartOptions, liveOptions, namedFile, namespace as readNamespace, output, owners } from './tree-options.ts';
import type { CommandWords, OptionWords } from './words.ts';

const namespace: OptionWords = {
  flags: '-n, --namespace <name>',
  description:
    'only pods of this namespace; of a live cluster only it is read, and with --chart it is that of the release',
};
const kubernetesVersion: OptionWords = {
  flags: '--kubernetes-version <version>',
  description: 'look at the input as if it ran this version: 1.34, 1.35 or 1.36 (default: that of the nodes)',
};

const manifests = {
  name: 'files',
  description: 'manifests, directories or - for standard input, as -f',
  variadic: true,
};
const horizon: OptionWords = {
  flags: '--horizon <duration>',
  description: 'how long to look (default: 1h, or 30m after the last fault)',
};
const seed: OptionWords = { flags: '--seed <number>', description: 'same seed, same outcome', fallback: '1' };

export const explainPods: CommandWords = {
  name: 'pods',
  summary: "why each pod fits or does not fit on each node, with the scheduler's own scores",
  description:
    'Judges each pod that waits against the pods that are placed, as kube-scheduler does. Takes manifests with their nodes, or a cluster document whose pools make the nodes.',
  arguments: [
    {
      name: 'names',
      description: 'pods or workloads: web, shop/web, Deployment/shop/web; without them, all pods that wait',
      variadic: true,
    },
  ],
  options: [
    namedFile,
    ...chartOptions,
    owners,
    ...liveOptions,
    namespace,
    {
      flags: '--sequence',
      description: 'place them one after another, as the scheduler does; by default each is judged on its own',
    },
    kubernetesVersion,
    output('text', 'wide', 'json', 'yaml'),
  ],
  examples: [
    { run: 'holdfast explain pods -f holdfast.yaml', does: "every pod of the document's workloads" },
    { run: 'kubectl get nodes,pods -A -o yaml | holdfast explain pods -n shop -f -', does: 'what hangs in shop' },
    { run: 'holdfast explain pods web -f cluster/ -o json | jq .pods[].best', does: 'the best nodes as data' },
  ],
  load: () => import('./commands/explain-pods.ts'),
};

export const simulate: CommandWords = {
  name: 'simulate',
  summary: 'what goes down, for how long and why, when something breaks',
  description: `Runs the cluster's controllers over time against what you break, and says who goes down, for how long, and which line decides it. Takes manifests with their nodes, or a cluster document whose pools make the nodes. Kinds of faults: ${FAULT_KINDS.join(', ')}. Names may be shortened to a suffix that only one has. Exits with 1 when a promise is missed.`,
  arguments: [manifests],
  options: [
    namedFile,
    ...chartOptions,
    owners,
    ...liveOptions,
    readNamespace,
    {
      flags: '--lose <fault>',
      description: 'what breaks: zone=us-west-2b,at=10s,for=5m; may be repeated',
      repeat: true,
    },
    { flags: '--scenario <file>', description: 'faults with their times, kind: Scenario' },
    horizon,
    seed,
    { flags: '--seeds <count>', description: 'run so many seeds and add p1, p50 and p99 of each figure' },
    kubernetesVersion,
    {
      flags: '--fail-on <what>',
      description: 'when to exit with 1',
      choices: ['missed', 'down', 'never'],
      fallback: 'missed',
    },
    { flags: '--strict', description: 'a promise whose verdict is unknown counts as missed' },
    output('text', 'wide', 'json', 'yaml'),
  ],
  examples: [
    { run: 'holdfast simulate -f holdfast.yaml --lose zone=us-west-2b', does: 'lose a zone for good' },
    {
      run: 'holdfast simulate -f cluster/ --lose zone=2b,at=10s,for=5m --lose node=worker-7,at=1m',
      does: 'a zone, and a node while it is away',
    },
    { run: 'holdfast simulate -f holdfast.yaml --scenario upgrade.yaml -o wide', does: 'every interval of a scenario' },
    { run: 'holdfast simulate -f cluster/ --lose member=cp-a --seeds 200', does: 'how much of it is chance' },
  ],
  load: () => import('./commands/simulate.ts'),
};

export const sweep: CommandWords = {
  name: 'sweep',
  summary: 'every failure of nodes, zones and more, ranked by what it takes down',
  description:
    'Loses every node, zone and machine of the control plane (or what --domain says) one after another, for good, and ranks the losses by what they take down. At depth 2 also pairs: all but those of nodes that share no workload, budget or volume. Exits with 1 when a loss misses a promise.',
  arguments: [manifests],
  options: [
    namedFile,
    ...chartOptions,
    owners,
    ...liveOptions,
    readNamespace,
    {
      flags: '--domain <list>',
      description: `what to lose, with commas: ${FAULT_KINDS.join(', ')}, rack=LABEL (default: zone,node,member)`,
      repeat: true,
    },
    { flags: '--depth <depth>', description: 'failures at once', choices: ['1', '2'], fallback: '1' },
    { flags: '--jobs <count>', description: 'threads (default: as many as are worth it)' },
    horizon,
    seed,
    kubernetesVersion,
    {
      flags: '--fail-on <what>',
      description: 'when to exit with 1',
      choices: ['missed', 'down', 'never'],
      fallback: 'missed',
    },
    output('text', 'wide', 'json', 'yaml'),
  ],
  examples: [
    { run: 'holdfast sweep -f holdfast.yaml', does: 'every zone, node and control-plane machine' },
    { run: 'holdfast sweep -f cluster/ --domain zone --fail-on down', does: 'in CI: no zone may take anything down' },
    { run: 'holdfast sweep -f cluster/ --domain node,rack=example.com/rack --depth 2', does: 'pairs too' },
    { run: 'holdfast sweep -f cluster/ -o json | jq .singlePoints', does: 'single points of failure as data' },
  ],
  load: () => import('./commands/sweep.ts'),
};
