/** `holdfast version`. */
import { readFile } from 'node:fs/promises';
import { writeJson } from '../../report/json.ts';
import type { VersionOutput } from '../../report/schemas.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation } from '../invocation.ts';

/** Prints versions; data with `-o json|yaml`. */
export async function run(invocation: Invocation): Promise<number> {
  const version = await packageVersion();
  const { stdout } = invocation.context;
  const value: VersionOutput = {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Version',
    version,
    node: process.versions.node,
    platform: `${process.platform}/${process.arch}`,
  };
  const format = formatOf(invocation);
  if (format === 'text') stdout.write(`holdfast ${version}\n`);
  else if (format === 'json') stdout.write(writeJson(value));
  else stdout.write((await import('../../render/yaml.ts')).writeYaml(value));
  return EXIT.ok;
}

/** The version in package.json, which lies two folders above both the source and the built program. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
