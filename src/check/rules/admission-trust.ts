/** AD08, AD09: webhooks whose answers are not trusted any more, or that need somebody outside to answer. */
import { textOfBase64, validitiesOf } from '../../core/certificate.ts';
import { isObject } from '../../core/json.ts';
import type { Sourced } from '../../inventory/identity.ts';
import { nameOf } from '../../inventory/identity.ts';
import { annotationsOf, ofKind } from '../../inventory/indexes.ts';
import type { World, WorldWebhook } from '../../inventory/world.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { selectsEverything } from '../../kubernetes/selectors.ts';
import type { EpochSeconds } from '../../kubernetes/time.ts';
import { daysUntil, sayDate, sayDaysUntil, SOON_DAYS } from '../certificates.ts';
import { list } from '../reach.ts';
import { defect, type Draft, type Rule } from '../rule.ts';
import { imageNames } from '../workload-programs.ts';

/** A place in which the API server is told whom to trust. */
interface Bundle {
  readonly on: Sourced;
  readonly path: FieldPath;
  readonly text: string;
  /** Who is not trusted when it has ended: `webhook a.example.com`. */
  readonly whom: string;
  /** False where the API server goes on without the answer. */
  readonly refuses: boolean;
}

function* bundlesOf(world: World): Iterable<Bundle> {
  const places = [
    ...world.webhooks.map(({ configuration, path, spec }) => ({
      on: configuration,
      path: [...path, 'clientConfig', 'caBundle'],
      whom: `webhook ${spec.name}`,
      refuses: spec.failurePolicy === 'Fail',
    })),
    ...ofKind(world.index, 'apiextensions.k8s.io/CustomResourceDefinition').map((on) => ({
      on,
      path: ['spec', 'conversion', 'webhook', 'clientConfig', 'caBundle'],
      whom: `the conversion of ${nameOf(on.object)}`,
      refuses: true,
    })),
    ...ofKind(world.index, 'apiregistration.k8s.io/APIService').map((on) => ({
      on,
      path: ['spec', 'caBundle'],
      whom: `the server of ${nameOf(on.object)}`,
      refuses: true,
    })),
  ];
  const seen = new Map<Sourced, Set<string>>();
  for (const place of places) {
    const text = at(place.on.object, ...place.path);
    if (typeof text !== 'string' || text === '') continue;
    // The webhooks of one configuration have one authority: one finding.
    const known = seen.get(place.on) ?? new Set<string>();
    seen.set(place.on, known);
    const key = `${place.refuses} ${text}`;
    if (known.has(key)) continue;
    known.add(key);
    yield { ...place, text };
  }
}

const INJECTED =
  /^(cert-manager\.io\/inject-(ca-from|ca-from-secret|apiserver-ca)|certmanager\.k8s\.io\/inject-ca-from|service\.(alpha|beta)\.openshift\.io\/inject-cabundle)$/;

/**
 * Programs that renew their certificate and write the bundle themselves: those that use open-policy-agent/cert-controller
 * (gatekeeper, KEDA, Kueue, JobSet), knative.dev/pkg/webhook/certificates (Knative, policy-controller), and Kyverno,
 * Istio, cert-manager, CloudNativePG with a code of their own.
 */
const RENEWS =
  /gatekeeper|keda|kueue|jobset|knative|policy\.sigstore\.dev|kyverno|istio|cert-manager|cnpg|cloudnative-pg/;

function isManaged({ on }: Bundle): boolean {
  const { object } = on;
  return Object.keys(annotationsOf(object)).some((key) => INJECTED.test(key)) || RENEWS.test(nameOf(object));
}

/** Objects of a cluster hold what somebody has written into them; who that was is not to be seen. */
function isLive({ on }: Bundle): boolean {
  return at(on.object, 'metadata', 'uid') !== undefined;
}

/** Certificates that live for longer outlive the cluster. */
const LONG_DAYS = 3_650;

const ad08: Rule = {
  id: 'AD08',
  family: 'AD',
  title: 'A webhook whose authority ends, and nobody renews it',
  severity: 'error',
  whySeverity:
    'From that day on the API server trusts no answer of the webhook, and refuses what it must ask it about.',
  takesDown: 'Writes to the API that the webhook is asked about, or the part of the API that the server answers.',
  remedy: 'Let cert-manager issue the certificate and write the bundle (cert-manager.io/inject-ca-from).',
  price: 'One more component that must run before the webhook does.',
  source:
    'Kubernetes v1.36.3 staging/src/k8s.io/apiserver/pkg/util/webhook/client.go (RootCAs from caBundle); cert-manager docs, concepts/ca-injector',
  needs: 'manifests',
  reads: [
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'apiextensions.k8s.io/CustomResourceDefinition',
    'apiregistration.k8s.io/APIService',
  ],
  *check(world, { now }) {
    for (const bundle of bundlesOf(world)) {
      const pem = textOfBase64(bundle.text);
      // A blank one holds the place of what is injected.
      if (pem?.trim() === '') continue;
      const ends = pem === undefined ? undefined : validitiesOf(pem)?.map(({ notAfter }) => notAfter);
      if (ends === undefined) yield* unreadable(bundle);
      else if (now === undefined) yield { unknown: 'when the certificates of webhooks end: the time is not told' };
      // While one is replaced by another, both are in the bundle.
      else yield* ended(bundle, Math.max(...ends), now);
    }
  },
};

