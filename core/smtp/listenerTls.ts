// What a listener does in TLS: versions, ciphers, certificates by name, what it asks of clients, and the key log.
import { constants, X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContext,
  type TLSSocket,
  type TLSSocketOptions,
} from 'node:tls';
import type { Listener as ListenerSettings } from '../contract/settings/listeners.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Pem } from '../world/authority.ts';
import { KeyLog } from './keyLog.ts';

type Security = ListenerSettings['security'];
type Version = Security['versions'][number];

/** What a listener shows and trusts, as PEM text. */
export interface ListenerIdentity extends Pem {
  /** Certificates by the name a client asks for (SNI, RFC 6066 section 3), names as in the settings. */
  readonly byName?: readonly (Pem & { readonly name: string })[];
  /** CAs that client certificates must come from. */
  readonly clientCa?: string;
  /** Lists of revoked client certificates (CRLs), each as PEM. None: nothing is revoked. */
  readonly clientRevocations?: readonly string[];
  /** Absolute path of the key log. */
  readonly keyLog?: string;
  readonly warnings?: readonly string[];
}

/** TLS settings that cannot be used; the message says which and what to do. */
export class TlsSettingsError extends Error {
  override name = 'TlsSettingsError';
}

const order: readonly Version[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const without: Readonly<Record<Version, number>> = {
  TLSv1: constants.SSL_OP_NO_TLSv1,
  'TLSv1.1': constants.SSL_OP_NO_TLSv1_1,
  'TLSv1.2': constants.SSL_OP_NO_TLSv1_2,
  'TLSv1.3': constants.SSL_OP_NO_TLSv1_3,
};

/** What SMTP is called in ALPN (RFC 7301): no name is registered for it with IANA, this is the one clients use. */
const ours = 'smtp';

/** What a handshake is shown. */
export interface Shown {
  /** The SNI entry. */
  certificate?: string;
}

export class ListenerTls {
  /** The longest chain of a client's certificate; undefined when none is asked for. */
  readonly clientDepth: number | undefined;
  /** What is wrong with the settings, though they can be used. */
  readonly warnings: readonly string[];
  readonly #context: SecureContext;
  readonly #exact = new Map<string, { readonly entry: string; readonly context: SecureContext }>();
  readonly #keyLog: KeyLog | undefined;

  /** Throws {@link TlsSettingsError}. `problem` hears of a key log that cannot be written. */
  constructor(identity: ListenerIdentity, security: Security, problem: (text: string) => void = () => undefined) {
    this.clientDepth = security.clientCertificate === 'off' ? undefined : security.clientDepth;
    this.#context = contextOf(identity, { security, identity, place: 'certificate' });
    for (const [index, { name, ...pem }] of (identity.byName ?? []).entries()) {
      const entry = name.toLowerCase();
      if (!this.#exact.has(entry))
        this.#exact.set(entry, {
          entry: name,
          context: contextOf(pem, { security, identity, place: `certificate.sni.${index}` }),
        });
    }
    this.warnings = warningsOf(security);
    if (identity.keyLog !== undefined) this.#keyLog = new KeyLog(identity.keyLog, problem);
  }

  /** Options of one handshake; the SNI entry whose certificate the client is shown is noted in `shown`. */
  options(settings: Settings, shown: Shown): TLSSocketOptions {
    return {
      isServer: true,
      secureContext: this.#context,
      // A certificate is always asked for in the same way: whether it will do is for policy to say, with the reason.
      ...(this.clientDepth !== undefined && {
        requestCert: true,
        rejectUnauthorized: false,
      }),
      ...(this.#exact.size > 0 && {
        SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => {
          const found = this.#find(name);
          if (found) shown.certificate = found.entry;
          done(null, found?.context);
        },
      }),
      // Asked only when the client offers protocols; without a callback they are ignored (RFC 7301 section 3.2).
      ...(settings.strictness.foreignProtocol === 'reject' && {
        ALPNCallback: ({ protocols }: { readonly protocols: readonly string[] }) =>
          protocols.includes(ours) ? ours : undefined,
      }),
    };
  }

  /** An exact name goes before a wildcard; a wildcard stands for one label. */
  #find(servername: string) {
    const name = servername.toLowerCase().replace(/\.$/, '');
    const exact = this.#exact.get(name);
    if (exact) return exact;
    const dot = name.indexOf('.');
    return dot > 0 ? this.#exact.get(`*${name.slice(dot)}`) : undefined;
  }

  /** Writes the secrets of the handshake that now begins, where there is a key log. */
  watch(socket: TLSSocket): void {
    const log = this.#keyLog;
    if (log) socket.on('keylog', (line) => log.add(line));
  }

  /** Resolves when all secrets so far are in the file, or could not be written. */
  async close(): Promise<void> {
    await this.#keyLog?.written();
  }
}

