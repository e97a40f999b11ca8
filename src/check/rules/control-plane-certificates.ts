/** ET05: certificates of the cluster that end, or that nobody renews. */
import { parseDuration, sayDuration } from '../../core/duration.ts';
import { kubeadmConfiguration, componentPods } from '../../inventory/component-flags.ts';
import { ofKind } from '../../inventory/indexes.ts';
import { namespaceOf, nameOf, type Sourced } from '../../inventory/identity.ts';
import { isStored } from '../../inventory/validate.ts';
import { parseYaml } from '../../inventory/parse-yaml.ts';
import type { World } from '../../inventory/world.ts';
import { textOfBase64, validitiesOf } from '../../core/certificate.ts';
import { at } from '../../kubernetes/objects.ts';
import { type EpochSeconds, parseTime } from '../../kubernetes/time.ts';
import { list } from '../reach.ts';
import type { Draft, FindingDraft, Rule } from '../rule.ts';

const DAY = 86_400_000;
/** A new authority must be trusted everywhere before the old one ends: a project of weeks. */
const AUTHORITY_SOON = 365 * DAY;
const AUTHORITY_NOW = 90 * DAY;
/** kubeadm renews at every upgrade; a minor version comes every four months. */
const SHORTEST_VALIDITY = 120 * DAY;
/** A request is signed within seconds where anybody signs at all. */
const LONGEST_WAIT = 3_600_000;

const et05: Rule = {
  id: 'ET05',
  family: 'ET',
  title: 'Certificates of the cluster end, and nothing that is shown renews them',
  severity: 'warning',
  whySeverity:
    'It happens on a day that is known and that nobody thinks of; on it kubelets or all clients are refused, all at once.',
  takesDown: 'The nodes, or the API for everybody, from the moment that the certificate ends.',
  remedy:
    'Let kubelets rotate their certificates, approve what waits, renew with kubeadm certs renew, and rotate an authority before its last year.',
  source:
    'Kubernetes v1.36 docs, tasks/tls/certificate-rotation, tasks/administer-cluster/kubeadm/kubeadm-certs; k8s.af (7 of 50 stories)',
  needs: 'manifests',
  reads: ['/ConfigMap', 'certificates.k8s.io/CertificateSigningRequest'],
  acrossNamespaces: true,
  *check(world, context) {
    yield* kubeletRotation(world);
    yield* shortLives(world);
    yield* waitingRequests(world, context.now);
    yield* authorities(world, context.now);
    if (componentPods(world.index).some(({ sourced }) => isStored(sourced.object)))
      yield {
        unknown: "the API servers' own certificates are on their disks: kubeadm certs check-expiration tells their end",
      };
  },
};

function* kubeletRotation({ configurations }: World): Iterable<FindingDraft> {
  for (const sourced of configurations) {
    if (sourced.object.kind !== 'KubeletConfiguration') continue;
    if (at(sourced.object, 'rotateCertificates') !== false) continue;
    yield {
      on: sourced,
      path: ['rotateCertificates'],
      message:
        'rotateCertificates: false lets the client certificate of each kubelet end, a year after its node joined.',
      patch: [{ op: 'set', path: ['rotateCertificates'], value: true }],
    };
  }
}

function* shortLives(world: World): Iterable<FindingDraft> {
  const kubeadm = kubeadmConfiguration(world);
  const written = at(kubeadm?.value, 'certificateValidityPeriod');
  const life = typeof written === 'string' ? parseDuration(written) : undefined;
  if (kubeadm === undefined || life === undefined || life >= SHORTEST_VALIDITY) return;
  yield {
    on: kubeadm.sourced,
    path: kubeadm.place(['certificateValidityPeriod']),
    message: `Certificates of the control plane end after ${sayDuration(life)}; kubeadm renews them at upgrades only, which are months apart.`,
  };
}

const SIGNERS: Readonly<Record<string, string>> = {
  'kubernetes.io/kubelet-serving':
    'without it logs, exec and metrics of that node are refused once its old certificate ends',
  'kubernetes.io/kube-apiserver-client-kubelet': 'without it the node is lost once its old certificate ends',
};

