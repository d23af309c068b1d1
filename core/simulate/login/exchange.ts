// Plays a login over a connection: AUTH, challenges and responses as RFC 4954 has them, whole or with a fault.
import type { SaslSaid } from '../../contract/event.ts';
import { decodeBase64 } from '../../sasl/base64.ts';
import { type Reply, told } from '../reply.ts';
import type { ServerSaid } from './asked.ts';
import type { ClientExchange, ClientMove, Login, LoginContext } from './mechanism.ts';
import { clientMechanisms } from './mechanisms.ts';

/** What the exchange needs of a connection. What may be shown has no secrets. */
export interface Line {
  readonly say: (line: string, shown: string) => Promise<void>;
  /** Undefined when the server closed, said 421 or kept silent: the exchange is over. */
  readonly hear: () => Promise<Reply | undefined>;
  /** How the reply heard last may be shown. */
  readonly heard: (shown: string) => void;
  /** Each message, decoded, in the order in which it crossed. */
  readonly decoded?: (from: 'client' | 'server', said: SaslSaid) => void;
}

/** The responses of a login, as they crossed; `initial` stood in the AUTH command. */
export interface Recording {
  readonly initial: string | undefined;
  readonly responses: readonly string[];
  readonly said: ServerSaid;
}

export interface Ended {
  /** The last reply; undefined when there was none. */
  readonly reply: Reply | undefined;
  /** Why the client believed the server no more, in a sentence. */
  readonly distrusts?: string;
  readonly recording: Recording;
}

/** What a login is played with: the step, and what its mechanism goes by. */
export interface LoginPlay extends LoginContext {
  readonly login: Login;
  /** The login before it, for the fault `replay`. */
  readonly before?: Recording | undefined;
}

const BLACK = '▮▮▮▮';
const BROKEN = '*not-base64*!';
/** Octets of an oversized response: in base64 more than the 12,288 characters of RFC 4954 section 4. */
const OVERSIZED = 12 * 1024;

/** Plays one exchange to its end. */
export async function playLogin(play: LoginPlay, line: Line): Promise<Ended> {
  if (play.login.fault === 'replay') return again(play, line);
  const exchange = clientMechanisms[play.login.mechanism].start(play);
  try {
    return await new Player(play, line, exchange).play();
  } finally {
    exchange.drop?.();
  }
}

/** Whether the first response stands in the AUTH command. */
function isInitial({ mechanism, fault, initial }: Login): boolean {
  const usual = clientMechanisms[mechanism].initial;
  // The last message in place of the first: where the server speaks first, before it has spoken.
  if (fault === 'wrong-order' && usual === 'never') return true;
  return initial ?? (fault !== 'cancel' && usual === 'usual');
}

const auth = async ({ login: { mechanism } }: LoginPlay, line: Line, initial: string | undefined) =>
  initial === undefined
    ? line.say(`AUTH ${mechanism}`, `AUTH ${mechanism}`)
    : line.say(`AUTH ${mechanism} ${initial}`, `AUTH ${mechanism} ${initial === '=' ? '=' : BLACK}`);

/** The responses of the login before, whatever is asked now. */
async function again(play: LoginPlay, line: Line): Promise<Ended> {
  const recording = play.before ?? { initial: undefined, responses: [], said: { asks: [], end: '' } };
  await auth(play, line, recording.initial);
  const responses = [...recording.responses];
  for (;;) {
    const reply = await line.hear();
    if (reply?.code === 334) line.heard(BLACK_CHALLENGE);
    else if (reply !== undefined) line.heard(told(reply));
    if (reply?.code !== 334) return { reply, recording };
    const next = responses.shift();
    await line.say(next ?? '*', next === undefined ? '*' : BLACK);
  }
}

const BLACK_CHALLENGE = `334 ${BLACK}`;

class Player {
  readonly #play: LoginPlay;
  readonly #line: Line;
  readonly #exchange: ClientExchange;
  #initial: string | undefined;
  readonly #responses: string[] = [];
  readonly #asks: SaslSaid[] = [];
  #last = '';
  #distrusts: string | undefined;

