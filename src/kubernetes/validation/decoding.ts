/**
 * Kinds of which only the form is judged: what is no map, no list or no text where their Go types have one cannot be
 * decoded (Kubernetes v1.36.3 staging/src/k8s.io/api; Gateway API v1.6.1 apis/v1).
 */
import type { Refuse } from '../objects.ts';
import { into, reader, textMap } from '../objects.ts';
import { validateName } from './names.ts';
import { ANY, NODE_TERM, SELECTOR, type Shape, validateShape } from './shapes.ts';

const ROUTE: Shape = { spec: { parentRefs: [ANY], rules: [{ backendRefs: [ANY], matches: [ANY] }] } };
const WEBHOOKS: Shape = {
  webhooks: [
    {
      clientConfig: { service: ANY },
      rules: [ANY],
      namespaceSelector: SELECTOR,
      objectSelector: SELECTOR,
      matchConditions: [ANY],
    },
  ],
};
const BACKEND: Shape = { service: { port: ANY }, resource: ANY };
const BINDING: Shape = { subjects: [ANY], roleRef: ANY };

const FORMS: Readonly<Record<string, Shape>> = {
  '/Service': { spec: { ports: [ANY], sessionAffinityConfig: ANY } },
  '/ConfigMap': ANY,
  '/Secret': ANY,
  '/ServiceAccount': { secrets: [ANY], imagePullSecrets: [ANY] },
  '/LimitRange': { spec: { limits: [{ default: ANY, defaultRequest: ANY, max: ANY, min: ANY }] } },
  '/ResourceQuota': { spec: { hard: ANY, scopeSelector: SELECTOR } },
  '/PersistentVolume': {
    spec: { capacity: ANY, claimRef: ANY, nodeAffinity: { required: { nodeSelectorTerms: [NODE_TERM] } } },
  },
  'networking.k8s.io/Ingress': {
    spec: { defaultBackend: BACKEND, rules: [{ http: { paths: [{ backend: BACKEND }] } }], tls: [ANY] },
  },
  'networking.k8s.io/NetworkPolicy': {
    spec: {
      podSelector: SELECTOR,
      ingress: [{ from: [{ podSelector: SELECTOR, namespaceSelector: SELECTOR, ipBlock: ANY }], ports: [ANY] }],
      egress: [{ to: [{ podSelector: SELECTOR, namespaceSelector: SELECTOR, ipBlock: ANY }], ports: [ANY] }],
    },
  },
  'discovery.k8s.io/EndpointSlice': { endpoints: [{ conditions: ANY }], ports: [ANY] },
  'storage.k8s.io/StorageClass': { allowedTopologies: [{ matchLabelExpressions: [ANY] }] },
  'node.k8s.io/RuntimeClass': { overhead: { podFixed: ANY }, scheduling: { nodeSelector: ANY, tolerations: [ANY] } },
  'apiregistration.k8s.io/APIService': { spec: { service: ANY } },
  'apiextensions.k8s.io/CustomResourceDefinition': {
    spec: { names: ANY, versions: [{ schema: ANY }], conversion: { webhook: { clientConfig: { service: ANY } } } },
  },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': WEBHOOKS,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': WEBHOOKS,
  'rbac.authorization.k8s.io/Role': { rules: [ANY] },
  'rbac.authorization.k8s.io/ClusterRole': { rules: [ANY] },
  'rbac.authorization.k8s.io/RoleBinding': BINDING,
  'rbac.authorization.k8s.io/ClusterRoleBinding': BINDING,
  'gateway.networking.k8s.io/Gateway': { spec: { listeners: [ANY] } },
  'gateway.networking.k8s.io/HTTPRoute': ROUTE,
  'gateway.networking.k8s.io/GRPCRoute': ROUTE,
  'gateway.networking.k8s.io/TLSRoute': ROUTE,
  'gateway.networking.k8s.io/TCPRoute': ROUTE,
};

/** Maps of texts, by the path to what holds them. */
const TEXTS: Readonly<Record<string, readonly (readonly [...path: readonly string[], key: string])[]>> = {
  '/Service': [['spec', 'selector']],
  '/ConfigMap': [['data'], ['binaryData']],
  '/Secret': [['data'], ['stringData']],
  'storage.k8s.io/StorageClass': [['parameters']],
};

/** Names of these kinds are paths of segments: a colon is allowed in them. */
const LOOSE_NAMES = 'rbac.authorization.k8s.io/';

/** Tells what of an object of one of these kinds (`group/Kind`) cannot be decoded; of other kinds nothing. */
export function validateDecoding(kind: string, object: unknown, tell: Refuse): void {
  const form = FORMS[kind];
  if (form === undefined) return;
  const root = reader(object, tell);
  if (!kind.startsWith(LOOSE_NAMES)) validateName(root, 'subdomain');
  validateShape(root, form);
  for (const path of TEXTS[kind] ?? []) textMap(path.slice(0, -1).reduce(into, root), path.at(-1) ?? '');
}
