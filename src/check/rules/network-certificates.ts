/** NW10: certificates that entries show to the world, and who renews them. */
import { textOfBase64, validitiesOf } from '../../core/certificate.ts';
import type { Sourced } from '../../inventory/identity.ts';
import { nameOf, namespaceOf } from '../../inventory/identity.ts';
import { annotationsOf, find, ofKind } from '../../inventory/indexes.ts';
import type { World } from '../../inventory/world.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { type EpochSeconds, parseTime } from '../../kubernetes/time.ts';
import { DAY_SECONDS, daysUntil, sayDate, sayDaysUntil, SOON_DAYS } from '../certificates.ts';
import { defect, type Draft, type Rule } from '../rule.ts';

/** An entry that shows the certificate of a Secret. */
interface Use {
  readonly on: Sourced;
  readonly path: FieldPath;
  readonly namespace: string;
  readonly secret: string;
}

/** Where each kind of entry names its Secret; lists are walked. */
const ENTRIES: readonly { readonly kind: string; readonly path: readonly string[] }[] = [
  { kind: 'networking.k8s.io/Ingress', path: ['spec', 'tls', 'secretName'] },
  { kind: 'gateway.networking.k8s.io/Gateway', path: ['spec', 'listeners', 'tls', 'certificateRefs'] },
  { kind: 'traefik.io/IngressRoute', path: ['spec', 'tls', 'secretName'] },
  { kind: 'traefik.containo.us/IngressRoute', path: ['spec', 'tls', 'secretName'] },
  { kind: 'projectcontour.io/HTTPProxy', path: ['spec', 'virtualhost', 'tls', 'secretName'] },
  { kind: 'networking.istio.io/Gateway', path: ['spec', 'servers', 'tls', 'credentialName'] },
];

function usesOf(world: World): readonly Use[] {
  const uses = ENTRIES.flatMap(({ kind, path }) =>
    ofKind(world.index, kind).flatMap((on) => {
      const home = namespaceOf(on.object) ?? 'default';
      return placesOf(on.object, path, []).flatMap((place): readonly Use[] => {
        const value = at(on.object, ...place);
        if (typeof value === 'string')
          // Contour and Istio write `namespace/name` for Secrets of others.
          return value === '' || value.includes('/') ? [] : [{ on, path: place, namespace: home, secret: value }];
        const [name, namespace, kind] = [at(value, 'name'), at(value, 'namespace'), at(value, 'kind')];
        if (typeof name !== 'string' || (kind !== undefined && kind !== 'Secret')) return [];
        return [
          { on, path: [...place, 'name'], namespace: typeof namespace === 'string' ? namespace : home, secret: name },
        ];
      });
    }),
  );
  // Of several that show one Secret, the one that asks for it to be made speaks for all.
  const first = new Map<string, Use>();
  for (const use of uses) {
    const key = `${use.namespace}/${use.secret}`;
    const known = first.get(key);
    if (known === undefined || (!asksForIt(known) && asksForIt(use))) first.set(key, use);
  }
  return [...first.values()];
}

function asksForIt({ on }: Use): boolean {
  const annotations = annotationsOf(on.object);
  return Object.keys(ISSUER_ANNOTATIONS).some((key) => annotations[key] !== undefined) || annotations[ACME] === 'true';
}

/** Every place that the fields lead to, through lists. */
function placesOf(object: unknown, fields: readonly string[], before: FieldPath): readonly FieldPath[] {
  const value = at(object, ...before);
  if (Array.isArray(value)) return value.flatMap((_, index) => placesOf(object, fields, [...before, index]));
  const [field, ...rest] = fields;
  if (field === undefined) return value === undefined ? [] : [before];
  return at(value, field) === undefined ? [] : placesOf(object, rest, [...before, field]);
}

const CERTIFICATE = 'cert-manager.io/Certificate';

const nw10: Rule = {
  id: 'NW10',
  family: 'NW',
  title: 'A certificate that ends, or that nobody issues',
  severity: 'error',
  whySeverity: 'From that moment on clients refuse to talk to the entry, all of them at once.',
  takesDown: 'Everything that is reached through the entry under that name.',
  remedy: 'Let cert-manager renew it: a Certificate with an issuer that is there, and an alert on its end.',
  source:
    'cert-manager docs, usage/certificate (renewal: at two thirds of the duration); Kubernetes docs, services-networking/ingress (TLS)',
  needs: 'manifests',
  // Secrets too, where they are given; a live cluster never shows them, and the rule says what it cannot tell.
  reads: [
    'cert-manager.io/Certificate',
    'cert-manager.io/Issuer',
    'cert-manager.io/ClusterIssuer',
    'networking.k8s.io/Ingress',
    'gateway.networking.k8s.io/Gateway',
    'traefik.io/IngressRoute',
    'traefik.containo.us/IngressRoute',
    'projectcontour.io/HTTPProxy',
    'networking.istio.io/Gateway',
    'external-secrets.io/ExternalSecret',
    'bitnami.com/SealedSecret',
    'secrets.hashicorp.com/VaultStaticSecret',
    'secrets.hashicorp.com/VaultDynamicSecret',
    'secrets.hashicorp.com/VaultPKISecret',
  ],
  acrossNamespaces: true,
  *check(world, { now }) {
    const certificates = ofKind(world.index, CERTIFICATE);
    const issued = new Map(
      certificates.flatMap((sourced) => {
        const secret = at(sourced.object, 'spec', 'secretName');
        return typeof secret === 'string' ? [[`${namespaceOf(sourced.object) ?? ''}/${secret}`, sourced] as const] : [];
      }),
    );
    const untold: Untold[] = [];
    for (const sourced of certificates) {
      yield* endOfCertificate(sourced, now);
      yield* told(issuerOf(world, sourced, issuerReference(sourced)), untold);
    }
    for (const use of usesOf(world)) {
      const certificate = issued.get(`${use.namespace}/${use.secret}`);
      const secret = find(world.index, '/Secret', use.namespace, use.secret);
      if (secret !== undefined) yield* endOfSecret(use, { secret, now, renewed: certificate !== undefined });
      else if (certificate === undefined) yield* told(makerOf(world, use), untold);
    }
    yield* sayUntold(untold);
  },
};

