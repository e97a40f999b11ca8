/** Configurations of balancers as people keep them in objects: HAProxy's and keepalived's, as text. */
import { ofKind } from '../inventory/indexes.ts';
import type { Sourced } from '../inventory/identity.ts';
import type { World } from '../inventory/world.ts';
import { isObject } from '../core/json.ts';
import { at, type FieldPath } from '../kubernetes/objects.ts';

export interface TextPlace {
  readonly text: string;
  readonly sourced: Sourced;
  readonly path: FieldPath;
}

/** Files that ConfigMaps and Cluster API's machines hold. */
export function* textsOf({ index }: Pick<World, 'index'>): Iterable<TextPlace> {
  for (const sourced of ofKind(index, '/ConfigMap')) {
    const data = at(sourced.object, 'data');
    for (const [key, text] of Object.entries(isObject(data) ? data : {}))
      if (typeof text === 'string') yield { text, sourced, path: ['data', key] };
  }
  for (const [kind, path] of MACHINE_FILES) {
    for (const sourced of ofKind(index, kind)) {
      const files = at(sourced.object, ...path);
      for (const [place, file] of (Array.isArray(files) ? files : []).entries()) {
        const text = at(file, 'content');
        if (typeof text === 'string') yield { text, sourced, path: [...path, place, 'content'] };
      }
    }
  }
}

const MACHINE_FILES: readonly (readonly [kind: string, path: FieldPath])[] = [
  ['controlplane.cluster.x-k8s.io/KubeadmControlPlane', ['spec', 'kubeadmConfigSpec', 'files']],
  ['bootstrap.cluster.x-k8s.io/KubeadmConfig', ['spec', 'files']],
  ['bootstrap.cluster.x-k8s.io/KubeadmConfigTemplate', ['spec', 'template', 'spec', 'files']],
];

/** A part of HAProxy's configuration that sends to API servers. */
export interface HaproxyBackend {
  readonly name: string;
  readonly servers: readonly string[];
  /** Servers that are never checked. */
  readonly unchecked: readonly string[];
  /** What is asked beyond a connection: `httpchk`; undefined when a connection is all. */
  readonly asks: 'http' | undefined;
}

/** First words of sections: HAProxy 3.0 configuration manual, section 2. */
const SECTION =
  /^(global|defaults|frontend|backend|listen|peers|resolvers|userlist|mailers|program|cache|ring|http-errors|crt-store|traces)\b\s*(\S*)/;
const API_PORT = 6443;
/** Nobody has more API servers. */
const MOST_SERVERS = 100;

/** Backends of an HAProxy configuration whose servers are API servers; none when the text is something else. */
export function apiBackendsOf(text: string): readonly HaproxyBackend[] {
  const found: HaproxyBackend[] = [];
  let inherited: Section = EMPTY;
  for (const { kind, name, lines } of sectionsOf(text)) {
    const own = sectionOf(lines, kind === 'defaults' ? EMPTY : inherited);
    if (kind === 'defaults') inherited = own;
    if (kind !== 'backend' && kind !== 'listen') continue;
    if (!own.servers.some(({ port }) => port === API_PORT)) continue;
    found.push({
      name,
      servers: own.servers.map((server) => server.name),
      unchecked: own.servers.filter(({ checked }) => !(checked ?? own.checkedByDefault)).map((server) => server.name),
      asks: own.asks,
    });
  }
  return found;
}

interface Section {
  readonly servers: readonly {
    readonly name: string;
    readonly port: number;
    /** Undefined: as the section's default-server says. */
    readonly checked: boolean | undefined;
  }[];
  readonly checkedByDefault: boolean;
  readonly asks: HaproxyBackend['asks'];
}

const EMPTY: Section = { servers: [], checkedByDefault: false, asks: undefined };

function* sectionsOf(
  text: string,
): Iterable<{ readonly kind: string; readonly name: string; readonly lines: readonly string[] }> {
  let open: { readonly kind: string; readonly name: string; readonly lines: string[] } | undefined;
  for (const written of text.split('\n')) {
    const line = written.replace(/(^|\s)#.*$/, '').trim();
    const match = SECTION.exec(line);
    if (match !== null) {
      if (open !== undefined) yield open;
      open = { kind: match[1] ?? '', name: match[2] ?? '', lines: [] };
    } else if (line !== '') open?.lines.push(line);
  }
  if (open !== undefined) yield open;
}

/** Servers are the section's own; what is checked, and how, comes from `defaults` when the section does not say. */
function sectionOf(lines: readonly string[], inherited: Section): Section {
  const section = { ...inherited, servers: [] as Section['servers'][number][] };
  for (const line of lines) {
    const [word, ...rest] = line.split(/\s+/);
    if (word === 'default-server') section.checkedByDefault = checkOf(rest) ?? section.checkedByDefault;
    else if (word === 'server' || word === 'server-template') {
      const [name = '', ...options] = rest;
      // A template has its number of servers before their address.
      const address = options.find((option) => /:\d+$/.test(option)) ?? '';
      const server = { port: Number(/:(\d+)$/.exec(address)?.[1]), checked: checkOf(options) };
      const [, first = '1', last = '1'] =
        (word === 'server' ? null : /^(?:(\d+)-)?(\d+)$/.exec(options[0] ?? '')) ?? [];
      for (let place = Number(first); place <= Math.min(Number(last), MOST_SERVERS); place += 1)
        section.servers.push({ name: word === 'server' ? name : `${name}${place}`, ...server });
    } else if (/^option\s+httpchk\b/.test(line)) section.asks = 'http';
    else if (/^option\s+(tcp-check|ssl-hello-chk)\b/.test(line)) section.asks = undefined;
  }
  return section;
}

function checkOf(options: readonly string[]): boolean | undefined {
  if (options.includes('no-check')) return false;
  return options.includes('check') ? true : undefined;
}

/** Addresses of keepalived's instances that nothing watches but the machine itself: a dead balancer keeps its address. */
export function unwatchedAddressesOf(text: string): readonly string[] {
  return [...text.matchAll(/\bvrrp_instance\s+\S+\s*\{/g)].flatMap((match) => {
    const body = bodyAt(text, match.index + match[0].length);
    if (/\btrack_(script|process|file)\b/.test(body)) return [];
    const addresses = /\bvirtual_ipaddress\s*\{([^}]*)\}/.exec(body)?.[1] ?? '';
    return addresses
      .split('\n')
      .map((line) => /^\s*([0-9a-fA-F.:]+)/.exec(line)?.[1] ?? '')
      .filter((address) => address !== '');
  });
}

/** What stands between a brace that was opened before `start` and its end. */
function bodyAt(text: string, start: number): string {
  let depth = 1;
  for (let here = start; here < text.length; here += 1) {
    if (text[here] === '{') depth += 1;
    else if (text[here] === '}') depth -= 1;
    if (depth === 0) return text.slice(start, here);
  }
  return text.slice(start);
}