  constructor(play: LoginPlay, line: Line, exchange: ClientExchange) {
    this.#play = play;
    this.#line = line;
    this.#exchange = exchange;
  }

  async play(): Promise<Ended> {
    const first = isInitial(this.#play.login) ? await this.#exchange.next(null) : undefined;
    if (first !== undefined && 'cancel' in first)
      return { reply: undefined, distrusts: first.cancel, recording: this.#recording };
    if (first !== undefined) this.#initial = this.#encoded(first) || '=';
    await auth(this.#play, this.#line, this.#initial);
    if (first?.says !== undefined) this.#line.decoded?.('client', first.says);
    for (;;) {
      const reply = await this.#line.hear();
      if (reply?.code !== 334) return this.#end(reply);
      await this.#respond(reply);
    }
  }

  async #respond(reply: Reply): Promise<void> {
    const { say, heard, decoded } = this.#line;
    const isCancelled = this.#play.login.fault === 'cancel' || this.#distrusts !== undefined;
    const challenge = isCancelled ? undefined : challengeOf(reply);
    const move: ClientMove =
      challenge === null
        ? { cancel: `a challenge is none: "334 " and base64 belong there (RFC 4954 section 4): ${told(reply)}` }
        : challenge === undefined
          ? { cancel: '' }
          : await this.#exchange.next(challenge);
    heard(isSecret(move.asks) ? BLACK_CHALLENGE : told(reply));
    this.#asks.push(move.asks ?? unread(challenge));
    if (move.asks !== undefined) decoded?.('server', move.asks);
    if ('cancel' in move) {
      if (challenge !== undefined) this.#distrusts = move.cancel;
      return say('*', '*');
    }
    const response = this.#encoded(move);
    this.#responses.push(response);
    if (move.says !== undefined) decoded?.('client', move.says);
    await say(response, response === '' ? '' : BLACK);
  }

  #end(reply: Reply | undefined): Ended {
    if (reply !== undefined) this.#line.heard(told(reply));
    this.#last = reply?.bytes ?? '';
    const isIn = reply !== undefined && reply.code >= 200 && reply.code < 300;
    const distrusts = this.#distrusts ?? (isIn ? this.#exchange.owed?.() : undefined);
    return { reply, recording: this.#recording, ...(distrusts !== undefined && { distrusts }) };
  }

  get #recording(): Recording {
    return {
      initial: this.#initial,
      responses: this.#responses,
      said: { asks: this.#asks, end: this.#last },
    };
  }

  /** A response as it crosses, with the faults that any mechanism can have. */
  #encoded(move: Extract<ClientMove, { readonly response: Buffer }>): string {
    if (move.proof === true)
      switch (this.#play.login.fault) {
        case 'bad-base64':
          return BROKEN;
        case 'empty':
          return '';
        case 'oversized':
          return Buffer.alloc(OVERSIZED, 'A').toString('base64');
        default:
      }
    return move.response.toString('base64');
  }
}

/** A challenge that the mechanism has not read. */
const unread = (challenge: Buffer | null | undefined): SaslSaid => ({
  what: 'challenge',
  octets: challenge?.length ?? 0,
  fields: [],
});

const isSecret = (said: SaslSaid | undefined) => said?.fields.some((field) => 'secret' in field) === true;

/** The challenge in a 334 reply: one line, a space, canonical base64 or nothing; null for anything else. */
function challengeOf({ bytes }: Reply): Buffer | null {
  const text = /^334 ([^\r\n]*)\r\n$/.exec(bytes)?.[1];
  return text === undefined ? null : decodeBase64(text);
}

/** A line as it may be shown: what follows AUTH and its mechanism is black; so is a line inside an exchange. */
export function withoutSecrets(line: string, inExchange: boolean): string {
  if (inExchange && line !== '*') return BLACK;
  return line.replace(/^(\s*AUTH\s+\S+\s+)(\S.*)$/i, `$1${BLACK}`);
}
