// Tries whether GSSAPI could be offered with the settings of a file, as the receiver would when it starts.
import { dirname } from 'node:path';
import type { Settings } from '../contract/settings/settings.ts';
import { listed } from '../policy/effective.ts';
import { kerberosOf } from '../sasl/gss/kerberos.ts';
import { realWorld } from '../world/real.ts';
import { forkKerberos } from './kerberosProcess.ts';

/** Why it is listed and will not be offered; undefined when it will, or is not listed. `file`: a relative keytab begins at its folder. */
export async function tryKerberos(settings: Settings, file: string): Promise<string | undefined> {
  const isListed = settings.listeners.some((_, index) => {
    const { clear, secured } = listed(settings, index);
    return [...clear, ...secured].includes('GSSAPI');
  });
  if (!isListed) return undefined;
  const kerberos = kerberosOf({ spawn: forkKerberos, world: realWorld, folder: dirname(file) });
  try {
    const { keytab, service } = settings.authentication.gssapi;
    const problem = await kerberos.problem({ keytab, service });
    return problem && `${file}: GSSAPI is listed, but not offered: ${problem}`;
  } finally {
    kerberos.close();
  }
}