interface Around {
  readonly security: Security;
  readonly identity: ListenerIdentity;
  /** Path of the setting the certificate stands in. */
  readonly place: string;
}

function contextOf(pem: Pem, { security, identity, place }: Around): SecureContext {
  const { versions, serverOrder, clientCertificate } = security;
  const taken = order.filter((version) => versions.includes(version));
  const [least] = taken;
  const most = taken.at(-1);
  if (least === undefined || most === undefined)
    throw new TlsSettingsError('security.versions is empty: a listener with TLS needs at least one version');
  let secureOptions = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION;
  // Node has a least and a most; what is missing between them is switched off by itself.
  for (const version of order.slice(order.indexOf(least), order.indexOf(most)))
    if (!taken.includes(version)) secureOptions |= without[version];
  // A resumed session brings no chain with it, so it could not be judged again: each client proves itself anew.
  if (clientCertificate !== 'off') secureOptions |= constants.SSL_OP_NO_TICKET;
  const ciphers = cipherList(security, isWeak(pem.cert));
  const isRevoking = (identity.clientRevocations ?? []).length > 0;
  try {
    return createSecureContext({
      key: pem.key,
      cert: pem.cert,
      minVersion: least,
      maxVersion: most,
      secureOptions,
      honorCipherOrder: serverOrder,
      // Without one OpenSSL resumes no session of a client that was asked for a certificate, and fails instead.
      sessionIdContext: 'gatehouse',
      ...(ciphers !== '' && { ciphers }),
      ...(clientCertificate !== 'off' && identity.clientCa !== undefined && { ca: identity.clientCa }),
      // With any list OpenSSL wants one of every CA in the chain (X509_V_FLAG_CRL_CHECK_ALL).
      ...(clientCertificate !== 'off' && isRevoking && { crl: [...(identity.clientRevocations ?? [])] }),
    });
  } catch (error) {
    throw explained(error, security, place);
  }
}

/** What is given to OpenSSL: its security level is lowered where nothing would work otherwise (OpenSSL, SSL_CTX_set_security_level). */
function cipherList({ ciphers, versions }: Security, isWeak: boolean): string {
  if (leveled.test(ciphers)) return ciphers;
  const isOld = ciphers === '' && (versions.includes('TLSv1') || versions.includes('TLSv1.1'));
  if (!isOld && !isWeak) return ciphers;
  return `${ciphers === '' ? DEFAULT_CIPHERS : ciphers}:@SECLEVEL=0`;
}

const leveled = /@SECLEVEL=/i;

/** OpenSSL shows no RSA key below 2048 bits at its usual security level. */
function isWeak(cert: string): boolean {
  const { asymmetricKeyDetails } = new X509Certificate(cert).publicKey;
  return asymmetricKeyDetails?.modulusLength !== undefined && asymmetricKeyDetails.modulusLength < 2048;
}

function warningsOf({ ciphers, versions }: Security): string[] {
  const isOld = versions.includes('TLSv1') || versions.includes('TLSv1.1');
  if (!isOld || ciphers === '' || leveled.test(ciphers)) return [];
  return [
    'TLS 1.0 and 1.1 are among security.versions, but OpenSSL refuses them with this cipher list: put :@SECLEVEL=0 behind security.ciphers.',
  ];
}

function explained(error: unknown, { ciphers }: Security, place: string): Error {
  const { code, reason, message } = error as Error & {
    readonly code?: string;
    readonly reason?: string;
  };
  if (code === 'ERR_SSL_NO_CIPHER_MATCH')
    return new TlsSettingsError(
      `security.ciphers: OpenSSL knows no cipher of “${ciphers}”. Write its names with colons between them, e.g. ECDHE+AESGCM:ECDHE+CHACHA20; openssl ciphers -v shows what a list means.`,
    );
  if (code === 'ERR_SSL_EE_KEY_TOO_SMALL' || code === 'ERR_SSL_CA_KEY_TOO_SMALL' || code === 'ERR_SSL_CA_MD_TOO_WEAK')
    return new TlsSettingsError(
      `${place}: OpenSSL finds its key or signature too weak (${reason ?? code}). Take another certificate, or put :@SECLEVEL=0 behind security.ciphers.`,
    );
  return new TlsSettingsError(`${place} or security: OpenSSL does not take them (${reason ?? message}).`);
}