function* unreadable(bundle: Bundle): Iterable<Draft> {
  const { on, path, whom, refuses } = bundle;
  if (isManaged(bundle)) return;
  if (/\{\{|\$\{|ENC\[/.test(bundle.text)) {
    yield { unknown: `caBundle of ${whom} is filled in later` };
    return;
  }
  yield {
    on,
    path,
    ...(refuses ? {} : { severity: 'warning' as const }),
    message: `caBundle holds no certificate in PEM form: no answer of ${whom} is trusted.`,
  };
}

function* ended(bundle: Bundle, end: EpochSeconds, now: EpochSeconds): Iterable<Draft> {
  const { on, path, whom, refuses } = bundle;
  const say = (severity: 'warning' | 'info' | undefined, message: string): Draft => ({
    on,
    path,
    ...(severity === undefined ? {} : { severity }),
    message,
  });
  if (end <= now)
    yield say(
      refuses ? undefined : 'warning',
      `The last certificate of caBundle ended on ${sayDate(end)}: no answer of ${whom} is trusted.`,
    );
  else if (isManaged(bundle)) return;
  else if (daysUntil(end, now) < SOON_DAYS)
    yield say(
      'warning',
      `The last certificate of caBundle ends ${sayDaysUntil(end, now)}, on ${sayDate(end)}; nobody is named who renews it for ${whom}.`,
    );
  else if (!isLive(bundle) && daysUntil(end, now) < LONG_DAYS)
    yield say(
      'info',
      `caBundle is written by hand and ends on ${sayDate(end)}; nobody is named who renews it for ${whom}.`,
    );
}

/** Programs that look an image's signature or its scan up somewhere else before they admit it. */
const IMAGE_POLICY =
  /cosign|sigstore|policy-controller|connaisseur|portieris|ratify|notation|trivy|anchore|image-?(scan|policy|sign|bouncer|verif)|kube-enforcer|kritis|snyk|sysdig|neuvector|twistlock/i;

function isImagePolicy({ spec, configuration, service }: WorldWebhook): boolean {
  const names = [
    spec.name,
    nameOf(configuration.object),
    ...(service?.workloads.flatMap((one) => [...imageNames(one)]) ?? []),
  ];
  return names.some((name) => IMAGE_POLICY.test(name));
}

function asksAboutPods({ spec }: WorldWebhook): boolean {
  return spec.rules.some(
    ({ resources, operations, apiGroups }) =>
      apiGroups.some((group) => group === '*' || group === '') &&
      resources.some((one) => one === '*' || one === '*/*' || one === 'pods') &&
      operations.some((one) => one === '*' || one === 'CREATE'),
  );
}

const ad09: Rule = {
  id: 'AD09',
  family: 'AD',
  title: 'No pod starts while a registry or a scanner does not answer',
  severity: 'warning',
  whySeverity:
    'It needs a registry or a scanner that does not answer while pods must be made; then none is made anywhere, and nothing exempts one.',
  takesDown: 'Every pod that is to be made while the registry, its signatures or the scanner are away.',
  remedy:
    'Leave an exemption that can be used in an emergency: a label of namespaces that the webhook does not select, an exclude of the policy, and kube-system left out.',
  price: 'Who may set the label can run images that are not checked; guard it by RBAC.',
  source:
    'Sigstore docs, policy-controller/overview (opt in by namespace); Kyverno docs, policy-types/cluster-policy/verify-images',
  needs: 'manifests',
  reads: [
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    '/Namespace',
    'kyverno.io/ClusterPolicy',
    'kyverno.io/PolicyException',
    'policies.kyverno.io/ImageValidatingPolicy',
    'policies.kyverno.io/PolicyException',
  ],
  acrossNamespaces: true,
  *check(world) {
    for (const webhook of world.webhooks) {
      const { spec, configuration, path } = webhook;
      if (spec.failurePolicy !== 'Fail' || !isImagePolicy(webhook) || !asksAboutPods(webhook)) continue;
      if (!selectsEverything(spec.namespaceSelector) || !selectsEverything(spec.objectSelector)) continue;
      if (spec.matchConditions > 0) {
        yield { unknown: `webhook ${spec.name} has matchConditions, which are not evaluated` };
        continue;
      }
      yield {
        on: configuration,
        path: [...path, 'namespaceSelector'],
        message: `${spec.name} fails closed, looks images up elsewhere, and is asked about every pod of every namespace.`,
        cause: defect(`image policy ${spec.name}`, configuration),
      };
    }
    yield* kyvernoPolicies(world);
    yield* imagePolicyPlugin(world);
  },
};

/** Kyverno makes its webhooks from its policies: the policy decides. */
function* kyvernoPolicies(world: World): Iterable<Draft> {
  const excepted = new Set(
    ['kyverno.io/PolicyException', 'policies.kyverno.io/PolicyException'].flatMap((kind) =>
      ofKind(world.index, kind).flatMap(({ object }) => [
        ...list(object, ['spec', 'exceptions']).map((one) => at(one, 'policyName')),
        ...list(object, ['spec', 'policyRefs']).map((one) => at(one, 'name')),
      ]),
    ),
  );
  for (const sourced of ofKind(world.index, 'kyverno.io/ClusterPolicy')) {
    const { object } = sourced;
    if (at(object, 'spec', 'failurePolicy') === 'Ignore' || excepted.has(nameOf(object))) continue;
    const place = list(object, ['spec', 'rules']).findIndex((rule) => enforces(object, rule) && !isLimited(rule));
    if (place < 0) continue;
    yield {
      on: sourced,
      path: ['spec', 'rules', place, 'verifyImages'],
      message: `${nameOf(object)} verifies images of every namespace that Kyverno is asked about, and fails closed; no exclude and no PolicyException exempts a pod.`,
    };
  }
  for (const sourced of ofKind(world.index, 'policies.kyverno.io/ImageValidatingPolicy')) {
    const { object } = sourced;
    const actions = list(object, ['spec', 'validationActions']);
    if (at(object, 'spec', 'failurePolicy') === 'Ignore' || excepted.has(nameOf(object))) continue;
    if (actions.length > 0 && !actions.includes('Deny')) continue;
    const constraints = at(object, 'spec', 'matchConstraints');
    if (['namespaceSelector', 'objectSelector'].some((key) => isRestricting(at(constraints, key)))) continue;
    if (list(object, ['spec', 'matchConditions']).length > 0) {
      yield { unknown: `ImageValidatingPolicy ${nameOf(object)} has matchConditions, which are not evaluated` };
      continue;
    }
    yield {
      on: sourced,
      path: ['spec', 'matchConstraints'],
      message: `${nameOf(object)} verifies images of every namespace and fails closed; no selector and no PolicyException exempts a pod.`,
    };
  }
}

function isRestricting(selector: unknown): boolean {
  return isObject(selector) && Object.keys(selector).length > 0;
}

/** A rule that verifies images and refuses pods, by its own word or the policy's. */
function enforces(policy: unknown, rule: unknown): boolean {
  const images = list(rule, ['verifyImages']);
  if (images.length === 0) return false;
  const whole = at(policy, 'spec', 'validationFailureAction');
  return images.some((image) => {
    const action = at(image, 'failureAction') ?? whole ?? 'Audit';
    return typeof action === 'string' && action.toLowerCase() === 'enforce';
  });
}

/** Something that exempts pods: an exclude, or a match by namespaces or labels. */
function isLimited(rule: unknown): boolean {
  if (isRestricting(at(rule, 'exclude')) || isRestricting(at(rule, 'preconditions'))) return true;
  const matches = [at(rule, 'match'), ...list(rule, ['match', 'any']), ...list(rule, ['match', 'all'])];
  return matches.some((match) =>
    ['namespaces', 'namespaceSelector', 'selector', 'names', 'annotations'].some(
      (key) => at(match, 'resources', key) !== undefined,
    ),
  );
}

/** The plugin of the API server itself: AdmissionConfiguration, ImagePolicyWebhook. */
function* imagePolicyPlugin(world: World): Iterable<Draft> {
  for (const sourced of world.configurations) {
    if (sourced.object.kind !== 'AdmissionConfiguration') continue;
    for (const [place, plugin] of list(sourced.object, ['plugins']).entries()) {
      const path = ['plugins', place, 'configuration', 'imagePolicy', 'defaultAllow'];
      if (at(plugin, 'name') !== 'ImagePolicyWebhook' || at(sourced.object, ...path) !== false) continue;
      yield {
        on: sourced,
        path,
        message: 'ImagePolicyWebhook refuses every pod of every namespace while its backend does not answer.',
      };
    }
  }
}

export const admissionTrust: readonly Rule[] = [ad08, ad09];
