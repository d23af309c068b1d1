// The private receiver a case is played against: the real one, with its own users and certificate, in this process.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Listener } from '../contract/settings/listeners.ts';
import { parseHostPort } from '../contract/settings/network.ts';
import { createReceiver } from '../receiver.ts';
import { createUser, UserTable } from '../sasl/users.ts';
import { authorityFile, type Identity, identityOf } from '../smtp/certificates.ts';
import type { StartSubject, SubjectListener } from './subject.ts';

/** Starts receivers whose test authority and certificate are kept in `folder`, made when missing and read once. */
export function startPrivate(folder: string): StartSubject {
  const identities = new Map<string, Promise<Identity>>();
  let authority: Promise<string> | undefined;
  return async ({ settings, users, world, journal }) => {
    const { hostname } = settings.acceptance;
    const identity = (listener: Listener) => {
      const known = identities.get(hostname) ?? identityOf(listener, { world, folder, hostname });
      identities.set(hostname, known);
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
    return { listeners, authority: (await authority) ?? '', close: () => receiver.stop({ graceMs: 0 }) };
  };
}
