import { describe, expect, it } from 'vitest';
import { chartTexts, renderedDocuments } from './chart-output.ts';
import { nameOf, namespaceOf } from './identity.ts';
import { readInventory } from './inventory.ts';
import { placeOf, positionOf } from './origin.ts';

const OUTPUT = `---
# Source: shop/crds/carts.yaml
# Carts.
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: carts.shop.example.com}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: orders.shop.example.com}
---
# Source: shop/templates/web.yaml
# Source: nothing/that/counts.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
---
# Source: shop/templates/none.yaml
---
# Source: shop/charts/cache/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: cache
  namespace: elsewhere
data:
  text: |
    # Source: shop/no.yaml
`;

const documents = renderedDocuments(OUTPUT);
const templates: Readonly<Record<string, string>> = {
  'shop/templates/web.yaml': 'metadata:\n  name: {{ .x }}\nspec:\n{{ include "spec" . }}\n',
};
const { objects, problems } = readInventory(
  chartTexts(documents, {
    namespace: 'shop',
    templateOf: (source) => ({ name: source, file: source, text: templates[source] }),
  }),
);

describe('what helm renders', () => {
  it('is cut into documents with their templates, those without an object left out', () => {
    expect(documents.map(({ source, line }) => `${source}:${line}`)).toEqual([
      'shop/crds/carts.yaml:1',
      'shop/crds/carts.yaml:7',
      'shop/templates/web.yaml:11',
      'shop/charts/cache/templates/config.yaml:22',
    ]);
    expect(problems).toEqual([]);
  });

  it('lives in the namespace of the release where it names none and could live in one', () => {
    expect(objects.map(({ object }) => `${namespaceOf(object) ?? ''}/${nameOf(object)}`)).toEqual([
      '/carts.shop.example.com',
      '/orders.shop.example.com',
      'shop/web',
      'elsewhere/cache',
    ]);
  });

  it('has a line of its template where one can be told, else none, and the rendered line always', () => {
    const web = objects[2];
    if (web === undefined) throw new Error('no web');
    expect(placeOf(web.origin, ['metadata', 'name'])).toEqual({
      file: 'shop/templates/web.yaml',
      line: 2,
      column: 3,
      rendered: { line: 17, column: 3 },
    });
    expect(placeOf(web.origin, ['spec', 'replicas'])).toEqual({
      file: 'shop/templates/web.yaml',
      rendered: { line: 19, column: 3 },
    });
    expect(positionOf(web.origin, ['metadata', 'name'])).toEqual({
      file: 'shop/templates/web.yaml',
      line: 2,
      column: 3,
    });
    expect(positionOf(web.origin, ['spec', 'replicas'])).toEqual({
      file: 'shop/templates/web.yaml (rendered)',
      line: 19,
      column: 3,
    });
  });
});
