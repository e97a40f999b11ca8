/** What `helm template` writes → the texts of its objects, each with the template that made it. */
import type { InputText } from './inventory.ts';
import { partsOf } from './parse-yaml.ts';
import { sourceText } from './origin.ts';
import type { Template } from './template-lines.ts';

export interface RenderedDocument {
  /** As helm names it: `shop/templates/web.yaml`, `shop/charts/redis/templates/master.yaml`. */
  readonly source: string;
  readonly text: string;
  /** Where it begins in the output. */
  readonly line: number;
}

/**
 * The documents of the output. Helm writes the template before each (helm.sh/helm/v4 pkg/action/action.go, renderResources);
 * only the first document of a file of definitions has that line.
 */
export function renderedDocuments(output: string): readonly RenderedDocument[] {
  const whole = sourceText('', output);
  let source = '';
  return partsOf(whole).map(({ start, end }) => {
    const text = output.slice(start, end);
    source = /^---[ \t]*\r?\n# Source: (\S.*?)\s*$/m.exec(text.slice(0, text.indexOf('\n', 4) + 1))?.[1] ?? source;
    return { source, text, line: whole.positionAt(start).line };
  });
}

export interface ChartRelease {
  /** Undefined: nothing that is written says it, as in the namespace default. */
  readonly namespace: string | undefined;
  readonly templateOf: (source: string) => Template & { readonly name: string };
}

/** Texts for the inventory; lines count as in the output. */
export function chartTexts(
  documents: readonly RenderedDocument[],
  { namespace, templateOf }: ChartRelease,
): readonly InputText[] {
  return documents.map(({ source, text, line }) => {
    const { name, ...template } = templateOf(source);
    return {
      file: `${name} (rendered)`,
      text,
      named: true,
      ...(namespace === undefined ? {} : { namespace }),
      template,
      from: { offset: 0, line, column: 1 },
    };
  });
}
