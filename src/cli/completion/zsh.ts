/** Completion for zsh. */
import type { CompletionNode, CompletionOption } from './nodes.ts';

/** The script; put it as `_holdfast` into a directory of `fpath`, or source it. */
export function zshScript(nodes: readonly CompletionNode[]): string {
  return `#compdef holdfast
${nodes.map(nodeFunction).join('\n')}
if [[ "\${funcstack[1]}" == "_holdfast" ]]; then _holdfast "$@"; else compdef _holdfast holdfast; fi
`;
}

function nodeFunction({ path, commands, options, values }: CompletionNode): string {
  const name = functionName(path);
  const specs = options.map(optionSpec);
  if (commands.length === 0) {
    const rest = values.length === 0 ? "'*:file:_files'" : quoted(`1:value:(${values.join(' ')})`);
    return `${name}() {\n  _arguments ${[...specs, rest].join(' \\\n    ')}\n}\n`;
  }
  const lines = commands.map(({ name: command, description }) => `    ${quoted(`${command}:${description}`)}`);
  const cases = commands.map(({ name: command }) => `        ${command}) ${functionName([...path, command])} ;;`);
  return `${name}() {
  local -a commands
  local state
  commands=(
${lines.join('\n')}
  )
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case "$state" in
    command) _describe command commands ;;
    rest)
      case "\${words[1]}" in
${cases.join('\n')}
      esac ;;
  esac
}
`;
}

function optionSpec({ names, description, takesValue, values }: CompletionOption): string {
  const value = takesValue ? `:value:${values.length === 0 ? '_files' : `(${values.join(' ')})`}` : '';
  const text = `[${description.replaceAll(/[[\]\\:]/g, (letter) => `\\${letter}`)}]${value}`;
  return names.length === 1 ? quoted(`${names[0]}${text}`) : `{${names.join(',')}}${quoted(text)}`;
}

function functionName(path: readonly string[]): string {
  return ['_holdfast', ...path].join('_').replaceAll('-', '_');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
