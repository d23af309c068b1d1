// The private receiver a case is played against: the real one, with its own users and certificate, in this process.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientCertificateKind } from '../contract/scenarioStep.ts';
import type { Listener } from '../contract/settings/listeners.ts';
import { parseHostPort } from '../contract/settings/network.ts';
import { createReceiver } from '../receiver.ts';
import { createUser, UserTable } from '../sasl/users.ts';
import { authorityFile, type CertificateOptions, identityOf, workshop } from '../smtp/certificates.ts';
import type { ListenerIdentity } from '../smtp/listenerTls.ts';
import { type MadeCertificate, makeCertificate } from '../world/workshop.ts';
import type { StartSubject, SubjectListener } from './subject.ts';

/** Authorities between a deep certificate and the one that is trusted; more than any preset allows. */
const DEEP = 6;

/** Starts receivers whose test authority and certificate are kept in `folder`, made when missing and read once. */
export function startPrivate(folder: string): StartSubject {
  const identities = new Map<string, Promise<ListenerIdentity>>();
  const shown = new Map<ClientCertificateKind, Promise<MadeCertificate | undefined>>();
  let authority: Promise<string> | undefined;
  return async ({ settings, users, world, journal }) => {
    const { hostname } = settings.acceptance;
    const identity = (listener: Listener) => {
      const { clientCertificate, clientCrlFile } = listener.security;
      const key = JSON.stringify([hostname, listener.certificate, clientCertificate, clientCrlFile]);
      const known = identities.get(key) ?? identityFor(listener, { world, folder, hostname });
      identities.set(key, known);
      return known;
    };
    // Whatever the file, the list is that of the workshop, as its authority stands for any other: nothing of the person's is read.
    const identityFor = async (listener: Listener, options: CertificateOptions): Promise<ListenerIdentity> => {
      const { security } = listener;
      const own = await identityOf({ ...listener, security: { ...security, clientCrlFile: '' } }, options);
      if (security.clientCrlFile === '' || own.clientCa === undefined) return own;
      const list = (await certificate('revoked'))?.revocations;
      return list === undefined ? own : { ...own, clientRevocations: [list] };
    };
    const certificate = (kind: ClientCertificateKind) => {
      const known = shown.get(kind) ?? makeClient(kind, { world, folder, hostname });
      shown.set(kind, known);
      return known;
    };
    const rows = users.map(({ name, password }) =>
      createUser({ name, password, created: world.now() }, (octets) => world.random(octets)),
    );
    const receiver = createReceiver({
      world,
      journal,
      users: new UserTable(rows, { key: world.random(32) }),
      identity,
      onState: () => undefined,
    });
    const state = await receiver.start(settings);
    const failed = state.listeners.find((listener) => listener.state === 'failed');
    if (failed) {
      await receiver.stop({ graceMs: 0 });
      throw new Error(`listener ${failed.name}: ${failed.error ?? 'not bound'}`);
    }
    const listeners = state.listeners.flatMap(({ role, tls, bound }): SubjectListener[] => {
      const at = parseHostPort(bound);
      return at ? [{ role: role as SubjectListener['role'], tls, host: at.host, port: at.port }] : [];
    });
    const isSecured = settings.listeners.some(({ enable, tls }) => enable && tls !== 'clear');
    if (isSecured) authority ??= readFile(join(folder, authorityFile), 'utf8');
    return { listeners, authority: (await authority) ?? '', certificate, close: () => receiver.stop({ graceMs: 0 }) };
  };
}

/** A client's certificate of the authority that the private receiver trusts, or one that is wrong in the way named. */
async function makeClient(
  kind: ClientCertificateKind,
  options: CertificateOptions,
): Promise<MadeCertificate | undefined> {
  if (kind === 'none') return undefined;
  const { authority } = await workshop(options);
  const isDeep = kind === 'deep';
  return makeCertificate({
    kind: isDeep ? 'good' : kind,
    names: ['client.example'],
    now: options.world.now(),
    authority,
    usage: 'client',
    depth: isDeep ? DEEP : 0,
  });
}