/** An object that may be there without being given. */
interface Untold {
  readonly kind: string;
  readonly name: string;
  readonly why: string;
}

function* told(found: Iterable<Draft | Untold>, untold: Untold[]): Iterable<Draft> {
  for (const one of found) {
    if ('why' in one) untold.push(one);
    else yield one;
  }
}

/** One sentence for all of a kind: a cluster has thousands of entries. */
function* sayUntold(untold: readonly Untold[]): Iterable<Draft> {
  const groups = new Map<string, Untold[]>();
  for (const one of untold)
    groups.set(`${one.kind}\n${one.why}`, [...(groups.get(`${one.kind}\n${one.why}`) ?? []), one]);
  for (const group of groups.values()) {
    const [first] = group as [Untold, ...Untold[]];
    const names = [...new Set(group.map(({ name }) => name))];
    const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
    yield { unknown: `whether there is ${first.kind} ${names.slice(0, 3).join(', ')}${more}: ${first.why}` };
  }
}

/** What cert-manager writes of a Certificate that it has issued. */
function* endOfCertificate(on: Sourced, now: EpochSeconds | undefined): Iterable<Draft> {
  const end = parseTime(at(on.object, 'status', 'notAfter'));
  const renewal = parseTime(at(on.object, 'status', 'renewalTime'));
  if (end === undefined) return;
  if (now === undefined) yield { unknown: 'whether certificates have ended: the time is not told' };
  else if (end <= now)
    yield {
      on,
      path: ['spec', 'secretName'],
      message: `It ended on ${sayDate(end)} and was not renewed.`,
      cause: causeOf(namespaceOf(on.object) ?? '', at(on.object, 'spec', 'secretName')),
    };
  else if (renewal !== undefined && now - renewal > DAY_SECONDS)
    yield {
      on,
      path: ['spec', 'secretName'],
      severity: 'warning',
      message: `It should have been renewed on ${sayDate(renewal)} and was not; it ends ${sayDaysUntil(end, now)}, on ${sayDate(end)}.`,
      cause: causeOf(namespaceOf(on.object) ?? '', at(on.object, 'spec', 'secretName')),
    };
}

function causeOf(namespace: string, secret: unknown): string {
  return defect('certificate', { kind: 'Secret', namespace, name: String(secret), sourced: undefined });
}

interface Issuer {
  readonly kind: string;
  readonly name: string;
  readonly path: FieldPath;
}

function issuerReference({ object }: Sourced): Issuer | undefined {
  const path = ['spec', 'issuerRef', 'name'];
  const name = at(object, ...path);
  const kind = at(object, 'spec', 'issuerRef', 'kind') ?? 'Issuer';
  const group = at(object, 'spec', 'issuerRef', 'group') ?? 'cert-manager.io';
  if (typeof name !== 'string' || typeof kind !== 'string' || group !== 'cert-manager.io') return undefined;
  return { kind, name, path };
}

/** True where some issuer is among the input, so that another one would be too. */
function showsIssuers(world: World, { kind }: Issuer, namespace: string): boolean {
  return ofKind(world.index, `cert-manager.io/${kind}`).some(
    ({ object }) => kind === 'ClusterIssuer' || namespaceOf(object) === namespace,
  );
}

function* issuerOf(world: World, on: Sourced, issuer: Issuer | undefined): Iterable<Draft | Untold> {
  if (issuer === undefined) return;
  const { kind, name, path } = issuer;
  const namespace = namespaceOf(on.object) ?? 'default';
  if (find(world.index, `cert-manager.io/${kind}`, kind === 'ClusterIssuer' ? '' : namespace, name) !== undefined)
    return;
  if (showsIssuers(world, issuer, namespace))
    yield {
      on,
      path,
      severity: 'warning',
      message: `There is no ${kind} ${name}${kind === 'ClusterIssuer' ? '' : ` in namespace ${namespace}`}: the certificate is not issued, or not renewed.`,
    };
  else yield { kind: kind === 'Issuer' ? 'an Issuer' : `a ${kind}`, name, why: `no ${kind} is among the input` };
}

