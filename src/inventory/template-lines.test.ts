import { describe, expect, it } from 'vitest';
import { templatePlace } from './template-lines.ts';

/** The place of the first rendered line with these words, as `line:column` of the template. */
function place(template: string, rendered: string, words: string): string | undefined {
  const found = templatePlace(template, { rendered, offset: rendered.indexOf(words) });
  return found === undefined ? undefined : `${found.line}:${found.column}`;
}

describe('the line of a template that made a rendered line', () => {
  const rendered = '---\n# Source: a/b.yaml\nkind: Deployment\nspec:\n  replicas: 3\n  paused: false\n';

  it.each([
    ['the same words', 'kind: Deployment\nspec:\n  replicas: 3\n', '3:3'],
    ['words around an action', 'kind: Deployment\nspec:\n  replicas: {{ .Values.replicas }}\n', '3:3'],
    [
      'an action within an action of several lines',
      '{{/*\n  replicas: 3\n*/}}\nspec:\n  replicas: {{\n .x }}\n',
      '5:3',
    ],
    ['Windows line ends', 'spec:\r\n  replicas: {{ .x }}\r\n', '2:3'],
    ['an action before the key', 'spec:\n{{ if .x }}  replicas: 3{{ end }}\n', '2:1'],
  ])('is told by %s', (_name, template, expected) => {
    expect(place(template, rendered, 'replicas')).toBe(expected);
  });

  it.each([
    ['two lines may have made it', 'spec:\n{{ if .a }}\n  replicas: 3\n{{ else }}\n  replicas: {{ .b }}\n{{ end }}\n'],
    ['a helper wrote it', 'spec:\n{{ include "spec" . }}\n'],
    ['it is indented by another', 'spec:\n    replicas: 3\n'],
    ['another value is written', 'spec:\n  replicas: 4\n'],
    ['it is a comment', 'spec:\n  # replicas: 3\n'],
    ['the line is nothing but actions', '{{ .a }}: {{ .b }}\n  {{ .c }}: {{ .d }}\n'],
    ['the template is empty', ''],
  ])('is not told when %s', (_name, template) => {
    expect(place(template, rendered, 'replicas')).toBeUndefined();
  });

  it('is not told when it made several lines, of which a helper may have written one', () => {
    const twice = 'a:\n  replicas: 1\nb:\n  replicas: 2\n';
    expect(place('a:\n  replicas: {{ .x }}\nb:\n{{ include "b" . }}\n', twice, 'replicas')).toBeUndefined();
  });

  it('takes no overlap of the words around an action for a match', () => {
    expect(place('  name: aa{{ .x }}aab\n', '  name: aab\n', 'name')).toBeUndefined();
    expect(place('  name: a-{{ .x }}-{{ .y }}-b\n', '  name: a-1-b\n', 'name')).toBeUndefined();
    expect(place('  name: a-{{ .x }}-{{ .y }}-b\n', '  name: a-1-2-b\n', 'name')).toBe('1:3');
  });

  it('takes no time on long lines with many actions', () => {
    const action = '{{ .a }}a';
    expect(place(`a${action.repeat(2_000)}!\n`, `${'a'.repeat(50_000)}\n`, 'a')).toBeUndefined();
  });
});
