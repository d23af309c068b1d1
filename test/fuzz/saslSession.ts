// The random logins through a session: lines over a real connection, a defined reply to each, and no record that tells a secret.
import { TLSSocket } from 'node:tls';
import { foldLogins } from '../../core/contract/login.ts';
import { type MechanismName, mechanismNames, mechanismTable } from '../../core/contract/mechanisms.ts';
import { foldTranscript, transcriptText } from '../../core/contract/transcript.ts';
import { follow, linesOf, newSession } from '../../core/log/lines.ts';
import type { Mechanism } from '../../core/sasl/mechanism.ts';
import { mechanisms } from '../../core/sasl/registry.ts';
import { channelOf } from '../../core/simulate/login/channel.ts';
import type { ClientExchange } from '../../core/simulate/login/mechanism.ts';
import { workshop } from '../../core/smtp/certificates.ts';
import { realWorld } from '../../core/world/real.ts';
import { makeCertificate, type MadeCertificate } from '../../core/world/workshop.ts';
import { certificates, Client, type Ground, ground, mx } from '../smtp/playground.ts';
import { mutated, randomBytes, responses, spellings } from './saslCase.ts';
import { kerberosOfTrial, person, type Person, rightClient, sourceOf, type Subject, user } from './saslSubject.ts';
import { type Random, seeded } from './wireCase.ts';

/** What a line of a login may be answered with (RFC 4954 sections 4 and 6; 500 for a line that is too long). */
const defined = [235, 334, 454, 500, 501, 535];
/** Lines that say nothing of octets: a cancel, nothing, no base64. */
const odd = ['*', '=', '', '====', 'AAA', 'no base64!', 'AUTH PLAIN', '\xff\xfe', 'A'.repeat(12_400), '= ='];
const mostMoves = 8;

export interface Result {
  /** How often each reply code was heard. */
  readonly codes: ReadonlyMap<number, number>;
  readonly logins: number;
  readonly wrong?: string;
}

export interface Trial {
  readonly seed: number;
  /** Logins of each mechanism. */
  readonly logins: number;
  readonly names?: readonly MechanismName[];
}

/** Puts the mechanisms in the place of ours until it is called again. */
function install(subject: Subject): () => void {
  const registry = mechanisms as Map<string, Mechanism>;
  const before = [...registry];
  for (const [name, mechanism] of subject) registry.set(name, mechanism);
  return () => {
    for (const [name, mechanism] of before) registry.set(name, mechanism);
  };
}

/** Tries every mechanism through sessions of a receiver of its own. `idle` is called before the last session ends. */
export async function sessionTrial(
  subject: Subject,
  { seed, logins, names = mechanismNames }: Trial,
  idle: () => Promise<void> = () => Promise.resolve(),
): Promise<Result> {
  const restore = install(subject);
  const field = new Field(seeded(seed));
  try {
    await field.open();
    for (const mechanism of names)
      for (let n = 0; n < logins; n += 1) {
        const wrong = await field.login(mechanism, (seed + n) * 64);
        if (wrong !== undefined) return { ...field.result, wrong: `${mechanism}, login ${n}: ${wrong}` };
      }
    await idle();
    const wrong = await field.told();
    return { ...field.result, ...(wrong !== undefined && { wrong }) };
  } finally {
    await field.close();
    restore();
  }
}

class Field {
  readonly #random: Random;
  readonly #codes = new Map<number, number>();
  readonly #secrets = new Set<string>();
  #logins = 0;
  #who: Person = person(0);
  #ground: Ground | undefined;
  #client: Client | undefined;
  #certificate: MadeCertificate | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  get result(): Omit<Result, 'wrong'> {
    return { codes: this.#codes, logins: this.#logins };
  }

  async open(): Promise<void> {
    const { authority } = await workshop({ world: realWorld, folder: certificates, hostname: 'gate.example' });
    const wanted = { kind: 'good', names: [user], now: realWorld.now(), authority, usage: 'client' } as const;
    this.#certificate = await makeCertificate(wanted);
    const now = () => sourceOf(this.#who);
    this.#ground = await ground(
      {
        listeners: [{ ...mx, tls: 'implicit', security: { clientCertificate: 'request' } }],
        acceptance: { hostname: 'gate.example' },
        authentication: { secured: [...mechanismNames], certificateName: 'common-name' },
        errors: { maxErrors: 'unlimited', maxAuthErrors: 'unlimited' },
      },
      {
        users: {
          verify: (...asked) => now().verify(...asked),
          secret: (...asked) => now().secret(...asked),
          find: (...asked) => now().find(...asked),
          token: (...asked) => now().token(...asked),
          account: (...asked) => now().account(...asked),
        },
        kerberos: kerberosOfTrial,
      },
    );
  }

