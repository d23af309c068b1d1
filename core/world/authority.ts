// Makes the workbench's own test CA and signs certificates with it, as PEM: EC P-256 unless said.
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

/** What a certificate is for (RFC 5280 section 4.2.1.12). */
export type Usage = 'server' | 'client';

/** One certificate to be signed. */
export interface Signing {
  readonly subject: string;
  /** Signs it; `self`: its own key does. `cert` may hold a chain, of which the first is the issuer. */
  readonly issuer: Pem | 'self';
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
  /** A CA, or what an end entity is for. */
  readonly is: 'authority' | { readonly usage: Usage; readonly names: readonly string[] };
  /** Bits of an RSA key; EC P-256 without. */
  readonly rsaBits?: number;
}

const DAY = 86_400_000;
/** The keys of CAs made here. */
export const elliptic = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength,
});

/** A test CA valid for ten years. */
export function makeAuthority({ now, name }: AuthorityOptions): Promise<Pem> {
  return sign({
    subject: name,
    issuer: 'self',
    from: now - DAY,
    to: now + 3650 * DAY,
    is: 'authority',
  });
}

/** A server certificate for 825 days, the most that clients of some vendors accept; `cert` holds the CA behind it. */
export async function makeServer({ now, authority, names }: ServerOptions): Promise<Pem> {
  const { cert, key } = await sign({
    subject: names[0] ?? 'localhost',
    issuer: authority,
    from: now - DAY,
    to: now + 825 * DAY,
    is: { usage: 'server', names },
  });
  return { cert: `${cert}${authority.cert}`, key };
}

/** A new key and its certificate (RFC 5280), without the chain. The issuer's key is EC, or RSA with `rsaBits` when it is its own. */
export async function sign({ subject, issuer, from, to, is, rsaBits }: Signing): Promise<Pem> {
  const x509 = await library();
  const algorithm = rsaBits === undefined ? elliptic : rsa(rsaBits);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const name = nameOf(subject);
  const above = issuer === 'self' ? undefined : new x509.X509Certificate(issuer.cert);
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial(),
      subject: name,
      // Octet for octet as its subject has it (RFC 5280 section 4.1.2.6): GnuTLS takes no other encoding of the same name.
      issuer: above?.subjectName ?? name,
      notBefore: new Date(from),
      notAfter: new Date(to),
      publicKey: keys.publicKey,
      signingKey: issuer === 'self' ? keys.privateKey : await keyOf(issuer.key),
      signingAlgorithm: issuer === 'self' ? algorithm : elliptic,
      extensions: [
        ...extensionsOf(x509, is),
        ...(above ? [await x509.AuthorityKeyIdentifierExtension.create(above, false, webcrypto)] : []),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return {
    cert: `${cert.toString('pem')}\n`,
    key: await privatePem(keys.privateKey),
  };
}

type Library = Awaited<ReturnType<typeof library>>;

function extensionsOf(x509: Library, is: Signing['is']) {
  if (is === 'authority')
    return [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ];
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([is.usage === 'server' ? serverAuth : clientAuth]),
    new x509.SubjectAlternativeNameExtension(
      is.names.map((value) => ({
        type: isAddress(value) ? ('ip' as const) : ('dns' as const),
        value,
      })),
    ),
  ];
}

/** RFC 5280 appendix A.1: a common name has 64 characters at most. */
function nameOf(subject: string) {
  return [{ CN: [subject.slice(0, 64)] }];
}

/** Loaded when it is first needed: most starts find their certificate on disk. */
export async function library() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

async function privatePem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** The key to sign with; rejects when it is not EC P-256 in PKCS#8. */
export async function keyOf(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return await webcrypto.subtle.importKey('pkcs8', der, elliptic, false, ['sign']);
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
