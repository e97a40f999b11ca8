/** What a container does before it is told to stop. */
import { at } from './objects.ts';

/** `sleep 15`, alone or in a shell's command; `sleep 1m` as coreutils and busybox read it. */
const SLEEP = /(?:^|[\s;&|(])sleep\s+(\d+)([smhd]?)(?![\w.])/g;
const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };
/** Within these how often, or whether, it sleeps is not written. */
const BRANCHES = /\b(for|while|until|if|case)\b|\|\|/;

/**
 * Seconds that its preStop hook waits at least: its sleep action, or the sleeps that it runs one after the other. Undefined when it has no hook;
 * 0 when nothing tells how long the hook takes. The hook's time counts within the grace period
 * (Kubernetes v1.36.3 pkg/kubelet/kuberuntime/kuberuntime_container.go, killContainer).
 */
export function preStopSeconds(container: unknown): number | undefined {
  const hook = at(container, 'lifecycle', 'preStop');
  if (hook === undefined || hook === null) return undefined;
  const seconds = at(hook, 'sleep', 'seconds');
  if (typeof seconds === 'number') return seconds;
  const command = at(hook, 'exec', 'command');
  if (!Array.isArray(command)) return 0;
  const text = command.filter((part) => typeof part === 'string').join(' ');
  const sleeps = [...text.matchAll(SLEEP)].map(([, count, unit = '']) => Number(count) * (UNIT_SECONDS[unit] ?? 1));
  return BRANCHES.test(text) ? (sleeps[0] ?? 0) : sleeps.reduce((sum, seconds) => sum + seconds, 0);
}