  async close(): Promise<void> {
    await this.#ground?.close();
  }

  async #connected(): Promise<Client> {
    if (this.#client && !this.#client.closed) return this.#client;
    const client = await Client.implicit(this.#ground?.port() ?? 0, {
      cert: this.#certificate?.cert,
      key: this.#certificate?.key,
    });
    await client.hello();
    return (this.#client = client);
  }

  /** One login; undefined when nothing is wrong. */
  async login(mechanism: MechanismName, of: number): Promise<string | undefined> {
    const random = this.#random;
    this.#who = person(of);
    this.#logins += 1;
    const secrets = [this.#who.password, this.#who.token].flatMap(spellings);
    for (const secret of secrets) this.#secrets.add(secret);
    const client = await this.#connected();
    const channel = client.socket instanceof TLSSocket ? channelOf(client.socket) : undefined;
    const right = rightClient(mechanism, this.#who, { random, channel });
    const broken = random(responses[mechanism] + 1);
    let at = 0;
    const next = async (challenge: Buffer | null) =>
      this.#line(right, { challenge, isRight: at++ !== broken, mechanism });
    const isFirst = !('serverFirst' in mechanismTable[mechanism]) && random(2) === 0;
    let line = `AUTH ${mechanism}${isFirst ? ` ${(await next(null)) || '='}` : ''}`;
    for (let moves = 0; moves < mostMoves; moves += 1) {
      const reply = await client.ask(line);
      const code = Number(reply.slice(0, 3));
      this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
      if (!defined.includes(code)) return `${reply} to ${moves === 0 ? 'AUTH' : 'a response'}`;
      if (code !== 334) return this.#usable(client, code);
      line = await next(Buffer.from(reply.slice(4), 'base64'));
    }
    return `no end after ${mostMoves} lines`;
  }

  /** What the client says, as a line; what it says is a secret from then on. */
  async #line(right: ClientExchange, { challenge, isRight, mechanism }: Turn): Promise<string> {
    const random = this.#random;
    const move = await right.next(challenge);
    const response = 'response' in move ? move.response : Buffer.alloc(0);
    const kind = isRight ? 3 : random(3);
    if (kind === 0) return odd[random(odd.length)] ?? '*';
    const bytes = kind === 1 ? randomBytes(random) : kind === 2 ? mutated(response, random) : response;
    // PLAIN has nothing but its order: what stands in the place of the names is told as names are.
    const named = mechanism === 'PLAIN' ? bytes.toString().split('\0').slice(0, -1).join() : '';
    for (const secret of this.#secrets) if (named.includes(secret)) this.#secrets.delete(secret);
    const line = bytes.toString('base64');
    if (line.length >= 24) this.#secrets.add(line.slice(0, 300));
    return line;
  }

  /** After a login the session goes on; after one that succeeded, another one is begun. */
  async #usable(client: Client, code: number): Promise<string | undefined> {
    const reply = await client.ask('NOOP');
    if (!reply.startsWith('250')) return `${reply} to NOOP after a login that was answered ${code}`;
    if (code !== 235) return undefined;
    const again = await client.ask('AUTH PLAIN');
    if (!again.startsWith('503')) return `${again} to AUTH after a login`;
    await client.ask('QUIT');
    await client.over();
    return undefined;
  }

  /** Whether anything anybody is told of the sessions has a secret, or a fault. */
  async told(): Promise<string | undefined> {
    if (this.#client && !this.#client.closed) {
      await this.#client.ask('QUIT');
      await this.#client.over();
    }
    await this.#ground?.journal.settled();
    for (const { events, row } of this.#ground?.journal.sessions ?? []) {
      const fault = events.find((event) => event.kind === 'fault');
      if (fault) return `a fault: ${fault.error}`;
      const transcript = foldTranscript(events);
      let log = newSession;
      const lines = events.flatMap((event) => {
        log = follow(log, event);
        return linesOf(log, event);
      });
      const text = JSON.stringify([events, row, transcript, foldLogins(events), lines]) + transcriptText(transcript);
      for (const secret of this.#secrets)
        if (text.includes(secret)) return `a secret is told (${secret.length} letters)`;
    }
    return undefined;
  }
}

interface Turn {
  readonly challenge: Buffer | null;
  readonly isRight: boolean;
  readonly mechanism: MechanismName;
}
