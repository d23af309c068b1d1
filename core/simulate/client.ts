// Plays the talk of one client, byte by byte, and notes what was sent, expected and heard.
import { assertNever } from '../contract/never.ts';
import type { TalkLine } from '../contract/scenario.ts';
import type { Composed } from '../contract/scenarioMessage.ts';
import type { Connecting, Handshake, Replies, Step } from '../contract/scenarioStep.ts';
import { msOf } from '../contract/span.ts';
import type { Connection } from '../world/connection.ts';
import { shown } from './bytes.ts';
import { ClientConnection, type Heard } from './clientConnection.ts';
import type { ClientSetup, Difference } from './clientSetup.ts';
import { onTheWire, signedMail } from './compose/compose.ts';
import { composedLine } from './compose/told.ts';
import { judgeHandshake } from './handshake.ts';
import { channelOf } from './login/channel.ts';
import { type LoginPlay, type Recording, withoutSecrets } from './login/exchange.ts';
import type { Login } from './login/mechanism.ts';
import { playLogins } from './login/series.ts';
import { type MailRoute, sendMail } from './mail.ts';
import { aheadOf } from './proxyHeader.ts';
import { pointOf, saidOf, sentOf, wanted, wantedOf, type Wanted } from './prepared.ts';
import { matches, named, told } from './reply.ts';

/** How long the server may take to close after the client has left, ms. */
const FAREWELL = 1000;
const SHAKES = '(TLS handshake)';
const STARTTLS = { say: 'STARTTLS' };
const READY = wanted(220);
const FAREWELL_REPLY = wanted(221);
/** Lines kept of one client's talk. */
const MOST_LINES = 500;
/** Octets of a nonce: 24 characters of base64, none of them `=`. */
const NONCE = 18;
const QUIT = Buffer.from('QUIT\r\n');
const CRLF = '\r\n';
const none: ReadonlySet<string> = new Set();

type Played = 'on' | 'stop';
type Playing = Played | Promise<Played>;

export class Client {
  readonly lines: TalkLine[] = [];
  difference: Difference | undefined;
  ended = false;
  /** Where a talk ended early: the code of the reply that ended it; 0 where none did (closed, silence, no connection). */
  halted: number | undefined;
  readonly #setup: ClientSetup;
  #connection: ClientConnection | undefined;
  #refused: string | undefined;
  #mail: Connection | undefined;
  #step = 0;
  #inExchange = false;
  /** What was sent in the login before, on whichever connection. */
  #recording: Recording | undefined;
  #stopped = false;
  /** Of the last reply that was heard; 0 when something else came. */
  #code = 0;
  readonly #tells: boolean;
  #marks: Set<string> | undefined;

  constructor(setup: ClientSetup) {
    this.#setup = setup;
    this.#tells = setup.isSilent !== true;
  }

  get marks(): ReadonlySet<string> {
    return this.#marks ?? none;
  }

  /** What is waited for now, for a case that ran out of time. */
  get waiting(): string {
    const step = this.#setup.talk[this.#step - 1];
    return step === undefined ? 'the connection' : `step ${this.#step} (${Object.keys(step)[0] ?? ''})`;
  }

