import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { textOfBase64, validitiesOf } from './certificate.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function certificate(notBefore: string, notAfter: string, names = 1): Promise<x509.X509Certificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  return x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test',
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    keys,
    signingAlgorithm: ALGORITHM,
    // Long certificates have lengths of two bytes.
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        Array.from({ length: names }, (_, at) => ({ type: 'dns', value: `name-${at}.example.com` })),
      ),
    ],
  });
}

describe('the validity of certificates', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2027-02-03T04:05:06Z', 1],
    ['1999-12-31T23:59:59Z', '2049-12-31T23:59:59Z', 1],
    // From 2050 on the times have another form.
    ['2049-12-31T23:59:59Z', '2126-02-28T00:00:00Z', 20],
    ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', 3_000],
  ])('from %s to %s with %i names', async (from, to, names) => {
    const made = await certificate(from, to, names);
    expect(validitiesOf(made.toString('pem'))).toEqual([
      { notBefore: made.notBefore.getTime() / 1_000, notAfter: made.notAfter.getTime() / 1_000 },
    ]);
    expect(made.notAfter.toISOString()).toBe(new Date(to).toISOString());
  });

  it('is read of each certificate of a bundle', async () => {
    const pems = await Promise.all(
      ['2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z'].map(async (to) =>
        (await certificate('2026-01-01T00:00:00Z', to)).toString('pem'),
      ),
    );
    expect(validitiesOf(`# bundle\n${pems.join('\n')}`)?.map(({ notAfter }) => notAfter)).toEqual([
      Date.UTC(2027, 0, 1) / 1_000,
      Date.UTC(2028, 0, 1) / 1_000,
    ]);
  });

  it('is not read of anything else, however it is damaged', async () => {
    const bytes = new Uint8Array((await certificate('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z')).rawData);
    for (let cut = 0; cut < bytes.length; cut += 7) {
      const part = Buffer.from(bytes.slice(0, cut)).toString('base64');
      expect(validitiesOf(`-----BEGIN CERTIFICATE-----\n${part}\n-----END CERTIFICATE-----`)).toBeUndefined();
    }
    expect(validitiesOf('')).toBeUndefined();
    expect(validitiesOf('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')).toBeUndefined();
  });
});

it('reads base64 as Kubernetes writes it, and nothing else', () => {
  expect(textOfBase64('aMOkbGxv')).toBe('hällo');
  expect(textOfBase64('aMOk\nbGxv\n')).toBe('hällo');
  expect(textOfBase64('not base64!')).toBeUndefined();
});
