// Tries the TLS of each listener without binding anything: the files that settings name, and what OpenSSL makes of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Listener } from '../contract/settings/listeners.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { identityOf } from '../smtp/certificates.ts';
import { ListenerTls } from '../smtp/listenerTls.ts';
import { realWorld } from '../world/real.ts';

export interface Tried {
  /** Listeners that could not be bound, each with its reason. */
  readonly problems: readonly string[];
  /** What clients will not like, though the listener works. */
  readonly warnings: readonly string[];
}

/** `file`: the configuration; relative names start at its folder. */
export async function tryTls(settings: Settings, file: string): Promise<Tried> {
  const problems: string[] = [];
  const warnings: string[] = [];
  // What the workbench makes itself where no file is named is made here too, and forgotten.
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-check-'));
  try {
    for (const [index, listener] of settings.listeners.entries()) {
      if (!listener.enable || listener.tls === 'clear' || !namesSomething(listener)) continue;
      const where = `${file}: listeners.${index} (${listener.name}): `;
      try {
        const identity = await identityOf(listener, {
          world: realWorld,
          folder,
          hostname: settings.acceptance.hostname,
          baseFolder: dirname(file),
          imported: settings.carried.axigenCfg !== '',
        });
        const tls = new ListenerTls(identity, listener.security);
        warnings.push(...[...(identity.warnings ?? []), ...tls.warnings].map((text) => where + text));
      } catch (error) {
        problems.push(where + (error as Error).message);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { problems, warnings };
}

/** Certificates of the workbench alone cannot be wrong. */
function namesSomething({ certificate, security }: Listener): boolean {
  const { certFile, keyFile, sni } = certificate;
  const { ciphers, clientCaFile, clientCrlFile } = security;
  const named = [
    certFile,
    keyFile,
    ciphers,
    clientCaFile,
    clientCrlFile,
    ...sni.flatMap((one) => [one.certFile, one.keyFile]),
  ];
  return named.some((text) => text !== '');
}
