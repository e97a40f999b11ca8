/** How the chart of a values artifact is named by helm, Argo CD and Flux. */
import type { ValuesArtifact } from '../system.ts';

type Chart = ValuesArtifact['chart'];

/** True for charts in an OCI registry; helm, Argo CD and Flux write these differently from index repositories. */
export function isOci(chart: Chart): boolean {
  return chart.repository.startsWith('oci://');
}

/** The command that installs or upgrades the release with the values at `path`, in the context of a kubeconfig or the current one. */
export function helmCommand(chart: Chart, path: string, context?: string): string {
  const place = isOci(chart) ? ociUrl(chart) : `${chart.name} --repo ${chart.repository}`;
  return [
    `helm upgrade --install ${chart.release} ${place}`,
    `--version ${chart.version}`,
    ...(context === undefined ? [] : [`--kube-context ${context}`]),
    `--namespace ${chart.namespace} --create-namespace`,
    `--values ${path}`,
    '--wait',
  ].join(' \\\n  ');
}

/** Argo CD writes OCI registries without their scheme (argo-cd v3.5 docs, user-guide/helm). */
export function argocdRepository(chart: Chart): string {
  return chart.repository.replace(/^oci:\/\//, '').replace(/\/$/, '');
}

function ociUrl(chart: Chart): string {
  return `${chart.repository.replace(/\/$/, '')}/${chart.name}`;
}