/** Requests of kubelets that nobody has approved: one finding, however many wait. */
function* waitingRequests({ index }: World, now: EpochSeconds | undefined): Iterable<Draft> {
  const waiting = ofKind(index, 'certificates.k8s.io/CertificateSigningRequest').filter(
    ({ object }) =>
      Object.hasOwn(SIGNERS, signerOf(object)) &&
      at(object, 'status', 'certificate') === undefined &&
      list(object, ['status', 'conditions']).length === 0,
  );
  if (waiting.length === 0) return;
  if (now === undefined) {
    yield { unknown: 'when it is is not told: how long requests for certificates have waited cannot be said' };
    return;
  }
  const late = waiting.flatMap((sourced) => {
    const created = parseTime(at(sourced.object, 'metadata', 'creationTimestamp'));
    const waited = created === undefined ? 0 : (now - created) * 1_000;
    return waited > LONGEST_WAIT ? [{ sourced, waited }] : [];
  });
  const [oldest] = late.sort((a, b) => b.waited - a.waited);
  if (oldest === undefined) return;
  const requester = at(oldest.sourced.object, 'spec', 'username');
  yield {
    on: oldest.sourced,
    path: ['spec', 'signerName'],
    message: `${late.length === 1 ? 'A request' : `${late.length} requests`} of kubelets for a certificate ${late.length === 1 ? 'waits' : 'wait'} for approval, that of ${typeof requester === 'string' ? requester : 'one'} for ${sayDuration(oldest.waited)}: ${SIGNERS[signerOf(oldest.sourced.object)] ?? ''}.`,
    remedy: 'Approve them (kubectl certificate approve), and run an approver for kubelet-serving requests.',
  };
}

function signerOf(object: Sourced['object']): string {
  const signer = at(object, 'spec', 'signerName');
  return typeof signer === 'string' ? signer : '';
}

/** The authority of the cluster as every pod and every joining node is given it; said once, where it is shown first. */
function* authorities(world: World, now: EpochSeconds | undefined): Iterable<Draft> {
  for (const sourced of ofKind(world.index, '/ConfigMap')) {
    const bundle = bundleOf(sourced);
    const ends = bundle === undefined ? [] : (validitiesOf(bundle.pem) ?? []).map(({ notAfter }) => notAfter);
    if (bundle === undefined || ends.length === 0) continue;
    if (now === undefined) {
      yield { unknown: 'when it is is not told: how long the authority of the cluster lives on cannot be said' };
      return;
    }
    // A bundle holds the old and the new authority while it is rotated: the last one decides.
    const left = (Math.max(...ends) - now) * 1_000;
    if (left > AUTHORITY_SOON) return;
    yield {
      on: sourced,
      path: bundle.path,
      ...(left < AUTHORITY_NOW ? { severity: 'error' as const } : {}),
      message:
        left <= 0
          ? `The authority of the cluster ended ${sayDuration(-left)} ago: no client trusts an API server any more.`
          : `The authority of the cluster ends in ${sayDuration(left)}; then no client trusts an API server, and no certificate that it signed is taken.`,
      remedy:
        'Rotate the authority by hand: both are trusted for a while (tasks/tls/manual-rotation-of-ca-certificates).',
    };
    return;
  }
}

interface Bundle {
  readonly pem: string;
  readonly path: readonly string[];
}

function bundleOf({ object }: Sourced): Bundle | undefined {
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  if (name === 'kube-root-ca.crt') {
    const pem = at(object, 'data', 'ca.crt');
    return typeof pem === 'string' ? { pem, path: ['data', 'ca.crt'] } : undefined;
  }
  if (namespace !== 'kube-public' || name !== 'cluster-info') return undefined;
  const text = at(object, 'data', 'kubeconfig');
  if (typeof text !== 'string') return undefined;
  const authority = at(
    parseYaml(text, 'kubeconfig').documents[0]?.value,
    'clusters',
    0,
    'cluster',
    'certificate-authority-data',
  );
  const pem = typeof authority === 'string' ? textOfBase64(authority) : undefined;
  return pem === undefined ? undefined : { pem, path: ['data', 'kubeconfig'] };
}

export const controlPlaneCertificates: readonly Rule[] = [et05];
