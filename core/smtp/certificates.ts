// What a listener shows and trusts: the person's own PEM files, or certificates of the workbench's test CA made on first start.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Listener } from '../contract/settings/listeners.ts';
import { parseIp } from '../contract/settings/network.ts';
import { makeAuthority, makeServer, type Pem } from '../world/authority.ts';
import { makeCertificate } from '../world/workshop.ts';
import type { World } from '../world/world.ts';
import type { ListenerIdentity } from './listenerTls.ts';
import {
  CertificateError,
  type Identity,
  loadAuthorities,
  loadPem,
  loadRevocations,
  type RevocationLists,
} from './pem.ts';

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
const files = {
  ca: authorityFile,
  caKey: 'test-ca.key.pem',
  cert: 'server.pem',
  key: 'server.key.pem',
};

/** Everything of a listener's TLS that stands in files: its own when the settings name them, else the workbench's. Throws {@link CertificateError}. */
export async function identityOf(listener: Listener, options: CertificateOptions): Promise<ListenerIdentity> {
  const { certificate, security } = listener;
  const main = await shown(certificate, options, () => ofKind(certificate.kind, options));
  const byName: (Identity & { readonly name: string })[] = [];
  for (const [index, entry] of certificate.sni.entries()) {
    const place = `certificate.sni.${index}`;
    const pem = await shown({ ...entry, place }, options, () => forName(entry.name, options));
    byName.push({ name: entry.name, ...pem });
  }
  const trusted = security.clientCertificate === 'off' ? undefined : await clientAuthorities(listener, options);
  const revoked = trusted && (await clientRevocations(listener, { ...options, authorities: trusted.pem }));
  return {
    cert: main.cert,
    key: main.key,
    ...(byName.length > 0 && { byName }),
    ...(trusted && { clientCa: trusted.pem }),
    ...(revoked && { clientRevocations: revoked.lists }),
    ...(security.keyLog !== '' && {
      keyLog: placeOf(security.keyLog, options),
    }),
    warnings: [main, ...byName, ...(trusted ? [trusted] : []), ...(revoked ? [revoked] : [])].flatMap(
      ({ warnings }) => warnings,
    ),
  };
}

interface Named {
  readonly certFile: string;
  readonly keyFile: string;
  /** Path of the two settings. */
  readonly place?: string;
}

async function shown(named: Named, options: CertificateOptions, own: () => Promise<Identity>): Promise<Identity> {
  const { certFile, keyFile, place = 'certificate' } = named;
  if (certFile === '' && keyFile === '') return own();
  if (certFile === '')
    throw new CertificateError(
      `${place}.keyFile is set, but ${place}.certFile is empty: name the certificate file too, or neither.`,
    );
  const files = {
    certFile: placeOf(certFile, options),
    keyFile: placeOf(keyFile === '' ? certFile : keyFile, options),
    now: options.world.now(),
    keySetting: `${place}.keyFile`,
  };
  return standIn(options, () => loadPem(files), {
    what: 'the test certificate is shown',
    own: async (warning) => ({ ...(await own()), warnings: [warning] }),
  });
}

interface Trusted {
  readonly pem: string;
  readonly warnings: readonly string[];
}

async function clientAuthorities({ security }: Listener, options: CertificateOptions): Promise<Trusted> {
  const ours = async (...warnings: string[]) => ({
    pem: (await workshop(options)).authority.cert,
    warnings,
  });
  if (security.clientCaFile === '') return ours();
  const read = async () => ({
    pem: await loadAuthorities(placeOf(security.clientCaFile, options)),
    warnings: [],
  });
  return standIn<Trusted>(options, read, { what: 'the test CA is trusted', own: ours });
}

async function clientRevocations(
  { security }: Listener,
  options: CertificateOptions & { readonly authorities: string },
): Promise<RevocationLists | undefined> {
  if (security.clientCrlFile === '') return undefined;
  const from = {
    file: placeOf(security.clientCrlFile, options),
    authorities: options.authorities,
    now: options.world.now(),
  };
  return standIn(options, () => loadRevocations(from), {
    what: 'nothing is taken for revoked',
    own: (warning) => Promise.resolve({ lists: [], warnings: [warning] }),
  });
}

