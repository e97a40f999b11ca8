/** ET08: what API servers ask before they answer. */
import { isObject } from '../../core/json.ts';
import { type WrittenFlag, writtenFlag } from '../../inventory/component-flags.ts';
import { positionOf } from '../../inventory/origin.ts';
import type { World } from '../../inventory/world.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { onFlag } from '../flag-place.ts';
import { workloadBehind } from '../in-cluster-host.ts';
import { floorOf, list } from '../reach.ts';
import type { Draft, FindingDraft, Rule, Target } from '../rule.ts';

const et08: Rule = {
  id: 'ET08',
  family: 'ET',
  title: 'API servers wait for something that there is once, or refuse all without it',
  severity: 'warning',
  whySeverity: 'It needs the loss of what is asked; then API servers that run answer nobody, or let nobody in.',
  takesDown: 'The API for everybody, or for all people, while the one thing that is asked is away.',
  remedy:
    'Send audit events in batches, put Node and RBAC before a webhook that denies, use KMS v2, and run what is asked with two replicas and outside of what it guards.',
  price: 'In batches the last audit events of an API server that crashes are lost.',
  source:
    'Kubernetes v1.36 docs, tasks/debug/debug-cluster/audit, reference/access-authn-authz/authorization, tasks/administer-cluster/kms-provider; k8s.af (dex)',
  needs: 'manifests',
  reads: ['/ConfigMap', 'networking.k8s.io/Ingress', 'gateway.networking.k8s.io/HTTPRoute', '/Service'],
  acrossNamespaces: true,
  *check(world) {
    yield* audit(world);
    yield* issuers(world);
    yield* tokenWebhook(world);
    yield* authorizers(world);
    yield* encryption(world);
  },
};

function* audit(world: World): Iterable<FindingDraft> {
  const flag = (name: string): WrittenFlag | undefined => writtenFlag(world, { component: 'kube-apiserver', name });
  const mode = flag('audit-webhook-mode');
  if (mode !== undefined && flag('audit-webhook-config-file') !== undefined && mode.value.startsWith('blocking'))
    yield {
      ...onFlag(mode),
      ...(mode.value === 'blocking-strict' ? { severity: 'error' as const } : {}),
      message:
        mode.value === 'blocking-strict'
          ? '--audit-webhook-mode=blocking-strict refuses every request whose event the audit service does not take.'
          : '--audit-webhook-mode=blocking lets every request wait for the audit service.',
    };
  const log = flag('audit-log-mode');
  if (log?.value === 'blocking-strict' && flag('audit-log-path') !== undefined)
    yield {
      ...onFlag(log),
      message: '--audit-log-mode=blocking-strict refuses every request while the disk of the audit log is full.',
    };
}

/** Who may say who people are: without it nobody but holders of client certificates comes in. */
function* issuers(world: World): Iterable<FindingDraft> {
  const flag = writtenFlag(world, { component: 'kube-apiserver', name: 'oidc-issuer-url' });
  if (flag !== undefined) yield* single(world, flag.value, { on: flag.sourced, path: flag.path });
  for (const sourced of world.configurations) {
    if (sourced.object.kind !== 'AuthenticationConfiguration') continue;
    for (const [index, jwt] of list(sourced.object, ['jwt']).entries()) {
      const url = at(jwt, 'issuer', 'discoveryURL') ?? at(jwt, 'issuer', 'url');
      if (typeof url === 'string') yield* single(world, url, { on: sourced, path: ['jwt', index, 'issuer', 'url'] });
    }
  }
}

interface Place {
  readonly on: Target;
  readonly path: FieldPath;
}

function* single(world: World, url: string, place: Place): Iterable<FindingDraft> {
  const found = URL.canParse(url) ? workloadBehind(world, new URL(url).hostname) : undefined;
  if (found === undefined || floorOf(found) > 1) return;
  yield { ...place, message: `${url} is answered by ${found.id}, of which one pod is kept.`, takesDown: [found] };
}

/** The webhook is named in a kubeconfig on the machine's disk; it is looked for among the input by its name. */
function* tokenWebhook(world: World): Iterable<Draft> {
  const name = 'authentication-token-webhook-config-file';
  const flag = writtenFlag(world, { component: 'kube-apiserver', name });
  if (flag === undefined) return;
  const file = baseName(flag.value);
  const given = world.configurations.find(
    ({ object, origin }) => object.kind === 'Config' && baseName(positionOf(origin)?.file ?? '') === file,
  );
  const server = at(given?.object, 'clusters', 0, 'cluster', 'server');
  if (given === undefined || typeof server !== 'string') {
    yield { unknown: `--${name} names ${flag.value}, which is not among the input: how many answer is not shown` };
    return;
  }
  const on = { kind: 'Config', name: file, sourced: given };
  yield* single(world, server, { on, path: ['clusters', 0, 'cluster', 'server'] });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A webhook that denies when it does not answer, asked before those that would allow: the first to decide counts. */
function* authorizers({ configurations }: World): Iterable<Draft> {
  for (const sourced of configurations) {
    if (sourced.object.kind !== 'AuthorizationConfiguration') continue;
    const chain = list(sourced.object, ['authorizers']);
    for (const [index, authorizer] of chain.entries()) {
      if (at(authorizer, 'type') !== 'Webhook' || at(authorizer, 'webhook', 'failurePolicy') !== 'Deny') continue;
      const after = chain.slice(index + 1).map((one) => at(one, 'type'));
      if (!after.includes('Node') && !after.includes('RBAC')) continue;
      const name = at(authorizer, 'name');
      if (list(authorizer, ['webhook', 'matchConditions']).length > 0) {
        yield { unknown: `authorizer ${String(name)} has matchConditions, which are not evaluated` };
        continue;
      }
      yield {
        on: sourced,
        path: ['authorizers', index, 'webhook', 'failurePolicy'],
        severity: 'error',
        message: `${typeof name === 'string' ? name : 'The webhook'} stands before ${after.includes('Node') ? 'Node' : 'RBAC'} and denies when it does not answer: kubelets and controllers are refused with everybody else.`,
        takesDown: [],
      };
    }
  }
}

function* encryption({ configurations }: World): Iterable<FindingDraft> {
  for (const sourced of configurations) {
    if (sourced.object.kind !== 'EncryptionConfiguration') continue;
    for (const [index, resource] of list(sourced.object, ['resources']).entries()) {
      const place = list(resource, ['providers']).findIndex((provider) => isVersionOne(at(provider, 'kms')));
      if (place < 0) continue;
      yield {
        on: sourced,
        path: ['resources', index, 'providers', place, 'kms'],
        message:
          'KMS v1 asks the key service for every Secret that is written or read anew; without it none is, and since v1.29 the API server does not even start with it by default.',
        takesDown: [],
      };
      return;
    }
  }
}

/** `apiVersion` is v1 when it is not written (apiserver.config.k8s.io/v1, KMSConfiguration). */
function isVersionOne(kms: unknown): boolean {
  return isObject(kms) && (kms['apiVersion'] ?? 'v1') === 'v1';
}

export const controlPlaneBackends: readonly Rule[] = [et08];
