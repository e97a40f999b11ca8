/** Completion for fish. */
import type { CompletionNode, CompletionOption } from './nodes.ts';

/** The script; put it into ~/.config/fish/completions/holdfast.fish. */
export function fishScript(nodes: readonly CompletionNode[]): string {
  const lines = nodes.flatMap((node) => [
    ...node.commands.map(({ name, description }) =>
      line(node, `-f -a ${name} -d ${quoted(description)}`, '__holdfast_exactly'),
    ),
    ...(node.values.length > 0 ? [line(node, `-f -a ${quoted(node.values.join(' '))}`)] : []),
    ...node.options.map((option) => line(node, optionText(option))),
  ]);
  return `# fish completion for holdfast
function __holdfast_typed
    string match -v -- '-*' (commandline -opc)[2..]
end
function __holdfast_exactly
    set -l typed (__holdfast_typed)
    test "$typed" = "$argv"
end
function __holdfast_at
    set -l typed (__holdfast_typed)
    test (count $argv) -gt 0 -a (count $typed) -ge (count $argv); or return 1
    set -l last (count $argv)
    test "$typed[1..$last]" = "$argv"
end
${lines.join('\n')}
`;
}

/** Commands are offered only where one is missing; options anywhere after their command. */
function line(
  { path }: CompletionNode,
  rest: string,
  condition: '__holdfast_at' | '__holdfast_exactly' = '__holdfast_at',
): string {
  return `complete -c holdfast -n ${quoted([condition, ...path].join(' '))} ${rest}`;
}

function optionText({ names, description, takesValue, values }: CompletionOption): string {
  const forms = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value = takesValue ? (values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : ' -r') : '';
  return `${forms.join(' ')}${value} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
