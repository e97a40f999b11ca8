/** What was proved of this system, by what, and what was not. */
import type { Evidence } from '../../system.ts';

const E2E = 'npx vitest run --project e2e test/e2e/policy.test.ts';
const GATOR = 'npm run judge gator';
const GATEKEEPER = 'npm run judge gatekeeper';
/** Two cores that other work shared, API server, etcd and Gatekeeper on one machine: orders of magnitude, no promise. */
const HERE = '2026-11-28, two shared cores';

export const evidence: Evidence = {
  proved: [
    {
      what: 'A real kube-apiserver 1.36.3 refuses at deny what breaks each rule (privileged, init and debug containers, moving tags, other registries, lowered namespaces, pods below their level), lets everything else in, warns at warn and only counts at audit.',
      by: E2E,
    },
    {
      what: 'kube-system and the namespaces that the document names are left out; labels, finalizers and other updates of pods that break a rule go through.',
      by: E2E,
    },
    {
      what: 'Every policy type-checks without a warning against the types of that API server.',
      by: 'npx vitest run --project e2e test/e2e/apply.test.ts',
    },
    { what: "Gatekeeper's engine compiles every template and decides 38 samples as the rules say.", by: GATOR },
    {
      what: 'A real Gatekeeper 3.23.0 as webhook refuses or warns by stage. Killed and hung, with Ignore the API server lets everything in; with Fail it refuses what was asked about and namespaces; pods are held up in no case. It answers by its rules again when it is back.',
      by: GATEKEEPER,
    },
    {
      what: 'Its audit counts what exists and breaks a rule, and has the metrics that the alerts read.',
      by: GATEKEEPER,
    },
    {
      what: 'promtool fires each alert on its series, and not on those beside it.',
      by: 'npx vitest run --project e2e test/e2e/alerts.test.ts',
    },
  ],
  measured: [
    {
      what: 'An admission policy is in force after its last object was written',
      figure: `0.6 s to 0.7 s (${HERE})`,
      by: E2E,
    },
    {
      what: 'Gatekeeper from its start until it answers by its rules',
      figure: `2.3 s to 3.8 s (${HERE})`,
      by: GATEKEEPER,
    },
    {
      what: 'Creating an Ingress, Gatekeeper up, 200 requests',
      figure: `p50 5.5 ms, p99 18 ms (${HERE})`,
      by: GATEKEEPER,
    },
    { what: 'The same, Gatekeeper killed, Ignore', figure: `p50 2.7 ms, p99 15 ms (${HERE})`, by: GATEKEEPER },
    { what: 'Creating a pod, which it is not asked about', figure: `p50 3.7 ms, p99 9 ms (${HERE})`, by: GATEKEEPER },
    {
      what: 'One request while Gatekeeper hangs, with a time-out of 3 s and of 2 s',
      figure: '3.0 s and 2.0 s',
      by: GATEKEEPER,
    },
    {
      what: 'It answers by its rules again after it was killed and started',
      figure: `0.8 s to 1.9 s (${HERE})`,
      by: GATEKEEPER,
    },
  ],
  notProved: [
    'The chart was rendered with these values by helm 4.3.2 by hand, and no kubelet ran its pods here: their spread, their budget and the hooks of the chart are read from its templates, not seen.',
    'The webhook configuration of the judge is written from the values as the chart does it, with an address in place of the Service.',
    "The memory of 512Mi is upstream's figure; no number of objects was tried against it.",
    'On EKS the policies were not applied; they need nothing but the API that every Kubernetes from 1.30 serves.',
  ],
};
