// Reads a person's certificates and keys from PEM files, and says what is wrong with them and what to do.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Pem } from '../world/authority.ts';
import { readRevocations, type Revocations, subjectOf } from '../world/revocation.ts';

/** Certificate (with its chain) and key as PEM text, and what a person should know about them. */
export interface Identity extends Pem {
  readonly warnings: readonly string[];
}

/** A certificate or key that cannot be used; the message says which file, what is wrong and what to do. */
export class CertificateError extends Error {
  override name = 'CertificateError';
  /** There is no such file. */
  readonly isMissing: boolean;

  constructor(message: string, isMissing = false) {
    super(message);
    this.isMissing = isMissing;
  }
}

export interface PemFiles {
  readonly certFile: string;
  /** The same file when the certificate file holds the key too. */
  readonly keyFile: string;
  /** Wall clock, ms since 1970. */
  readonly now: number;
  /** What names the key file; `certificate.keyFile` unless said. */
  readonly keySetting?: string;
}

/** Reads a person's PEM files. Throws {@link CertificateError}; a certificate that clients will refuse is only a warning. */
export async function loadPem(from: PemFiles): Promise<Identity> {
  const text = await readText(from.certFile, 'certificate');
  const keyText = from.keyFile === from.certFile ? text : await readText(from.keyFile, 'key');
  const chain = readCertificates(text, from.certFile);
  const [certificate] = chain as [X509Certificate, ...X509Certificate[]];
  const key = readKey(keyText, from);
  if (!certificate.checkPrivateKey(key)) throw notItsKey(key, { chain, ...from });
  chain.slice(1).forEach((issuer, index) => {
    if (!chain[index]?.checkIssued(issuer))
      throw new CertificateError(
        `${from.certFile}: the chain is out of order: certificate ${index + 2} (${oneLine(issuer.subject)}) did not issue certificate ${index + 1} (${oneLine(chain[index]?.subject)}). Put the server's own first, then each one's issuer.`,
      );
  });
  return {
    cert: chain.map((one) => one.toString()).join(''),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    warnings: [...ageWarnings(certificate, from), ...weakWarnings(certificate, from.certFile)],
  };
}

/** Reads the CAs a listener trusts, as one PEM text. Throws {@link CertificateError}. */
export async function loadAuthorities(file: string): Promise<string> {
  return readCertificates(await readText(file, 'CA'), file)
    .map((one) => one.toString())
    .join('');
}

