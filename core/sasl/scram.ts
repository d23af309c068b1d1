// SCRAM: both sides prove that they know the password, and may bind that to their TLS connection (RFC 5802; RFC 7677).
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { encodeBase64 } from './base64.ts';
import type { ScramHash } from './derive.ts';
import { type Later, whenThere } from './later.ts';
import {
  type BindingType,
  denied,
  type ExchangeContext,
  type Failure,
  type Identity,
  inMoves,
  malformed,
  type Mechanism,
  type Step,
} from './mechanism.ts';
import { ask, hearing, hidden, said, shown } from './said.ts';
import { type ClientFinal, type ClientFirst, parseClientFinal, parseClientFirst } from './scramMessages.ts';
import type { ScramSecret, SecretAnswer } from './userSource.ts';

const hashes = { 'SCRAM-SHA-1': 'sha1', 'SCRAM-SHA-256': 'sha256' } as const satisfies Record<string, ScramHash>;
type Family = keyof typeof hashes;

export const scramSha1 = scram('SCRAM-SHA-1', false);
export const scramSha1Plus = scram('SCRAM-SHA-1', true);
export const scramSha256 = scram('SCRAM-SHA-256', false);
export const scramSha256Plus = scram('SCRAM-SHA-256', true);

interface Variant {
  readonly family: Family;
  readonly bound: boolean;
}

function scram(family: Family, bound: boolean): Mechanism {
  return { name: bound ? `${family}-PLUS` : family, start: (context) => exchange({ family, bound }, context) };
}

/**
 * A failure ends the exchange at once, without a server-final-message: section 5.1 leaves `e` to us, and in SMTP it would be
 * one challenge more that could tell nothing a guesser may know.
 */
function exchange(variant: Variant, context: ExchangeContext) {
  let next = (input: Buffer): Later<Step> => first(input);
  const move = (input: Buffer) => next(input);
  return inMoves((input) => (input === null ? ask('challenge', '') : move(input)), move, move, move);

  function first(input: Buffer): Later<Step> {
    const read = parseClientFirst(input);
    if ('fail' in read) return hearing(said('client-first-message', input), read);
    const { flag, authzid, user, nonce } = read;
    const fields = [
      shown('gs2-cbind-flag', typeof flag === 'string' ? flag : `p=${flag.type}`),
      ...(authzid === undefined ? [] : [shown('authzid', authzid)]),
      shown('username', user),
      shown('nonce', nonce),
    ];
    const heard = said('client-first-message', input, fields);
    const binding = bindingFor(variant, read, context);
    if ('fail' in binding) return hearing(heard, binding);
    const kind = variant.family === 'SCRAM-SHA-1' ? 'scram-sha-1' : 'scram-sha-256';
    return hearing(
      heard,
      whenThere(context.users.secret(user, kind, ''), (answer) => offerSalt({ ...read, ...binding }, answer)),
    );
  }

  function offerSalt(client: ClientFirst & Binding, answer: SecretAnswer<'scram-sha-1' | 'scram-sha-256'>): Step {
    // What is down is down for every name: nothing is worth computing.
    if (answer.denied === 'unavailable') return denied(client.user, answer.denied);
    const { salt, iterations } = answer.secret;
    const [nonce, s] = [client.nonce + context.nonce(), encodeBase64(salt)];
    const text = `r=${nonce},s=${s},i=${iterations}`;
    next = (input) => final({ client, answer, nonce, text }, input);
    return ask('server-first-message', text, [
      shown('nonce', nonce),
      shown('salt', s),
      shown('iteration-count', String(iterations)),
    ]);
  }

  function final(asked: Asked, input: Buffer): Step {
    const read = parseClientFinal(input);
    const { user } = asked.client;
    if ('fail' in read) return { ...read, user, heard: said('client-final-message', input) };
    const { binding, nonce, proof } = read;
    const fields = [hidden('channel-binding', binding), shown('nonce', nonce), hidden('proof', proof)];
    return { ...judge(asked, read), heard: said('client-final-message', input, fields) };
  }

  function judge({ client, answer, nonce, text }: Asked, read: ClientFinal): Step {
    const { user } = client;
    const hash = hashes[variant.family];
    const fail = (detail: string): Failure => ({ fail: 'credentials', user, detail });
    if (read.nonce !== nonce) return fail('the nonce is not that of this exchange');
    if (!isSame(read.binding, Buffer.concat([Buffer.from(client.header), client.data])))
      return fail('the channel binding is not that of this connection: somebody may be in the middle');
    const message = `${client.bare},${text},${read.bare}`;
    const proved = isProved(hash, { secret: answer.secret, message, proof: read.proof });
    const signature = createHmac(hash, answer.secret.serverKey).update(message).digest();
    if (proved === undefined) return malformed('the proof (p) has another length than the hash', user);
    if (answer.denied !== undefined) return denied(user, answer.denied);
    if (!proved) return denied(user, 'wrong-password');
    next = (input) => end(identityOf(client), input);
    return ask('server-final-message', `v=${encodeBase64(signature)}`, [hidden('verifier', signature)]);
  }
}