  /** Plays to the end, to the first difference, or until it is told to stop; never rejects for what a server does. */
  async play(): Promise<void> {
    try {
      if (!(await this.#playAll(this.#setup.talk))) {
        this.halted = this.#code;
        if (this.#setup.leaves === 'at-once') this.#connection?.destroy();
        if (this.#setup.leaves === 'orderly') await this.#quit();
      }
    } finally {
      this.ended = true;
      await this.#connection?.hangUp(FAREWELL);
    }
  }

  /** True when it got to the end. */
  async #playAll(talk: readonly Step[]): Promise<boolean> {
    for (const step of talk) {
      this.#step += 1;
      if (this.#stopped) return false;
      const isOpen = this.#connection !== undefined || this.#refused !== undefined;
      if (!isOpen && !('mail' in step) && !('connect' in step)) await this.#connect({});
      const playing = this.#play(step);
      if ((typeof playing === 'string' ? playing : await playing) === 'stop') return false;
    }
    return true;
  }

  /** As a client leaves that was refused, and may come again; a server that said 421 has left already (RFC 5321 section 3.8). */
  async #quit(): Promise<void> {
    const connection = this.#connection;
    if (this.#stopped || this.#code === 0 || this.#code === 421 || connection === undefined) return;
    await connection.write(QUIT);
    await connection.hear(FAREWELL);
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
      socket = await open(ahead.length > 0 ? ahead : undefined);
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

  #play(step: Step): Playing {
    if ('hear' in step) return this.#hear(step);
    if ('expect' in step) return this.#expect(step);
    if ('skip' in step) return this.#skip(step.skip);
    if ('say' in step) return this.#say(step);
    if ('send' in step) return this.#send(step);
    if ('connect' in step) return this.#connect(step.connect);
    if ('starttls' in step) return this.#startTls(step.starttls === true ? {} : step.starttls);
    if ('tls' in step) return step.tls === 'off' ? this.#endTls() : this.#handshake(step.tls);
    if ('reading' in step) return this.#read(step.reading);
    if ('login' in step) return this.#login(step.login);
    if ('compose' in step) return this.#compose(step.compose);
    if ('mail' in step) return this.#sendMail(step.mail);
    if ('wait' in step) return this.#wait(msOf(step.wait));
    if ('meet' in step) return this.#setup.meet().then(() => 'on' as const);
    if ('mark' in step) {
      (this.#marks ??= new Set()).add(step.mark);
      return 'on';
    }
    if ('end' in step) return this.#end(step.end);
    return assertNever(step);
  }

  #hear(step: Extract<Step, { hear: unknown }>): Playing {
    const next = this.#next(this.#setup.patience);
    return 'kind' in next ? this.#heard(step, next) : next.then((heard) => this.#heard(step, heard));
  }

  #heard(step: Extract<Step, { hear: unknown }>, heard: Heard): Played {
    const one = wantedOf(step);
    const ok = heard.kind === 'reply' && one.fits(heard.reply);
    if (ok || step.else === undefined) return this.#judge('hear', one, heard);
    if (this.#tells) this.#note({ expected: one.named, heard: tell(heard), ok: true });
    return 'stop';
  }

  async #expect(step: Extract<Step, { expect: unknown }>): Promise<Played> {
    const { point, reply } = pointOf(step);
    const within = point.within === undefined ? this.#setup.patience : msOf(point.within);
    if (reply !== undefined && this.#judge('expect', reply, await this.#next(within)) === 'stop') return 'stop';
    if (point.closed === undefined) return 'on';
    const heard = await this.#look(within);
    const named = point.closed ? 'the connection closed' : 'the connection open';
    return this.#judge('expect', { named, ok: (heard.kind === 'closed') === point.closed }, heard);
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

  #say(step: Extract<Step, { say: unknown }>): Playing {
    const { bytes, shown: public_, beginsExchange } = saidOf(step);
    if (this.#tells) this.#note({ sent: this.#inExchange ? withoutSecrets(step.say, true) : public_, ok: true });
    this.#inExchange ||= beginsExchange;
    return this.#connection?.write(bytes)?.then(on) ?? 'on';
  }

  async #send(step: Extract<Step, { send: unknown }>): Promise<Played> {
    const { pause, cut } = step;
    let left = cut?.after ?? Infinity;
    for (const [index, whole] of sentOf(step).entries()) {
      const isWhole = whole.bytes.length <= left;
      const bytes = isWhole ? whole.bytes : whole.bytes.subarray(0, left);
      left -= bytes.length;
      if (bytes.length === 0) break;
      if (index > 0 && pause !== undefined) await this.#wait(msOf(pause));
      if (this.#connection?.isGone) break;
      if (this.#tells)
        this.#note({ sent: withoutSecrets(isWhole ? whole.shown : shown(bytes), this.#inExchange), ok: true });
      await this.#connection?.write(bytes);
    }
    return cut === undefined ? 'on' : this.#end(cut.end);
  }

  async #startTls(tls: Handshake): Promise<Played> {
    await this.#say(STARTTLS);
    const went = this.#judge('hear', READY, await this.#next(this.#setup.patience));
    return went === 'stop' ? 'stop' : this.#handshake(tls);
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

  async #login(login: Login): Promise<Played> {
    const { world, host, kerberos, patience } = this.#setup;
    const secured = this.#connection?.secured;
    const isOver = () => {
      const next = this.#connection?.peek();
      return this.#stopped || next?.kind === 'closed' || (next?.kind === 'reply' && next.reply.code === 421);
    };
    const play: LoginPlay = {
      login,
      host,
      kerberos,
      nonce: () => Buffer.from(world.random(NONCE)).toString('base64'),
      before: this.#recording,
      ...(secured !== undefined && { channel: channelOf(secured) }),
    };
    const { recording, difference } = await playLogins(play, {
      isOver,
      say: async (text, public_) => {
        this.#note({ sent: public_, ok: true });
        await this.#connection?.write(Buffer.from(text + CRLF));
      },
      hear: async () => {
        await this.#look(patience);
        if (isOver()) return undefined;
        const heard = await this.#next(patience);
        return heard.kind === 'reply' ? heard.reply : undefined;
      },
      heard: (public_) => void this.#note({ heard: public_, ok: true }),
    });
    this.#recording = recording;
    return difference ? this.#differ(difference.kind, difference.expected, difference.heard) : 'on';
  }

  async #compose(message: Composed): Promise<Played> {
    const segments = await onTheWire(message, this.#setup.world);
    this.#note({ sent: composedLine(message, segments), ok: true });
    for (const segment of segments) await this.#connection?.write(segment);
    return 'on';
  }

  async #sendMail(mail: Extract<Step, { mail: unknown }>['mail']): Promise<Played> {
    const { open, tls, authority, world } = this.#setup;
    const route: MailRoute = { tls: tls === 'implicit' ? 'implicit' : mail.tls ? 'starttls' : 'none', authority };
    let sent;
    try {
      this.#mail = await open();
      sent = await sendMail({ ...mail, raw: await signedMail(mail, world) }, this.#mail, route);
    } catch (error) {
      sent = { ok: false, reply: (error as Error).message };
    }
    this.#code = sent.ok ? 250 : Number(/\b[45]\d\d(?=[ -])/.exec(sent.reply)?.[0] ?? 0);
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
    await this.#connection?.write(QUIT);
    return this.#judge('hear', FAREWELL_REPLY, await this.#next(this.#setup.patience));
  }

  #next(ms: number): Heard | Promise<Heard> {
    const coming = this.#connection?.hear(ms) ?? this.#never();
    return 'kind' in coming ? this.#noted(coming) : coming.then((heard) => this.#noted(heard));
  }

  #never(): Heard {
    return { kind: 'closed', how: this.#refused ?? 'never connected' };
  }

  #noted(heard: Heard): Heard {
    this.#code = heard.kind === 'reply' ? heard.reply.code : 0;
    if (heard.kind === 'reply' && this.#code !== 334) this.#inExchange = false;
    return heard;
  }

  #look(ms: number): Heard | Promise<Heard> {
    return this.#connection?.look(ms) ?? this.#never();
  }

  #judge(
    kind: 'expect' | 'hear',
    one: Wanted | { readonly named: string; readonly ok: boolean },
    heard: Heard,
  ): Played {
    const ok = 'ok' in one ? one.ok : heard.kind === 'reply' && one.fits(heard.reply);
    if (!ok) return this.#differ(kind, one.named, tell(heard));
    if (this.#tells) this.#note({ expected: one.named, heard: tell(heard), ok: true });
    return 'on';
  }

  #differ(kind: 'expect' | 'hear', expected: string, heard: string, sent?: string): 'stop' {
    this.difference = { kind, client: this.#setup.client, step: this.#step, expected, heard };
    this.#note(sent === undefined ? { expected, heard, ok: false } : { sent, expected, heard, ok: false });
    return 'stop';
  }

  #note(line: Omit<TalkLine, 'client' | 'step'>): void {
    if (!this.#tells) return;
    // The line that differed is always kept: it is the last.
    if (this.lines.length >= MOST_LINES) this.lines.pop();
    this.lines.push({ client: this.#setup.client, step: this.#step, ...line });
  }
}

const on = () => 'on' as const;

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
