/** A real Gatekeeper as the webhook of a real API server: it refuses, is killed, hangs, and comes back, as the plan says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/lab/index.ts';
import type { ApiResponse } from '../../src/lab/index.ts';
import { waitFor } from '../../src/lab/wait.ts';
import { at } from '../../src/kubernetes/objects.ts';
import type { KubernetesObject } from '../../src/system.ts';
import { versions } from '../../src/versions.ts';
import { type GatekeeperPlane, applyRules, gatekeeperPlane } from './gatekeeper-plane.ts';
import { budget, ingress, workload } from './gatekeeper-samples.ts';
import type { Judge } from './judge.ts';

export const gatekeeper: Judge = {
  name: 'gatekeeper',
  decides:
    'With these values a running Gatekeeper refuses what its rules say and nothing else; killed and hung, the API server lets in or refuses what the plan says; the audit counts what exists.',
  judges: ({ artifact }) => artifact.form === 'values' && artifact.chart.name === 'gatekeeper',
  version: async () => versions.gatekeeper.version,
  judge: async (_directory, { file, tree }) => {
    if (file.artifact.form !== 'values') throw new Error('not values');
    const rules = tree.files.flatMap(({ artifact }) =>
      artifact.form === 'object' && /(^|\.)gatekeeper\.sh\//.test(artifact.object.apiVersion) ? [artifact.object] : [],
    );
    const running = await gatekeeperPlane(file.artifact);
    const said = new Findings();
    try {
      await judgeAll(running, rules, said);
    } catch (error) {
      const log = readFileSync(join(running.plane.directory, 'logs', 'gatekeeper.log'), 'utf8');
      process.stderr.write(`${log.split('\n').slice(-30).join('\n')}\n`);
      throw error;
    } finally {
      await running.remove();
    }
    return {
      verdict: said.wrong.length === 0 ? 'accepted' : 'refused',
      log: [...said.right, ...said.wrong].join('\n'),
    };
  },
};

class Findings {
  readonly right: string[] = [];
  readonly wrong: string[] = [];

  holds(what: string, holds: boolean, seen: string): void {
    if (holds) this.right.push(what);
    else this.wrong.push(`NOT: ${what}: ${seen}`);
  }
}

/** Figures go to standard error: they differ from run to run, the verdict must not. */
function measured(what: string, millis: number): void {
  process.stderr.write(`measured: ${what}: ${millis < 100 ? millis.toFixed(1) : Math.round(millis)} ms\n`);
}

/** The rules that answer at admission: those that only record are the audit's. */
interface Asked {
  readonly hosts: boolean;
  readonly budgets: boolean;
}

function askedOf(rules: readonly KubernetesObject[]): Asked {
  const answers = (kind: string): boolean =>
    rules.some(
      (rule) => rule.kind === kind && ['deny', 'warn'].includes(String(at(rule, 'spec', 'enforcementAction'))),
    );
  return { hosts: answers('HoldfastUniqueHosts'), budgets: answers('HoldfastDrainableBudgets') };
}

async function judgeAll(running: GatekeeperPlane, rules: readonly KubernetesObject[], said: Findings): Promise<void> {
  const asked = askedOf(rules);
  const webhook = running.values.replicas > 0;
  for (const object of [workload('Deployment', 3), POD]) await create(running, object, '');
  if (webhook) await latency(running, 'Ingress, webhook configured and not there');
  const start = performance.now();
  await running.start();
  await applyRules(running.plane, rules);
  if (webhook) {
    await telling(running, asked);
    measured('Gatekeeper from its start until it answers by its rules', performance.now() - start);
    await judgeUp(running, asked, said);
    await judgeDown(running, asked, said);
  }
  await judgeAudit(running, rules, said);
}

const GOOD = ingress('shop', 'good', { rules: [{ host: 'good.example.com' }] });
const TAKEN = ingress('blog', 'thief', { rules: [{ host: 'shop.example.com' }] });
const BUDGET = budget({ minAvailable: 3 });
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'bad' },
  spec: { containers: [{ name: 'a', image: 'registry.example.com/a', securityContext: { privileged: true } }] },
};

const PLURAL: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Deployment: 'deployments',
  Pod: 'pods',
};

function create(
  { plane }: GatekeeperPlane,
  object: Readonly<Record<string, unknown>>,
  query = '?dryRun=All',
): Promise<ApiResponse> {
  const { apiVersion, kind, metadata } = object as unknown as KubernetesObject;
  const prefix = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const path = `${prefix}/namespaces/${metadata?.namespace}/${PLURAL[kind]}${query}`;
  return plane.request({ method: 'POST', path, body: object });
}

function createNamespace({ plane }: GatekeeperPlane): Promise<ApiResponse> {
  return plane.request({ method: 'POST', path: '/api/v1/namespaces?dryRun=All', body: { metadata: { name: 'new' } } });
}

const seen = (response: ApiResponse): string =>
  `${response.status} ${response.status < 300 ? '' : messageOf(response)}`;
/** Refused by Gatekeeper, or let in with a warning of it: as the rule's stage has it. */
const told = ({ status, ...response }: ApiResponse): boolean =>
  (status === 403 && messageOf({ status, ...response }).includes('validation.gatekeeper.sh')) ||
  (status === 201 && response.warnings.some((text) => /is taken by|minAvailable/.test(text)));

/** An object that breaks a rule that answers. */
const bad = ({ hosts }: Asked): Readonly<Record<string, unknown>> => (hosts ? TAKEN : BUDGET);

