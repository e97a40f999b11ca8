/** Rules that compare objects, as Rego for Gatekeeper. */
import type { ACROSS_OBJECTS } from './catalogue.ts';

export type AcrossRule = (typeof ACROSS_OBJECTS)[number];

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface AcrossWords {
  /** Kind of the constraint; the template's name is its lower case. */
  readonly kind: string;
  readonly constraint: string;
  /** What is judged: the resource for the webhook, the kind for the constraint. */
  readonly judges: GroupVersionKind & { readonly resource: string };
  /** What it is compared with: Gatekeeper keeps copies of all of them. */
  readonly reads: readonly GroupVersionKind[];
  readonly rego: string;
}

const INGRESS: GroupVersionKind = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' };
const DEPLOYMENT: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };
const STATEFUL_SET: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'StatefulSet' };

const UNIQUE_HOSTS = `package holdfastuniquehosts

violation contains {"msg": msg, "details": {"host": host, "taken": [namespace, name]}} if {
	some rule in object.get(input.review.object.spec, "rules", [])
	host := object.get(rule, "host", "")
	host != ""
	some namespace
	some name, other in data.inventory.namespace[namespace]["networking.k8s.io/v1"].Ingress
	not same(namespace, name)
	class(other) == class(input.review.object)
	some taken in object.get(other.spec, "rules", [])
	object.get(taken, "host", "") == host
	collide(namespace, rule, taken)
	msg := sprintf("host %v is taken by Ingress %v/%v", [host, namespace, name])
}

own_namespace := object.get(input.review.object.metadata, "namespace", "")

same(namespace, name) if {
	namespace == own_namespace
	name == object.get(input.review.object.metadata, "name", "")
}

collide(namespace, _, _) if namespace != own_namespace

collide(namespace, rule, taken) if {
	namespace == own_namespace
	some path in paths(rule)
	path in paths(taken)
}

paths(rule) := {"/"} if not rule.http

paths(rule) := {path | some one in rule.http.paths; path := object.get(one, "path", "/")} if rule.http

class(ingress) := object.get(
	ingress.spec, "ingressClassName",
	object.get(ingress.metadata, ["annotations", "kubernetes.io/ingress.class"], ""),
)
`;

const DRAINABLE_BUDGETS = `package holdfastdrainablebudgets

violation contains {"msg": msg, "details": {"pods": pods}} if {
	budget := input.review.object
	namespace := object.get(budget.metadata, "namespace", "")
	pods := sum([replicas |
		some kind in ["Deployment", "StatefulSet"]
		some workload in data.inventory.namespace[namespace]["apps/v1"][kind]
		selects(budget.spec.selector, object.get(workload.spec.template, ["metadata", "labels"], {}))
		replicas := object.get(workload.spec, "replicas", 1)
	])
	pods > 0
	wanted(budget.spec.minAvailable, pods) >= pods
	msg := sprintf("minAvailable %v keeps all %v pods of its workloads, so no node with one can be drained", [budget.spec.minAvailable, pods])
}

wanted(minimum, _) := minimum if is_number(minimum)

wanted(minimum, pods) := ceil((to_number(trim_suffix(minimum, "%")) * pods) / 100) if {
	is_string(minimum)
	endswith(minimum, "%")
}

selects(selector, labels) if {
	every key, value in object.get(selector, "matchLabels", {}) {
		labels[key] == value
	}
	every one in object.get(selector, "matchExpressions", []) {
		fits(one, labels)
	}
}

fits(one, labels) if {
	one.operator == "In"
	labels[one.key] in one.values
}

fits(one, labels) if {
	one.operator == "NotIn"
	not object.get(labels, one.key, null) in one.values
}

fits(one, labels) if {
	one.operator == "Exists"
	one.key in object.keys(labels)
}

fits(one, labels) if {
	one.operator == "DoesNotExist"
	not one.key in object.keys(labels)
}
`;

export const ACROSS: Readonly<Record<AcrossRule, AcrossWords>> = {
  uniqueHosts: {
    kind: 'HoldfastUniqueHosts',
    constraint: 'holdfast-unique-hosts',
    judges: { ...INGRESS, resource: 'ingresses' },
    reads: [INGRESS],
    rego: UNIQUE_HOSTS,
  },
  drainableBudgets: {
    kind: 'HoldfastDrainableBudgets',
    constraint: 'holdfast-drainable-budgets',
    judges: { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', resource: 'poddisruptionbudgets' },
    reads: [DEPLOYMENT, STATEFUL_SET],
    rego: DRAINABLE_BUDGETS,
  },
};
