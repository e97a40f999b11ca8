/** Namespaces, priorities, runtime classes, limit ranges, services, owners, budgets. */
import type { Manifest } from '../oracle.ts';
import { fields } from './draw.ts';
import { type Shape, apps, tiers } from './shape.ts';

/** Where containers get requests from a limit range. */
export const LIMITED_NAMESPACE = 'team-a';

export interface Policies {
  readonly objects: readonly Manifest[];
  readonly owners: readonly Owner[];
  readonly priorityClasses: readonly string[];
  readonly runtimeClasses: readonly string[];
}

/** What a pod can be controlled by. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly app: string;
}

export function policiesOf(shape: Shape): Policies {
  const owners = ownersOf(shape);
  return {
    owners,
    priorityClasses: ['low', 'middle', 'high', 'polite'],
    runtimeClasses: ['sandbox', 'heavy'],
    objects: [
      ...namespacesOf(shape),
      ...priorityClassesOf(shape),
      ...runtimeClassesOf(),
      ...limitRangesOf(shape),
      ...servicesOf(shape),
      ...owners.map(controllerOf),
      ...budgetsOf(shape),
    ],
  };
}

function namespacesOf({ draw, namespaces }: Shape): Manifest[] {
  return namespaces.map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: fields({
        team: draw.chance(0.7) ? draw.pick(['a', 'b']) : undefined,
        env: draw.chance(0.7) ? draw.pick(['prod', 'dev']) : undefined,
      }),
    },
  }));
}

function priorityClassesOf({ draw }: Shape): Manifest[] {
  const make = (name: string, value: number, more: object = {}): Manifest => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    ...more,
  });
  const globalDefault = draw.chance(0.2);
  return [
    make('low', -10),
    make('middle', 10, globalDefault ? { globalDefault } : {}),
    make('high', 1000),
    make('polite', 2000, { preemptionPolicy: 'Never' }),
  ];
}

function runtimeClassesOf(): Manifest[] {
  return [
    {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'sandbox' },
      handler: 'sandbox',
      overhead: { podFixed: { cpu: '250m', memory: '120Mi' } },
    },
    {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'heavy' },
      handler: 'heavy',
      overhead: { podFixed: { memory: '512Mi' } },
      scheduling: { nodeSelector: { disk: 'ssd' }, tolerations: [{ key: 'dedicated', operator: 'Exists' }] },
    },
  ];
}

function limitRangesOf({ draw }: Shape): Manifest[] {
  if (!draw.chance(0.15)) return [];
  return [
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'defaults', namespace: LIMITED_NAMESPACE },
      spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '150m', memory: '96Mi' } }] },
    },
  ];
}

function servicesOf(shape: Shape): Manifest[] {
  const { draw } = shape;
  return shape.namespaces.flatMap((namespace) =>
    apps.flatMap((app) => {
      if (!draw.chance(shape.odds('spread', 0.3))) return [];
      const selector = draw.weighted<Record<string, string> | undefined>([
        [6, { app }],
        [2, { app, tier: draw.pick(tiers) }],
        [1, undefined],
      ]);
      return [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: app, namespace },
          spec: fields({ ports: [{ port: 80 }], selector }),
        },
      ];
    }),
  );
}

function ownersOf({ draw, namespaces }: Shape): Owner[] {
  return namespaces.flatMap((namespace) =>
    apps.flatMap((app) => {
      if (!draw.chance(0.4)) return [];
      const type = draw.weighted([
        [5, { apiVersion: 'apps/v1', kind: 'ReplicaSet' }],
        [2, { apiVersion: 'apps/v1', kind: 'StatefulSet' }],
        [1, { apiVersion: 'v1', kind: 'ReplicationController' }],
      ]);
      return [{ ...type, namespace, app, name: `${app}-set`, uid: `owner-${namespace}-${app}` }];
    }),
  );
}

function controllerOf(owner: Owner): Manifest {
  const labels = { app: owner.app };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'example/app:1' }] } };
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    metadata: { name: owner.name, namespace: owner.namespace, uid: owner.uid },
    spec: {
      selector: owner.kind === 'ReplicationController' ? labels : { matchLabels: labels },
      template,
      ...(owner.kind === 'StatefulSet' ? { serviceName: owner.app } : {}),
    },
  };
}

function budgetsOf(shape: Shape): Manifest[] {
  const { draw } = shape;
  return shape.namespaces.flatMap((namespace) =>
    apps.flatMap((app) => {
      if (!draw.chance(shape.odds('preemption', 0.25))) return [];
      const disruptionsAllowed = draw.weighted([
        [4, 0],
        [3, 1],
        [1, 2],
      ]);
      const selector = draw.weighted<object>([
        [6, { matchLabels: { app } }],
        [2, { matchExpressions: [{ key: 'app', operator: 'In', values: [app, 'web'] }] }],
        [1, {}],
      ]);
      return [
        {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name: app, namespace },
          spec: { selector, ...(draw.chance(0.5) ? { minAvailable: 1 } : { maxUnavailable: '50%' }) },
          status: fields({
            disruptionsAllowed,
            currentHealthy: 3,
            desiredHealthy: 3 - disruptionsAllowed,
            expectedPods: 3,
            observedGeneration: 1,
            disruptedPods: draw.chance(0.2) ? { 'placed-0': '2026-01-01T00:00:00Z' } : undefined,
          }),
        },
      ];
    }),
  );
}
