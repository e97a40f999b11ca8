/** Options that several commands share. */
import type { OptionWords } from './words.ts';

export const file: OptionWords = {
  flags: '-f, --file <path>',
  description: 'file, directory or - for standard input; may be repeated (default: ./holdfast.yaml)',
  repeat: true,
};
export const namedFile: OptionWords = {
  ...file,
  description: 'file, directory or - for standard input; may be repeated',
};
export const owners: OptionWords = {
  flags: '--owners <file>',
  description: 'custom resources that make pods, kind: PodOwnerList; may be repeated',
  repeat: true,
};
/** A live cluster, as kubectl names it. */
export const context: OptionWords = {
  flags: '--context <name>',
  description: 'read the live cluster of this context too; nothing is ever written to it',
};
export const kubeconfig: OptionWords = {
  flags: '--kubeconfig <file>',
  description: 'where the context is (default: KUBECONFIG, else ~/.kube/config)',
};
export const namespace: OptionWords = {
  flags: '-n, --namespace <name>',
  description: 'with --context: read only this namespace, and what belongs to none; with --chart: that of its release',
};
export const liveOptions: readonly OptionWords[] = [context, kubeconfig];

/** A chart among the objects. */
export const chartOptions: readonly OptionWords[] = [
  {
    flags: '--chart <path>',
    description: 'a Helm chart, its directory or archive, rendered by helm without a network',
  },
  { flags: '--values <file>', description: 'values of the chart; may be repeated, the last one wins', repeat: true },
  {
    flags: '--set <key=value>',
    description: 'one value of the chart, as helm takes it; may be repeated',
    repeat: true,
  },
  { flags: '--release-name <name>', description: "the chart's release (default: release-name, as helm's)" },
];
export const prices: OptionWords = {
  flags: '--prices <file>',
  description: 'price table to use instead of the built-in one',
};
export const output = (...choices: readonly string[]): OptionWords => ({
  flags: '-o, --output <format>',
  description: 'form of the output',
  choices,
  fallback: 'text',
});

/** Options of every command. */
export const commonOptions: readonly OptionWords[] = [
  { flags: '--no-color', description: 'no colours (also NO_COLOR, and whenever the output is no terminal)' },
  { flags: '-q, --quiet', description: 'no progress' },
  { flags: '-v, --verbose', description: 'more about what is done' },
];
