/** Data of a command as JSON or YAML. */
import { writeYaml } from '../render/yaml.ts';
import { writeJson } from '../report/json.ts';

/** The value in the format that `-o` asked for. */
export function writeData(value: unknown, format: 'json' | 'yaml'): string {
  return format === 'json' ? writeJson(value) : writeYaml(value);
}

/** True when the format is for programs. */
export function isData(format: string): format is 'json' | 'yaml' {
  return format === 'json' || format === 'yaml';
}
