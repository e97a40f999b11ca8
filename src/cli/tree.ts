/** Every command of holdfast, in words. Only commands that work are here. */
import { LAYOUTS } from '../render/types.ts';
import { check, explainRule } from './tree-check.ts';
import { context, file, kubeconfig, namedFile, output, prices } from './tree-options.ts';
import { explainPods, simulate, sweep } from './tree-twin.ts';
import type { CommandWords } from './words.ts';

const init: CommandWords = {
  name: 'init',
  summary: 'write a cluster document to start from',
  description:
    'Writes a commented holdfast.yaml. On a terminal it asks for what was not given; elsewhere it takes safe defaults. With --context it describes the cluster that runs there, and each value says where it was seen.',
  options: [
    { flags: '-f, --file <path>', description: 'where to write; - for standard output (default: ./holdfast.yaml)' },
    { flags: '--name <name>', description: 'name of the cluster' },
    { flags: '--provider <provider>', description: 'who provides the machines', choices: ['aws', 'bare-metal', 'lab'] },
    { flags: '--region <name>', description: 'region of the control plane' },
    { flags: '--zones <list>', description: 'zones of the region, with commas' },
    { ...context, description: 'describe the live cluster of this context; nothing is ever written to it' },
    kubeconfig,
    { flags: '--force', description: 'replace a file that is there' },
    output('text', 'json', 'yaml'),
  ],
  examples: [
    { run: 'holdfast init', does: 'ask, then write ./holdfast.yaml' },
    { run: 'holdfast init --context prod', does: 'the document of a cluster that runs' },
    { run: 'holdfast init --provider aws --region us-west-2 --name shop', does: 'write it without questions' },
    { run: 'holdfast init --provider bare-metal --zones row-a,row-b,row-c -f -', does: 'print it' },
  ],
  load: () => import('./commands/init.ts'),
};

const plan: CommandWords = {
  name: 'plan',
  summary: 'what to build so that it stays up: verdicts, decisions with reasons, price',
  description:
    'Answers for a cluster document: which promises are kept, what was decided and why, what it costs, and what is not covered.',
  options: [
    file,
    { flags: '--diff <file>', description: 'show what this document changes against an older one' },
    prices,
    { flags: '--fail-on <what>', description: 'when to exit with 1', choices: ['missed', 'never'], fallback: 'missed' },
    { flags: '--strict', description: 'a promise whose verdict is unknown counts as missed' },
    output('text', 'wide', 'json', 'yaml', 'markdown', 'html'),
  ],
  examples: [
    { run: 'holdfast plan', does: 'the plan of ./holdfast.yaml' },
    { run: 'holdfast plan -f clusters/shop -o wide', does: 'with sources and document paths' },
    { run: 'git show HEAD:holdfast.yaml | holdfast plan --diff -', does: 'what the working copy changes' },
    { run: 'holdfast plan -o json | jq .verdicts', does: 'verdicts as data' },
  ],
  load: () => import('./commands/plan.ts'),
};

const render: CommandWords = {
  name: 'render',
  summary: 'write the plan as a tree of files for Git, kubectl, Argo CD or Flux',
  description:
    'Writes what was planned, one object per file, each with its reasons. A file that a person changed is named and kept. Exits with 1 when --check or --dry-run finds differences, or when a changed file was kept.',
  options: [
    file,
    { flags: '--out <dir>', description: 'directory of the tree', fallback: 'rendered' },
    { flags: '--layout <layout>', description: 'wrapper files to add', choices: LAYOUTS, fallback: 'plain' },
    { flags: '--system <id>', description: 'only the files of one system' },
    { flags: '--check', description: 'write nothing; exit with 1 if the tree differs from the document' },
    { flags: '--dry-run', description: 'write nothing; show what would be written' },
    { flags: '--force', description: 'replace and remove files that a person changed' },
    {
      flags: '--repo <url>',
      description: 'Git repository that holds the tree, for argocd (default: the remote origin of the checkout)',
    },
    { flags: '--revision <name>', description: 'branch, tag or commit, for argocd', fallback: 'HEAD' },
    {
      flags: '--repo-path <folder>',
      description: 'folder of the tree in the repository (default: where --out is in the checkout)',
    },
    output('text', 'json', 'yaml'),
  ],
  examples: [
    { run: 'holdfast render --out clusters/shop', does: 'write the tree' },
    { run: 'holdfast render --out clusters/shop --check', does: 'in CI: fail if somebody forgot to render' },
    { run: 'holdfast render --out clusters/shop --layout flux', does: 'with Kustomizations and HelmReleases' },
    { run: 'holdfast render --system etcd --dry-run', does: 'what would change for one system' },
  ],
  load: () => import('./commands/render.ts'),
};

