// Plays the talk of one client, byte by byte, and notes what was sent, expected and heard.
import { assertNever } from '../contract/never.ts';
import type { TalkLine } from '../contract/scenario.ts';
import type { ClientCertificateKind, Connecting, Handshake, Replies, Step } from '../contract/scenarioStep.ts';
import { msOf } from '../contract/span.ts';
import type { Connection, Peer } from '../world/connection.ts';
import type { World } from '../world/world.ts';
import { segmentsOf, shown, unescape } from './bytes.ts';
import { ClientConnection, type Heard } from './clientConnection.ts';
import { type ClientPem, judgeHandshake } from './handshake.ts';
import { type Login, playLogin, withoutSecrets } from './login.ts';
import { type MailRoute, sendMail } from './mail.ts';
import { aheadOf } from './proxyHeader.ts';
import { matches, named, type Reply, told } from './reply.ts';

/** How long the server may take to close after the client has left, ms. */
const FAREWELL = 1000;
const SHAKES = '(TLS handshake)';
/** Lines kept of one client's talk. */
const MOST_LINES = 500;

/** What differed first: at a step that is the point (`expect`), or at one on the way (`hear`). */
export interface Difference {
  readonly kind: 'expect' | 'hear';
  readonly client: number;
  /** Number of the step, from 1. */
  readonly step: number;
  readonly expected: string;
  readonly heard: string;
}

/** Everything a client needs; `open` makes one more connection of this client. */
export interface ClientSetup {
  /** Number of the client, from 1. */
  readonly client: number;
  readonly talk: readonly Step[];
  readonly world: World;
  readonly open: (ahead?: Buffer) => Promise<Connection>;
  readonly tls: 'clear' | 'starttls' | 'implicit';
  /** PEM of the authority whose certificates are trusted; none but it. */
  readonly authority: string;
  /** Makes a client certificate, when a scenario shows one. */
  readonly certificate: (kind: ClientCertificateKind) => Promise<ClientPem | undefined>;
  /** Who the client is, as the receiver sees it. */
  readonly peer: Peer;
  /** How long a reply is waited for unless a step says otherwise, ms. */
  readonly patience: number;
  /** Resolves when every other client has come as far, or has ended. */
  readonly meet: () => Promise<void>;
}

type Played = 'on' | 'stop';

export class Client {
  readonly lines: TalkLine[] = [];
  readonly marks = new Set<string>();
  difference: Difference | undefined;
  /** What is waited for now, for a case that ran out of time. */
  waiting = 'the connection';
  ended = false;
  readonly #setup: ClientSetup;
  #connection: ClientConnection | undefined;
  #refused: string | undefined;
  #mail: Connection | undefined;
  #step = 0;
  #inExchange = false;
  #stopped = false;

  constructor(setup: ClientSetup) {
    this.#setup = setup;
  }

  /** Plays to the end, to the first difference, or until it is told to stop; never rejects for what a server does. */
  async play(): Promise<void> {
    try {
      await this.#playAll(this.#setup.talk);
    } finally {
      this.ended = true;
      await this.#connection?.hangUp(FAREWELL);
    }
  }

