/** The JSON Schema of the cluster document, for editors: what people write, not what is parsed from it. */
import { z } from 'zod';
import { clusterSchema } from '../../src/systems/document.ts';

/** Draft 2020-12; written forms with a unit are text (or a bare number) with a pattern and an example. */
export function clusterJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(clusterSchema(), {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const written = jsonSchema as Record<string, unknown>;
      if (written['unit'] === undefined) return;
      delete written['unit'];
      delete written['anyOf'];
      written['type'] = ['string', 'number'];
    },
  });
  return { $id: 'https://holdfast.dev/schema/cluster.schema.json', title: 'Holdfast cluster document', ...schema };
}
