/** Where the statements of this system come from. */
import type { Source } from '../../system.ts';
import { versions } from '../../versions.ts';

export const ARITHMETIC: Source = { project: 'holdfast', where: 'arithmetic' };
export const kubernetesSource = (where: string): Source => ({
  project: `Kubernetes ${versions.kubernetes.version}`,
  where,
});
export const gatekeeperSource = (where: string): Source => ({
  project: `Gatekeeper ${versions.gatekeeper.version}`,
  where,
});