  async #playAll(talk: readonly Step[]): Promise<void> {
    for (const [index, step] of talk.entries()) {
      this.#step = index + 1;
      if (this.#stopped) return;
      this.waiting = `step ${this.#step} (${Object.keys(step)[0] ?? ''})`;
      const isOpen = this.#connection !== undefined || this.#refused !== undefined;
      if (!isOpen && !('mail' in step) && !('connect' in step)) await this.#connect({});
      if ((await this.#play(step)) === 'stop') return;
    }
  }

  /** Lets go of the connections; a play that is under way ends. */
  leave(): void {
    this.#stopped = true;
    this.#connection?.destroy();
    this.#mail?.destroy();
  }

  async #connect(how: Connecting): Promise<Played> {
    const { open, world, tls } = this.#setup;
    this.#connection?.destroy();
    this.#connection = undefined;
    this.#refused = undefined;
    this.#inExchange = false;
    const ahead = aheadOf(how, this.#setup);
    if (ahead.length > 0) this.#note({ sent: shown(ahead), ok: true });
    let socket: Connection;
    try {
      socket = await open(ahead);
    } catch (error) {
      this.#refused = `no connection (${(error as Error).message})`;
      return 'on';
    }
    const connection = new ClientConnection(socket, world);
    this.#connection = connection;
    if (this.#stopped) {
      connection.destroy();
      return 'stop';
    }
    if (tls !== 'implicit' || how.plain === true) return 'on';
    if (how.tls !== undefined) return this.#handshake(how.tls);
    const shaken = await connection.upgrade({ authority: this.#setup.authority, ...this.#trust() });
    const heard = shaken.state === 'up' ? 'secured' : `handshake failed: ${shaken.error}`;
    this.#note({ sent: SHAKES, heard, ok: true });
    return 'on';
  }

  #trust() {
    const keepPlain = this.#setup.talk.some((step) => 'tls' in step && step.tls === 'off');
    return { keepPlain, within: this.#setup.patience };
  }

  /** A handshake that fails is a difference, unless it is expected to. */
  async #handshake(wanted: Handshake): Promise<Played> {
    const { authority, certificate, patience } = this.#setup;
    const pem = wanted.certificate === undefined ? undefined : await certificate(wanted.certificate);
    const trust = {
      ...this.#trust(),
      authority,
      wanted,
      certificate: pem,
      within: wanted.within === undefined ? patience : msOf(wanted.within),
    };
    const shaken = await this.#connection?.upgrade(trust);
    const { ok, expected, heard } = judgeHandshake(shaken, wanted.expect);
    if (!ok) return this.#differ(wanted.expect === undefined ? 'hear' : 'expect', expected, heard, SHAKES);
    this.#note({ sent: SHAKES, expected, heard, ok: true });
    return 'on';
  }

  async #play(step: Step): Promise<Played> {
    if ('hear' in step) return this.#hear(step);
    if ('expect' in step) return this.#expect(step.expect);
    if ('skip' in step) return this.#skip(step.skip);
    if ('say' in step) return this.#say(step.say);
    if ('send' in step) return this.#send(step);
    if ('connect' in step) return this.#connect(step.connect);
    if ('starttls' in step) return this.#startTls(step.starttls === true ? {} : step.starttls);
    if ('tls' in step) return step.tls === 'off' ? this.#endTls() : this.#handshake(step.tls);
    if ('reading' in step) return this.#read(step.reading);
    if ('login' in step) return this.#login(step.login);
    if ('mail' in step) return this.#sendMail(step.mail);
    if ('wait' in step) return this.#wait(msOf(step.wait));
    if ('meet' in step) return this.#setup.meet().then(() => 'on' as const);
    if ('mark' in step) {
      this.marks.add(step.mark);
      return 'on';
    }
    if ('end' in step) return this.#end(step.end);
    return assertNever(step);
  }

  async #hear({ hear, else: otherwise }: Extract<Step, { hear: unknown }>): Promise<Played> {
    const heard = await this.#next(this.#setup.patience);
    const ok = heard.kind === 'reply' && matches(heard.reply, hear);
    if (ok || otherwise === undefined) return this.#judge('hear', { ok, expected: named(hear), heard });
    this.#note({ expected: named(hear), heard: tell(heard), ok: true });
    return 'stop';
  }

  async #expect(wanted: Extract<Step, { expect: unknown }>['expect']): Promise<Played> {
    const point = typeof wanted !== 'object' || Array.isArray(wanted) ? { reply: wanted } : wanted;
    const within = point.within === undefined ? this.#setup.patience : msOf(point.within);
    if (point.reply !== undefined || point.text !== undefined || point.lacks !== undefined) {
      const heard = await this.#next(within);
      const said = point.reply === undefined ? 'a reply' : named(point.reply);
      const expected = [
        said,
        ...(point.text === undefined ? [] : [`with "${point.text}"`]),
        ...(point.lacks === undefined ? [] : [`without "${point.lacks}"`]),
      ].join(' ');
      const ok =
        heard.kind === 'reply' &&
        (point.reply === undefined || matches(heard.reply, point.reply)) &&
        (point.text === undefined || heard.reply.bytes.includes(point.text)) &&
        (point.lacks === undefined || !heard.reply.bytes.includes(point.lacks));
      if (this.#judge('expect', { ok, expected, heard }) === 'stop') return 'stop';
    }
    if (point.closed === undefined) return 'on';
    const heard = await this.#look(within);
    const expected = point.closed ? 'the connection closed' : 'the connection open';
    return this.#judge('expect', { ok: (heard.kind === 'closed') === point.closed, expected, heard });
  }

  async #skip(replies: Replies): Promise<Played> {
    let skipped = 0;
    for (
      let next = await this.#look(this.#setup.patience);
      next.kind === 'reply' && matches(next.reply, replies);
      skipped += 1
    ) {
      await this.#next(this.#setup.patience);
      next = await this.#look(this.#setup.patience);
    }
    this.#note({ expected: `any number of ${named(replies)}`, heard: `${skipped} of them`, ok: true });
    return 'on';
  }

