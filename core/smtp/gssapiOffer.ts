// Whether GSSAPI is listed, and what keeps it from being offered.
import type { MechanismName } from '../contract/mechanisms.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { listed } from '../policy/effective.ts';
import type { Kerberos } from '../sasl/kerberos.ts';

/** Whether some listener lists the mechanism. */
export function lists(settings: Settings, mechanism: MechanismName): boolean {
  return settings.listeners.some((_, index) => {
    const { clear, secured } = listed(settings, index);
    return secured.includes(mechanism) || clear.includes(mechanism);
  });
}

/** Why tickets cannot be accepted. Asked only where a listener lists GSSAPI: who answers has to be started first. */
export async function kerberosProblem(kerberos: Kerberos | undefined, settings: Settings): Promise<string | undefined> {
  if (!lists(settings, 'GSSAPI')) return undefined;
  if (!kerberos) return 'this host has no Kerberos';
  const { keytab, service } = settings.authentication.gssapi;
  try {
    return await kerberos.problem({ keytab, service });
  } catch (error) {
    return `Kerberos does not answer: ${(error as Error).message}`;
  }
}
