/** Containers: Kubernetes v1.36.3 pkg/apis/core/validation/validation.go (validateContainers, validateInitContainers, validateContainerCommon). */
import { isObject } from '../../core/json.ts';
import type { Reader } from '../objects.ts';
import { at, into, items, refuse, text } from '../objects.ts';
import { isDnsLabel, isPortName, validateChoice, validateExactChoice, validateNumber } from './names.ts';
import { validateResources } from './resources.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export function validateContainers(spec: Reader, of: 'pod' | 'template'): void {
  const containers = items(spec, 'containers');
  if (containers.length === 0) refuse(into(spec, 'containers'), 'at least one container');
  const hostNetwork = at(spec.value, 'hostNetwork') === true;
  const names = new Set<string>();
  const hostPorts = new Set<string>();
  for (const container of containers) {
    validateContainer(container, { spec, names, hostPorts, of });
    validateProbes(container);
    if (hostNetwork) validateHostNetworkPorts(container, of);
  }
  for (const container of items(spec, 'initContainers')) {
    validateContainer(container, { spec, names, hostPorts: new Set(), of });
    if (at(container.value, 'restartPolicy') === 'Always') validateProbes(container);
    else {
      for (const field of [...PROBES, 'lifecycle'])
        if (isObject(at(container.value, field)))
          refuse(into(container, field), `no ${field} for an init container without restartPolicy Always`);
    }
  }
}

interface Among {
  readonly spec: Reader;
  readonly names: Set<string>;
  readonly hostPorts: Set<string>;
  readonly of: 'pod' | 'template';
}

function validateContainer(container: Reader, { spec, names, hostPorts, of }: Among): void {
  const name = text(container, 'name') ?? '';
  if (!isDnsLabel(name)) refuse(into(container, 'name'), 'a name of at most 63 lower-case letters, digits and -');
  else if (names.has(name)) refuse(into(container, 'name'), 'a name that no other container of the pod has');
  names.add(name);
  const image = text(container, 'image') ?? '';
  if (image === '' || (of === 'pod' && image.trim() !== image))
    refuse(into(container, 'image'), 'the name of an image, without space around it');
  validateChoice(container, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never']);
  validatePorts(container, hostPorts);
  validateResources(into(container, 'resources'), 'container');
  validateDeviceClaims(container, spec);
  validateRestart(container);
}

function validatePorts(container: Reader, hostPorts: Set<string>): void {
  const names = new Set<string>();
  for (const port of items(container, 'ports')) {
    const name = text(port, 'name') ?? '';
    if (name !== '' && !isPortName(name))
      refuse(into(port, 'name'), 'at most 15 lower-case letters, digits and -, with at least one letter');
    else if (name !== '' && names.has(name))
      refuse(into(port, 'name'), 'a name that no other port of the container has');
    names.add(name);
    const number = at(port.value, 'containerPort');
    if (typeof number !== 'number' || number < 1 || number > 65_535)
      refuse(into(port, 'containerPort'), 'a port from 1 to 65535');
    if (at(port.value, 'hostPort') !== 0) validateNumber(port, 'hostPort', 1, 65_535);
    validateChoice(port, 'protocol', ['TCP', 'UDP', 'SCTP']);
    takeHostPort(port, hostPorts);
  }
}

function takeHostPort(port: Reader, taken: Set<string>): void {
  const number = at(port.value, 'hostPort');
  if (typeof number !== 'number' || number === 0) return;
  const key = `${text(port, 'protocol') || 'TCP'}/${text(port, 'hostIP') ?? ''}/${number}`;
  if (taken.has(key)) refuse(into(port, 'hostPort'), 'a port of the host that the pod does not already take');
  taken.add(key);
}

/** On the host's network the two ports are one; a template may leave it to defaulting (validatePodHostNetworkDeps). */
function validateHostNetworkPorts(container: Reader, of: 'pod' | 'template'): void {
  for (const port of items(container, 'ports')) {
    const host = at(port.value, 'hostPort');
    const written = typeof host === 'number' && host !== 0;
    if (written && host !== at(port.value, 'containerPort'))
      refuse(into(port, 'hostPort'), `the containerPort, on the host's network${of === 'pod' ? '' : ', or nothing'}`);
  }
}

function validateDeviceClaims(container: Reader, spec: Reader): void {
  const known = new Set(items(spec, 'resourceClaims').map((claim) => text(claim, 'name')));
  for (const claim of items(into(container, 'resources'), 'claims'))
    if (!known.has(text(claim, 'name'))) refuse(into(claim, 'name'), 'a name in spec.resourceClaims');
}

/** Rules of their own need a policy; gate ContainerRestartRules, on by default since v1.35. */
function validateRestart(container: Reader): void {
  validateExactChoice(container, 'restartPolicy', RESTART_POLICIES);
  const rules = items(container, 'restartPolicyRules');
  if (rules.length > 0 && (text(container, 'restartPolicy') ?? '') === '')
    refuse(into(container, 'restartPolicy'), `one of ${RESTART_POLICIES.join(', ')} beside its rules`);
  for (const rule of rules) {
    const action = text(rule, 'action') ?? '';
    if (action !== 'Restart' && action !== 'RestartAllContainers')
      refuse(into(rule, 'action'), 'Restart or RestartAllContainers');
    if (!isObject(at(rule.value, 'exitCodes'))) refuse(into(rule, 'exitCodes'), 'the exit codes that it is for');
  }
}

function validateProbes(container: Reader): void {
  for (const field of PROBES) {
    const probe = into(container, field);
    if (!isObject(probe.value)) continue;
    for (const count of ['initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'failureThreshold'])
      validateNumber(probe, count, 0);
    const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((handler) => isObject(at(probe.value, handler)));
    if (handlers.length !== 1) refuse(probe, 'one of exec, httpGet, tcpSocket and grpc');
    for (const handler of ['httpGet', 'tcpSocket'])
      if (handlers.includes(handler)) validateProbePort(into(probe, handler));
    validateChoice(into(probe, 'httpGet'), 'scheme', ['HTTP', 'HTTPS']);
    const command = at(probe.value, 'exec', 'command');
    if (handlers.includes('exec') && (!Array.isArray(command) || command.length === 0))
      refuse(into(into(probe, 'exec'), 'command'), 'a command');
    const successes = at(probe.value, 'successThreshold');
    if (field === 'readinessProbe') validateNumber(probe, 'successThreshold', 0);
    else if (typeof successes === 'number' && successes !== 0 && successes !== 1)
      refuse(into(probe, 'successThreshold'), `1 for a ${field}`);
  }
}

/** A number, or the name of a port. */
function validateProbePort(action: Reader): void {
  const port = at(action.value, 'port');
  const fits = typeof port === 'number' ? port >= 1 && port <= 65_535 : typeof port === 'string' && isPortName(port);
  if (!fits) refuse(into(action, 'port'), 'a port from 1 to 65535 or the name of a port');
}
