// Lists of revoked certificates (CRLs, RFC 5280 section 5): made for the workshop, and read from a person's file.
import { webcrypto } from 'node:crypto';
import { elliptic, keyOf, library, type Pem } from './authority.ts';

export interface RevocationWanted {
  /** The CA whose list it is; its key is EC P-256. `cert` may hold a chain, of which the first is meant. */
  readonly authority: Pem;
  /** Wall clock, ms since 1970: the list is a day old. */
  readonly now: number;
  /** The certificates it revokes, as PEM; of a chain the first. */
  readonly revoked: readonly string[];
}

const DAY = 86_400_000;
/** As long as certificates of the workshop are valid: a test must not end because its list is stale. */
const life = 825 * DAY;

/** A list of revoked certificates as PEM. */
export async function makeRevocations({ authority, now, revoked }: RevocationWanted): Promise<string> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.cert);
  const list = await x509.X509CrlGenerator.create(
    {
      // Octet for octet as its certificate has it.
      issuer: issuer.subjectName,
      thisUpdate: new Date(now - DAY),
      nextUpdate: new Date(now + life),
      entries: revoked.map((cert) => ({
        serialNumber: new x509.X509Certificate(cert).serialNumber,
        revocationDate: new Date(now - DAY),
        reason: x509.X509CrlReason.keyCompromise,
      })),
      signingKey: await keyOf(authority.key),
      signingAlgorithm: elliptic,
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