const explain: CommandWords = {
  name: 'explain',
  summary: "why a pod fits or not, a rule of check, a decision's reasons, the meaning of a field",
  description: 'Explains one thing in full.',
  commands: [
    explainPods,
    explainRule,
    {
      name: 'decision',
      summary: 'a decision with its reason, source and the fields that it follows',
      description: 'Explains a decision of the plan of a document. Name the document with -f.',
      arguments: [{ name: 'id', description: 'the decision: etcd.members; without it, all ids' }],
      options: [namedFile, output('text', 'json', 'yaml')],
      examples: [
        { run: 'holdfast explain decision etcd.members -f holdfast.yaml', does: 'why there are so many members' },
      ],
      load: () => import('./commands/explain-decision.ts'),
    },
    {
      name: 'field',
      summary: 'a field of the cluster document: type, unit, default, fields below it',
      description: 'Explains a field of the document, in the words of its schema.',
      arguments: [{ name: 'path', description: 'the field: spec.etcd; without it, the whole document' }],
      options: [output('text', 'json', 'yaml')],
      examples: [
        { run: 'holdfast explain field spec.objectives', does: 'all promises that can be made' },
        { run: 'holdfast explain field spec.pools[].machine', does: 'a field of a list' },
      ],
      load: () => import('./commands/explain-field.ts'),
    },
  ],
};

const labName = { name: 'name', description: 'the lab (default: default)' };

const lab: CommandWords = {
  name: 'lab',
  summary: 'a real control plane on this machine, and the programs that it needs',
  description: 'Runs etcd, API server, controllers and scheduler as plain processes. Never touches ~/.kube/config.',
  commands: [
    {
      name: 'up',
      summary: 'start a lab, or go on with one that was stopped',
      description:
        'Starts a control plane and waits until it serves. It stays until holdfast lab down; Ctrl-C before that takes it down.',
      arguments: [labName],
      options: [
        { flags: '--dry-run', description: 'print exactly what would run' },
        { flags: '--no-fsync', description: 'faster start; a power loss would lose data' },
        output('text', 'json', 'yaml'),
      ],
      examples: [
        { run: 'holdfast lab up', does: 'start it' },
        { run: 'kubectl --kubeconfig "$(holdfast lab kubeconfig)" get --raw /readyz', does: 'talk to it' },
      ],
      load: () => import('./commands/lab-up.ts'),
    },
    {
      name: 'down',
      summary: 'stop a lab and delete its keys and data',
      description: 'Stops clients before servers. On a terminal it asks; elsewhere it wants --yes.',
      arguments: [labName],
      options: [
        { flags: '--keep', description: 'keep keys and data for the next up' },
        { flags: '--yes', description: 'do not ask' },
      ],
      examples: [{ run: 'holdfast lab down --yes', does: 'stop it and delete its data' }],
      load: () => import('./commands/lab-down.ts'),
    },
    {
      name: 'list',
      summary: 'labs of this user',
      description: 'Lists labs, running or stopped.',
      options: [output('text', 'json', 'yaml')],
      load: () => import('./commands/lab-list.ts'),
    },
    {
      name: 'status',
      summary: 'a lab and its processes',
      description: 'Shows where a lab serves and how its processes are.',
      arguments: [labName],
      options: [output('text', 'json', 'yaml')],
      load: () => import('./commands/lab-status.ts'),
    },
    {
      name: 'logs',
      summary: 'the logs of a lab',
      description: 'Prints the log of one component, or of all.',
      arguments: [labName],
      options: [{ flags: '-c, --component <name>', description: 'only this component' }],
      examples: [{ run: 'holdfast lab logs -c etcd', does: "etcd's log" }],
      load: () => import('./commands/lab-logs.ts'),
    },
    {
      name: 'kubeconfig',
      summary: "the path of the lab's own kubeconfig",
      description: 'Prints a path, for kubectl --kubeconfig or KUBECONFIG.',
      arguments: [labName],
      options: [],
      examples: [{ run: 'export KUBECONFIG="$(holdfast lab kubeconfig)"', does: 'use it in this shell' }],
      load: () => import('./commands/lab-kubeconfig.ts'),
    },
    {
      name: 'binaries',
      summary: 'which programs are here, and getting those that are not',
      description: 'Programs are looked for in HOLDFAST_BINARIES, then on the PATH, then in the cache.',
      commands: [
        {
          name: 'list',
          summary: 'every program, its version, and where it is or would come from',
          description: 'Lists the programs that the lab and the judges run.',
          options: [output('text', 'wide', 'json', 'yaml')],
          examples: [{ run: 'holdfast lab binaries list', does: 'what is here and what is missing' }],
          load: () => import('./commands/lab-binaries-list.ts'),
        },
        {
          name: 'fetch',
          summary: 'download (checksum verified) or build what is missing',
          description:
            'Gets programs that are not here: the official release, else built from their Go modules. Asks for --yes, because it downloads.',
          arguments: [
            { name: 'name', description: 'programs to get; without names, those of a control plane', variadic: true },
          ],
          options: [{ flags: '--yes', description: 'agree to downloads' }, output('text', 'json', 'yaml')],
          examples: [
            { run: 'holdfast lab binaries fetch --yes', does: 'get all of a control plane' },
            { run: 'holdfast lab binaries fetch promtool --yes', does: 'get one' },
          ],
          load: () => import('./commands/lab-binaries-fetch.ts'),
        },
      ],
    },
  ],
};

