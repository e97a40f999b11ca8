/** `npm run new-system NAME`: makes the folder of a system with the smallest plan that passes the conformance suite. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [id] = process.argv.slice(2);
if (id === undefined || !/^[a-z]+(-[a-z]+)*$/.test(id)) {
  console.error('usage: npm run new-system NAME   (kebab-case, like image-gate)');
  process.exit(2);
}
const root = join(import.meta.dirname, '..');
const folder = join(root, 'src', 'systems', id);
if (existsSync(folder)) {
  console.error(`src/systems/${id} exists already; nothing was written.`);
  process.exit(2);
}
const words = id.replaceAll('-', ' ');
const camel = id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const pascal = camel.charAt(0).toUpperCase() + camel.slice(1);
const template = join(import.meta.dirname, 'new-system');

mkdirSync(folder);
for (const file of ['index.ts', 'section.ts', 'settings.ts', 'plan.ts', 'render.ts', 'system.test.ts']) {
  const text = readFileSync(join(template, `${file}.txt`), 'utf8');
  const name = file === 'system.test.ts' ? `${id}.test.ts` : file;
  writeFileSync(
    join(folder, name),
    text
      .replaceAll('{{id}}', id)
      .replaceAll('{{words}}', words)
      .replaceAll('{{camel}}', camel)
      .replaceAll('{{Pascal}}', pascal),
  );
}
console.log(`Made src/systems/${id}. Next:
  1. src/facts.ts        add the row '${id}': Record<string, never> until somebody else reads a fact of it
  2. src/systems/index.ts add ${camel} to the list
  3. .oxlintrc.json      add ${id} to the systems that no other may import
  4. npm test            the conformance suite says what is missing`);
