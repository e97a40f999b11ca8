/** What a pod asks of a node: containers, sidecars, pod-level resources, ports, and the statuses of resizes. */
import type { Draw } from './draw.ts';
import { fields } from './draw.ts';
import { RESTART_ALL, images } from './nodes.ts';
import { LIMITED_NAMESPACE } from './policies.ts';
import type { Shape } from './shape.ts';

interface Ask {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

interface Container {
  readonly manifest: Record<string, unknown>;
  readonly ask: Ask;
}

export interface Containers {
  readonly spec: Record<string, unknown>;
  /** What it adds up to, roughly: enough for filling nodes. */
  readonly cpu: number;
  readonly memory: number;
  /** The status of a placed pod with a resize under way, or nothing. */
  readonly status: Record<string, unknown>;
}

export function containersOf(shape: Shape, own: { pending: boolean; namespace: string }): Containers {
  const { draw } = shape;
  const hostNetwork = draw.chance(0.04);
  const main = Array.from(
    {
      length: draw.weighted([
        [6, 1],
        [3, 2],
        [1, 3],
      ] as const),
    },
    (_, index) => container(shape, { name: `main-${String(index)}`, hostNetwork, ports: index === 0 }),
  );
  const init = draw.chance(0.25)
    ? Array.from({ length: draw.between(1, 3) }, (_, index) => initContainer(shape, index))
    : [];
  const all = [...init, ...main];
  const cpu = sum(all.map(({ ask }) => ask.cpu ?? 0));
  const memory = sum(all.map(({ ask }) => ask.memory ?? 0));
  // A limit range gives containers requests after the pod's own were made of them, and the sum is too low then.
  const pod =
    own.namespace !== LIMITED_NAMESPACE && draw.chance(shape.odds('resources', 0.1))
      ? podLevel(draw, { cpu, memory }, all)
      : undefined;
  return {
    cpu,
    memory,
    status: own.pending ? {} : resizeStatus(shape, { main, init, pod }),
    spec: fields({
      containers: main.map(({ manifest }) => manifest),
      initContainers: init.length > 0 ? init.map(({ manifest }) => manifest) : undefined,
      resources: pod,
      hostNetwork: hostNetwork || undefined,
    }),
  };
}

function initContainer(shape: Shape, index: number): Container {
  const made = container(shape, { name: `init-${String(index)}`, hostNetwork: false, ports: false });
  const sidecar = shape.draw.chance(0.5) ? { restartPolicy: 'Always' } : {};
  return { ask: made.ask, manifest: { ...made.manifest, ...sidecar } };
}

function container(shape: Shape, options: { name: string; hostNetwork: boolean; ports: boolean }): Container {
  const { draw } = shape;
  const big = shape.focus === 'preemption' ? 4 : 0.5;
  const cpu = draw.weighted([
    [2, undefined],
    [0.5, 0],
    [2, 50],
    [3, 100],
    [3, 250],
    [2, 500],
    [big, 1000],
    [big / 4, 3000],
  ] as const);
  const memory = draw.weighted([
    [2, undefined],
    [0.5, 0],
    [2, 32],
    [3, 128],
    [3, 512],
    [big, 1024],
    [big / 4, 4000],
  ] as const);
  const extra = extraResources(shape, cpu !== undefined || memory !== undefined);
  const requests = fields({
    cpu: cpu === undefined ? undefined : milli(draw, cpu),
    memory: memory === undefined ? undefined : mebi(draw, memory),
    ...extra,
  });
  // Requests alone, limits that requests default to, or both.
  const style = draw.weighted([
    [5, 'requests'],
    [2, 'limits'],
    [2, 'both'],
  ] as const);
  const resources = {
    ...(style === 'limits' && Object.keys(requests).length > 0 ? {} : { requests }),
    ...(style === 'requests'
      ? Object.keys(extra).length > 0
        ? { limits: hardLimits(extra) }
        : {}
      : { limits: requests }),
  };
  const restart = draw.chance(0.04);
  const main = options.name.startsWith('main');
  return {
    ask: { cpu, memory },
    manifest: fields({
      name: options.name,
      image: draw.pick([...images, 'example/app:latest', 'nobody/has:this']),
      resources,
      ports: options.ports ? portsOf(draw, options.hostNetwork) : undefined,
      restartPolicy: restart && main ? 'Never' : undefined,
      // Asks for a feature that not every node declares.
      restartPolicyRules:
        restart && main ? [{ action: RESTART_ACTION, exitCodes: { operator: 'In', values: [42] } }] : undefined,
    }),
  };
}

const RESTART_ACTION = RESTART_ALL.replace('OnContainerExits', '');

/** Extended and huge-page resources; the latter need CPU or memory beside them, and limits equal to requests. */
function extraResources(shape: Shape, plain: boolean): Record<string, string> {
  const { draw, odds } = shape;
  return fields({
    'ephemeral-storage': draw.chance(odds('resources', 0.1)) ? draw.pick(['1Gi', '6Gi']) : undefined,
    'example.com/gpu': draw.chance(odds('resources', 0.05)) ? draw.pick(['1', '2']) : undefined,
    'hugepages-2Mi': plain && draw.chance(odds('resources', 0.05)) ? draw.pick(['16Mi', '128Mi']) : undefined,
  }) as Record<string, string>;
}

function hardLimits(extra: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(extra).filter(([name]) => name !== 'ephemeral-storage'));
}

