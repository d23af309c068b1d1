// The private receiver a case is played against: the real one, with its own users and certificate, in this process.
import type { ReceiverState } from '../contract/calls.ts';
import { parseHostPort } from '../contract/settings/network.ts';
import { createReceiver } from '../receiver.ts';
import type { Kerberos, KerberosClient } from '../sasl/kerberos.ts';
import { userFor } from '../sasl/userFor.ts';
import { UserTable } from '../sasl/userTable.ts';
import { Certificates } from './identity.ts';
import { PrivateWorkers } from './privateWorkers.ts';
import type { StartSubject, Subject, SubjectListener } from './subject.ts';

/** Who accepts tickets, and who shows them. */
export interface BothSides {
  readonly accepting: Kerberos;
  readonly tickets: KerberosClient;
}

/** Starts receivers that share their certificates, their workers in the real world, and their Kerberos where there is any. */
export function startPrivate(kerberos?: BothSides, shared = new PrivateWorkers()): StartSubject {
  const certificates = new Certificates();
  return async ({ settings, users, world, journal }) => {
    const { hostname } = settings.acceptance;
    const lease = await shared.lease(world, settings);
    const { workers } = lease;
    const receiver = createReceiver({
      world,
      journal,
      users: new UserTable(
        users.map((user) => userFor(user, settings)),
        { key: world.random(32) },
      ),
      identity: (listener) => certificates.of(listener, hostname),
      workers,
      ...(kerberos && { kerberos: kerberos.accepting }),
      onState: () => undefined,
    });
    const state = await receiver.start(settings);
    const failed = state.listeners.find((listener) => listener.state === 'failed');
    if (failed) {
      await receiver.stop({ graceMs: 0 });
      await lease.over();
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
      ...kerberosAt(state, kerberos),
      authority,
      certificate: (kind) => certificates.client(kind),
      close: async () => {
        await receiver.stop({ graceMs: 0 });
        await lease.over();
      },
    };
  };
}

function kerberosAt(
  { unavailable }: ReceiverState,
  kerberos: BothSides | undefined,
): Pick<Subject, 'kerberos' | 'tickets'> {
  const why = unavailable?.find(({ mechanism }) => mechanism === 'GSSAPI')?.why;
  return { ...(kerberos && { tickets: kerberos.tickets }), ...(why !== undefined && { kerberos: why }) };
}