  async #say(text: string): Promise<Played> {
    this.#note({ sent: withoutSecrets(text, this.#inExchange), ok: true });
    this.#inExchange = this.#inExchange || /^\s*AUTH\s/i.test(text);
    await this.#connection?.write(Buffer.concat([unescape(text), Buffer.from('\r\n')]));
    return 'on';
  }

  async #send({ send, pause, cut }: Extract<Step, { send: unknown }>): Promise<Played> {
    let left = cut?.after ?? Infinity;
    for (const [index, whole] of segmentsOf(send).entries()) {
      const bytes = whole.length > left ? whole.subarray(0, left) : whole;
      left -= bytes.length;
      if (bytes.length === 0) break;
      if (index > 0 && pause !== undefined) await this.#wait(msOf(pause));
      if (this.#connection?.isGone) break;
      this.#note({ sent: withoutSecrets(shown(bytes), this.#inExchange), ok: true });
      await this.#connection?.write(bytes);
    }
    return cut === undefined ? 'on' : this.#end(cut.end);
  }

  async #startTls(wanted: Handshake): Promise<Played> {
    await this.#say('STARTTLS');
    const heard = await this.#next(this.#setup.patience);
    const went = this.#judge('hear', {
      ok: heard.kind === 'reply' && heard.reply.code === 220,
      expected: '220',
      heard,
    });
    return went === 'stop' ? 'stop' : this.#handshake(wanted);
  }

  async #endTls(): Promise<Played> {
    this.#note({ sent: '(TLS close_notify)', ok: true });
    await this.#connection?.plainAgain();
    return 'on';
  }

  #read(isReading: boolean): Promise<Played> {
    this.#note({ sent: isReading ? '(reads again)' : '(stops reading)', ok: true });
    this.#connection?.reading(isReading);
    return Promise.resolve('on');
  }

  /** Exchanges in a row; they end early, without a difference, when the server says 421 or closes. */
  async #login(login: Login): Promise<Played> {
    const over = () => {
      const next = this.#connection?.peek();
      return next?.kind === 'closed' || (next?.kind === 'reply' && next.reply.code === 421);
    };
    const exchange = {
      say: async (line: string, public_: string) => {
        this.#note({ sent: public_, ok: true });
        await this.#connection?.write(Buffer.from(`${line}\r\n`));
      },
      hear: async () => {
        await this.#look(this.#setup.patience);
        if (over()) return undefined;
        const heard = await this.#next(this.#setup.patience);
        return heard.kind === 'reply' ? heard.reply : undefined;
      },
    };
    const expected = login.hear === undefined ? undefined : named(login.hear);
    for (let time = 0; time < (login.times ?? 1) && !over() && !this.#stopped; time += 1) {
      const last = await playLogin(login, { ...exchange, hear: () => this.#noting(exchange.hear) });
      if (last === undefined && !over()) return this.#differ('hear', expected ?? 'a reply', 'nothing');
      if (last === undefined || login.hear === undefined || expected === undefined) continue;
      if (!matches(last, login.hear)) return this.#differ('expect', expected, told(last));
    }
    return 'on';
  }

  async #noting(hear: () => Promise<Reply | undefined>): Promise<Reply | undefined> {
    const reply = await hear();
    if (reply) this.#note({ heard: told(reply), ok: true });
    return reply;
  }

  async #sendMail(mail: Extract<Step, { mail: unknown }>['mail']): Promise<Played> {
    const { open, tls, authority } = this.#setup;
    const route: MailRoute = { tls: tls === 'implicit' ? 'implicit' : mail.tls ? 'starttls' : 'none', authority };
    let sent;
    try {
      this.#mail = await open();
      sent = await sendMail(mail, this.#mail, route);
    } catch (error) {
      sent = { ok: false, reply: (error as Error).message };
    }
    const to = [mail.to].flat();
    const line = `(a message from <${mail.from}> to <${to[0] ?? ''}>${to.length > 1 ? ` and ${to.length - 1} more` : ''})`;
    if (!sent.ok) return this.#differ('expect', 'served', sent.reply, line);
    this.#note({ sent: line, expected: 'served', heard: sent.reply, ok: true });
    return 'on';
  }

  async #wait(ms: number): Promise<Played> {
    await new Promise<void>((resolve) => void this.#setup.world.after(ms, resolve));
    return 'on';
  }

  async #end(how: 'quit' | 'fin' | 'rst'): Promise<Played> {
    if (how === 'rst') this.#connection?.rst();
    if (how === 'fin') this.#connection?.fin();
    this.#note({ sent: how === 'quit' ? 'QUIT' : `(${how.toUpperCase()})`, ok: true });
    if (how !== 'quit') return 'on';
    await this.#connection?.write(Buffer.from('QUIT\r\n'));
    const heard = await this.#next(this.#setup.patience);
    return this.#judge('hear', { ok: heard.kind === 'reply' && heard.reply.code === 221, expected: '221', heard });
  }

  async #next(ms: number): Promise<Heard> {
    const heard = (await this.#connection?.hear(ms)) ?? { kind: 'closed', how: this.#refused ?? 'never connected' };
    if (heard.kind === 'reply' && heard.reply.code !== 334) this.#inExchange = false;
    return heard;
  }

  async #look(ms: number): Promise<Heard> {
    return (await this.#connection?.look(ms)) ?? { kind: 'closed', how: this.#refused ?? 'never connected' };
  }

  #judge(kind: 'expect' | 'hear', one: { ok: boolean; expected: string; heard: Heard }): Played {
    if (!one.ok) return this.#differ(kind, one.expected, tell(one.heard));
    this.#note({ expected: one.expected, heard: tell(one.heard), ok: true });
    return 'on';
  }

  #differ(kind: 'expect' | 'hear', expected: string, heard: string, sent?: string): 'stop' {
    this.difference = { kind, client: this.#setup.client, step: this.#step, expected, heard };
    this.#note(sent === undefined ? { expected, heard, ok: false } : { sent, expected, heard, ok: false });
    return 'stop';
  }

  #note(line: Omit<TalkLine, 'client' | 'step'>): void {
    // The line that differed is always kept: it is the last.
    if (this.lines.length >= MOST_LINES) this.lines.pop();
    this.lines.push({ client: this.#setup.client, step: this.#step, ...line });
  }
}

function tell(heard: Heard): string {
  switch (heard.kind) {
    case 'reply':
      return told(heard.reply);
    case 'closed':
      return heard.how;
    case 'silence':
      return `nothing within ${heard.ms} ms`;
    default:
      return assertNever(heard);
  }
}