/** Only one container of a pod has host ports: the same one twice is invalid. */
function portsOf(draw: Draw, hostNetwork: boolean): object[] | undefined {
  if (hostNetwork) return [{ containerPort: draw.pick([80, 8080, 9100]) }];
  if (!draw.chance(0.12)) return undefined;
  return [
    fields({
      containerPort: 80,
      hostPort: draw.pick([80, 8080, 9100]),
      protocol: draw.pick([undefined, 'TCP', 'UDP', 'SCTP']),
      hostIP: draw.pick([undefined, undefined, '0.0.0.0', '127.0.0.1', '10.0.0.1']),
    }),
  ];
}

/** Pod-level requests may not be below what the containers ask for together, nor limits below requests. */
function podLevel(draw: Draw, total: { cpu: number; memory: number }, all: readonly Container[]): object {
  // Roomy, since containers without requests of their own can get them from a limit range.
  const spare = 200 * all.length;
  const cpu = total.cpu + draw.pick([spare, spare + 300]);
  const memory = total.memory + draw.pick([spare, spare + 512]);
  const amount = { cpu: `${String(cpu)}m`, memory: `${String(memory)}Mi` };
  return draw.weighted<() => object>([
    [4, () => ({ requests: amount })],
    [2, () => ({ limits: amount })],
    [2, () => ({ requests: amount, limits: { cpu: `${String(cpu + 500)}m`, memory: amount.memory } })],
    [1, () => ({ requests: { cpu: amount.cpu } })],
    [1, () => ({ requests: { memory: amount.memory } })],
  ])();
}

/** A kubelet's view of a resize: what is allocated, what runs, and that it cannot be done. */
function resizeStatus(
  shape: Shape,
  parts: { main: readonly Container[]; init: readonly Container[]; pod: object | undefined },
): Record<string, unknown> {
  const { draw } = shape;
  if (!draw.chance(shape.odds('resources', 0.12))) return {};
  const statusOf = ({ manifest }: Container): object => {
    const amount = (): object => ({
      cpu: `${String(draw.between(1, 9) * 100)}m`,
      memory: `${String(draw.between(1, 9) * 64)}Mi`,
    });
    return fields({
      name: manifest['name'],
      image: manifest['image'],
      imageID: '',
      ready: true,
      restartCount: 0,
      allocatedResources: draw.chance(0.8) ? amount() : undefined,
      resources: draw.chance(0.8) ? { requests: amount() } : undefined,
    });
  };
  const infeasible = draw.chance(0.3);
  const pending = { type: 'PodResizePending', status: 'True', reason: infeasible ? 'Infeasible' : 'Deferred' };
  return fields({
    containerStatuses: parts.main.filter(() => draw.chance(0.9)).map(statusOf),
    initContainerStatuses: parts.init.length > 0 ? parts.init.map(statusOf) : undefined,
    conditions: draw.chance(0.6) ? [pending] : undefined,
    resources: parts.pod !== undefined && draw.chance(0.6) ? { requests: { cpu: '2', memory: '1Gi' } } : undefined,
    allocatedResources: parts.pod !== undefined && draw.chance(0.6) ? { cpu: '1500m', memory: '900Mi' } : undefined,
  });
}

function milli(draw: Draw, value: number): string {
  return value > 0 && value % 1000 === 0 && draw.chance(0.7) ? String(value / 1000) : `${String(value)}m`;
}

/** Memory as people write it: binary, decimal, bytes. */
function mebi(draw: Draw, value: number): string {
  return draw.weighted([
    [6, `${String(value)}Mi`],
    [2, `${String(value)}M`],
    [1, String(value * 2 ** 20)],
    [0.5, `${String(value)}e6`],
  ]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