/** Lists of revoked certificates as PEM, and what is odd about them. */
export interface RevocationLists {
  readonly lists: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads the lists of revoked client certificates; `authorities`: the CAs they should be of. Throws {@link CertificateError}. */
export async function loadRevocations(from: {
  readonly file: string;
  readonly authorities: string;
  readonly now: number;
}): Promise<RevocationLists> {
  const { file, now } = from;
  const text = await readText(file, 'CRL');
  const blocks = text.match(/-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----/g);
  if (!blocks)
    throw new CertificateError(
      text.trim() === ''
        ? `${file}: the file is empty. Copy the CRL into it, or leave security.clientCrlFile empty.`
        : `${file}: no CRL in it. A PEM file has a line -----BEGIN X509 CRL-----; convert a DER file: openssl crl -inform DER -in ${file} -out crl.pem`,
    );
  const lists: Revocations[] = [];
  for (const [index, block] of blocks.entries()) {
    const list = await readRevocations(block);
    if (list) lists.push(list);
    else
      throw new CertificateError(
        `${file}: the ${ordinals[index] ?? `${index + 1}th`} CRL in it is damaged. Copy it again; it must be complete from BEGIN to END.`,
      );
  }
  const warnings = lists
    .filter(({ next }) => next !== undefined && next < now)
    .map(
      ({ issuer, next }) =>
        `${file}: the CRL of ${issuer} is out of date since ${new Date(next ?? 0).toUTCString()}, so no certificate of this CA is trusted. Fetch the next one.`,
    );
  for (const authority of readCertificates(from.authorities, 'the client CAs')) {
    const subject = await subjectOf(authority.toString());
    if (!lists.some(({ issuer }) => issuer === subject))
      warnings.push(
        `${file}: there is no CRL of the client CA ${subject} in it, so no certificate of this CA is trusted. Add its CRL, even an empty one, or leave security.clientCrlFile empty.`,
      );
  }
  return { lists: lists.map(({ pem }) => pem), warnings };
}

function notItsKey(
  key: KeyObject,
  { chain, certFile, keyFile }: { chain: readonly X509Certificate[]; certFile: string; keyFile: string },
): CertificateError {
  const at = chain.findIndex((one) => one.checkPrivateKey(key));
  if (at > 0)
    return new CertificateError(
      `${certFile}: the chain is out of order: the key belongs to certificate ${at + 1} in it. Put the server's own certificate first, then each one's issuer.`,
    );
  return new CertificateError(
    `${keyFile}: this key does not belong to the certificate in ${certFile}. Give the key the certificate was requested with; the server's own certificate comes first in the file, its chain behind it.`,
  );
}

function readCertificates(text: string, file: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (!blocks)
    throw new CertificateError(
      text.trim() === ''
        ? `${file}: the file is empty. Copy the certificate into it, or name another file.`
        : `${file}: no certificate in it. A PEM file has a line -----BEGIN CERTIFICATE-----; convert a DER or PKCS#12 file with openssl first.`,
    );
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new CertificateError(
        `${file}: the ${ordinals[index] ?? `${index + 1}th`} certificate in it is damaged. Copy it again; it must be complete from BEGIN to END.`,
      );
    }
  });
}

const ordinals = ['first', 'second', 'third'];

const oneLine = (name: string | undefined) => (name ?? '').replaceAll('\n', ', ');

function weakWarnings({ publicKey }: X509Certificate, file: string): string[] {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined || bits >= 2048) return [];
  return [`${file}: the key has ${bits} bits; clients that check will refuse it.`];
}

function ageWarnings(certificate: X509Certificate, from: { certFile: string; now: number }): string[] {
  const warnings: string[] = [];
  if (Date.parse(certificate.validTo) < from.now)
    warnings.push(
      `${from.certFile}: the certificate expired on ${certificate.validTo}; clients that check will refuse it.`,
    );
  if (Date.parse(certificate.validFrom) > from.now)
    warnings.push(
      `${from.certFile}: the certificate is not valid before ${certificate.validFrom}; clients that check will refuse it.`,
    );
  return warnings;
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new CertificateError(
        `${file}: there is no such ${what} file. Check the path; a relative one starts at the folder of the configuration.`,
        true,
      );
    if (code === 'EACCES')
      throw new CertificateError(
        `${file}: the ${what} file may not be read. Give this user the right to read it, or name a copy.`,
      );
    throw new CertificateError(`${file}: the ${what} file cannot be read (${code ?? String(error)}).`);
  }
}

function readKey(text: string, from: PemFiles): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: *4,ENCRYPTED/.test(text)) {
    throw new CertificateError(
      `${from.keyFile}: the key is encrypted, and a server cannot ask for its password. Decrypt a copy: openssl pkey -in ${from.keyFile} -out key.pem`,
    );
  }
  const block = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z]+ )*PRIVATE KEY-----/.exec(text)?.[0];
  if (block === undefined) {
    const advice =
      from.keyFile === from.certFile
        ? `Name the key file in ${from.keySetting ?? 'certificate.keyFile'}, or put the key behind the certificate.`
        : 'A PEM key has a line -----BEGIN PRIVATE KEY-----.';
    throw new CertificateError(`${from.keyFile}: no private key in it. ${advice}`);
  }
  try {
    return createPrivateKey(block);
  } catch {
    throw new CertificateError(
      `${from.keyFile}: the private key in it is damaged. Copy it again; it must be complete from BEGIN to END.`,
    );
  }
}
