/**
 * Where programs that ship logs keep what they could not send yet. Each reader takes all texts that the program mounts
 * and tells the outputs or inputs that hold it in memory; undefined when nothing in them is about it.
 */
import { isObject } from '../core/json.ts';
import { parseYaml } from '../inventory/parse-yaml.ts';
import { at } from '../kubernetes/objects.ts';
import { list } from './reach.ts';

/** Names of what is buffered in memory; empty: nothing is. */
type InMemory = readonly string[] | undefined;

interface Shipper {
  readonly name: string;
  /** The last part of the image's name. */
  readonly image: RegExp;
  readonly remedy: string;
  readonly read: (texts: readonly string[]) => InMemory;
}

export const SHIPPERS: readonly Shipper[] = [
  {
    name: 'Fluent Bit',
    image: /^(aws-for-)?fluent-?bit$/,
    remedy: 'Set storage.path in the service and storage.type filesystem for the inputs, on a hostPath.',
    read: fluentBit,
  },
  {
    name: 'Fluentd',
    image: /^fluentd/,
    remedy: 'Give each output a <buffer> with @type file, on a hostPath.',
    read: fluentd,
  },
  {
    name: 'Vector',
    image: /^vector$/,
    remedy: 'Set buffer.type: disk for the sinks, with data_dir on a hostPath.',
    read: vector,
  },
  {
    name: 'OpenTelemetry Collector',
    image: /^(opentelemetry-collector|otelcol)(-contrib|-k8s)?$/,
    remedy:
      'Give the exporters a sending_queue with storage: file_storage, and the extension a directory on a hostPath.',
    read: collector,
  },
];

/** Undefined for what is no YAML. */
function yamlOf(text: string): unknown {
  return parseYaml(text, '').documents[0]?.value;
}

/** Fluent Bit docs, administration/buffering-and-storage: storage.type is memory unless the input says otherwise, or inherits. */
function fluentBit(texts: readonly string[]): InMemory {
  const sections = texts.flatMap((text) => [...classicSections(text), ...yamlSections(yamlOf(text))]);
  const service = sections.filter(({ kind }) => kind === 'service');
  const inherited = service.some(
    ({ settings }) => isOn(settings['storage.inherit']) && settings['storage.type'] === 'filesystem',
  );
  const tails = sections.filter(({ kind, settings }) => kind === 'input' && settings['name'] === 'tail');
  if (tails.length === 0) return undefined;
  // Without a path there is nowhere to keep it, whatever the inputs say.
  const placed = service.some(({ settings }) => settings['storage.path'] !== undefined);
  return tails
    .filter(({ settings }) => {
      const type = settings['storage.type'] ?? (inherited ? 'filesystem' : 'memory');
      return type !== 'filesystem' || !placed;
    })
    .map(({ settings }) => `input ${settings['alias'] ?? settings['tag'] ?? 'tail'}`);
}

interface Section {
  readonly kind: string;
  readonly settings: Readonly<Record<string, string>>;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(on|true|yes)$/.test(value);
}

/** `[INPUT]` and lines of a key and a value; neither of them cares for the case of keys. */
function classicSections(text: string): readonly Section[] {
  const sections: { kind: string; settings: Record<string, string> }[] = [];
  for (const line of text.split('\n')) {
    const head = /^\s*\[(\w+)\]\s*$/.exec(line);
    const setting = /^\s+([\w.@]+)\s+(\S.*?)\s*$/.exec(line);
    if (head !== null) sections.push({ kind: (head[1] ?? '').toLowerCase(), settings: {} });
    else if (setting !== null && !line.trim().startsWith('#')) {
      const [, key = '', value = ''] = setting;
      const last = sections.at(-1);
      if (last !== undefined)
        last.settings[key.toLowerCase()] = key.toLowerCase() === 'tag' ? value : value.toLowerCase();
    }
  }
  return sections;
}

function yamlSections(value: unknown): readonly Section[] {
  const inputs = list(value, ['pipeline', 'inputs']).map((input) => ({ kind: 'input', settings: settingsOf(input) }));
  return [
    ...inputs,
    ...(isObject(at(value, 'service')) ? [{ kind: 'service', settings: settingsOf(at(value, 'service')) }] : []),
  ];
}

function settingsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toLowerCase(), String(one).toLowerCase()]));
}

/** Outputs of Fluentd that send nothing away, or only pass on within the process. */
const WITHIN =
  /^(null|stdout|file|relabel|rewrite_tag_filter|route|copy|roundrobin|grep|parser|record_reformer|detect_exceptions)$/;

/** Fluentd docs, configuration/buffer-section: the buffer of most outputs is memory unless it says `@type file`. */
function fluentd(texts: readonly string[]): InMemory {
  const outputs = texts.flatMap((text) => blocksOf(text).filter(({ tag }) => tag === 'match' || tag === 'store'));
  const away = outputs.filter(({ type }) => type !== undefined && !WITHIN.test(type));
  if (away.length === 0) return undefined;
  return away
    .filter(({ buffer }) => !(buffer ?? 'memory').startsWith('file'))
    .map(({ type }) => `output ${type ?? ''}`);
}

