// The key store of the system, as Electron's safeStorage reaches it: it seals what is kept of passwords.
import { safeStorage } from 'electron';
import type { KeyStore } from '../core/host/keyStore.ts';

/**
 * To be asked once the program is ready. On Linux `basic_text` is no key store: everything is encrypted with a key that stands
 * in Chromium's source.
 */
export function keyStoreOf(platform: NodeJS.Platform): KeyStore {
  if (!safeStorage.isEncryptionAvailable()) return { missing: 'this system has no key store that can be used now' };
  const backend = platform === 'linux' ? safeStorage.getSelectedStorageBackend() : '';
  if (backend === 'basic_text' || backend === 'unknown')
    return {
      missing: `no keyring (GNOME Keyring, KWallet) answers on this desktop, and the encryption of ${backend} has a key that everybody knows`,
    };
  return {
    seal: {
      seal: (text) => safeStorage.encryptString(text),
      open: (sealed) => safeStorage.decryptString(Buffer.from(sealed)),
    },
  };
}
