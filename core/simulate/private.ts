// The private receiver a case is played against: the real one, with its own users and certificate, in this process.
import { parseHostPort } from '../contract/settings/network.ts';
import { createReceiver } from '../receiver.ts';
import { loadSpf } from '../message/spf.ts';
import { userFor } from '../sasl/userFor.ts';
import { UserTable } from '../sasl/userTable.ts';
import { Certificates } from './identity.ts';
import type { StartSubject, SubjectListener } from './subject.ts';

/** Starts receivers that share their certificates. */
export function startPrivate(): StartSubject {
  const certificates = new Certificates();
  return async ({ settings, users, world, journal }) => {
    const { hostname } = settings.acceptance;
    await loadSpf();
    const receiver = createReceiver({
      world,
      journal,
      users: new UserTable(
        users.map((user) => userFor(user, settings)),
        { key: world.random(32) },
      ),
      identity: (listener) => certificates.of(listener, hostname),
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
    const authority = isSecured ? (await certificates.authority()).cert : '';
    return {
      listeners,
      hostname,
      authority,
      certificate: (kind) => certificates.client(kind),
      close: () => receiver.stop({ graceMs: 0 }),
    };
  };
}