async function telling(running: GatekeeperPlane, asked: Asked): Promise<void> {
  await waitFor({ what: 'Gatekeeper tells of what breaks its rules' }, async () => {
    await create(running, ingress('shop', 'web', { rules: [{ host: 'shop.example.com' }] }), '');
    const hosts = !asked.hosts || told(await create(running, TAKEN));
    const budgets = !asked.budgets || told(await create(running, BUDGET));
    return hosts && budgets ? true : undefined;
  });
}

async function judgeUp(running: GatekeeperPlane, asked: Asked, said: Findings): Promise<void> {
  said.holds('what breaks a rule is refused or warned of, by its stage', true, '');
  const good = await create(running, GOOD);
  said.holds('an Ingress with a host of its own is let in', good.status === 201 && !told(good), seen(good));
  const system = { ...bad(asked), metadata: { namespace: 'kube-system', name: 'web' } };
  const elsewhere = await create(running, system);
  said.holds('kube-system is not asked about', elsewhere.status === 201 && !told(elsewhere), seen(elsewhere));
  const two = await create(running, budget({ minAvailable: 2 }));
  said.holds('a budget that leaves one pod is let in', two.status === 201 && !told(two), seen(two));
  const label = await running.plane.request({
    method: 'POST',
    path: '/api/v1/namespaces?dryRun=All',
    body: { metadata: { name: 'hidden', labels: { 'admission.gatekeeper.sh/ignore': 'yes' } } },
  });
  said.holds('nobody leaves a namespace out by its label', label.status === 403, seen(label));
  await latency(running, 'Ingress, Gatekeeper up');
  await latency(running, 'Pod, which it is not asked about', { ...POD, metadata: { namespace: 'shop', name: 'x' } });
}

async function judgeDown(running: GatekeeperPlane, asked: Asked, said: Findings): Promise<void> {
  const closed = running.values.validatingWebhookFailurePolicy === 'Fail';
  const hold = (running.values.validatingWebhookTimeoutSeconds ?? 0) * 1_000;
  for (const how of ['hung', 'killed'] as const) {
    await running.signal(how === 'hung' ? 'SIGSTOP' : 'SIGKILL');
    const start = performance.now();
    const answer = await create(running, bad(asked));
    const took = performance.now() - start;
    measured(`one request, Gatekeeper ${how}`, took);
    said.holds(
      `${how}: what breaks a rule is ${closed ? 'refused with 500' : 'let in, and nothing is told'}`,
      closed
        ? answer.status === 500 && messageOf(answer).includes('failed calling webhook')
        : answer.status === 201 && !told(answer),
      seen(answer),
    );
    if (how === 'hung') said.holds('hung: the request waits for the time-out', took >= hold * 0.95, `${took}`);
    const namespace = await createNamespace(running);
    said.holds(
      `${how}: a new namespace is ${closed ? 'refused' : 'let in'}`,
      closed ? namespace.status === 500 : namespace.status === 201,
      seen(namespace),
    );
    const pod = await create(running, { ...POD, metadata: { namespace: 'shop', name: 'x' } });
    said.holds(`${how}: pods are not held up`, pod.status === 201, seen(pod));
    if (how === 'killed') await latency(running, 'Ingress, Gatekeeper killed');
    if (how === 'hung') await running.signal('SIGCONT');
    else await running.start();
    const back = performance.now();
    await telling(running, asked);
    measured(`answers by its rules again after it was ${how}`, performance.now() - back);
    said.holds(`${how}: it answers by its rules when it is back`, true, '');
  }
}

/** What the audit must count, by the plural of the constraint's kind: one pod breaks each rule on pods. */
const COUNTED: Readonly<Record<string, number>> = {
  holdfastprivileged: 1,
  holdfastimages: 1,
  holdfastuniquehosts: 0,
  holdfastdrainablebudgets: 0,
};

async function judgeAudit(running: GatekeeperPlane, rules: readonly KubernetesObject[], said: Findings): Promise<void> {
  const start = performance.now();
  for (const { kind } of rules.filter(({ apiVersion }) => apiVersion.startsWith('constraints.'))) {
    const plural = kind.toLowerCase();
    const count = await waitFor({ what: `the audit has counted ${kind}` }, () => violations(running, plural));
    said.holds(`the audit counts ${COUNTED[plural]} of ${kind}`, count === COUNTED[plural], `${count}`);
  }
  measured('until the audit has counted', performance.now() - start);
  // The alerts read these; a name that is not there is waited for in vain.
  for (const name of METRICS) {
    await waitFor({ what: `Gatekeeper has the metric ${name}` }, async () =>
      new RegExp(`^${name}[{ ]`, 'm').test(await running.metrics()) ? true : undefined,
    );
    said.holds(`it has the metric ${name}`, true, '');
  }
}

const METRICS = ['gatekeeper_audit_last_run_end_time', 'gatekeeper_violations', 'gatekeeper_constraint_templates'];

/** How many objects the last audit found; undefined before the first. */
async function violations({ plane }: GatekeeperPlane, plural: string): Promise<number | undefined> {
  const { body } = await plane.request({ path: `/apis/constraints.gatekeeper.sh/v1beta1/${plural}` });
  const { items } = body as { items: { status?: { auditTimestamp?: string; totalViolations?: number } }[] };
  const status = items[0]?.status;
  return status?.auditTimestamp === undefined ? undefined : (status.totalViolations ?? 0);
}

const REQUESTS = 200;

async function latency(
  running: GatekeeperPlane,
  what: string,
  object: Readonly<Record<string, unknown>> = GOOD,
): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < REQUESTS; index += 1) {
    const start = performance.now();
    await create(running, object);
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  measured(`${what}, p50 of ${REQUESTS}`, times[REQUESTS * 0.5] ?? 0);
  measured(`${what}, p99 of ${REQUESTS}`, times[REQUESTS * 0.99] ?? 0);
}
