/** Where an alert that always fires is sent: the tree of routes of Alertmanager (docs, alerting/latest/configuration). */
import { isObject } from '../core/json.ts';
import { parseYaml } from '../inventory/parse-yaml.ts';
import { at, type Labels } from '../kubernetes/objects.ts';
import { list } from './reach.ts';

/** Receivers that the alert reaches and that tell somebody; undefined when the text is no configuration. */
export function toldBy(
  text: string,
  labels: Labels,
): { readonly reached: readonly string[]; readonly told: readonly string[] } | undefined {
  const config = parseYaml(text, '').documents[0]?.value;
  const route = at(config, 'route');
  if (!isObject(route)) return undefined;
  const reached = receiversOf(route, labels, undefined);
  const told = list(config, ['receivers'])
    .filter(
      (receiver) =>
        isObject(receiver) &&
        Object.entries(receiver).some(
          ([key, value]) => key.endsWith('_configs') && Array.isArray(value) && value.length > 0,
        ),
    )
    .map((receiver) => String(at(receiver, 'name')));
  return { reached, told: reached.filter((name) => told.includes(name)) };
}

/** The first child that matches takes it, and those after it while `continue` says so; without any the route itself. */
function receiversOf(route: unknown, labels: Labels, above: string | undefined): readonly string[] {
  const written = at(route, 'receiver');
  const own = typeof written === 'string' ? written : above;
  const found: string[] = [];
  let taken = false;
  for (const child of list(route, ['routes'])) {
    if (!matches(child, labels)) continue;
    taken = true;
    found.push(...receiversOf(child, labels, own));
    if (at(child, 'continue') !== true) return found;
  }
  return taken ? found : own === undefined ? [] : [own];
}

function matches(route: unknown, labels: Labels): boolean {
  const [equal, like] = [at(route, 'match'), at(route, 'match_re')];
  const old = [
    ...(isObject(equal)
      ? Object.entries(equal).map(([name, value]) => ({ name, operator: '=', value: String(value) }))
      : []),
    ...(isObject(like)
      ? Object.entries(like).map(([name, value]) => ({ name, operator: '=~', value: String(value) }))
      : []),
  ];
  const written = list(route, ['matchers']).flatMap((matcher) => {
    const parts =
      typeof matcher === 'string' ? /^\s*"?([\w.-]+)"?\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$/s.exec(matcher) : null;
    return parts === null ? [] : [{ name: parts[1] ?? '', operator: parts[2] ?? '', value: parts[3] ?? '' }];
  });
  return [...old, ...written].every(({ name, operator, value }) => {
    const label = labels[name] ?? '';
    if (operator === '=' || operator === '!=') return (label === value) === (operator === '=');
    return isLike(label, value) === (operator === '=~');
  });
}

/** Anchored; what this language of patterns does not know matches nothing. */
function isLike(label: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(label);
  } catch {
    return false;
  }
}
