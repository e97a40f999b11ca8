/** The document of a cluster that runs, with a comment at each value that says where it was seen. */
import { HoldfastError, type Problem } from '../../core/error.ts';
import { formatCpu } from '../../core/quantity.ts';
import { checkClusterDocument } from '../../systems/document.ts';
import type { ObservedRange } from './addresses.ts';
import type { Observed } from './observed.ts';
import type { ObservedPool } from './pools.ts';
import { type Refused, scalar, Sheet, type Statement } from './sheet.ts';
import type { Level } from './survive.ts';

/**
 * The text; it parses. What was seen but the document does not take is a comment in it.
 * @throws HoldfastError `cannot-describe` when no document can say what was seen.
 */
export function documentOf(seen: Observed, file: string): string {
  let observed = seen;
  const refused = new Map<string, string>();
  let levels = observed.survival.levels;
  let engine = true;
  let widePods = false;
  for (;;) {
    const sheet = write(observed, { level: levels[0] ?? 'node', engine, widePods, refused });
    const { problems } = checkClusterDocument({ text: sheet.text, file });
    if (problems.length === 0) return sheet.text;
    const before = refused.size;
    for (const problem of problems) {
      const blamed = blamedFor(problem, sheet.statements);
      if (blamed !== undefined) refused.set(blamed.key, sentenceOf(problem));
    }
    if (refused.size > before) continue;
    if (levels.length > 1 && problems.some(isAboutPlaces)) levels = levels.slice(1);
    else if (engine && problems.some(({ path }) => path === 'spec.pools')) engine = false;
    else if (!widePods && problems.some(isAboutPodRoom)) widePods = true;
    else if (observed === seen && problems.some(({ code }) => code === 'too-few-zones'))
      observed = withSecondZone(seen);
    else throw cannotDescribe(observed, problems);
  }
}

/** Where zones or regions do not carry the promise. */
function isAboutPlaces({ path = '' }: Problem): boolean {
  return path.startsWith('spec.regions') || path === 'spec.survive';
}

/** The default range of pods has no room for so many nodes. */
function isAboutPodRoom({ path, code }: Problem): boolean {
  return path === 'spec.cidrs.pods' && code === 'cidr-too-small';
}

/** EKS has subnets in two zones or more, also where all nodes stand in one. */
function withSecondZone(observed: Observed): Observed {
  const { places, pools } = observed;
  const [first, ...others] = places.regions;
  const [zone = ''] = first?.zones ?? [];
  if (first === undefined) return observed;
  const second = zone.endsWith('a') ? `${zone.slice(0, -1)}b` : `${zone.slice(0, -1)}a`;
  const note = `Not seen: ${second}. EKS has subnets in two zones or more, and no node tells the second: write its name.`;
  return {
    ...observed,
    places: {
      ...places,
      regions: [{ ...first, zones: [...first.zones, second] }, ...others],
      notes: [...places.notes, note],
    },
    pools: pools.map((pool) => ({ ...pool, zones: pool.zones ?? first.zones })),
  };
}

/** The text that it stands in is written nowhere. */
function withoutPlace(problem: Problem): Problem {
  const { at: _, ...rest } = problem;
  return rest;
}

function cannotDescribe({ context }: Observed, problems: readonly Problem[]): HoldfastError {
  return new HoldfastError('cannot-describe', `No cluster document can describe the cluster of context ${context}.`, {
    problems: problems.map(withoutPlace),
    hint: 'holdfast init without --context writes one from answers.',
  });
}

/** The innermost statement that the problem is within; for a default that does not go with what was seen, what stands beside it. */
function blamedFor({ path }: Problem, statements: readonly Statement[]): Statement | undefined {
  if (path === undefined) return undefined;
  const around = statements.filter((one) => isWithin(path, one.path)).toSorted((a, b) => b.path.length - a.path.length);
  return (
    around[0] ?? (isWithin(path, 'spec.cidrs') ? statements.find((one) => isWithin(one.path, 'spec.cidrs')) : undefined)
  );
}

function isWithin(path: string, of: string): boolean {
  return path === of || path.startsWith(`${of}.`) || path.startsWith(`${of}[`);
}

function sentenceOf({ message, found, expected }: Problem): string {
  const beside = [
    ...(found === undefined || message.includes(found) ? [] : [`found ${found}`]),
    ...(expected === undefined ? [] : [`expected ${expected}`]),
  ];
  return beside.length === 0 ? message : `${message} (${beside.join(', ')})`;
}

