/** Starts one control plane: etcd, API server, controller manager, scheduler as plain processes that die with their owner. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../core/error.ts';
import { type ApiClient, type ApiRequest, type ApiResponse, createApiClient } from './api-client.ts';
import type { BinaryName } from './binaries/catalog.ts';
import { requireBinary } from './binaries/locate.ts';
import { writePlaneCertificates } from './certificates/plane-certificates.ts';
import { type Component, describeComponents } from './components/component.ts';
import { type PlaneLayout, type PlaneOptions, planePaths, planeUrl, portNames } from './components/layout.ts';
import { planeComponents } from './components/plane.ts';
import { freePorts } from './ports.ts';
import { isReady } from './readiness.ts';
import type { LabSettings } from './settings.ts';
import { type OwnedSupervisor, type SupervisorHandle, startSupervisor } from './supervisor/client.ts';
import type { Containment, ProcessStatus, SupervisorHello } from './supervisor/protocol.ts';
import { waitFor } from './wait.ts';

export interface ControlPlaneOptions extends Partial<PlaneOptions> {
  /** Keys, data, logs and kubeconfigs go here; made when missing. A plane that was stopped here goes on, with its own ports. */
  readonly directory: string;
  readonly settings: LabSettings;
  readonly zone?: string;
  /** One line per step, for people who wait. */
  readonly onProgress?: (line: string) => void;
  /** By default the best that this machine allows. */
  readonly containment?: Containment;
}

export interface ControlPlane {
  readonly directory: string;
  /** Path of the admin's kubeconfig, in the lab's own directory. */
  readonly kubeconfig: string;
  readonly url: string;
  readonly layout: PlaneLayout;
  readonly components: readonly Component[];
  readonly supervisor: OwnedSupervisor;
  readonly request: (request: ApiRequest) => Promise<ApiResponse>;
  readonly status: () => Promise<readonly ProcessStatus[]>;
  /** Closes our connections to the API; the plane goes on. */
  readonly close: () => void;
  /** Stops everything in order, clients first. Files stay. */
  readonly stop: () => Promise<void>;
}

/** What is written beside the plane's files, so that it can be found and started again. */
export interface PlaneRecord {
  readonly layout: PlaneLayout;
  readonly components: readonly Component[];
  readonly supervisor: SupervisorHello;
  readonly startedAt: string;
}

const RECORD = 'plane.json';
/** Another process may take a port between our look and the start. */
const PORT_ATTEMPTS = 3;

/**
 * Starts a plane and waits until its API answers, its controllers lead and the default service account exists.
 * All processes end with the process that called, whatever ends it.
 * @throws HoldfastError (exit code 3) with the last lines of a component that died, or what was waited for in vain.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const paths = await findPrograms(options.settings);
  const known = await readPlaneRecord(options.directory);
  if (known !== undefined) return startPlane({ options, layout: known.layout, paths });
  for (let attempt = 1; ; attempt += 1) {
    const layout = await planLayout(options);
    await writePlaneCertificates(layout, new Date());
    try {
      return await startPlane({ options, layout, paths });
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !(error instanceof HoldfastError) || error.code !== 'port-taken') throw error;
      options.onProgress?.(`${error.message} Trying other ports.`);
      await rm(planePaths(layout).etcdData, { recursive: true, force: true });
    }
  }
}

/** The record of a plane that was started in `directory` before, or undefined. */
export async function readPlaneRecord(directory: string): Promise<PlaneRecord | undefined> {
  const text = await readFile(join(directory, RECORD), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as PlaneRecord);
}

/** Exactly what `startControlPlane` would run, with ports that are free now. */
export async function describeControlPlane(options: ControlPlaneOptions): Promise<string> {
  const paths = await findPrograms(options.settings);
  return describeComponents(planeComponents(await planLayout(options)), (binary) => programPath(paths, binary));
}

type Programs = ReadonlyMap<BinaryName, string>;
interface Start {
  readonly options: ControlPlaneOptions;
  readonly layout: PlaneLayout;
  readonly paths: Programs;
}

