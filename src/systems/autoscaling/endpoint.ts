/** The address of the API as runbooks name it. */
import type { Model } from './model.ts';

/** `https://api.shop.internal:6443`, or words where the provider assigns the name. */
export function addressOfEndpoint({ plans }: Pick<Model, 'plans'>): string {
  const { host, port } = plans['control-plane'].facts.endpoint;
  return host === '' ? 'the address that the provider assigned' : `https://${host}:${port}`;
}
