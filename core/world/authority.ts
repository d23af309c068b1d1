// Makes test CAs and signs certificates with them, as PEM.
import { createPrivateKey, webcrypto } from 'node:crypto';
import { elliptic, freshMint, type KeyAlgorithm, type Mint, type Said } from './mint.ts';

export interface Pem {
  readonly cert: string;
  readonly key: string;
}

export interface AuthorityOptions {
  /** Wall clock, ms since 1970: certificates are valid from a day before. */
  readonly now: number;
  readonly name: string;
  /** {@link freshMint} unless given. */
  readonly mint?: Mint;
}

export interface ServerOptions {
  readonly now: number;
  readonly authority: Pem;
  /** Host names and IP addresses the certificate is for; the first is its subject. */
  readonly names: readonly string[];
}

/** One certificate to be signed. */
export interface Signing extends Omit<Said, 'issuer'> {
  /** Signs it; `self`: its own key does. `cert` may hold a chain, of which the first is the issuer. */
  readonly issuer: Pem | 'self';
  /** {@link freshMint} unless given. */
  readonly mint?: Mint | undefined;
}

/** A test CA valid for ten years, or for ever. */
export function makeAuthority({ now, name, mint = freshMint }: AuthorityOptions): Promise<Pem> {
  return sign({ subject: name, issuer: 'self', ...mint.span('authority', now), is: 'authority', mint });
}

/** A server certificate for 825 days, the most that clients of some vendors accept; `cert` holds the CA behind it. */
export async function makeServer({ now, authority, names }: ServerOptions): Promise<Pem> {
  const { cert, key } = await sign({
    subject: names[0] ?? 'localhost',
    issuer: authority,
    ...freshMint.span('good', now),
    is: { usage: 'server', names },
  });
  return { cert: `${cert}${authority.cert}`, key };
}

/** A new certificate (RFC 5280) and its key, without the chain. Rejects when the issuer's key is neither EC P-256 nor Ed25519. */
export async function sign({ issuer, mint = freshMint, ...rest }: Signing): Promise<Pem> {
  const x509 = await library();
  const { subject, from, to, is } = rest;
  const above = issuer === 'self' ? undefined : new x509.X509Certificate(issuer.cert);
  const said: Said = { ...rest, issuer: above?.subject ?? 'self' };
  const keys = await mint.keys(said);
  const signer = issuer === 'self' ? { key: keys.privateKey, algorithm: keys.algorithm } : await keyOf(issuer.key);
  const name = nameOf(subject);
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: mint.serial(said),
      subject: name,
      // Octet for octet as its subject has it (RFC 5280 section 4.1.2.6): GnuTLS takes no other encoding of the same name.
      issuer: above?.subjectName ?? name,
      notBefore: new Date(from),
      notAfter: new Date(to),
      publicKey: keys.publicKey,
      signingKey: signer.key,
      signingAlgorithm: signer.algorithm,
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

function extensionsOf(x509: Library, is: Said['is']) {
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
        type: value.includes('@') ? ('email' as const) : isAddress(value) ? ('ip' as const) : ('dns' as const),
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

/** The key to sign with; rejects when it is neither EC P-256 nor Ed25519 in PKCS#8. */
export async function keyOf(pem: string): Promise<{ readonly key: CryptoKey; readonly algorithm: KeyAlgorithm }> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const isEd25519 = createPrivateKey(pem).asymmetricKeyType === 'ed25519';
  const algorithm = isEd25519 ? ({ name: 'Ed25519' } as const) : elliptic;
  return { key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']), algorithm };
}

function isAddress(value: string): boolean {
  return /^[\d.]+$/.test(value) || value.includes(':');
}
