// The client's side of a TLS handshake, as odd as a scenario wants it, and what the server made of it.
import { Duplex } from 'node:stream';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import type { Handshake, Step } from '../contract/scenarioStep.ts';
import type { Connection } from '../world/connection.ts';
import type { World } from '../world/world.ts';
import { shownCertificate } from './shownCertificate.ts';

/** A certificate with its chain, and its key, as PEM. */
export interface ClientPem {
  readonly cert: string;
  readonly key: string;
}

/** How the ClientHello crosses: as it is, an octet a record, its first octets a segment each, or its first half and then nothing. */
type HelloShape = 'whole' | 'records' | 'segments' | 'half';

export interface HandshakeOptions {
  readonly world: World;
  /** The server's certificate must come from this authority (PEM); its name is not compared, loopback has many. */
  readonly authority: string;
  readonly wanted: Handshake;
  readonly certificate?: ClientPem | undefined;
  /** The connection is to be usable in clear when TLS has failed or ended. */
  readonly keepPlain: boolean;
  /** ms until it must be done. */
  readonly within: number;
}

export type Shaken =
  /** `isVeiled`: the connection lives on when TLS ends. */
  | { readonly state: 'up'; readonly socket: TLSSocket; readonly isVeiled: boolean }
  /** `byServer`: an alert, a reset, or the end of the connection; else what this client did not like. */
  | { readonly state: 'failed'; readonly error: string; readonly byServer: boolean };

/** The handshake that a step asks for in so many words. */
export function handshakeOf(step: Step): Handshake | undefined {
  if ('connect' in step) return step.connect.tls;
  if ('starttls' in step) return step.starttls === true ? undefined : step.starttls;
  return 'tls' in step && step.tls !== 'off' ? step.tls : undefined;
}

export const systemCode = (error: Error) => (error as NodeJS.ErrnoException).code ?? error.message;

/** Makes the handshake over an open connection; never rejects. */
export function shakeHands(plain: Connection, options: HandshakeOptions): Promise<Shaken> {
  const { world, wanted, within } = options;
  const hello = typeof wanted.hello === 'string' ? wanted.hello : 'whole';
  const veil = options.keepPlain || hello !== 'whole' ? new Veil(plain, { shape: hello, world }) : undefined;
  let socket: TLSSocket;
  try {
    socket = connect({ ...tlsOptions(options), socket: veil ?? plain });
  } catch (error) {
    veil?.lift();
    return Promise.resolve({ state: 'failed', error: systemCode(error as Error), byServer: false });
  }
  return new Promise((resolve) => {
    const finish = (shaken: Shaken) => {
      timer.cancel();
      socket.off('error', failed).off('close', gone);
      if (shaken.state === 'failed') {
        socket.on('error', () => undefined);
        veil?.lift();
        if (veil === undefined) socket.destroy();
      }
      resolve(shaken);
    };
    const failed = (error: Error) => {
      const code = systemCode(error);
      finish({ state: 'failed', error: code, byServer: /_ALERT_|^ECONNRESET$|^EPIPE$/.test(code) });
    };
    const gone = () => finish({ state: 'failed', error: 'closed during the handshake', byServer: true });
    const late = () => finish({ state: 'failed', error: `not done within ${within} ms`, byServer: false });
    const timer = world.after(within, late);
    socket.once('error', failed);
    socket.once('close', gone);
    socket.once('secureConnect', () => finish({ state: 'up', socket, isVeiled: veil !== undefined }));
  });
}

const isOld = (version: SecureVersion | undefined) => version === 'TLSv1' || version === 'TLSv1.1';

function tlsOptions({ authority, wanted, certificate }: HandshakeOptions) {
  const { least, most, ciphers, sni, alpn, expect } = wanted;
  // OpenSSL offers the versions of 1999 and 2006 at its lowest security level only.
  const list = ciphers ?? (isOld(least) || isOld(most) ? 'DEFAULT:@SECLEVEL=0' : undefined);
  return {
    ca: authority,
    ...(expect !== 'distrusted' && { checkServerIdentity: () => undefined }),
    ALPNProtocols: alpn ?? [],
    ...(least !== undefined && { minVersion: least }),
    ...(most !== undefined && { maxVersion: most, ...(least === undefined && { minVersion: oldest(most) }) }),
    ...(list !== undefined && { ciphers: list }),
    ...(sni !== undefined && { servername: sni }),
    ...(certificate !== undefined && { cert: certificate.cert, key: certificate.key }),
  };
}

const oldest = (most: SecureVersion): SecureVersion => (isOld(most) ? 'TLSv1' : 'TLSv1.2');

