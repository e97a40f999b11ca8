/** Completion for bash: plain `complete -F`, no need of the bash-completion package. */
import type { CompletionNode } from './nodes.ts';

/** The script; `source <(holdfast completion bash)`. */
export function bashScript(nodes: readonly CompletionNode[]): string {
  return `# bash completion for holdfast
_holdfast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$path $word" in
${knownPaths(nodes)}      *) ;;
    esac
  done
  COMPREPLY=()
  case "$path:$previous" in
${valueCases(nodes)}  esac
  case "$path" in
${wordCases(nodes)}  esac
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _holdfast holdfast
`;
}

/** Follows the words already typed down the command tree. */
function knownPaths(nodes: readonly CompletionNode[]): string {
  return nodes
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `      "${pathText(path.slice(0, -1))} ${path.at(-1)}") path="${pathText(path)}" ;;\n`)
    .join('');
}

function valueCases(nodes: readonly CompletionNode[]): string {
  return nodes
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ names, values }) => {
          const reply =
            values.length === 0 ? 'compgen -f -- "$current"' : `compgen -W "${values.join(' ')}" -- "$current"`;
          return `    ${names.map((name) => `"${pathText(path)}:${name}"`).join(' | ')}) COMPREPLY=($(${reply})); return ;;\n`;
        }),
    )
    .join('');
}

function wordCases(nodes: readonly CompletionNode[]): string {
  return nodes
    .map(({ path, commands, options, values }) => {
      const words = [
        ...commands.map(({ name }) => name),
        ...values,
        ...options.flatMap(({ names }) => names.filter((name) => name.startsWith('--'))),
      ];
      return `    "${pathText(path)}") COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current")) ;;\n`;
    })
    .join('');
}

function pathText(path: readonly string[]): string {
  return path.map((part) => ` ${part}`).join('');
}
