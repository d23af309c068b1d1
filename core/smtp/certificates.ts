// The certificate and key a listener shows: the person's own PEM files, or one of the workbench's test CA made on first start.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import type { Listener } from '../contract/settings/listeners.ts';
import { makeAuthority, makeServer, type Pem } from '../world/authority.ts';
import type { World } from '../world/world.ts';

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

export interface CertificateOptions {
  readonly world: World;
  /** Where the workbench's own CA and certificate are kept, as PEM files. Made when missing. */
  readonly folder: string;
  /** Host names the workbench's certificate is for, besides localhost and the loopback addresses. */
  readonly hostname: string;
  /** Relative file names of settings start here. */
  readonly baseFolder?: string;
  /** The settings were imported from another server, where the files they name may have stayed: a missing one is stood in for. */
  readonly imported?: boolean;
}

/** The files of the workbench's own CA. */
export const authorityFile = 'test-ca.pem';
const files = { ca: authorityFile, caKey: 'test-ca.key.pem', cert: 'server.pem', key: 'server.key.pem' };

/** The identity of a listener: its own files when the settings name them, else the workbench's. Throws {@link CertificateError}. */
export async function identityOf(listener: Listener, options: CertificateOptions): Promise<Identity> {
  try {
    return await namedIdentity(listener, options);
  } catch (error) {
    if (options.imported !== true || !(error instanceof CertificateError) || !error.isMissing) throw error;
    const why = 'The configuration was imported, so the test certificate is shown until a copy of the file is there.';
    return { ...(await ownIdentity(options)), warnings: [`${error.message} ${why}`] };
  }
}

async function namedIdentity(listener: Listener, options: CertificateOptions): Promise<Identity> {
  const { certFile, keyFile } = listener.certificate;
  if (certFile === '' && keyFile === '') return ownIdentity(options);
  if (certFile === '')
    throw new CertificateError(
      'certificate.keyFile is set, but certificate.certFile is empty: name the certificate file too, or neither.',
    );
  const place = (name: string) => (isAbsolute(name) ? name : resolve(options.baseFolder ?? '.', name));
  return loadPem({
    certFile: place(certFile),
    keyFile: place(keyFile === '' ? certFile : keyFile),
    now: options.world.now(),
  });
}

/** Reads a person's PEM files. Throws {@link CertificateError}; a certificate that has expired is only a warning. */
export async function loadPem(from: { certFile: string; keyFile: string; now: number }): Promise<Identity> {
  const cert = await readText(from.certFile, 'certificate');
  const keyText = from.keyFile === from.certFile ? cert : await readText(from.keyFile, 'key');
  const blocks = cert.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (!blocks)
    throw new CertificateError(
      `${from.certFile}: no certificate in it. A PEM file has a line -----BEGIN CERTIFICATE-----; convert a DER or PKCS#12 file with openssl first.`,
    );
  const certificate = readCertificate(blocks[0] ?? '', from.certFile);
  const key = readKey(keyText, from);
  if (!certificate.checkPrivateKey(key))
    throw new CertificateError(
      `${from.keyFile}: this key does not belong to the certificate in ${from.certFile}. Give the key the certificate was requested with; the server's own certificate comes first in the file, its chain behind it.`,
    );
  return {
    cert: `${blocks.join('\n')}\n`,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    warnings: ageWarnings(certificate, from),
  };
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

function readCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new CertificateError(
      `${file}: the first certificate in it is damaged. Copy it again; it must be complete from BEGIN to END.`,
    );
  }
}

function readKey(text: string, from: { certFile: string; keyFile: string }): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: *4,ENCRYPTED/.test(text)) {
    throw new CertificateError(
      `${from.keyFile}: the key is encrypted, and a server cannot ask for its password. Decrypt a copy: openssl pkey -in ${from.keyFile} -out key.pem`,
    );
  }
  const block = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z]+ )*PRIVATE KEY-----/.exec(text)?.[0];
  if (block === undefined) {
    const advice =
      from.keyFile === from.certFile
        ? 'Name the key file in certificate.keyFile, or put the key behind the certificate.'
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

/** One making at a time for a folder: listeners that start together share it. */
const making = new Map<string, Promise<Identity>>();

/** The workbench's own certificate; made, with its CA, when there is none, it has expired, or it is for another name. */
export function ownIdentity(options: CertificateOptions): Promise<Identity> {
  const before = making.get(options.folder) ?? Promise.resolve();
  const now = before.catch(() => undefined).then(() => readOrMake(options));
  making.set(options.folder, now);
  return now;
}

async function readOrMake(options: CertificateOptions): Promise<Identity> {
  const at = (name: string) => join(options.folder, name);
  const now = options.world.now();
  const names = [...new Set([options.hostname, 'localhost', '127.0.0.1', '::1'])];
  const before = await readPair(at(files.ca), at(files.caKey));
  const isGood = before !== undefined && lasts(new X509Certificate(before.cert), now);
  const kept = isGood ? await readPair(at(files.cert), at(files.key)) : undefined;
  if (isGood && kept && isFor(kept.cert, { names, now, authority: before.cert })) return { ...kept, warnings: [] };
  await mkdir(options.folder, { recursive: true });
  const authority = isGood ? before : await makeAuthority({ now, name: 'Gatehouse test CA' });
  const server = await makeServer({ now, authority, names });
  await writePem(at(files.caKey), authority.key);
  await writePem(at(files.ca), authority.cert);
  await writePem(at(files.key), server.key);
  await writePem(at(files.cert), server.cert);
  return { ...server, warnings: [] };
}

async function readPair(certFile: string, keyFile: string): Promise<Pem | undefined> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    // Missing, cut short or of two makings: made anew.
    return undefined;
  }
}

const week = 7 * 86_400_000;

function lasts(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validTo) > now + week;
}

interface Wanted {
  readonly names: readonly string[];
  readonly now: number;
  readonly authority: string;
}

function isFor(pem: string, { names, now, authority }: Wanted): boolean {
  const certificate = new X509Certificate(pem);
  const holds = (name: string) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name));
  if (!certificate.verify(new X509Certificate(authority).publicKey)) return false;
  return lasts(certificate, now) && names.every((name) => holds(name) !== undefined);
}

/** Through a second name, so that a crash leaves the old file or the new one; readable by this user only. */
async function writePem(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
