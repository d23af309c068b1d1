// Tries a login: a client on this machine logs in to a listener of the receiver and tells each move, as the window shows it.
import type { Input, Output, ReceiverState } from '../contract/calls.ts';
import type { SaslSaid } from '../contract/event.ts';
import { type MechanismName, mechanismNames } from '../contract/mechanisms.ts';
import { HostError } from '../contract/rpc.ts';
import type { Listener } from '../contract/settings/listeners.ts';
import { parseHostPort } from '../contract/settings/network.ts';
import type { SessionRow } from '../contract/summary.ts';
import type { KerberosClient } from '../sasl/kerberos.ts';
import { ClientConnection, type Heard } from '../simulate/clientConnection.ts';
import { type ClientPem, isUntrusted } from '../simulate/handshake.ts';
import { channelOf } from '../simulate/login/channel.ts';
import { playLogin, withoutSecrets } from '../simulate/login/exchange.ts';
import type { Login } from '../simulate/login/mechanism.ts';
import { clientMechanisms } from '../simulate/login/mechanisms.ts';
import { told } from '../simulate/reply.ts';
import type { Connection } from '../world/connection.ts';
import { dialLoopback } from '../world/dial.ts';
import type { World } from '../world/world.ts';

export type Tried = Output<'test.login'>;
export type LoginWanted = Input<'test.login'>;

/** The parts of a workbench that a login is tried with. */
export interface Surroundings {
  readonly world: World;
  readonly state: () => ReceiverState;
  /** The settings of a listener, by its name. */
  readonly listener: (name: string) => Listener | undefined;
  /** What the receiver calls itself. */
  readonly hostname: () => string;
  /** PEM of the authority its certificates are trusted by. */
  readonly authority: () => Promise<string>;
  /** A client's certificate for this name, where the receiver trusts the same authority; EXTERNAL shows it. */
  readonly certificate: (name: string) => Promise<ClientPem>;
  readonly kerberos: KerberosClient;
  /** Sessions that have come or changed since the tried login began. */
  readonly sessions: () => () => Promise<readonly Pick<SessionRow, 'id' | 'peerPort'>[]>;
}

/** ms: a login that takes longer is given up. */
const LONGEST = 30_000;
/** The session is on record soon after its end: so often it is looked for, and so many ms apart. */
const LOOKS = 40;
const BETWEEN = 50;
const NONCE = 18;
const NAME = 'test.example';

/** Rejects with a {@link HostError} where there is nothing to log in to; whatever the receiver says is told. */
export async function tryLogin(wanted: LoginWanted, around: Surroundings): Promise<Tried> {
  const mechanism = mechanismNames.find((name) => name === wanted.mechanism.toUpperCase());
  if (mechanism === undefined)
    throw new HostError('bad-input', `there is no mechanism ${printable(wanted.mechanism)}`, [
      `these are known: ${mechanismNames.join(', ')}`,
    ]);
  const listening = around.state().listeners.filter(({ state }) => state === 'listening');
  const listener = listening.find(({ name }) => name === wanted.listener);
  const at = listener && parseHostPort(listener.bound);
  if (!listener || !at) {
    const others = listening.map(({ name }) => name).join(', ');
    throw new HostError('not-found', `no listener ${wanted.listener} is listening`, [
      others === '' ? 'start the receiver' : `these are: ${others}`,
    ]);
  }
  const since = around.sessions();
  let socket: Connection;
  try {
    socket = await dialLoopback(at);
  } catch (error) {
    return { ok: false, reply: `could not connect to ${listener.bound}: ${(error as Error).message}`, moves: [] };
  }
  const { localPort } = socket;
  const security = around.listener(listener.name)?.security;
  const showsCertificate = mechanism === 'EXTERNAL' || security?.clientCertificate === 'require';
  const login = { ...loginOf(wanted, mechanism), showsCertificate };
  const trial = new Trial(around, new ClientConnection(socket, around.world), login);
  const outcome = await trial.play(listener.tls === 'implicit' ? 'implicit' : wanted.secured ? 'starttls' : 'clear');
  const session = await sessionFrom(localPort, since, around.world);
  const note = mechanism === 'EXTERNAL' && !outcome.ok ? certificateNote(security) : undefined;
  const reply = note === undefined ? outcome.reply : `${outcome.reply}; ${note}`;
  return { ok: outcome.ok, reply, moves: trial.moves, ...(session !== undefined && { session }) };
}

/** Why a certificate of the workbench's own authority proves nothing on a listener; undefined when it does. */
function certificateNote(security: Listener['security'] | undefined): string | undefined {
  if (security?.clientCertificate === 'off')
    return 'EXTERNAL needs a client certificate, and the listener asks for none (security.clientCertificate)';
  if (security !== undefined && security.clientCaFile !== '')
    return 'EXTERNAL was tried with a certificate of the workbench’s own CA, and the listener trusts another one (security.clientCaFile)';
  return undefined;
}

/** What the mechanism takes of what the window's form has. */
function loginOf(wanted: LoginWanted, mechanism: MechanismName): Login {
  const { takes } = clientMechanisms[mechanism];
  const { user, password, token, authzid } = wanted;
  return {
    mechanism,
    user,
    ...(takes.includes('password') && { password }),
    ...(takes.includes('token') && { token }),
    ...(takes.includes('authzid') && authzid !== '' && { authzid }),
  };
}

