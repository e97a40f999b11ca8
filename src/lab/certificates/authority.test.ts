import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthority, createServiceAccountKeys } from './authority.ts';

const now = new Date('2026-11-23T12:00:00Z');

describe('certificates', () => {
  it('an authority signs what it issues and nothing else', async () => {
    const authority = await createAuthority('kubernetes', now);
    const other = await createAuthority('kubernetes', now);
    const { certificate } = await authority.issue({ commonName: 'kube-apiserver', names: ['localhost'] });
    const parsed = new X509Certificate(certificate);
    expect(parsed.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(parsed.verify(new X509Certificate(other.certificate).publicKey)).toBe(false);
    expect(parsed.ca).toBe(false);
    expect(new X509Certificate(authority.certificate).ca).toBe(true);
  });

  it('a server certificate holds exactly the names and addresses asked for', async () => {
    const authority = await createAuthority('kubernetes', now);
    const { certificate, key } = await authority.issue({
      commonName: 'kube-apiserver',
      names: ['kubernetes.default.svc'],
      addresses: ['127.0.0.1', '198.18.7.1'],
    });
    const parsed = new X509Certificate(certificate);
    expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed.checkIP('127.0.0.2')).toBeUndefined();
    expect(parsed.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(parsed.keyUsage).toContain('1.3.6.1.5.5.7.3.1');
  });

  it('a client certificate carries its groups and cannot serve', async () => {
    const authority = await createAuthority('kubernetes', now);
    const { certificate } = await authority.issue({
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
    });
    const parsed = new X509Certificate(certificate);
    expect(parsed.subject.split('\n')).toEqual(['O=system:masters', 'CN=kubernetes-admin']);
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  it('certificates start a day early, because clocks differ, and last for years', async () => {
    const { certificate } = await createAuthority('kubernetes', now);
    const parsed = new X509Certificate(certificate);
    expect(parsed.validFromDate.toISOString()).toBe('2026-11-22T12:00:00.000Z');
    expect(parsed.validToDate.getUTCFullYear()).toBeGreaterThanOrEqual(2036);
  });

  it('service account keys belong together', async () => {
    const { privateKey, publicKey } = await createServiceAccountKeys();
    const derived = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
    expect(derived.toString().trim()).toBe(publicKey.trim());
  });

  it('a comma in a name does not start another attribute', async () => {
    const authority = await createAuthority('a, O=system:masters', now);
    expect(new X509Certificate(authority.certificate).subject).toBe('CN=a\\, O=system:masters');
  });
});
