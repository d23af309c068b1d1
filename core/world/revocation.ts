// Lists of revoked certificates (CRLs, RFC 5280 section 5): made for the workshop, and read from a person's file.
import { webcrypto } from 'node:crypto';
import { keyOf, library, type Pem } from './authority.ts';
import { freshMint, type Mint } from './mint.ts';

export interface RevocationWanted {
  /** The CA whose list it is; its key is EC P-256 or Ed25519. `cert` may hold a chain, of which the first is meant. */
  readonly authority: Pem;
  /** Wall clock, ms since 1970: the list is a day old. */
  readonly now: number;
  /** The certificates it revokes, as PEM; of a chain the first. */
  readonly revoked: readonly string[];
  /** {@link freshMint} unless given. */
  readonly mint?: Mint | undefined;
}

/** A list of revoked certificates as PEM. */
export async function makeRevocations(wanted: RevocationWanted): Promise<string> {
  const { authority, now, revoked, mint = freshMint } = wanted;
  const x509 = await library();
  // As long as certificates of the workshop are valid: a test must not end because its list is stale.
  const { from, to } = mint.span('good', now);
  const signer = await keyOf(authority.key);
  const issuer = new x509.X509Certificate(authority.cert);
  const list = await x509.X509CrlGenerator.create(
    {
      // Octet for octet as its certificate has it.
      issuer: issuer.subjectName,
      thisUpdate: new Date(from),
      nextUpdate: new Date(to),
      entries: revoked.map((cert) => ({
        serialNumber: new x509.X509Certificate(cert).serialNumber,
        revocationDate: new Date(from),
        reason: x509.X509CrlReason.keyCompromise,
      })),
      signingKey: signer.key,
      signingAlgorithm: signer.algorithm,
      extensions: [await x509.AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto)],
    },
    webcrypto,
  );
  // The library writes BEGIN CRL, which OpenSSL does not read.
  const lines =
    Buffer.from(list.rawData)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}

/** One list of a file. */
export interface Revocations {
  readonly pem: string;
  /** Distinguished name of its CA. */
  readonly issuer: string;
  /** ms since 1970, when the next list is due. */
  readonly next: number | undefined;
}

/** The list in one PEM block; undefined when it is damaged. */
export async function readRevocations(pem: string): Promise<Revocations | undefined> {
  const x509 = await library();
  try {
    const list = new x509.X509Crl(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
    return { pem: `${pem}\n`, issuer: list.issuer, next: list.nextUpdate?.getTime() };
  } catch {
    return undefined;
  }
}

/** Distinguished name of a certificate, written as {@link Revocations.issuer} is. */
export async function subjectOf(cert: string): Promise<string> {
  const x509 = await library();
  return new x509.X509Certificate(cert).subject;
}
