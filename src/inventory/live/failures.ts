/** What keeps a cluster from being read, in words; never with what a credential holds. */
import { HoldfastError } from '../../core/error.ts';
import type { ChosenContext } from './kubeconfig.ts';

/** The server cannot be reached, or is not the one that the kubeconfig trusts. */
export function unreachable(context: string, server: URL, error: unknown): HoldfastError {
  const code = codeOf(error);
  const why = WHY[code] ?? (code === '' ? 'the connection broke' : `the connection failed (${code})`);
  const trust = isTrust(code);
  return new HoldfastError(
    'cluster-unreachable',
    `The API server of the context ${context}, ${server.protocol}//${server.host}, ${trust ? 'is not trusted' : 'cannot be reached'}: ${why}.`,
    {
      exitCode: 3,
      hint: trust
        ? 'The kubeconfig says whom to trust: certificate-authority-data, tls-server-name.'
        : `kubectl --context ${context} version shows whether anything reaches it.`,
    },
  );
}

const WHY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'nobody that is trusted signed its certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody that is trusted signed its certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody that is trusted signed its certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody that is trusted signed its certificate',
  CERT_SIGNATURE_FAILURE: 'nobody that is trusted signed its certificate',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

function isTrust(code: string): boolean {
  return code.includes('CERT') || code.startsWith('UNABLE_TO_');
}

/** The credentials cannot be had: a plugin fails, a file is missing. What a plugin says may hold secrets; it is not repeated. */
export function credentialsFailed({ name, user }: ChosenContext, error: unknown): HoldfastError {
  const exec = user['exec'] as { readonly command?: unknown } | undefined;
  const code = codeOf(error);
  const plugin = typeof exec?.command === 'string' ? exec.command : undefined;
  const what =
    plugin === undefined
      ? `cannot be read or used${code === '' ? '' : ` (${code})`}`
      : code === 'ENOENT'
        ? `come from the plugin ${plugin}, which is not installed`
        : `come from the plugin ${plugin}, which gave none`;
  return new HoldfastError('no-credentials', `The credentials of the context ${name} ${what}.`, {
    exitCode: 3,
    hint: `kubectl --context ${name} get nodes says more of it.`,
  });
}

export function noCredentialFile(field: string, path: string): HoldfastError {
  return new HoldfastError('no-credentials', `The ${field} of the kubeconfig cannot be read: ${path}.`, {
    exitCode: 3,
  });
}

/** The server answers and does not let us ask at all. */
export function notLetIn(context: string, status: number): HoldfastError {
  const why =
    status === 401
      ? 'does not accept the credentials (401)'
      : status === 403
        ? 'does not let these credentials ask which kinds it serves (403)'
        : `answers with status ${status}`;
  return new HoldfastError('cluster-refuses', `The API server of the context ${context} ${why}.`, {
    exitCode: 3,
    hint: `kubectl --context ${context} auth whoami shows who you are to it.`,
  });
}

/** Answered, but not as an API server of Kubernetes does. */
export function noApiServer(context: string, what: string): HoldfastError {
  return new HoldfastError('no-api-server', `What answers for the context ${context} ${what}.`, { exitCode: 3 });
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