/** Reads a file, or makes do without one that an imported configuration names and that is not here. */
async function standIn<T>(
  options: CertificateOptions,
  read: () => Promise<T>,
  instead: {
    readonly what: string;
    readonly own: (warning: string) => Promise<T>;
  },
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (options.imported !== true || !(error instanceof CertificateError) || !error.isMissing) throw error;
    const why = `The configuration was imported, so ${instead.what} until a copy of the file is there.`;
    return instead.own(`${error.message} ${why}`);
  }
}

const placeOf = (name: string, { baseFolder }: CertificateOptions) =>
  isAbsolute(name) ? name : resolve(baseFolder ?? '.', name);

/** Kept on disk when it is good; one that is wrong is made anew by each process. */
async function ofKind(kind: Listener['certificate']['kind'], options: CertificateOptions): Promise<Identity> {
  const { authority, server } = await workshop(options);
  if (kind === 'good') return { ...server, warnings: [] };
  const names = namesOf(options);
  return once([authority.cert, kind, ...names], async () => {
    const made = await makeCertificate({
      kind,
      names,
      now: options.world.now(),
      authority,
      usage: 'server',
    });
    return { cert: made.cert, key: made.key, warnings: [] };
  });
}

async function forName(name: string, options: CertificateOptions): Promise<Identity> {
  const { authority } = await workshop(options);
  const make = () => makeServer({ now: options.world.now(), authority, names: [name] });
  return once([authority.cert, name], async () => ({ ...(await make()), warnings: [] }));
}

const kept = new Map<string, Promise<Identity>>();

/** Certificates that are on no disk stay the same for the life of the process, so that settings can be applied without new ones. */
function once(what: readonly string[], make: () => Promise<Identity>): Promise<Identity> {
  const key = JSON.stringify(what);
  const identity = kept.get(key) ?? make();
  kept.set(key, identity);
  identity.catch(() => kept.delete(key));
  return identity;
}

/** A client's certificate for a name or mail address, from the workbench's own CA; on no disk. */
export async function ownClient(name: string, options: CertificateOptions): Promise<Pem> {
  const { authority } = await workshop(options);
  return once([authority.cert, 'client', name], async () => {
    const wanted = { kind: 'good', names: [name], now: options.world.now(), authority, usage: 'client' } as const;
    const { cert, key } = await makeCertificate(wanted);
    return { cert, key, warnings: [] };
  });
}

/** One making at a time for a folder: listeners that start together share it. */
const making = new Map<string, Promise<Workshop>>();

/** The workbench's own certificate; made, with its CA, when there is none, it has expired, or it is for another name. */
export async function ownIdentity(options: CertificateOptions): Promise<Identity> {
  const { server } = await workshop(options);
  return { ...server, warnings: [] };
}

interface Workshop {
  readonly authority: Pem;
  readonly server: Pem;
}

/** The workbench's own CA, to sign with, and its good certificate. */
export function workshop(options: CertificateOptions): Promise<Workshop> {
  const before = making.get(options.folder) ?? Promise.resolve();
  const now = before.catch(() => undefined).then(() => readOrMake(options));
  making.set(options.folder, now);
  return now;
}

async function readOrMake(options: CertificateOptions): Promise<Workshop> {
  const at = (name: string) => join(options.folder, name);
  const now = options.world.now();
  const names = namesOf(options);
  const before = await readPair(at(files.ca), at(files.caKey));
  const isGood = before !== undefined && lasts(new X509Certificate(before.cert), now);
  const kept = isGood ? await readPair(at(files.cert), at(files.key)) : undefined;
  if (isGood && kept && isFor(kept.cert, { names, now, authority: before.cert }))
    return { authority: before, server: kept };
  await mkdir(options.folder, { recursive: true });
  const authority = isGood ? before : await makeAuthority({ now, name: 'Gatehouse test CA' });
  const server = await makeServer({ now, authority, names });
  await writePem(at(files.caKey), authority.key);
  await writePem(at(files.ca), authority.cert);
  await writePem(at(files.key), server.key);
  await writePem(at(files.cert), server.cert);
  return { authority, server };
}

const namesOf = ({ hostname }: CertificateOptions) => [...new Set([hostname, 'localhost', '127.0.0.1', '::1'])];

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
  const holds = (name: string) => (parseIp(name) ? certificate.checkIP(name) : certificate.checkHost(name));
  if (!certificate.verify(new X509Certificate(authority).publicKey)) return false;
  return lasts(certificate, now) && names.every((name) => holds(name) !== undefined);
}

/** Through a second name, so that a crash leaves the old file or the new one; readable by this user only. */
async function writePem(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
