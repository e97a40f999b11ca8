/** The page at the root of the tree: what it is, in which order it is applied, and for whom the other files are. */
import type { Artifact } from '../system.ts';
import { fetchKubeconfig, kubeconfigFile, MANAGEMENT_CONTEXT, MANAGEMENT_VARIABLE } from '../kubernetes/management.ts';
import { helmCommand } from './helm.ts';
import { neededBefore } from './needed-before.ts';
import { MANAGEMENT_FOLDER, pathInTree } from './path.ts';
import type { RenderedFile, Rendering, Unit } from './types.ts';
import { madeKinds, makesTheCluster } from './waves.ts';

/** README.md of the tree. */
export function readmeFile(rendering: Rendering, files: readonly RenderedFile[], hash: string): RenderedFile {
  const { name } = rendering.plan.cluster;
  const parts = [
    `# ${name}`,
    `What Holdfast planned for cluster \`${name}\`, one object per file. Every file says which decisions shaped it and why.`,
    `Document: \`sha256:${hash}\` (the document with its defaults; the same document gives the same bytes).`,
    '## Change it',
    'Change the document and run `holdfast render` again. A file that was edited here is kept and named; `--force` replaces it. `holdfast render --check` fails when this tree is not what the document gives. Keep `.holdfast/manifest.json` beside the tree: by it, edits are known.',
    ...applyParts(rendering),
    ...hostParts(rendering),
    ...pageParts(files),
    '## Secrets',
    'There are none in this tree. Where a component needs one, an ExternalSecret names where it comes from, or a runbook step makes it on the host.',
  ];
  return { path: 'README.md', owner: 'tree', text: `${parts.join('\n\n')}\n` };
}

function applyParts(rendering: Rendering): readonly string[] {
  const { units } = rendering;
  if (units.length === 0) return [];
  const rows = units.map((unit) => `| ${unit.wave} | ${unitName(unit)} | ${unitContent(unit)} |`);
  const table = ['| wave | what | holds |', '| --- | --- | --- |', ...rows].join('\n');
  return [
    '## Apply it',
    layoutWords(rendering),
    ...(rendering.management ? [managementWords(rendering)] : []),
    table,
    ...(rendering.options.layout === 'argocd' ? [argocdHealth()] : []),
    ...(rendering.management ? byHandOnBoth(rendering, rendering.management) : [byHand(units)]),
  ];
}

function layoutWords({ options, plan, management, units }: Rendering): string {
  switch (options.layout) {
    case 'plain':
      return 'Waves are applied from the lowest to the highest; everything in one wave may be applied at once.';
    case 'kustomize':
      return `\`kubectl apply --server-side -k .\` applies all objects in the order of the waves; install the charts first (below).${units.some((unit) => madeKinds(unit).length > 0) ? ' Some kinds are made by a controller of what is applied first: where it says that there are no matches for a kind, run it again.' : ''}`;
    case 'argocd':
      return `\`kubectl${management ? ` --context ${MANAGEMENT_CONTEXT}` : ''} apply -f argocd/root.yaml\` once; Argo CD applies the rest in the order of the waves.`;
    case 'flux':
      return `Let ${management ? "the management cluster's" : "the cluster's"} Flux read \`flux/sync\` (\`flux bootstrap … --path=<this folder>/flux/sync\`, or a Kustomization of your own that names it); it applies the rest in the order of the waves, as Kustomizations of \`${plan.cluster.name}\`.`;
  }
}

/** Where things are applied when a cluster of Cluster API makes this one. */
function managementWords({ options, plan }: Rendering): string {
  const { name } = plan.cluster;
  const words = {
    plain: '',
    kustomize: ` Its objects have a kustomization of their own: \`kubectl --context ${MANAGEMENT_CONTEXT} apply --server-side -k ${MANAGEMENT_FOLDER}\`, first of all.`,
    argocd: ` Argo CD runs there and knows this cluster as \`${name}\` (\`argocd cluster add\`).`,
    flux: ` Flux runs there and reaches this cluster with the kubeconfig that Cluster API keeps in Secret \`${name}-kubeconfig\`.`,
  };
  return `What is marked *management* is applied to the management cluster: the one that runs Cluster API and makes \`${name}\`. All of it stands under \`${MANAGEMENT_FOLDER}/\` and nothing else does, so a command that names any other folder never brings it into \`${name}\`.${words[options.layout]}`;
}

/** Argo CD judges an Application inside an Application as healthy at once unless it is told how (operator-manual/health, argo-cd v3.5). */
function argocdHealth(): string {
  return [
    'Waves between Applications hold only when Argo CD judges the health of Applications. Since version 1.8 it does not unless `argocd-cm` says so:',
    '```yaml',
    'data:',
    '  resource.customizations.health.argoproj.io_Application: |',
    '    hs = {}',
    '    hs.status = "Progressing"',
    '    hs.message = ""',
    '    if obj.status ~= nil and obj.status.health ~= nil then',
    '      hs.status = obj.status.health.status',
    '      if obj.status.health.message ~= nil then hs.message = obj.status.health.message end',
    '    end',
    '    return hs',
    '```',
  ].join('\n');
}

