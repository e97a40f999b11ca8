/** Gatekeeper does not answer, or does not look. */
import { sayDuration } from '../../../core/duration.ts';
import type { Runbook } from '../../../system.ts';
import { blockedKinds, saysAsked } from '../blocked.ts';
import { GATEKEEPER_NAMESPACE } from '../charts.ts';
import type { Model } from '../model.ts';
import { WEBHOOK_CONFIGURATION } from '../names.ts';

const kubectl = `kubectl -n ${GATEKEEPER_NAMESPACE}`;

export function webhookDown(model: Model): Runbook {
  const blocked = blockedKinds(model);
  const asked = saysAsked(model);
  const effect =
    blocked.length > 0
      ? `${blocked.join(', ')} can be neither created nor changed`
      : `${asked} are let in unchecked; nothing is blocked`;
  return {
    id: 'webhook-down',
    title: `Gatekeeper's webhook of ${model.cluster.name} does not answer`,
    when: `GatekeeperBlocks, GatekeeperFailsOpen or GatekeeperCopiesMissing fires. While no copy answers, ${effect}.`,
    steps: [
      {
        say: 'Look at the copies. Pending: no room or a spread that cannot be met. Running and not ready: it has not read its rules yet, or cannot reach the API server.',
        run: `${kubectl} get pods -l gatekeeper.sh/operation=webhook -o wide\n${kubectl} logs -l gatekeeper.sh/operation=webhook --tail=50 | grep -i error`,
        expect: `${model.gatekeeper?.webhook?.replicas ?? 0} pods, ready`,
      },
      {
        say: 'Ready copies and failing calls: the certificate, or a network policy between API server and port 8443.',
        run: `${kubectl} get secret gatekeeper-webhook-server-cert -o jsonpath='{.data.tls\\.crt}' | base64 -d | openssl x509 -noout -enddate\nkubectl get --raw /metrics | grep 'apiserver_admission_webhook_rejection_count.*gatekeeper'`,
        expect: 'a date to come',
      },
      {
        say: `If what it blocks is needed before it is back, take the webhook out; nothing of Gatekeeper's is lost, and its next start or helm upgrade brings it back.`,
        run: `kubectl delete validatingwebhookconfiguration ${WEBHOOK_CONFIGURATION}`,
        expect: 'deleted; creates and changes go through at once',
      },
      {
        say: 'When it answers again, put the configuration back and read what came in meanwhile.',
        run: `helm upgrade gatekeeper gatekeeper/gatekeeper -n ${GATEKEEPER_NAMESPACE} -f policy/values/gatekeeper.yaml\nkubectl get constraints`,
        expect: `the numbers of violations within ${sayDuration(2 * (model.gatekeeper?.auditInterval ?? 0))}`,
      },
    ],
  };
}

export function audit(model: Model): Runbook {
  return {
    id: 'audit',
    title: `Gatekeeper's audit of ${model.cluster.name} reports nothing`,
    when: 'GatekeeperAuditStale or GatekeeperRuleBroken fires.',
    steps: [
      {
        say: 'The audit is one pod; it also makes the kinds of the constraints.',
        run: `${kubectl} get pods -l gatekeeper.sh/operation=audit -o wide\n${kubectl} logs -l gatekeeper.sh/operation=audit --tail=100 | grep -iE 'error|audit' | tail -20`,
        expect: 'Running; OOMKilled means more objects than its 512Mi hold: raise audit.resources in the values',
      },
      {
        say: 'See whether each rule was taken.',
        run: `kubectl get constrainttemplates -o custom-columns=NAME:.metadata.name,CREATED:.status.created\nkubectl get constraints`,
        expect: 'true for each, and one constraint of each kind',
      },
      {
        say: 'A rule that compares objects needs its copies of them: without the SyncSet it finds nothing and says so nowhere.',
        run: 'kubectl get syncsets.syncset.gatekeeper.sh holdfast-policy -o yaml',
        expect:
          model.across.length === 0 ? 'not found: no rule here compares objects' : 'the kinds that the rules read',
      },
    ],
  };
}
