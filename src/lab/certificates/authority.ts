/** Certificate authorities and the certificates that they issue: ECDSA P-256, as kubeadm writes them. */
import { webcrypto } from 'node:crypto';
// The library resolves its parts by decorators and needs this before it is loaded.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  readonly issue: (request: CertificateRequest) => Promise<KeyPair>;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Groups of the user in Kubernetes: `system:masters`. */
  readonly organizations?: readonly string[];
  /** A server certificate is issued for these names and addresses; without any it is for clients only. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MILLIS = 86_400_000;
/** A lab may be started again long after it was made. */
const VALID_DAYS = 3_650;

/** Makes a new authority. `now` is a parameter so that certificates start before it: clocks of tests differ. */
export async function createAuthority(commonName: string, now: Date): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(now),
    name: `CN=${escapeName(commonName)}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: pem(certificate.toString('pem')),
    key: await exportKey(keys),
    issue: (request) => issue({ certificate, keys, now }, request),
  };
}

/** The key pair that signs service account tokens: a private key and the bare public key. */
export async function createServiceAccountKeys(): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
  const keys = await generateKeys();
  const publicKey = await webcrypto.subtle.exportKey('spki', keys.publicKey);
  return { privateKey: await exportKey(keys), publicKey: pem(x509.PemConverter.encode(publicKey, 'PUBLIC KEY')) };
}

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly now: Date;
}

async function issue(issuer: Issuer, request: CertificateRequest): Promise<KeyPair> {
  const keys = await generateKeys();
  const names = [
    ...(request.names ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(issuer.now),
    subject: subject(request),
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      // etcd's peers and its own gateway use their server certificate as clients too.
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.clientAuth,
        ...(names.length > 0 ? [x509.ExtendedKeyUsage.serverAuth] : []),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificate: pem(certificate.toString('pem')), key: await exportKey(keys) };
}

function subject(request: CertificateRequest): string {
  const organizations = (request.organizations ?? []).map((name) => `O=${escapeName(name)}`);
  return [...organizations, `CN=${escapeName(request.commonName)}`].join(', ');
}

/** Escapes what would end an attribute of a distinguished name (RFC 4514). */
function escapeName(value: string): string {
  return value.replace(/[,+"\\<>;=#]/g, (character) => `\\${character}`);
}

function validity(now: Date): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - DAY_MILLIS),
    notAfter: new Date(now.getTime() + VALID_DAYS * DAY_MILLIS),
  };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const raw = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return pem(x509.PemConverter.encode(raw, 'PRIVATE KEY'));
}

function pem(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
