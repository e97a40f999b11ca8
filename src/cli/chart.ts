/** Effects: `--chart` with its values → the texts of what helm renders. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { HoldfastError } from '../core/error.ts';
import { chartTexts, type RenderedDocument, renderedDocuments } from '../inventory/chart-output.ts';
import type { InputText } from '../inventory/inventory.ts';
import type { Template } from '../inventory/template-lines.ts';
import { search } from '../lab/binaries/locate.ts';
import { run } from '../lab/process/run.ts';
import { labSettings } from '../lab/settings.ts';
import { versions } from '../versions.ts';
import { detail, type Invocation, listOption, pathFrom, textOption } from './invocation.ts';

/** Helm's own: pkg/cmd/template.go names the release so when nobody does. */
const RELEASE = 'release-name';

/** The texts of the chart's objects. Never asks a cluster or a network, never reads what the person's helm keeps. */
export async function readChart(invocation: Invocation, chart: string): Promise<readonly InputText[]> {
  const values = listOption(invocation, 'values');
  for (const path of [chart, ...values]) await requireFile(invocation, path);
  const namespace = namespaceNamed(textOption(invocation, 'namespace') ?? 'default');
  const documents = renderedDocuments(await rendered(invocation, { chart, values, namespace }));
  if (documents.length === 0)
    throw new HoldfastError('nothing-to-check', `The chart ${chart} renders no object with these values.`, {
      hint: 'Give the values that switch its parts on: --values FILE, --set key=value.',
    });
  const templates = await templatesOf(invocation, chart, documents);
  const unknown = { name: chart, file: chart, text: undefined };
  const written = namespace === 'default' ? undefined : namespace;
  return chartTexts(documents, { namespace: written, templateOf: (source) => templates.get(source) ?? unknown });
}

/** A label of DNS (RFC 1123), as the API takes names of namespaces. */
function namespaceNamed(name: string): string {
  if (/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new HoldfastError('invalid-namespace', `No namespace can be called ${name}.`, {
    hint: 'Small letters, digits and dashes, at most 63, neither first nor last a dash.',
  });
}

async function requireFile(invocation: Invocation, path: string): Promise<void> {
  await stat(pathFrom(invocation, path)).catch((cause: unknown) => {
    throw new HoldfastError('unreadable', `${path} cannot be read: it does not exist.`, {
      hint: 'Charts and values are read from this machine: helm pull, helm dependency build.',
      cause,
    });
  });
}

interface Release {
  readonly chart: string;
  readonly values: readonly string[];
  readonly namespace: string;
}

async function rendered(invocation: Invocation, release: Release): Promise<string> {
  const { env, signal, cwd } = invocation.context;
  const helm = await helmOf(env);
  const home = await mkdtemp(join(tmpdir(), 'holdfast-helm-'));
  try {
    const args = helmArguments(invocation, release);
    detail(invocation, `${helm} ${args.join(' ')}`);
    const said = await run(helm, args, { directory: cwd, environment: helmEnvironment(env, home), signal });
    if (said.code !== 0) throw notRendered(release.chart, said.stderr);
    for (const line of said.stderr.split('\n')) if (line !== '') detail(invocation, `helm: ${line}`);
    return said.stdout;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function helmOf(env: Invocation['context']['env']): Promise<string> {
  const { found, refused } = await search(labSettings(env), 'helm');
  if (found !== undefined) return found.path;
  const others = refused.map(({ path }) => ` ${path} does not say that it is helm 3 or newer.`).join('');
  throw new HoldfastError('helm-missing', `--chart needs helm, which is not on this machine.${others}`, {
    exitCode: 3,
    hint: 'Install helm, run holdfast lab binaries fetch helm --yes, or pipe: helm template … | holdfast check -f -',
  });
}

function helmArguments(invocation: Invocation, { chart, values, namespace }: Release): readonly string[] {
  const version = textOption(invocation, 'kubernetesVersion') ?? versions.kubernetes.version;
  return [
    'template',
    '--include-crds',
    `--namespace=${namespace}`,
    `--kube-version=${version}`,
    ...values.map((path) => `--values=${listItem(pathFrom(invocation, path))}`),
    ...listOption(invocation, 'set').map((one) => `--set=${one}`),
    '--',
    textOption(invocation, 'releaseName') ?? RELEASE,
    pathFrom(invocation, chart),
  ];
}

/** Helm reads --values as a line of CSV (github.com/spf13/pflag string_slice.go). */
function listItem(path: string): string {
  return /[",]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

/** Helm's own settings are left where they are: repositories, plugins, registries, the current cluster. */
function helmEnvironment(env: Invocation['context']['env'], home: string): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !/^(?:HELM_|KUBE)/.test(name));
  return {
    ...Object.fromEntries(kept),
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    KUBECONFIG: join(home, 'no-kubeconfig'),
  };
}

function notRendered(chart: string, stderr: string): HoldfastError {
  const lines = stderr.split('\n').map((line) => line.trimEnd());
  const from = lines.findIndex((line) => line.startsWith('Error: '));
  const said = (from === -1 ? lines : lines.slice(from))
    .filter((line) => line !== '' && line !== 'Use --debug flag to render out invalid YAML')
    .map((line) => line.replace(/^Error: /, ''));
  return new HoldfastError('chart-not-rendered', `helm cannot render the chart ${chart}.`, {
    problems: said.map((message) => ({ code: 'chart-not-rendered', message })),
  });
}

/** The file of each source: the template, or the archive or Chart.yaml that brings it. */
async function templatesOf(
  invocation: Invocation,
  chart: string,
  documents: readonly RenderedDocument[],
): Promise<ReadonlyMap<string, Template & { readonly name: string }>> {
  const isDirectory = (await stat(pathFrom(invocation, chart))).isDirectory();
  const templates = new Map<string, Template & { readonly name: string }>();
  for (const source of new Set(documents.map((one) => one.source))) {
    const name = join(chart, ...source.split('/').slice(1));
    const text = isDirectory ? await readFile(pathFrom(invocation, name), 'utf8').catch(() => undefined) : undefined;
    const file = text !== undefined ? name : isDirectory ? await bringer(invocation, chart, name) : chart;
    templates.set(source, { name, file, text });
  }
  return templates;
}

/** The archive of a subchart that is packed; else the file that names it, as when it goes by an alias. */
async function bringer(invocation: Invocation, chart: string, template: string): Promise<string> {
  for (let folder = dirname(template); folder.length > chart.length; folder = dirname(folder)) {
    const beside = await readdir(pathFrom(invocation, dirname(folder))).catch(() => []);
    const archives = beside.filter((name) => name.startsWith(`${basename(folder)}-`) && name.endsWith('.tgz'));
    const [archive] = archives;
    if (archive !== undefined && archives.length === 1) return join(dirname(folder), archive);
  }
  return join(chart, 'Chart.yaml');
}