interface Block {
  readonly tag: string;
  type: string | undefined;
  /** The @type of its <buffer>. */
  buffer: string | undefined;
}

/** Every block in angle brackets, with its own @type. */
function blocksOf(text: string): readonly Block[] {
  const done: Block[] = [];
  const open: Block[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    const start = /^<(\w+)(\s[^>]*)?>/.exec(line);
    const type = /^@?type\s+"?([\w-]+)"?/.exec(line);
    const last = open.at(-1);
    if (start !== null) open.push({ tag: start[1] ?? '', type: undefined, buffer: undefined });
    else if (/^<\/\w+>/.test(line) && last !== undefined) {
      open.pop();
      done.push(last);
      const parent = open.at(-1);
      if (last.tag === 'buffer' && parent !== undefined) parent.buffer = last.type ?? 'memory';
    } else if (type !== null && last !== undefined) last.type ??= type[1];
    // The form of before v0.14.
    else if (/^buffer_type\s+file/.test(line) && last !== undefined) last.buffer = 'file';
  }
  return done;
}

/** Sinks of Vector that send nothing away. */
const LOCAL_SINKS = /^(console|blackhole|file|prometheus_exporter)$/;

/** Vector docs, about/under-the-hood/architecture/buffering-model; with acknowledgements a source goes on only when its events arrived. */
function vector(texts: readonly string[]): InMemory {
  const sinks = texts.flatMap((text) => [...yamlSinks(yamlOf(text)), ...tomlSinks(text)]);
  const away = sinks.filter(({ type }) => type !== undefined && !LOCAL_SINKS.test(type));
  if (away.length === 0) return undefined;
  return away
    .filter(({ buffer, acknowledged }) => buffer !== 'disk' && !acknowledged)
    .map(({ name }) => `sink ${name}`);
}

interface Sink {
  readonly name: string;
  readonly type: string | undefined;
  readonly buffer: string | undefined;
  readonly acknowledged: boolean;
}

function yamlSinks(value: unknown): readonly Sink[] {
  const sinks = at(value, 'sinks');
  if (!isObject(sinks)) return [];
  const whole = at(value, 'acknowledgements', 'enabled') === true;
  return Object.entries(sinks).map(([name, sink]) => {
    const [type, buffer] = [at(sink, 'type'), at(sink, 'buffer', 'type')];
    return {
      name,
      type: typeof type === 'string' ? type : undefined,
      buffer: typeof buffer === 'string' ? buffer : undefined,
      acknowledged: whole || at(sink, 'acknowledgements', 'enabled') === true,
    };
  });
}

/** Tables `[sinks.name]` and `[sinks.name.buffer]`, and `buffer.type = "disk"` within the first. */
function tomlSinks(text: string): readonly Sink[] {
  const values = new Map<string, string>();
  let table = '';
  for (const line of text.split('\n')) {
    const head = /^\s*\[([^[\]]+)\]\s*$/.exec(line);
    const pair = /^\s*([\w.]+)\s*=\s*"?([^"#]*?)"?\s*(#.*)?$/.exec(line);
    if (head !== null) table = (head[1] ?? '').replaceAll('"', '').trim();
    else if (pair !== null) values.set(table === '' ? (pair[1] ?? '') : `${table}.${pair[1] ?? ''}`, pair[2] ?? '');
  }
  const names = new Set([...values.keys()].flatMap((key) => /^sinks\.([^.]+)\./.exec(key)?.[1] ?? []));
  return [...names].map((name) => ({
    name,
    type: values.get(`sinks.${name}.type`),
    buffer: values.get(`sinks.${name}.buffer.type`),
    acknowledged:
      values.get('acknowledgements.enabled') === 'true' ||
      values.get(`sinks.${name}.acknowledgements.enabled`) === 'true',
  }));
}

/** OpenTelemetry Collector docs, resiliency (persistent queue): exporters of the pipelines of logs. */
function collector(texts: readonly string[]): InMemory {
  const used = texts.map(yamlOf).flatMap((value) => {
    const pipelines = at(value, 'service', 'pipelines');
    if (!isObject(pipelines)) return [];
    return Object.entries(pipelines)
      .filter(([name]) => name === 'logs' || name.startsWith('logs/'))
      .flatMap(([, pipeline]) => list(pipeline, ['exporters']))
      .map((name) => ({ name: String(name), exporter: at(value, 'exporters', String(name)) }));
  });
  const away = used.filter(({ name }) => !/^(debug|logging|file|nop)(\/|$)/.test(name));
  if (away.length === 0) return undefined;
  return [
    ...new Set(
      away
        .filter(({ exporter }) => at(exporter, 'sending_queue', 'storage') === undefined)
        .map(({ name }) => `exporter ${name}`),
    ),
  ];
}