/** What came of a handshake, beside what was expected of it. `shaken` is undefined where there was no connection. */
export function judgeHandshake(
  shaken: Shaken | undefined,
  wanted: Handshake['expect'],
): { readonly ok: boolean; readonly expected: string; readonly heard: string } {
  const failed = shaken === undefined ? 'never connected' : `handshake failed: ${errorOf(shaken)}`;
  if (wanted === 'refused') {
    const ok = shaken?.state === 'failed' && shaken.byServer;
    return { ok, expected: 'a handshake that is refused', heard: shaken?.state === 'up' ? 'secured' : failed };
  }
  if (wanted === 'distrusted') {
    const ok = shaken?.state === 'failed' && isUntrusted(shaken.error);
    return {
      ok,
      expected: 'a certificate that is not believed',
      heard: shaken?.state === 'up' ? 'a certificate that is believed' : failed,
    };
  }
  const expected = typeof wanted === 'object' ? `TLS with ${JSON.stringify(wanted)}` : 'a TLS handshake';
  if (shaken?.state !== 'up') return { ok: false, expected, heard: failed };
  const other = typeof wanted === 'object' ? unlike(shaken.socket, wanted) : undefined;
  return { ok: other === undefined, expected, heard: other ?? `secured (${shaken.socket.getProtocol() ?? ''})` };
}

/** What Node calls a certificate that is not believed (OpenSSL, X509_verify_cert_error_string). */
const untrusted = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_ALTNAME_INVALID$)/;

export const isUntrusted = (error: string) => untrusted.test(error);

const errorOf = (shaken: Shaken) => (shaken.state === 'failed' ? shaken.error : '');

/** What a handshake that is up differs in; undefined when in nothing. */
function unlike(socket: TLSSocket, wanted: Exclude<Handshake['expect'], string | undefined>): string | undefined {
  const version = socket.getProtocol() ?? 'no version';
  if (wanted.version !== undefined && version !== wanted.version) return version;
  const alpn = socket.alpnProtocol === false ? 'no protocol' : (socket.alpnProtocol ?? 'no protocol');
  if (wanted.alpn !== undefined && alpn !== wanted.alpn) return `${alpn} chosen by ALPN`;
  const certificate = shownCertificate(socket);
  if (wanted.name !== undefined && certificate?.checkHost(wanted.name) === undefined)
    return `a certificate for ${certificate?.subjectAltName ?? 'nothing'}`;
  return undefined;
}

/** Stands between TLS and the connection: cuts the ClientHello, and lets the connection live on when TLS ends. */
class Veil extends Duplex {
  readonly #plain: Connection;
  readonly #shape: HelloShape;
  readonly #world: World;
  #isFirst = true;

  constructor(plain: Connection, { shape, world }: { readonly shape: HelloShape; readonly world: World }) {
    super({ allowHalfOpen: true });
    this.#plain = plain;
    this.#shape = shape;
    this.#world = world;
    plain.on('data', this.#take).on('end', this.#finish).on('close', this.#finish);
  }

  readonly #take = (chunk: Buffer) => void this.push(chunk);
  readonly #finish = () => void this.push(null);

  /** Gives the connection back. */
  lift(): void {
    this.#plain.off('data', this.#take).off('end', this.#finish).off('close', this.#finish);
  }

  override _read(): void {
    // Whatever comes is pushed as it comes.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const pieces = this.#isFirst ? shaped(chunk, this.#shape) : this.#shape === 'half' ? [] : [chunk];
    this.#isFirst = false;
    const next = () => {
      const piece = pieces.shift();
      if (piece === undefined || !this.#plain.writable) return done();
      this.#plain.write(piece, () => (this.#shape === 'segments' ? void this.#world.after(0, next) : next()));
    };
    next();
  }

  override _final(done: () => void): void {
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.lift();
    done(error);
  }
}

/** Octets of a record's header (RFC 8446 section 5.1): type, version, length. */
const HEADER = 5;
/** Octets of a ClientHello that go out in segments of their own; longer than the header, and more would only take time. */
const SINGLE = 64;

function shaped(hello: Buffer, shape: HelloShape): Buffer[] {
  switch (shape) {
    case 'whole':
      return [hello];
    case 'half':
      return [hello.subarray(0, Math.ceil(hello.length / 2))];
    case 'segments':
      return [...[...hello.subarray(0, SINGLE)].map((octet) => Buffer.from([octet])), hello.subarray(SINGLE)];
    case 'records': {
      const version = hello.subarray(0, 3);
      const records = [...hello.subarray(HEADER)].map((octet) => Buffer.from([...version, 0, 1, octet]));
      return [Buffer.concat(records)];
    }
  }
}

/** Takes the TLS records out of a stream that should be in clear, such as the alert that answers nonsense. */
export class RecordFilter {
  #pending: Buffer = Buffer.alloc(0);

  /** Gives what is not part of a record; says whether an alert was among the records. */
  push(chunk: Buffer): { readonly clear: Buffer; readonly alert: boolean } {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    let alert = false;
    for (;;) {
      const [type, major] = this.#pending;
      if (type === undefined || type < 20 || type > 23 || (major !== undefined && major !== 3)) break;
      if (this.#pending.length < HEADER) return { clear: Buffer.alloc(0), alert };
      const end = HEADER + this.#pending.readUInt16BE(3);
      if (this.#pending.length < end) return { clear: Buffer.alloc(0), alert };
      alert ||= type === 21;
      this.#pending = this.#pending.subarray(end);
    }
    const clear = this.#pending;
    this.#pending = Buffer.alloc(0);
    return { clear, alert };
  }
}