type Outcome = Pick<Tried, 'ok' | 'reply'>;

/** What ends a trial before its login: told as it is. */
class Unfinished extends Error {}

/** `showsCertificate`: one for the user's name, where the handshake asks for one. */
type Shown = Login & { readonly showsCertificate: boolean };

class Trial {
  readonly moves: Tried['moves'] = [];
  readonly #around: Surroundings;
  readonly #connection: ClientConnection;
  readonly #login: Shown;
  readonly #until: number;

  constructor(around: Surroundings, connection: ClientConnection, login: Shown) {
    this.#around = around;
    this.#connection = connection;
    this.#login = login;
    this.#until = around.world.elapsed() + LONGEST;
  }

  async play(way: 'clear' | 'starttls' | 'implicit'): Promise<Outcome> {
    try {
      if (way === 'implicit') await this.#secure();
      await this.#hear(220);
      await this.#command(`EHLO ${NAME}`, 250);
      if (way === 'starttls') {
        await this.#command('STARTTLS', 220);
        await this.#secure();
        await this.#command(`EHLO ${NAME}`, 250);
      }
      const outcome = await this.#logIn();
      await this.#say('QUIT');
      await this.#next();
      return outcome;
    } catch (error) {
      if (!(error instanceof Unfinished)) throw error;
      return { ok: false, reply: error.message };
    } finally {
      this.#connection.destroy();
    }
  }

  async #secure(): Promise<void> {
    const { showsCertificate, user } = this.#login;
    const shaken = await this.#connection.upgrade({
      authority: await this.#around.authority(),
      certificate: showsCertificate ? await this.#certificateFor(user) : undefined,
      within: this.#left,
    });
    if (shaken.state === 'up') return;
    const hint = isUntrusted(shaken.error) ? '; only certificates of the workbench’s own CA are believed here' : '';
    throw new Unfinished(`the TLS handshake failed: ${shaken.error}${hint}`);
  }

  async #certificateFor(user: string): Promise<ClientPem> {
    try {
      return await this.#around.certificate(user === '' ? NAME : user);
    } catch (error) {
      throw new Unfinished(`no client certificate can be made for this name: ${(error as Error).message}`);
    }
  }

  async #logIn(): Promise<Outcome> {
    const { secured } = this.#connection;
    const { kerberos, world, hostname } = this.#around;
    const play = {
      login: this.#login,
      host: hostname(),
      nonce: () => Buffer.from(world.random(NONCE)).toString('base64'),
      kerberos,
      ...(secured !== undefined && { channel: channelOf(secured) }),
    };
    let last: Heard | undefined;
    const { reply, distrusts } = await playLogin(play, {
      say: async (line, shown) => {
        if (shown.startsWith('AUTH ') || shown === '*') this.#move('client', withoutSecrets(shown, false));
        await this.#say(line);
      },
      hear: async () => {
        last = await this.#next();
        return last.kind === 'reply' ? last.reply : undefined;
      },
      heard: (shown) => void (last?.kind === 'reply' && last.reply.code !== 334 && this.#move('server', shown)),
      decoded: (from, said) => void this.#move(from, saidText(said)),
    });
    const doubts = distrusts === undefined ? [] : [distrusts];
    if (reply === undefined) return { ok: false, reply: doubts[0] ?? this.#silence(last) };
    return { ok: reply.code === 235 && distrusts === undefined, reply: [told(reply), ...doubts].join('; ') };
  }

  async #command(line: string, code: number): Promise<void> {
    await this.#say(line);
    await this.#hear(code);
  }

  async #hear(code: number): Promise<void> {
    const heard = await this.#next();
    if (heard.kind !== 'reply') throw new Unfinished(this.#silence(heard));
    if (heard.reply.code !== code) throw new Unfinished(told(heard.reply));
  }

  async #say(line: string): Promise<void> {
    await this.#connection.write(Buffer.from(`${line}\r\n`));
  }

  async #next(): Promise<Heard> {
    return this.#connection.hear(this.#left);
  }

  #silence(heard: Heard | undefined): string {
    return heard?.kind === 'closed'
      ? `the receiver closed the connection (${heard.how})`
      : `given up after ${LONGEST / 1000} s: the receiver did not answer`;
  }

  get #left(): number {
    return Math.max(0, this.#until - this.#around.world.elapsed());
  }

  #move(from: 'client' | 'server', text: string): void {
    this.moves.push({ from, text });
  }
}

/** A message on one line: what it is called, and its fields; a secret has its length. */
function saidText({ what, octets, fields }: SaslSaid): string {
  const told = fields.map((field) =>
    'secret' in field ? `${field.name} (${field.secret} octets)` : `${field.name} ${printable(field.value)}`,
  );
  return `${what}: ${told.length > 0 ? told.join(', ') : `${octets} octets`}`;
}

const printable = (text: string) => text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?').slice(0, 200);

/** The session that came from this port, once it is on record. */
async function sessionFrom(
  port: number | undefined,
  since: () => ReturnType<ReturnType<Surroundings['sessions']>>,
  world: World,
) {
  for (let look = 0; look < LOOKS; look += 1) {
    const found = (await since()).find(({ peerPort }) => peerPort === port);
    if (found !== undefined) return found.id;
    await new Promise<void>((resolve) => void world.after(BETWEEN, resolve));
  }
  return undefined;
}