interface Choices {
  readonly level: Level;
  /** False when the engine that adds machines cannot be the default. */
  readonly engine: boolean;
  /** True when pods need more addresses than the default range has, and nothing tells which they have. */
  readonly widePods: boolean;
  readonly refused: Refused;
}

function write(observed: Observed, { level, engine, widePods, refused }: Choices): Sheet {
  const sheet = new Sheet(refused);
  writeHead(sheet, observed);
  sheet.say(2, observed.provider.seen);
  sheet.line(2, `provider: ${observed.provider.provider}`);
  sheet.say(2, 'What no single loss of may stop the cluster: node, zone or region.', observed.survival.seen);
  sheet.line(2, `survive: ${level}`);
  sheet.say(
    2,
    `Names this cluster in a kubeconfig. With it and --yes, holdfast check --context asks the API server itself what differs, by a dry run that keeps nothing; without it, objects are only read and compared.`,
  );
  sheet.line(2, `# context: ${scalar(observed.context)}`);
  writeRegions(sheet, observed);
  writeControlPlane(sheet, observed);
  writePools(sheet, observed);
  if (!engine) {
    sheet.say(2, 'Karpenter has no machine here that it can start on.');
    sheet.line(2, 'autoscaling: {engine: none}');
  }
  writeRanges(sheet, observed.ranges, widePods);
  writeVersion(sheet, observed);
  writeRest(sheet);
  return sheet;
}

function writeHead(sheet: Sheet, { context, name, nodes, unseen }: Observed): void {
  sheet.say(
    0,
    `The cluster of context ${context} as it was seen, with ${nodes} node${nodes === 1 ? '' : 's'}. Each value says where it was seen; everything that is not written has a safe default, and holdfast plan explains each. holdfast explain field spec shows every field.`,
  );
  if (unseen.length > 0) sheet.say(0, ...unseen);
  sheet.line(0, 'apiVersion: holdfast.dev/v1', 'kind: Cluster', 'metadata:');
  sheet.say(2, name.seen);
  sheet.line(2, `name: ${scalar(name.text)}`);
  sheet.line(0, 'spec:');
}

function writeRegions(sheet: Sheet, { places }: Observed): void {
  sheet.line(2, 'regions:');
  if (places.notes.length > 0) sheet.say(4, ...places.notes);
  for (const { name, zones, seen } of places.regions) {
    sheet.say(4, seen);
    sheet.line(4, `- name: ${scalar(name)}`, `  zones: [${zones.map(scalar).join(', ')}]`);
  }
}

function writeControlPlane(sheet: Sheet, { controlPlane }: Observed): void {
  const { kind, seen, endpoint, etcd, managed } = controlPlane;
  sheet.line(2, 'controlPlane:');
  sheet.say(4, seen);
  sheet.line(4, `kind: ${kind}`);
  if (endpoint !== undefined && kind === 'kubeadm' && !managed)
    sheet.group(4, 'endpoint:', [
      {
        key: 'endpoint.host',
        path: 'spec.controlPlane.endpoint.host',
        seen: "Seen: kubeadm's controlPlaneEndpoint.",
        lines: [`host: ${scalar(endpoint.host)}`],
      },
      {
        key: 'endpoint.port',
        path: 'spec.controlPlane.endpoint.port',
        lines: [`port: ${endpoint.port}`],
      },
    ]);
  if (kind === 'eks') return;
  const statements: Statement[] = [];
  if (etcd.topology !== undefined)
    statements.push({
      key: 'etcd.topology',
      path: 'spec.etcd.topology',
      seen: etcd.seen,
      lines: [`topology: ${etcd.topology}`],
    });
  if (etcd.members !== undefined)
    statements.push({
      key: 'etcd.members',
      path: 'spec.etcd.members',
      ...(etcd.topology === undefined ? { seen: etcd.seen } : {}),
      lines: [`members: ${etcd.members.length}`],
    });
  if (statements.length === 0) sheet.say(2, `${etcd.seen} Its members are planned by default.`);
  sheet.group(2, 'etcd:', statements);
}

function writePools(sheet: Sheet, { pools, poolNotes }: Observed): void {
  const standing = pools.filter(({ name }) => !sheet.isRefused(`pool ${name}`));
  sheet.say(2, 'Machines that run pods. How far pools may grow (maxNodesPerZone) is not seen.', ...poolNotes);
  if (pools.length === 0) sheet.say(2, 'No worker was seen: the plan takes its default pool.');
  if (pools.length > 0) sheet.line(2, standing.length === 0 ? '# pools:' : 'pools:');
  for (const pool of pools) {
    const index = standing.indexOf(pool);
    writePool(sheet, pool, `spec.pools[${index}]`);
  }
}

