/** DR06: what must run before it can be started. */
import { type Draft, type Rule } from '../rule.ts';
import { circlesOf, selfDeployed, type StartNeed, startNeeds } from '../start-needs.ts';
import type { World } from '../../inventory/world.ts';

const dr06: Rule = {
  id: 'DR06',
  family: 'DR',
  title: 'Workloads that need each other before they can start',
  severity: 'warning',
  whySeverity:
    'It needs all of them to be away at once, as after a stop of the cluster or a restore; then none of them comes back by itself.',
  takesDown: 'Every workload of the circle, and whatever needs one of them, until somebody breaks the circle by hand.',
  remedy:
    'Break the circle where it costs least: images of the registry and of webhooks from a registry outside, an exemption by namespace, a start that retries instead of waiting.',
  source:
    'Kubernetes docs, admission-webhooks-good-practices (avoid deadlocks); CoreDNS docs, plugins/loop; AWS Builders’ Library, static stability',
  needs: 'manifests',
  reads: [
    '/Service',
    'networking.k8s.io/Ingress',
    '/ConfigMap',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'argoproj.io/Application',
    'source.toolkit.fluxcd.io/GitRepository',
    'source.toolkit.fluxcd.io/OCIRepository',
    'source.toolkit.fluxcd.io/HelmRepository',
    'kustomize.toolkit.fluxcd.io/Kustomization',
    'helm.toolkit.fluxcd.io/HelmRelease',
  ],
  acrossNamespaces: true,
  *check(world) {
    for (const circle of circlesOf(startNeeds(world))) yield* sayCircle(circle);
    yield* deployedFromItself(world);
  },
};

function* sayCircle(circle: readonly StartNeed[]): Iterable<Draft> {
  const [first] = circle;
  if (first === undefined) return;
  const steps = circle.map(({ from, how, to }) => `${from.id} ${how} ${from === to ? 'itself' : to.id}`);
  yield {
    on: first.on,
    path: first.path,
    message: `${steps.join('; ')}.`,
    takesDown: circle.map(({ from }) => from),
    cause: `circle ${circle.map(({ from }) => from.id).join(' ')}`,
  };
}

/** Nothing is down by it while both run; a cluster that is built anew finds no source to build from. */
function* deployedFromItself(world: World): Iterable<Draft> {
  for (const { on, path, namespace, service } of selfDeployed(world))
    yield {
      on,
      path,
      message: `It deploys to namespace ${namespace} from Service ${service}, which is there only when it is deployed.`,
      takesDown: [],
    };
}

export const recoveryCircles: readonly Rule[] = [dr06];