function byHand(units: readonly Unit[]): string {
  return `By hand, from this folder:\n\n${shell(units.flatMap(commandsFor))}`;
}

/** Two blocks, for two clusters: the first names its context in every command, the second has a kubeconfig of its own. */
function byHandOnBoth(
  { units, plan }: Rendering,
  { namespace }: NonNullable<Rendering['management']>,
): readonly string[] {
  const { name } = plan.cluster;
  const wait = `kubectl --context ${MANAGEMENT_CONTEXT} --namespace ${namespace} wait --for=condition=ControlPlaneInitialized cluster/${name} --timeout=30m`;
  const first = units.filter(({ target }) => target === 'management');
  const rest = units.filter(({ target }) => target === 'cluster');
  return [
    `By hand, from this folder, first on the management cluster. \`${MANAGEMENT_VARIABLE}\` is the name of its context (\`kubectl config get-contexts\`); while it is unset, each of these commands stops before it reaches any cluster.`,
    shell([
      `export ${MANAGEMENT_VARIABLE}=NAME_OF_ITS_CONTEXT`,
      ...first.flatMap((unit) => [commandFor(unit, MANAGEMENT_CONTEXT), ...(makesTheCluster(unit) ? [wait] : [])]),
    ]),
    `Then on \`${name}\` itself, in the same shell, with the kubeconfig that Cluster API made:`,
    shell([
      fetchKubeconfig(name, namespace),
      `export KUBECONFIG=${kubeconfigFile(name)}`,
      ...rest.flatMap(commandsFor),
    ]),
  ];
}

function shell(commands: readonly string[]): string {
  return ['```shell', ...commands, '```'].join('\n');
}

/** A kind that a controller makes of what was applied before is waited for (kubectl 1.31 and later wait for what is not there). */
function commandsFor(unit: Unit): readonly string[] {
  const kinds = madeKinds(unit).map((kind) => `crd/${kind}`);
  const wait = kinds.length === 0 ? [] : [`kubectl wait --for=create --timeout=2m ${kinds.join(' ')}`];
  return [...wait, commandFor(unit)];
}

function commandFor(unit: Unit, context?: string): string {
  if (unit.form === 'chart') return helmCommand(unit.artifact.chart, pathInTree(unit.system, unit.artifact), context);
  return `kubectl${context === undefined ? '' : ` --context ${context}`} apply --server-side -R -f ${unit.folder}`;
}

function unitName(unit: Unit): string {
  const where = unit.target === 'management' ? ' *management*' : '';
  if (unit.form === 'objects') return `\`${unit.folder}\`${where}`;
  const { chart } = unit.artifact;
  return `chart \`${chart.name}\` ${chart.version} as \`${chart.release}\` in \`${chart.namespace}\`${where}`;
}

function unitContent(unit: Unit): string {
  if (unit.form === 'chart') return unit.artifact.purpose;
  if (unit.artifacts.length === 0) return 'PrometheusRule objects; **needs the Prometheus operator first**';
  const kinds = new Map<string, number>();
  for (const { object } of unit.artifacts) kinds.set(object.kind, (kinds.get(object.kind) ?? 0) + 1);
  const content = [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`)).join(', ');
  const needed = neededBefore(unit.artifacts.map(({ object }) => object));
  return needed.length === 0 ? content : `${content}; **needs ${needed.join(', ')} first**`;
}

/** Files that no controller applies: they belong on machines or into other tools. */
function hostParts({ systems }: Rendering): readonly string[] {
  const rows = systems.flatMap(({ system, artifacts }) =>
    artifacts.filter(isForHosts).map((artifact) => `| \`${pathInTree(system.id, artifact)}\` | ${artifact.purpose} |`),
  );
  if (rows.length === 0) return [];
  return [
    '## Files for machines and other tools',
    'Nothing in the cluster applies these; the runbooks say where they go.',
    ['| file | for |', '| --- | --- |', ...rows].join('\n'),
  ];
}

function isForHosts(artifact: Artifact): boolean {
  return artifact.form === 'text' || artifact.form === 'configuration';
}

function pageParts(files: readonly RenderedFile[]): readonly string[] {
  const pages = files.filter(({ path }) => path.startsWith('runbooks/'));
  if (pages.length === 0) return [];
  const rows = pages.map(({ path, text }) => `- [${/^# (.*)$/m.exec(text)?.[1] ?? path}](${path})`);
  return ['## Runbooks', rows.join('\n')];
}