async function startPlane({ options, layout, paths }: Start): Promise<ControlPlane> {
  const components = planeComponents(layout);
  await mkdir(join(options.directory, 'logs'), { recursive: true, mode: 0o700 });
  const client = await adminClient(layout);
  const supervisor = await startSupervisor(options.directory, options.containment);
  try {
    for (const component of components) {
      options.onProgress?.(`${component.name}: starting`);
      await startComponent(supervisor, {
        component,
        path: programPath(paths, component.binary),
        directory: options.directory,
      });
      await untilReady(supervisor, component, client);
      options.onProgress?.(`${component.name}: ready`);
    }
    await untilServing(client);
  } catch (error) {
    client.close();
    await supervisor.ask({ op: 'stop' });
    throw error;
  }
  await writeRecord(options.directory, { layout, components, supervisor, startedAt: new Date().toISOString() });
  return {
    directory: options.directory,
    kubeconfig: planePaths(layout).kubeconfig('admin'),
    url: planeUrl(layout),
    layout,
    components,
    supervisor,
    request: client.request,
    status: () => supervisor.ask({ op: 'status' }),
    close: client.close,
    stop: async () => {
      client.close();
      await supervisor.ask({ op: 'stop' });
    },
  };
}

async function writeRecord(directory: string, { supervisor, ...record }: PlaneRecord): Promise<void> {
  const { identity, containment } = supervisor;
  const text = JSON.stringify({ ...record, supervisor: { identity, containment } }, null, 2);
  await writeFile(join(directory, RECORD), `${text}\n`, { mode: 0o600 });
}

/** A client with the rights of the plane's admin. */
export async function adminClient(layout: PlaneLayout): Promise<ApiClient> {
  const paths = planePaths(layout);
  const [ca, certificate, key] = await Promise.all(
    [paths.certificate('ca'), join(paths.pki, 'admin.crt'), join(paths.pki, 'admin.key')].map((path) =>
      readFile(path, 'utf8'),
    ),
  );
  return createApiClient({ url: planeUrl(layout), ca: ca ?? '', certificate: certificate ?? '', key: key ?? '' });
}

export interface ComponentStart {
  readonly component: Component;
  readonly path: string;
  readonly directory: string;
}

/** Asks the supervisor to start one component; its output goes to `logs/<name>.log`. */
export async function startComponent(supervisor: SupervisorHandle, start: ComponentStart): Promise<void> {
  const { component, path, directory } = start;
  await supervisor.ask({
    op: 'start',
    process: {
      name: component.name,
      path,
      args: component.args,
      environment: component.environment,
      log: join(directory, 'logs', `${component.name}.log`),
      stopGraceMillis: component.stopGraceMillis,
    },
  });
}

/**
 * Waits until the component is ready.
 * @throws HoldfastError `component-died` or `port-taken` at once when it ends instead, with what it said last.
 */
export async function untilReady(
  supervisor: SupervisorHandle,
  component: Component,
  client?: ApiClient,
): Promise<void> {
  await waitFor({ what: `${component.name} is ready` }, async () => {
    const status = (await supervisor.ask({ op: 'status' })).find((found) => found.name === component.name);
    if (status !== undefined && !status.running) throw await death(status);
    return isReady(component.ready, client);
  });
}

async function death(status: ProcessStatus): Promise<HoldfastError> {
  const log = await readFile(status.log, 'utf8').catch(() => '');
  const last = log.trim().split('\n').slice(-8).join('\n');
  const how = status.signal === null ? `with code ${status.code}` : `by ${status.signal}`;
  if (/address already in use/.test(last)) {
    return new HoldfastError('port-taken', `${status.name} found its port taken by another process.`, { exitCode: 3 });
  }
  return new HoldfastError('component-died', `${status.name} ended ${how}. Its last lines:\n${last}`, {
    exitCode: 3,
    hint: `The whole log: ${status.log}`,
  });
}

/** The API answers before its controllers have made what pods need. */
async function untilServing(client: ApiClient): Promise<void> {
  const exists = async (path: string): Promise<true | undefined> => {
    const response = await client.request({ path });
    return response.status === 200 ? true : undefined;
  };
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
  for (const name of ['kube-controller-manager', 'kube-scheduler']) {
    await waitFor({ what: `${name} holds its lease` }, () => exists(`${leases}/${name}`));
  }
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await waitFor({ what: 'the default service account exists' }, () => exists(account));
}

async function planLayout(options: ControlPlaneOptions): Promise<PlaneLayout> {
  return {
    zone: options.zone ?? 'a',
    directory: options.directory,
    ports: await freePorts(portNames),
    fsync: options.fsync ?? true,
    ...(options.extraArgs === undefined ? {} : { extraArgs: options.extraArgs }),
  };
}

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

async function findPrograms(settings: LabSettings): Promise<Programs> {
  const found = await Promise.all(PROGRAMS.map((name) => requireBinary(settings, name)));
  return new Map(found.map((binary) => [binary.name, binary.path]));
}

function programPath(paths: Programs, binary: BinaryName): string {
  return paths.get(binary) ?? binary;
}
