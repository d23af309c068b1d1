// How the secrets of users lie on the disk: sealed by the host's key store, or unsealed with a notice that says so.
import type { Seal } from '../sasl/userRecords.ts';

/** What a host lends: its key store, or why it has none. */
export type KeyStore = { readonly seal: Seal } | { readonly missing: string };

/** The command line and the web host. */
export const noKeyStore: KeyStore = { missing: 'the key store of the system is used by the desktop program alone' };

/** For whoever looks at the users; `locked` are those whose secrets were sealed elsewhere. */
export function storageNotice(store: KeyStore, locked: number): { readonly sealed: boolean; readonly notice: string } {
  const elsewhere =
    locked === 0
      ? ''
      : ` ${locked === 1 ? 'One user has' : `${locked} users have`} secrets that cannot be unsealed here: they cannot log in with a password until it is set again.`;
  if ('seal' in store)
    return {
      sealed: true,
      notice: `What is kept of passwords is encrypted with the key store of this system; on another machine, or from the command line, it cannot be read.${elsewhere}`,
    };
  return {
    sealed: false,
    notice: `What is kept of passwords lies unencrypted in the workspace: ${store.missing}. Whoever reads it can log in with CRAM-MD5 and DIGEST-MD5, and guess passwords.${elsewhere}`,
  };
}