interface Asked {
  readonly client: ClientFirst & Binding;
  readonly answer: SecretAnswer<'scram-sha-1' | 'scram-sha-256'>;
  /** Both parts. */
  readonly nonce: string;
  /** server-first-message, which both sides hash. */
  readonly text: string;
}

interface Binding {
  readonly type?: BindingType;
  /** What must stand behind the GS2 header in `c`; nothing without a binding. */
  readonly data: Buffer;
}

/** What the client's GS2 flag comes to (section 6). */
function bindingFor(
  { family, bound }: Variant,
  { flag, user }: ClientFirst,
  context: ExchangeContext,
): Binding | Failure {
  if (flag === 'y' && !bound && context.offered.includes(`${family}-PLUS`))
    return {
      fail: 'credentials',
      user,
      detail: `the client thinks that ${family}-PLUS is not offered, but it is: somebody may have taken it out of the list (RFC 5802 section 6)`,
    };
  if (typeof flag === 'string')
    return bound ? malformed(`${family}-PLUS needs a channel binding (p=)`, user) : { data: Buffer.alloc(0) };
  if (!bound) return malformed(`a channel binding (p=) is for ${family}-PLUS`, user);
  const { type } = flag;
  if (!isBindingType(type)) return malformed(`a channel binding of type ${type} is not supported`, user);
  const data = context.channel?.binding(type);
  return data === undefined ? malformed(`this connection has no ${type} binding`, user) : { type, data };
}

function isBindingType(type: string): type is BindingType {
  return type === 'tls-exporter' || type === 'tls-server-end-point';
}

interface Claim {
  readonly secret: ScramSecret;
  readonly message: string;
  readonly proof: Buffer;
}

/** Section 3: the proof gives the client's key, whose hash is what we keep. Undefined for a proof of the wrong length. */
function isProved(hash: ScramHash, { secret, message, proof }: Claim): boolean | undefined {
  const signature = createHmac(hash, secret.storedKey).update(message).digest();
  if (proof.length !== signature.length) return undefined;
  const key = signature.map((octet, i) => octet ^ (proof[i] as number));
  return isSame(createHash(hash).update(key).digest(), secret.storedKey);
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function identityOf({ user, authzid, type }: ClientFirst & Binding): Identity {
  const acts = authzid !== undefined && authzid !== user;
  return { user, ...(acts && { authzid }), ...(type && { binding: type }) };
}

/** The server-final-message went out as a challenge; nothing is left to say. */
function end(identity: Identity, input: Buffer): Step {
  const heard = said('empty response', input);
  if (input.length > 0) return { ...malformed('a response where none is left to give', identity.user), heard };
  return { ok: identity, heard };
}
