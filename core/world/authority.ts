// Makes the workbench's own test CA and the server certificates it signs: EC P-256, as PEM.
import { randomBytes, webcrypto } from 'node:crypto';

export interface Pem {
  readonly cert: string;
  readonly key: string;
}

export interface AuthorityOptions {
  /** Wall clock, ms since 1970: certificates are valid from a day before. */
  readonly now: number;
  readonly name: string;
}

export interface ServerOptions {
  readonly now: number;
  readonly authority: Pem;
  /** Host names and IP addresses the certificate is for; the first is its subject. */
  readonly names: readonly string[];
}

const DAY = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A test CA valid for ten years. It signs server certificates only (RFC 5280 section 4.2.1.9: no CA below it). */
export async function makeAuthority({ now, name }: AuthorityOptions): Promise<Pem> {
  const x509 = await library();
  const keys = await newKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: `CN=${name}`,
      notBefore: new Date(now - DAY),
      notAfter: new Date(now + 3650 * DAY),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { cert: `${cert.toString('pem')}\n`, key: await privatePem(keys.privateKey) };
}

/** A server certificate for 825 days, the most that clients of some vendors accept; `cert` holds the CA behind it. */
export async function makeServer({ now, authority, names }: ServerOptions): Promise<Pem> {
  const x509 = await library();
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.cert);
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial(),
      subject: `CN=${(names[0] ?? 'localhost').slice(0, 64)}`,
      issuer: issuer.subject,
      notBefore: new Date(now - DAY),
      notAfter: new Date(now + 825 * DAY),
      publicKey: keys.publicKey,
      signingKey: await readKey(authority.key),
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { cert: `${cert.toString('pem')}\n${authority.cert}`, key: await privatePem(keys.privateKey) };
}

/** Loaded when it is first needed: most starts find their certificate on disk. */
async function library() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

async function newKeys(): Promise<CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function privatePem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

async function readKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets. */
function serial(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return octets.toString('hex');
}

function isAddress(value: string): boolean {
  return /^[\d.]+$/.test(value) || value.includes(':');
}
