/** Where pods may and would like to run: selectors, node affinity, pod affinity, spread, tolerations. */
import type { Draw } from './draw.ts';
import { fields } from './draw.ts';
import { taintKeys } from './nodes.ts';
import { BETA_ZONE, HOSTNAME, REGION, type Shape, ZONE, apps, releases, tiers } from './shape.ts';

/** The parts of a pod's spec that say where it runs. */
export function placementOf(shape: Shape, own: { app: string; pending: boolean }): Record<string, unknown> {
  const { draw, odds } = shape;
  const affinity = fields({
    nodeAffinity: nodeAffinityOf(shape),
    podAffinity: podTermsOf(shape, own, { required: odds('affinity', 0.08), preferred: odds('affinity', 0.12) }),
    podAntiAffinity: podTermsOf(shape, own, { required: odds('affinity', 0.12), preferred: odds('affinity', 0.12) }),
  });
  return fields({
    nodeSelector: draw.chance(odds('nodes', 0.12)) ? nodeSelectorOf(draw) : undefined,
    affinity: Object.keys(affinity).length > 0 ? affinity : undefined,
    topologySpreadConstraints: spreadOf(shape, own),
    tolerations: draw.chance(0.3) ? tolerationsOf(draw) : undefined,
  });
}

function nodeSelectorOf(draw: Draw): object {
  return draw.weighted<object>([
    [5, { disk: 'ssd' }],
    [2, { pool: draw.pick(['a', 'b']) }],
    [2, { [ZONE]: draw.pick(['eu-west1-a', 'eu-west1-b', 'eu-west1-x']) }],
    [1, { disk: 'ssd', pool: 'a' }],
    [0.5, { 'example.com/empty': '' }],
  ]);
}

function nodeAffinityOf(shape: Shape): object | undefined {
  const { draw } = shape;
  const required = draw.chance(0.15)
    ? { nodeSelectorTerms: Array.from({ length: draw.between(1, 2) }, () => nodeTerm(shape, true)) }
    : undefined;
  const preferred = draw.chance(0.2)
    ? Array.from({ length: draw.between(1, 3) }, () => ({
        weight: draw.between(1, 100),
        preference: nodeTerm(shape, false),
      }))
    : undefined;
  if (required === undefined && preferred === undefined) return undefined;
  return fields({
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  });
}

function nodeTerm(shape: Shape, required: boolean): object {
  const { draw } = shape;
  const byName = draw.chance(required ? 0.2 : 0.1);
  const matchFields = byName
    ? [
        {
          key: 'metadata.name',
          operator: draw.chance(0.7) ? 'In' : 'NotIn',
          values: [draw.pick([...shape.nodeNames.slice(0, 3), ...shape.nodeNames.slice(-2), 'node-gone'])],
        },
      ]
    : undefined;
  // Two names in one term leave no node.
  if (matchFields !== undefined && required && draw.chance(0.4)) {
    matchFields.push({ key: 'metadata.name', operator: 'In', values: ['node-other'] });
  }
  const expressions =
    byName && draw.chance(0.5) ? undefined : Array.from({ length: draw.between(1, 2) }, () => nodeExpression(draw));
  if (!required && draw.chance(0.05)) return {};
  return fields({ matchFields, matchExpressions: expressions });
}

function nodeExpression(draw: Draw): object {
  return draw.weighted<() => object>([
    [3, () => ({ key: 'disk', operator: 'In', values: draw.some(['ssd', 'hdd', 'nvme']) })],
    [2, () => ({ key: 'pool', operator: 'NotIn', values: draw.some(['a', 'b']) })],
    [2, () => ({ key: ZONE, operator: 'In', values: draw.some(['eu-west1-a', 'eu-west1-b', 'eu-west1-c']) })],
    [1, () => ({ key: BETA_ZONE, operator: 'Exists' })],
    [2, () => ({ key: 'pool', operator: 'Exists' })],
    [2, () => ({ key: 'pool', operator: 'DoesNotExist' })],
    [2, () => ({ key: 'rank', operator: 'Gt', values: [String(draw.between(0, 15))] })],
    [2, () => ({ key: 'rank', operator: 'Lt', values: [String(draw.between(0, 21))] })],
    [0.5, () => ({ key: 'disk', operator: 'Gt', values: ['1'] })],
    [0.5, () => ({ key: 'example.com/empty', operator: 'In', values: [''] })],
  ])();
}

function podTermsOf(
  shape: Shape,
  own: { app: string; pending: boolean },
  odds: { required: number; preferred: number },
): object | undefined {
  const { draw } = shape;
  const required = draw.chance(odds.required)
    ? Array.from({ length: draw.between(1, 2) }, () => podTerm(shape, own.app))
    : undefined;
  const preferred = draw.chance(odds.preferred)
    ? Array.from({ length: draw.between(1, 2) }, () => ({
        weight: draw.between(1, 100),
        podAffinityTerm: podTerm(shape, own.app),
      }))
    : undefined;
  if (required === undefined && preferred === undefined) return undefined;
  return fields({
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  });
}