function writePool(sheet: Sheet, pool: ObservedPool, path: string): void {
  const { name, zones, nodesPerZone, spot, seen } = pool;
  const key = `pool ${name}`;
  sheet.say(4, ...seen);
  sheet.state(4, {
    key,
    path,
    lines: [
      `- name: ${scalar(name)}`,
      ...(zones === undefined ? [] : [`  zones: [${zones.map(scalar).join(', ')}]`]),
      `  nodesPerZone: ${nodesPerZone}`,
      ...(spot ? ['  capacity: spot'] : []),
    ],
  });
  if (sheet.isRefused(key)) return;
  for (const statement of machineStatements(pool, path)) sheet.state(6, statement);
  const labels = Object.entries(pool.labels).map(([label, value]) => ({
    key: `${key} label ${label}`,
    path: `${path}.labels.${label}`,
    lines: [`${scalar(label)}: ${scalar(value)}`],
  }));
  sheet.group(6, 'labels:', labels);
  const taintKey = ({ key: of, effect }: ObservedPool['taints'][number]): string => `${key} taint ${of}:${effect}`;
  const standing = pool.taints.filter((taint) => !sheet.isRefused(taintKey(taint)));
  const taints = pool.taints.map((taint) => ({
    key: taintKey(taint),
    path: `${path}.taints[${standing.indexOf(taint)}]`,
    lines: [`- {key: ${scalar(taint.key)}, value: ${scalar(taint.value)}, effect: ${taint.effect}}`],
  }));
  sheet.group(6, 'taints:', taints);
}

function machineStatements({ name, machine }: ObservedPool, path: string): readonly Statement[] {
  const { type, cpu, memory, gpus, pods } = machine;
  const fields = [
    ...(type === undefined ? [] : [`type: ${scalar(type)}`]),
    ...(cpu === undefined ? [] : [`cpu: ${scalar(formatCpu(cpu))}`]),
    ...(memory === undefined ? [] : [`memory: ${scalar(memory)}`]),
    ...(gpus === undefined ? [] : [`gpus: ${gpus}`]),
    ...(pods === undefined ? [] : [`pods: ${pods}`]),
  ];
  if (fields.length === 0) return [];
  const seen =
    cpu === undefined && type === undefined ? 'No node tells its size: the plan takes the default.' : undefined;
  return [{ key: `pool ${name}`, path, seen, lines: [`machine: {${fields.join(', ')}}`] }];
}

/** Shared address space (RFC 6598): no range of the internet, and hardly one of a site. */
const WIDE_PODS = '100.64.0.0/10';

function writeRanges(sheet: Sheet, seen: Observed['ranges'], widePods: boolean): void {
  const wide = {
    range: WIDE_PODS,
    seen: 'Not seen. The default has no room for so many nodes; this one is only wide enough: write the real one.',
  };
  const ranges = widePods ? { ...seen, pods: wide } : seen;
  const range = (name: 'nodes' | 'pods' | 'services', one: ObservedRange | undefined): readonly Statement[] =>
    one === undefined
      ? []
      : [
          {
            key: `cidrs.${name}`,
            path: `spec.cidrs.${name}`,
            seen: one.seen,
            lines: [`${name}: ${scalar(one.range)}`],
          },
        ];
  const unseen = (['nodes', 'pods', 'services'] as const).filter((name) => ranges[name] === undefined);
  if (unseen.length > 0) sheet.say(2, `Not seen, so that the plan takes defaults: addresses of ${unseen.join(', ')}.`);
  sheet.group(2, 'cidrs:', [
    ...range('nodes', ranges.nodes),
    ...range('pods', ranges.pods),
    ...range('services', ranges.services),
  ]);
}

function writeVersion(sheet: Sheet, { version: { version, seen } }: Observed): void {
  if (version === undefined) {
    sheet.say(2, seen);
    return;
  }
  sheet.group(2, 'versions:', [
    { key: 'version', path: 'spec.versions.kubernetes', seen, lines: [`kubernetes: ${scalar(version)}`] },
  ]);
}

function writeRest(sheet: Sheet): void {
  sheet.say(2, 'Promises; no cluster tells them. Each is judged by holdfast plan and sets the timers that keep it.');
  sheet.line(
    2,
    '# objectives:',
    '#   apiAvailability: 99.9%',
    '#   nodeFailureRecovery: 2m',
    '#   zoneFailureRecovery: 5m',
  );
  sheet.say(2, 'Files or directories with the manifests that run here.');
  sheet.line(2, '# workloads: [manifests]');
}
