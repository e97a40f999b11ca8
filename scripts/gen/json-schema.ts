/** The JSON Schemas of the cluster document and of scenarios, for editors: what people write, not what is parsed from it. */
import { z } from 'zod';
import { ownRulesSchema } from '../../src/check/own-rules.ts';
import { podOwnersSchema } from '../../src/kubernetes/pod-owners.ts';
import { waiversSchema } from '../../src/check/waivers.ts';
import { scenarioSchema } from '../../src/faults/scenario-file.ts';
import { priceTableSchema } from '../../src/plan/price-file.ts';
import { outputSchemas } from '../../src/report/schemas.ts';
import { clusterSchema } from '../../src/systems/document.ts';

/** Draft 2020-12; written forms with a unit are text (or a bare number) with a pattern and an example. */
export function clusterJsonSchema(): Record<string, unknown> {
  return writtenSchema('cluster', 'Holdfast cluster document', clusterSchema());
}

/** The JSON Schema of scenario files. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return writtenSchema('scenario', 'Holdfast scenario', scenarioSchema);
}

/** The JSON Schema of files of waivers. */
export function waiversJsonSchema(): Record<string, unknown> {
  return writtenSchema('waivers', 'Holdfast waivers', waiversSchema);
}

/** The JSON Schema of files of own rules. */
export function ownRulesJsonSchema(): Record<string, unknown> {
  return writtenSchema('rules', 'Holdfast rules', ownRulesSchema);
}

/** The JSON Schema of files of owners of pods. */
export function podOwnersJsonSchema(): Record<string, unknown> {
  return writtenSchema('owners', 'Holdfast owners of pods', podOwnersSchema);
}

function writtenSchema(file: string, title: string, of: z.ZodType): Record<string, unknown> {
  const schema = z.toJSONSchema(of, {
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
  return { $id: `https://holdfast.dev/schema/${file}.schema.json`, title, ...schema };
}

/** A schema for every output with `-o json`, by the kind that it carries, and for the table that `--prices` takes. */
export function otherJsonSchemas(): readonly { readonly path: string; readonly schema: Record<string, unknown> }[] {
  const outputs = Object.entries(outputSchemas).map(([kind, schema]) => ({
    path: `schema/${kind.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()}.schema.json`,
    schema: { title: kind, ...z.toJSONSchema(schema, { unrepresentable: 'any', override: open }) },
  }));
  const prices = {
    title: 'Holdfast price table',
    ...z.toJSONSchema(priceTableSchema, { io: 'input', unrepresentable: 'any' }),
  };
  return [...outputs, { path: 'schema/prices.schema.json', schema: prices }];
}

/** Later versions may add fields to an output, so its schema must not forbid them. */
function open({ jsonSchema }: { jsonSchema: object }): void {
  const schema = jsonSchema as Record<string, unknown>;
  if (schema['additionalProperties'] === false) delete schema['additionalProperties'];
}
