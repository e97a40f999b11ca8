/** Probes of containers with the API's defaults: Kubernetes v1.36.3 pkg/apis/core/v1/defaults.go (SetDefaults_Probe, SetDefaults_HTTPGetAction). */
import { isObject } from '../core/json.ts';
import type { Reader } from './objects.ts';
import { at, integer, into, text } from './objects.ts';

export type ProbeAction =
  | { readonly kind: 'http'; readonly path: string; readonly port: number | string; readonly scheme: string }
  | { readonly kind: 'tcp'; readonly port: number | string }
  | { readonly kind: 'grpc'; readonly port: number; readonly service: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  /** The probe names no action; the API server refuses it. */
  | { readonly kind: 'none' };

export interface Probe {
  readonly action: ProbeAction;
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** The probe in this field, or undefined when there is none. A written 0 counts as not written, as in the API. */
export function readProbe(container: Reader, key: string): Probe | undefined {
  const probe = into(container, key);
  if (!isObject(probe.value)) return undefined;
  return {
    action: readAction(probe),
    initialDelaySeconds: integer(probe, 'initialDelaySeconds') ?? 0,
    periodSeconds: integer(probe, 'periodSeconds') || 10,
    timeoutSeconds: integer(probe, 'timeoutSeconds') || 1,
    successThreshold: integer(probe, 'successThreshold') || 1,
    failureThreshold: integer(probe, 'failureThreshold') || 3,
  };
}

function readAction(probe: Reader): ProbeAction {
  const http = into(probe, 'httpGet');
  if (isObject(http.value)) {
    return {
      kind: 'http',
      path: text(http, 'path') || '/',
      port: portOf(http),
      scheme: text(http, 'scheme') || 'HTTP',
    };
  }
  const tcp = into(probe, 'tcpSocket');
  if (isObject(tcp.value)) return { kind: 'tcp', port: portOf(tcp) };
  const grpc = into(probe, 'grpc');
  if (isObject(grpc.value))
    return { kind: 'grpc', port: integer(grpc, 'port') ?? 0, service: text(grpc, 'service') ?? '' };
  const exec = into(probe, 'exec');
  if (!isObject(exec.value)) return { kind: 'none' };
  const command = at(exec.value, 'command');
  return { kind: 'exec', command: Array.isArray(command) ? command.filter((part) => typeof part === 'string') : [] };
}

function portOf(action: Reader): number | string {
  const port = at(action.value, 'port');
  return typeof port === 'string' || typeof port === 'number' ? port : 0;
}
