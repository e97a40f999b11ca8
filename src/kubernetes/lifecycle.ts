/** What a container does before it is told to stop. */
import { at } from './objects.ts';

/** `sleep 15`, alone or at the head of a shell's command. */
const SLEEP = /(?:^|[\s;&|])sleep\s+(\d+)(?![\dmhd.])/;

/**
 * Seconds that its preStop hook waits at least: its sleep action, or a sleep that it runs. Undefined when it has no hook;
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
  const match = SLEEP.exec(command.filter((part) => typeof part === 'string').join(' '));
  return match ? Number(match[1]) : 0;
}