function podTerm({ draw, namespaces }: Shape, ownApp: string): object {
  const labelSelector = podSelector(draw, ownApp);
  const byKeys = labelSelector !== undefined && draw.chance(0.2);
  const keys = draw.pick([['tier'], ['release'], ['tier', 'release'], ['absent']]);
  const match = draw.chance(0.6);
  return fields({
    labelSelector,
    topologyKey: draw.weighted([
      [4, HOSTNAME],
      [4, ZONE],
      [1, REGION],
      [2, 'pool'],
      [0.5, 'example.com/rack'],
    ]),
    namespaces: draw.chance(0.25) ? draw.some(namespaces) : undefined,
    namespaceSelector: draw.chance(0.3) ? namespaceSelector(draw) : undefined,
    matchLabelKeys: byKeys && match ? keys : undefined,
    mismatchLabelKeys: byKeys && !match ? keys : undefined,
  });
}

function namespaceSelector(draw: Draw): object {
  return draw.weighted<object>([
    [2, {}],
    [3, { matchLabels: { team: draw.pick(['a', 'b']) } }],
    [2, { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['prod'] }] }],
    [2, { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }],
    [1, { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop', 'team-a'] }] }],
    [1, { matchLabels: { team: 'nobody' } }],
  ]);
}

/** Selects by `app` only, so that tier and release stay free for (mis)matchLabelKeys. */
function podSelector(draw: Draw, ownApp: string): object | undefined {
  const app = draw.chance(0.5) ? ownApp : draw.pick(apps);
  return draw.weighted<object | undefined>([
    [8, { matchLabels: { app } }],
    [2, { matchExpressions: [{ key: 'app', operator: 'In', values: [...new Set([app, 'web'])] }] }],
    [1.5, { matchExpressions: [{ key: 'app', operator: 'NotIn', values: [app] }] }],
    [1, { matchExpressions: [{ key: 'app', operator: 'Exists' }] }],
    [1, { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }],
    [0.7, {}],
    [0.7, undefined],
  ]);
}

function spreadOf(shape: Shape, own: { app: string }): object[] | undefined {
  const { draw } = shape;
  if (!draw.chance(shape.odds('spread', 0.2))) return undefined;
  const seen = new Set<string>();
  const constraints = Array.from({ length: draw.between(1, 3) }, () => spreadConstraint(shape, own.app)).filter(
    (one) => {
      const key = `${String(one['topologyKey'])} ${String(one['whenUnsatisfiable'])}`;
      return seen.size < seen.add(key).size;
    },
  );
  return constraints;
}

function spreadConstraint({ draw }: Shape, app: string): Record<string, unknown> {
  const hard = draw.chance(0.5);
  const labelSelector = podSelector(draw, app);
  return fields({
    maxSkew: draw.pick([1, 1, 2, 3, 5]),
    topologyKey: draw.weighted([
      [5, ZONE],
      [4, HOSTNAME],
      [2, 'pool'],
      [1, REGION],
      [0.4, 'example.com/rack'],
    ]),
    whenUnsatisfiable: hard ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector,
    minDomains: hard && draw.chance(0.3) ? draw.between(1, 5) : undefined,
    nodeAffinityPolicy: draw.chance(0.3) ? draw.pick(['Honor', 'Ignore']) : undefined,
    nodeTaintsPolicy: draw.chance(0.3) ? draw.pick(['Honor', 'Ignore']) : undefined,
    matchLabelKeys:
      labelSelector !== undefined && draw.chance(0.2) ? draw.pick([['tier'], ['release'], ['absent']]) : undefined,
  });
}

function tolerationsOf(draw: Draw): object[] {
  return Array.from({ length: draw.between(1, 3) }, () =>
    draw.weighted<() => object>([
      [3, () => ({ key: draw.pick(taintKeys), operator: 'Exists' })],
      [
        3,
        () => ({
          key: 'dedicated',
          value: draw.pick(['gpu', 'batch']),
          effect: draw.pick(['NoSchedule', 'PreferNoSchedule']),
        }),
      ],
      [2, () => ({ key: draw.pick(taintKeys), operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 })],
      [1, () => ({ operator: 'Exists', effect: draw.pick(['PreferNoSchedule', 'NoSchedule']) })],
      [0.7, () => ({ operator: 'Exists' })],
      [1, () => ({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' })],
    ])(),
  );
}

/** Labels of a pod of this app; some pods have none. */
export function podLabels(draw: Draw, app: string): Record<string, string> | undefined {
  if (draw.chance(0.05)) return undefined;
  const tier = draw.chance(0.7) ? { tier: draw.pick(tiers) } : {};
  const release = draw.chance(0.6) ? { release: draw.pick(releases) } : {};
  return { app, ...tier, ...release };
}
