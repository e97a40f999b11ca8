/** Looks at this machine: what is here, and what each missing thing would be needed for. */
import { access, constants, mkdir } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { sayBytes } from '../core/quantity.ts';
import { listBinaries } from '../lab/binaries/list.ts';
import { run } from '../lab/process/run.ts';
import { type LabSettings, labSettings } from '../lab/settings.ts';
import type { DoctorOutput } from '../report/schemas.ts';

type Check = DoctorOutput['checks'][number];

/** One etcd, API server, controller manager and scheduler: resident 70 + 320 + 122 + 74 MB, measured with Kubernetes v1.36.3. */
const LAB_MEMORY = 2 ** 30;

/** All checks, in the order in which they are shown. */
export async function checkMachine(env: Readonly<Record<string, string | undefined>>): Promise<Check[]> {
  const settings = labSettings(env);
  return [
    nodeCheck(),
    memoryCheck(),
    processorCheck(),
    await directoryCheck('state directory', settings.stateDirectory, 'labs, journals, crash reports'),
    await directoryCheck('cache directory', settings.cacheDirectory, 'programs of the lab'),
    await namespaceCheck(
      'process namespaces',
      ['--fork', '--pid', '--kill-child'],
      'a lab whose processes all die with it',
    ),
    await namespaceCheck(
      'network namespaces',
      ['--net'],
      'partitions that are real; without them a zone is cut by stopping its processes',
    ),
    ...(await binaryChecks(settings)),
  ];
}

/** The program does not start on an older Node.js, so this one is new enough. */
function nodeCheck(): Check {
  return { name: 'Node.js', status: 'ok', found: process.versions.node, neededFor: 'everything (22.18 or newer)' };
}

function memoryCheck(): Check {
  const total = process.constrainedMemory() || totalmem();
  const memory = Math.min(total, totalmem());
  const enough = memory >= LAB_MEMORY;
  return {
    name: 'memory',
    status: enough ? 'ok' : 'missing',
    found: sayBytes(memory),
    neededFor: `a lab (${sayBytes(LAB_MEMORY)}); planning and rendering need no more than any Node.js program`,
    ...(enough ? {} : { remedy: `Give this machine ${sayBytes(LAB_MEMORY)} to run a lab.` }),
  };
}

function processorCheck(): Check {
  return {
    name: 'processors',
    status: 'ok',
    found: String(availableParallelism()),
    neededFor: 'a lab starts faster with two',
  };
}

async function directoryCheck(name: string, path: string, neededFor: string): Promise<Check> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    return { name, status: 'ok', found: path, neededFor };
  } catch (error) {
    const remedy = `Make ${dirname(path)} writable, or set HOLDFAST_STATE and HOLDFAST_CACHE to directories that are.`;
    return { name, status: 'missing', found: (error as Error).message, neededFor, remedy };
  }
}

/** Tries it: settings of the kernel, of containers and of security modules all have their say. */
async function namespaceCheck(name: string, args: readonly string[], neededFor: string): Promise<Check> {
  if (process.platform !== 'linux') return { name, status: 'unknown', found: `not on ${process.platform}`, neededFor };
  const tries = [args, ['--user', '--map-root-user', ...args]];
  for (const flags of tries) {
    const tried = await run('unshare', [...flags, 'true']).catch(() => undefined);
    if (tried?.code === 0)
      return { name, status: 'ok', found: flags.includes('--user') ? 'in a user namespace' : 'yes', neededFor };
  }
  return {
    name,
    status: 'missing',
    found: 'unshare is refused or not here',
    neededFor,
    remedy: 'Run as root, or allow unprivileged user namespaces (kernel.unprivileged_userns_clone, AppArmor).',
  };
}

const USED_FOR: Readonly<Record<string, string>> = {
  promtool: 'checking alert rules',
  helm: 'rendering charts (--chart)',
  haproxy: 'checking the API balancer',
  nginx: 'checking the API balancer',
  keepalived: 'checking who holds the API address',
  kubeadm: 'checking kubeadm configuration',
  kwok: 'simulated nodes in a lab',
};

async function binaryChecks(settings: LabSettings): Promise<readonly Check[]> {
  const binaries = await listBinaries(settings);
  return binaries.map(({ name, wants, found, refused }): Check => {
    const neededFor = USED_FOR[name] ?? 'a lab';
    if (found) return { name, status: 'ok', found: `${found.version} (${found.source})`, neededFor };
    const others = refused.map(({ path, version }) => `${path} is ${version ?? 'not runnable'}`).join(', ');
    return {
      name,
      status: 'missing',
      found: others === '' ? `not here (wants ${wants})` : others,
      neededFor,
      remedy: 'holdfast lab binaries fetch NAME --yes gets a program.',
    };
  });
}