function* endOfSecret(
  { on, path, namespace, secret: name }: Use,
  {
    secret,
    now,
    renewed,
  }: { readonly secret: Sourced; readonly now: EpochSeconds | undefined; readonly renewed: boolean },
): Iterable<Draft> {
  const ends = endsOf(secret);
  // Nothing of a Secret is ever shown but the day on which its certificate ends.
  if (ends === undefined)
    yield { unknown: `when the certificate of Secret ${namespace}/${name} ends: tls.crt holds none that can be read` };
  else if (now === undefined) yield { unknown: 'whether certificates have ended: the time is not told' };
  else {
    const end = Math.min(...ends);
    if (end <= now)
      yield {
        on,
        path,
        message: `The certificate of Secret ${namespace}/${name} ended on ${sayDate(end)}.`,
        cause: causeOf(namespace, name),
      };
    else if (!renewed && daysUntil(end, now) < SOON_DAYS)
      yield {
        on,
        path,
        severity: 'warning',
        message: `The certificate of Secret ${namespace}/${name} ends ${sayDaysUntil(end, now)}, on ${sayDate(end)}, and no Certificate renews it.`,
        cause: causeOf(namespace, name),
      };
  }
}

/** When each certificate of the chain ends; one that has ended breaks it. */
function endsOf({ object }: Sourced): readonly EpochSeconds[] | undefined {
  const [plain, coded] = [at(object, 'stringData', 'tls.crt'), at(object, 'data', 'tls.crt')];
  const pem = typeof plain === 'string' ? plain : typeof coded === 'string' ? textOfBase64(coded) : undefined;
  return pem === undefined ? undefined : validitiesOf(pem)?.map(({ notAfter }) => notAfter);
}

const ACME = 'kubernetes.io/tls-acme';
const ISSUER_ANNOTATIONS: Readonly<Record<string, string>> = {
  'cert-manager.io/issuer': 'Issuer',
  'cert-manager.io/cluster-issuer': 'ClusterIssuer',
};

/** Kinds whose controllers make Secrets, and where they name them; without it the Secret has their own name. */
const MAKERS: readonly { readonly kind: string; readonly path: FieldPath }[] = [
  { kind: 'external-secrets.io/ExternalSecret', path: ['spec', 'target', 'name'] },
  { kind: 'bitnami.com/SealedSecret', path: ['spec', 'template', 'metadata', 'name'] },
  { kind: 'secrets.hashicorp.com/VaultStaticSecret', path: ['spec', 'destination', 'name'] },
  { kind: 'secrets.hashicorp.com/VaultDynamicSecret', path: ['spec', 'destination', 'name'] },
  { kind: 'secrets.hashicorp.com/VaultPKISecret', path: ['spec', 'destination', 'name'] },
];

/** A Secret that is not among the input: does anything make it? */
function* makerOf(world: World, use: Use): Iterable<Draft | Untold> {
  const { on, path, namespace, secret } = use;
  const annotations = annotationsOf(on.object);
  if (annotations[ACME] === 'true') return;
  for (const [key, kind] of Object.entries(ISSUER_ANNOTATIONS)) {
    const name = annotations[key];
    if (name === undefined || (annotations['cert-manager.io/issuer-group'] ?? 'cert-manager.io') !== 'cert-manager.io')
      continue;
    yield* issuerOf(world, on, { kind, name, path: ['metadata', 'annotations', key] });
    return;
  }
  const makers = MAKERS.flatMap(({ kind, path: where }) =>
    ofKind(world.index, kind)
      .filter(({ object }) => namespaceOf(object) === undefined || namespaceOf(object) === namespace)
      .map(({ object }) => at(object, ...where) ?? nameOf(object)),
  );
  if (makers.includes(secret)) return;
  // Where one certificate of a namespace is given, so are the others; passwords alone tell nothing of certificates.
  const others = [
    ...ofKind(world.index, '/Secret').filter(({ object }) => at(object, 'type') === 'kubernetes.io/tls'),
    ...ofKind(world.index, CERTIFICATE),
  ].filter(({ object }) => namespaceOf(object) === namespace);
  // Secrets of a cluster are not read: that one is not seen tells nothing there.
  const live = world.live !== undefined || at(on.object, 'metadata', 'uid') !== undefined;
  const read = live && ofKind(world.index, '/Secret').length === 0;
  if (others.length === 0 || read)
    yield {
      kind: 'a Secret',
      name: `${namespace}/${secret}`,
      why: read ? 'Secrets of a cluster are not read' : 'no certificate of their namespace is among the input',
    };
  else
    yield {
      on,
      path,
      severity: 'warning',
      message: `There is no Secret ${secret} in namespace ${namespace}, and nothing that is given makes one: clients are shown the controller's own certificate.`,
    };
}

export const networkCertificates: readonly Rule[] = [nw10];
