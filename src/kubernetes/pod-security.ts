/** Pod Security of namespaces: its levels and the labels by which the API server knows them. */

export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** From what forbids nothing to what forbids most. */
export const POD_SECURITY_LEVELS: readonly PodSecurityLevel[] = ['privileged', 'baseline', 'restricted'];

/** What the plan says of the namespaces of applications. */
export interface PodSecurity {
  /** What happens to a pod below the level: it is refused, its author is warned, or the audit log keeps it. */
  readonly mode: 'enforce' | 'warn' | 'audit';
  /** `v1.36`: an upgrade of the API server does not change what is refused. */
  readonly version: string;
  /** Of every namespace without a level of its own. */
  readonly level: PodSecurityLevel;
  readonly namespaces: readonly { readonly name: string; readonly level: PodSecurityLevel }[];
}

const PREFIX = 'pod-security.kubernetes.io';

/** The label that holds the level of a mode: pod-security-admission v0.36.3 api/constants.go. */
export function podSecurityLabel(mode: PodSecurity['mode']): string {
  return `${PREFIX}/${mode}`;
}

/** Labels of a namespace. What is refused is also warned of: only pods are refused, workloads are warned of when they are applied. */
export function podSecurityLabels(
  { mode, version, ...levels }: PodSecurity,
  namespace: string,
): Record<string, string> {
  const level = levels.namespaces.find(({ name }) => name === namespace)?.level ?? levels.level;
  const modes = mode === 'audit' ? (['audit'] as const) : mode === 'warn' ? (['audit', 'warn'] as const) : ALL;
  return Object.fromEntries(
    modes.flatMap((one) => [
      [podSecurityLabel(one), level],
      [`${podSecurityLabel(one)}-version`, version],
    ]),
  );
}

const ALL = ['audit', 'warn', 'enforce'] as const;
