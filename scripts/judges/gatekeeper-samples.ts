/** Objects that Gatekeeper's rules must let in or not, each with what is there already. */

export interface Sample {
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly there?: readonly Readonly<Record<string, unknown>>[];
  readonly violates: boolean;
}

type Rule = { readonly host?: string; readonly paths?: readonly string[] };

export function ingress(
  namespace: string,
  name: string,
  { rules, className }: { readonly rules: readonly Rule[]; readonly className?: string },
): Readonly<Record<string, unknown>> {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace, name },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      rules: rules.map(({ host, paths = ['/'] }) => ({
        ...(host === undefined ? {} : { host }),
        http: { paths: paths.map((path) => ({ path, pathType: 'Prefix', backend })) },
      })),
    },
  };
}

export function workload(
  kind: 'Deployment' | 'StatefulSet',
  replicas: number | undefined,
  { namespace = 'shop', name = 'web' }: { readonly namespace?: string; readonly name?: string } = {},
): Readonly<Record<string, unknown>> {
  const labels = { app: 'web', tier: 'front' };
  const containers = [{ name: 'main', image: 'registry.example.com/web:1.4.2' }];
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

export function budget(spec: Readonly<Record<string, unknown>>, namespace = 'shop'): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  };
}

function pod(container: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) {
  const { namespace = 'shop', ...spec } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: 'web' },
    spec: { containers: [{ name: 'main', image: 'registry.example.com/web:1.4.2', ...container }], ...spec },
  };
}

const privileged = { name: 'other', image: 'registry.example.com/a:1', securityContext: { privileged: true } };
const host = [{ host: 'shop.example.com' }];
const mine = ingress('shop', 'web', { rules: host });

const uniqueHosts: readonly Sample[] = [
  { name: 'alone', object: mine, violates: false },
  { name: 'itself, changed', object: mine, there: [mine], violates: false },
  {
    name: 'a host of another namespace',
    object: mine,
    there: [ingress('blog', 'web', { rules: host })],
    violates: true,
  },
  {
    name: 'a host of another namespace, on another path',
    object: mine,
    there: [ingress('blog', 'web', { rules: [{ host: 'shop.example.com', paths: ['/blog'] }] })],
    violates: true,
  },
  {
    name: 'a path of its own namespace',
    object: mine,
    there: [ingress('shop', 'old', { rules: host })],
    violates: true,
  },
  {
    name: 'another path of its own namespace, as certificate solvers have',
    object: ingress('shop', 'solver', {
      rules: [{ host: 'shop.example.com', paths: ['/.well-known/acme-challenge/x'] }],
    }),
    there: [mine],
    violates: false,
  },
  {
    name: 'the same host for another class',
    object: ingress('shop', 'web', { rules: host, className: 'internal' }),
    there: [ingress('blog', 'web', { rules: host, className: 'public' })],
    violates: false,
  },
  {
    name: 'no host',
    object: ingress('shop', 'web', { rules: [{}] }),
    there: [ingress('blog', 'web', { rules: [{}] })],
    violates: false,
  },
  {
    name: 'other hosts',
    object: mine,
    there: [ingress('blog', 'web', { rules: [{ host: 'blog.example.com' }] })],
    violates: false,
  },
  {
    name: 'the second of two hosts',
    object: ingress('shop', 'web', { rules: [{ host: 'new.example.com' }, ...host] }),
    there: [ingress('blog', 'web', { rules: host })],
    violates: true,
  },
  { name: 'kube-system', object: ingress('kube-system', 'web', { rules: host }), there: [mine], violates: false },
];

const three = workload('Deployment', 3);
const drainableBudgets: readonly Sample[] = [
  { name: 'two of three', object: budget({ minAvailable: 2 }), there: [three], violates: false },
  { name: 'three of three', object: budget({ minAvailable: 3 }), there: [three], violates: true },
  { name: 'more than there are', object: budget({ minAvailable: 5 }), there: [three], violates: true },
  { name: '100%', object: budget({ minAvailable: '100%' }), there: [three], violates: true },
  { name: '90% of three is three', object: budget({ minAvailable: '90%' }), there: [three], violates: true },
  { name: '50% of three is two', object: budget({ minAvailable: '50%' }), there: [three], violates: false },
  {
    name: 'one of the one that is the default',
    object: budget({ minAvailable: 1 }),
    there: [workload('Deployment', undefined)],
    violates: true,
  },
  {
    name: 'of a StatefulSet',
    object: budget({ minAvailable: 3 }),
    there: [workload('StatefulSet', 3)],
    violates: true,
  },
  {
    name: 'two workloads together',
    object: budget({ minAvailable: 3 }),
    there: [three, workload('StatefulSet', 3, { name: 'old' })],
    violates: false,
  },
  {
    name: 'scaled to nothing',
    object: budget({ minAvailable: 1 }),
    there: [workload('Deployment', 0)],
    violates: false,
  },
  {
    name: 'of another namespace',
    object: budget({ minAvailable: 3 }),
    there: [workload('Deployment', 3, { namespace: 'blog' })],
    violates: false,
  },
  { name: 'maxUnavailable', object: budget({ maxUnavailable: 1 }), there: [three], violates: false },
  {
    name: 'nothing selected',
    object: budget({ minAvailable: 3, selector: { matchLabels: { app: 'other' } } }),
    there: [three],
    violates: false,
  },
  { name: 'everything selected', object: budget({ minAvailable: 3, selector: {} }), there: [three], violates: true },
  {
    name: 'by expressions that fit',
    object: budget({
      minAvailable: 3,
      selector: {
        matchExpressions: [
          { key: 'app', operator: 'In', values: ['web', 'api'] },
          { key: 'canary', operator: 'DoesNotExist' },
          { key: 'tier', operator: 'NotIn', values: ['back'] },
          { key: 'none', operator: 'NotIn', values: ['back'] },
          { key: 'tier', operator: 'Exists' },
        ],
      },
    }),
    there: [three],
    violates: true,
  },
  {
    name: 'by an expression that does not',
    object: budget({ minAvailable: 3, selector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] } }),
    there: [three],
    violates: false,
  },
];

const privilegedPods: readonly Sample[] = [
  { name: 'an ordinary pod', object: pod({}), violates: false },
  { name: 'privileged: false', object: pod({ securityContext: { privileged: false } }), violates: false },
  { name: 'a privileged container', object: pod({ securityContext: { privileged: true } }), violates: true },
  { name: 'a privileged init container', object: pod({}, { initContainers: [privileged] }), violates: true },
  { name: 'a privileged debug container', object: pod({}, { ephemeralContainers: [privileged] }), violates: true },
  {
    name: 'kube-system',
    object: pod({ securityContext: { privileged: true } }, { namespace: 'kube-system' }),
    violates: false,
  },
];

const images: readonly Sample[] = [
  { name: 'a tag', object: pod({}), violates: false },
  { name: 'a digest', object: pod({ image: `registry.example.com/a@sha256:${'0'.repeat(64)}` }), violates: false },
  { name: 'latest', object: pod({ image: 'registry.example.com/a:latest' }), violates: true },
  { name: 'no tag', object: pod({ image: 'registry.example.com:5000/a' }), violates: true },
  {
    name: 'no tag in an init container',
    object: pod({}, { initContainers: [{ name: 'i', image: 'registry.example.com/a' }] }),
    violates: true,
  },
];

/** By the kind of the constraint. */
export const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  HoldfastUniqueHosts: uniqueHosts,
  HoldfastDrainableBudgets: drainableBudgets,
  HoldfastPrivileged: privilegedPods,
  HoldfastImages: images,
};
