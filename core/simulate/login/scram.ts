// SCRAM as a client speaks it, with and without channel binding; the server must prove itself too (RFC 5802, RFC 7677).
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { decodeBase64 } from '../../sasl/base64.ts';
import { prepared } from '../../sasl/prepare.ts';
import { toSaslname } from '../../sasl/saslname.ts';
import {
  type ClientMechanism,
  type ClientMove,
  commonFaults,
  decoded,
  inTurns,
  type LoginContext,
  opening,
} from './mechanism.ts';

export interface ScramKind {
  readonly hash: 'sha1' | 'sha256';
  /** Bound to the TLS connection (RFC 5802 section 6). */
  readonly plus: boolean;
}

/** More work than this no server gets out of us. */
const MOST_ITERATIONS = 1_000_000;

const scramFaults = [...commonFaults, 'no-nul', 'wrong-order', 'wrong-nonce'] as const;

export function scram(kind: ScramKind): ClientMechanism {
  return {
    faults: [...scramFaults, kind.plus ? 'wrong-binding' : 'downgrade'],
    takes: ['password', 'authzid', ...(kind.plus ? (['binding'] as const) : [])],
    initial: 'usual',
    start(context) {
      const exchange = new Scram(kind, context);
      const turns = inTurns(
        opening(() => exchange.first()),
        (challenge) => exchange.final(challenge ?? Buffer.alloc(0)),
        (challenge) => exchange.last(challenge ?? Buffer.alloc(0)),
      );
      return { ...turns, owed: () => exchange.owed };
    },
  };
}

const base64 = (bytes: Buffer) => bytes.toString('base64');

class Scram {
  readonly #kind: ScramKind;
  readonly #context: LoginContext;
  readonly #nonce: string;
  readonly #header: string;
  readonly #bare: string;
  /** What the server must sign with; once it is known. */
  #signature: Buffer | undefined;
  #isProved = false;

  constructor(kind: ScramKind, context: LoginContext) {
    const { user, authzid = '', binding = 'tls-exporter', fault } = context.login;
    this.#kind = kind;
    this.#context = context;
    this.#nonce = context.nonce();
    const flag = kind.plus ? `p=${binding}` : fault === 'downgrade' ? 'y' : 'n';
    this.#header = `${flag},${authzid === '' ? '' : `a=${toSaslname(authzid)}`},`;
    this.#bare = `n=${toSaslname(prepared(user, 'query') ?? user)},r=${this.#nonce}`;
  }

  get owed(): string | undefined {
    return this.#isProved ? undefined : 'the server said 235 without having proved that it knows the password';
  }

  first(): ClientMove {
    if (this.#context.login.fault === 'wrong-order') {
      const salt = base64(Buffer.from(this.#nonce));
      return this.#answer(Buffer.from(`r=${this.#nonce}${this.#nonce},s=${salt},i=4096`));
    }
    const response = Buffer.from(this.#header + this.#bare);
    const { user, authzid } = this.#context.login;
    const says = decoded('client-first-message', response, {
      'gs2-cbind-flag': this.#header.split(',')[0],
      authzid,
      username: user,
      nonce: this.#nonce,
    });
    return { response, says };
  }

  final(challenge: Buffer): ClientMove {
    const move = this.#answer(challenge);
    const [nonce, salt, iterations] = ['r', 's', 'i'].map((name) => attributeOf(challenge.toString(), name));
    return {
      ...move,
      asks: decoded('server-first-message', challenge, { nonce, salt, 'iteration-count': iterations }),
    };
  }

  /** The client-final-message to a server-first-message. */
  #answer(challenge: Buffer): ClientMove {
    const message = challenge.toString();
    const read = /^r=([!-+\--~]+),s=([A-Za-z0-9+/]+=*),i=([1-9]\d{0,6})(?:,[a-ln-zA-Z]=[^,]+)*$/.exec(message);
    const salt = decodeBase64(read?.[2] ?? '');
    const iterations = Number(read?.[3]);
    if (!read || salt === null) return { cancel: 'the server-first-message is none (RFC 5802 section 7)' };
    if (iterations > MOST_ITERATIONS) return { cancel: `the server asks for ${iterations} iterations` };
    const { fault } = this.#context.login;
    const nonce = read[1] ?? '';
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce)
      return { cancel: 'the nonce of the server does not go on from ours (RFC 5802 section 5.1)' };
    const bound = this.#bound();
    if (bound === undefined)
      return { cancel: `this connection has no ${this.#context.login.binding ?? 'tls-exporter'}` };
    const binding = base64(Buffer.concat([Buffer.from(this.#header), bound]));
    const without = `c=${binding},r=${fault === 'wrong-nonce' ? this.#nonce + this.#context.nonce() : nonce}`;
    const proof = this.#prove(`${this.#bare},${message},${without}`, { salt, iterations });
    const text = `${without},p=${base64(proof)}`;
    const response = Buffer.from(fault === 'no-nul' ? text.replaceAll(',', '') : text);
    const says = decoded('client-final-message', response, { 'channel-binding': Buffer.from(binding), nonce, proof });
    return { response, says, proof: true };
  }

  /** ClientProof; what the server must sign with is known from then on. */
  #prove(message: string, { salt, iterations }: { readonly salt: Buffer; readonly iterations: number }): Buffer {
    const { hash } = this.#kind;
    const password = this.#context.login.password ?? '';
    const length = hash === 'sha1' ? 20 : 32;
    const salted = pbkdf2Sync(prepared(password) ?? password, salt, iterations, length, hash);
    const mac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
    const key = mac(salted, 'Client Key');
    const signature = mac(createHash(hash).update(key).digest(), message);
    this.#signature = mac(mac(salted, 'Server Key'), message);
    return Buffer.from(key.map((octet, index) => octet ^ (signature[index] ?? 0)));
  }

  /** cbind-data: nothing without -PLUS. */
  #bound(): Buffer | undefined {
    const { login, channel, nonce } = this.#context;
    if (!this.#kind.plus) return Buffer.alloc(0);
    // That of another connection is as good as chance.
    if (login.fault === 'wrong-binding') return createHash('sha256').update(nonce()).digest();
    return channel?.binding(login.binding ?? 'tls-exporter');
  }

  last(challenge: Buffer): ClientMove {
    const message = challenge.toString();
    const error = attributeOf(message, 'e');
    const verifier = attributeOf(message, 'v');
    const given = decodeBase64(verifier ?? '');
    const asks = decoded('server-final-message', challenge, { error, verifier: given ?? undefined });
    const response = Buffer.alloc(0);
    // After an error there is nothing to prove: what is left is to hear 535.
    if (error !== undefined) return { asks, response };
    const expected = this.#signature;
    this.#isProved =
      given !== null && expected !== undefined && given.length === expected.length && timingSafeEqual(given, expected);
    return this.#isProved
      ? { asks, response }
      : { asks, cancel: 'the server cannot prove that it knows the password: its signature is wrong' };
  }
}

/** Value of an attribute of a SCRAM message. */
function attributeOf(message: string, name: string): string | undefined {
  return message
    .split(',')
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(2);
}