const report: CommandWords = {
  name: 'report',
  summary: 'write everything known about a document into one offline HTML file',
  description: 'Writes one HTML file that loads nothing and runs nothing, and prints its path.',
  options: [
    file,
    { flags: '--out <file>', description: 'where to write', fallback: 'holdfast-report.html' },
    prices,
    output('text', 'json', 'yaml'),
  ],
  examples: [{ run: 'holdfast report --out shop.html', does: 'write the report of ./holdfast.yaml' }],
  load: () => import('./commands/report.ts'),
};

const demo: CommandWords = {
  name: 'demo',
  summary: 'try everything on two bundled clusters: as people build it, and hardened',
  description:
    'Plans and renders the same small shop twice, once as kubeadm and kubectl create yield it and once hardened, loses every zone, node and control-plane machine of both, and shows which promises each keeps, what each loss takes down and what differs. Opens nothing, listens on nothing.',
  options: [
    { flags: '--out <file>', description: 'where to write the HTML report', fallback: 'holdfast-report.html' },
    { flags: '--trees <dir>', description: 'keep the two rendered trees in this directory' },
    output('text', 'json', 'yaml'),
  ],
  examples: [
    { run: 'holdfast demo', does: 'run it and write ./holdfast-report.html' },
    { run: 'holdfast demo --trees demo', does: 'keep what was rendered' },
  ],
  load: () => import('./commands/demo.ts'),
};

const doctor: CommandWords = {
  name: 'doctor',
  summary: 'what this machine can do: Node.js, programs, namespaces, memory, directories',
  description: 'Looks at this machine and says what is missing for which command.',
  options: [{ flags: '--strict', description: 'exit with 3 if anything is missing' }, output('text', 'json', 'yaml')],
  examples: [{ run: 'holdfast doctor', does: 'see what is missing' }],
  load: () => import('./commands/doctor.ts'),
};

const completion: CommandWords = {
  name: 'completion',
  summary: 'print a completion script for a shell',
  description: 'Prints a script that completes commands, options and their values.',
  arguments: [{ name: 'shell', description: 'the shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
  options: [],
  examples: [
    { run: 'source <(holdfast completion bash)', does: 'for this bash' },
    { run: 'holdfast completion zsh > "${fpath[1]}/_holdfast"', does: 'for every zsh' },
    { run: 'holdfast completion fish > ~/.config/fish/completions/holdfast.fish', does: 'for every fish' },
  ],
  load: () => import('./commands/completion.ts'),
};

const version: CommandWords = {
  name: 'version',
  summary: 'print the version',
  description: 'Prints the version of holdfast and of the Node.js that runs it.',
  options: [output('text', 'json', 'yaml')],
  examples: [{ run: 'holdfast version -o json', does: 'as data' }],
  load: () => import('./commands/version.ts'),
};

/** The commands in the order of help. */
export const commands: readonly CommandWords[] = [
  init,
  plan,
  render,
  check,
  explain,
  simulate,
  sweep,
  lab,
  report,
  demo,
  doctor,
  completion,
  version,
];
