// Tries a sender: the real checks of each stage are asked about a client that is only described, and nothing is counted.
import type { Input, Output } from '../contract/calls.ts';
import type { ConnectionFacts, Mailbox, Stage } from '../contract/facts.ts';
import { parseIp } from '../contract/settings/network.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { TriedStage } from '../contract/senderCalls.ts';
import type { Verdict } from '../contract/verdict.ts';
import type { Dns } from '../dns/dns.ts';
import type { PolicyContext } from '../policy/check.ts';
import { decide } from '../policy/decide.ts';
import { effectiveSettings } from '../policy/effective.ts';
import type { Greylist } from '../policy/greylist.ts';
import { wantedOf } from '../policy/wanted.ts';
import { type GrowingFacts, newSession } from '../smtp/dialogue.ts';
import { isPositive, keepFate } from '../smtp/fate.ts';
import { parseHelo, parseMail, parseRcpt } from '../smtp/grammar.ts';
import { HeaderScan } from '../smtp/headers.ts';
import { askingWith, TrialInquiry } from '../smtp/inquiry.ts';
import { keepMarks } from '../smtp/marks.ts';
import { Replies } from '../smtp/replies.ts';
import { askSpf } from '../smtp/spfQuestion.ts';
import { mailboxOf } from '../smtp/verbs/paths.ts';
import type { Workers } from '../workers/workers.ts';
import type { World } from '../world/world.ts';

export type SenderWanted = Required<Input<'test.sender'>>;
export type SenderTried = Output<'test.sender'>;

/** What a sender is tried with. */
export interface Around {
  readonly world: World;
  readonly settings: Settings;
  readonly dns: Dns;
  readonly workers: Workers;
  /** Looked at, never changed. */
  readonly greylist: Greylist;
}

/** A client as it is described, read. */
interface Described {
  readonly listenerIndex: number;
  readonly helo: string;
  readonly sender: Mailbox;
  readonly recipient: Mailbox | undefined;
  readonly message: Buffer | undefined;
}

/** Input that cannot be read gives problems, each with its field, and no stages. Stages end with the first that refuses. */
export async function trySender(wanted: Omit<SenderWanted, 'settings'>, around: Around): Promise<SenderTried> {
  const read = described(wanted, around);
  if ('problems' in read) return { stages: [], problems: [...read.problems] };
  return { stages: await new SenderTrial(wanted.peer, read, around).play(), problems: [] };
}

function described(
  wanted: Omit<SenderWanted, 'settings'>,
  { settings, world }: Around,
): Described | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const listenerIndex = settings.listeners.findIndex(({ name }) => name === wanted.listener);
  if (listenerIndex < 0) {
    const names = settings.listeners.map(({ name }) => name).join(', ');
    problems.push(`Listener: there is no listener ${wanted.listener}; these are: ${names}`);
  }
  if (parseIp(wanted.peer) === undefined) problems.push('Peer: expected an address such as 203.0.113.7 or 2001:db8::7');
  const helo = parseHelo(wanted.ehlo);
  if (!helo.ok)
    problems.push('EHLO: expected a domain such as mail.example.org, or an address in brackets: [203.0.113.7]');
  const mail = parseMail(`FROM:<${wanted.mailFrom}>`);
  if (!mail.ok || mail.parameters.length > 0)
    problems.push('MAIL FROM: expected an address such as a@example.org, or nothing for the null sender');
  const rcpt = wanted.recipient === '' ? undefined : parseRcpt(`TO:<${wanted.recipient}>`);
  if (rcpt !== undefined && (!rcpt.ok || rcpt.parameters.length > 0))
    problems.push('Recipient: expected an address such as b@example.org, or nothing');
  if (/[\r\n\0]/.test(wanted.from)) problems.push('From: expected one line, such as Alice <a@example.org>');
  if (problems.length > 0 || !helo.ok || !mail.ok) return { problems };
  const text = wanted.message === '' ? composed(wanted, world) : wanted.message;
  return {
    listenerIndex,
    helo: helo.name,
    sender: mailboxOf(mail.address),
    recipient: rcpt?.ok === true ? mailboxOf(rcpt.address) : undefined,
    message: text === undefined ? undefined : Buffer.from(text.replace(/\r\n|\r|\n/g, '\r\n')),
  };
}

/** What a person would send whose From this is; undefined without one. */
function composed({ from, recipient }: Pick<SenderWanted, 'from' | 'recipient'>, world: World): string | undefined {
  if (from === '') return undefined;
  const id = Buffer.from(world.random(9)).toString('hex');
  const to = recipient === '' ? 'undisclosed-recipients:;' : recipient;
  const date = new Date(world.now()).toUTCString().replace('GMT', '+0000');
  const fields = [
    `From: ${from}`,
    `To: ${to}`,
    `Date: ${date}`,
    `Message-ID: <${id}@trial.invalid>`,
    'Subject: A trial',
  ];
  return `${fields.join('\n')}\n\nThis message was made up to see what would become of it.\n`;
}

class SenderTrial {
  readonly #told: TriedStage[] = [];
  readonly #described: Described;
  readonly #settings: Settings;
  readonly #facts: GrowingFacts;
  readonly #context: PolicyContext;

  constructor(peer: string, described: Described, around: Around) {
    const { world, dns, workers, greylist } = around;
    const { listenerIndex } = described;
    const { settings, exempt } = effectiveSettings(around.settings, {
      listenerIndex,
      address: peer,
      kerberos: undefined,
    });
    this.#described = described;
    this.#settings = settings;
    const facts: GrowingFacts = {
      connection: connectionOf(settings, { peer, listenerIndex, ...(exempt.length > 0 && { exempt }) }),
      session: newSession(),
    };
    this.#facts = facts;
    const spf = askSpf(world, dns);
    this.#context = {
      settings,
      facts,
      elapsed: () => world.elapsed(),
      // What would be waited for on purpose is told by its finding.
      pause: () => Promise.resolve(),
      stress: () => undefined,
      spf: (identity) => spf({ settings, facts, identity }),
      inquiry: new TrialInquiry(askingWith({ world, dns, greylist }), { settings, facts }, () =>
        workers.examine({
          chunks: [new Uint8Array(described.message ?? [])],
          want: wantedOf(settings, facts),
          sender: settings.sender,
          dns: settings.dns,
          hostname: settings.acceptance.hostname,
          peer,
          helo: described.helo,
          mailFrom: described.sender,
          ...spfOf(facts),
          now: world.now(),
          // As if it fell into every sample.
          chance: 0,
        }),
      ),
    };
  }

  async play(): Promise<TriedStage[]> {
    const { helo, sender, recipient, message } = this.#described;
    const { facts } = this;
    if (!(await this.#ask('connect', facts.connection.peer.address))) return this.#told;
    facts.session.helo = { verb: 'EHLO', name: helo };
    if (!(await this.#ask('ehlo', helo))) return this.#told;
    const transaction: NonNullable<GrowingFacts['transaction']> = { sender, recipients: [] };
    facts.transaction = transaction;
    if (!(await this.#ask('mail', `<${sender.raw}>`))) return this.#told;
    if (recipient !== undefined) {
      transaction.recipient = recipient;
      const isTaken = await this.#ask('rcpt', `<${recipient.raw}>`);
      delete transaction.recipient;
      if (!isTaken) return this.#told;
      transaction.recipients.push(recipient);
    }
    if (message !== undefined) await this.#judge(message, transaction);
    return this.#told;
  }

  get facts(): GrowingFacts {
    return this.#facts;
  }

  async #judge(message: Buffer, transaction: NonNullable<GrowingFacts['transaction']>): Promise<void> {
    const { loops, authentication } = this.#settings;
    const named = transaction.recipients.map(({ raw }) => raw.toLowerCase());
    const scan = new HeaderScan({
      recipients: loops.deliveredTo ? new Set(named) : undefined,
      authors: authentication.fromLogin !== 'any' && this.#facts.session.user !== undefined,
    });
    scan.take(message);
    const header = scan.facts();
    transaction.data = dataOf(message);
    transaction.header = header.size;
    transaction.receivedHeaders = header.received;
    if (header.deliveredTo !== undefined) transaction.deliveredTo = header.deliveredTo;
    const about = `${message.length} octets`;
    for (const stage of ['headers', 'body', 'message'] as const) if (!(await this.#ask(stage, about))) return;
  }

  /** False when the client would hear no. */
  async #ask(stage: Stage, about: string): Promise<boolean> {
    const verdict = await decide(stage, this.#context);
    const isTaken = isPositive(verdict);
    keepMarks(verdict, this.#facts);
    keepFate(verdict, this.#facts);
    this.#told.push({ stage, about, verdict, reply: isTaken && silent.has(stage) ? '' : this.#reply(verdict) });
    return isTaken;
  }

  #reply(verdict: Verdict): string {
    return Replies.of(this.#settings).to({ verdict }).bytes.trimEnd();
  }
}

/** Stages of a message that say nothing while nothing is wrong: one reply answers for all three. */
const silent: ReadonlySet<Stage> = new Set(['headers', 'body']);

interface Caller extends Pick<ConnectionFacts, 'exempt'> {
  readonly peer: string;
  readonly listenerIndex: number;
}

/** Nothing was counted for it. */
function connectionOf(settings: Settings, { peer, listenerIndex, ...rest }: Caller): ConnectionFacts {
  const listener = settings.listeners[listenerIndex] as ConnectionFacts['listener'];
  return {
    id: 'trial',
    listener,
    listenerIndex,
    peer: { address: peer, port: 50_000 },
    local: { address: '127.0.0.1', port: 25 },
    flow: [],
    ...rest,
  };
}

/** RFC 7208 section 2.4: of a null sender the identity at MAIL is that of the EHLO name. */
function spfOf({ session, transaction }: GrowingFacts) {
  const spf = transaction?.spfMail ?? (transaction?.sender.raw === '' ? session.spfEhlo : undefined);
  return spf && { spf };
}

/** Of text whose lines end in CRLF. */
function dataOf(message: Buffer): NonNullable<NonNullable<GrowingFacts['transaction']>['data']> {
  const lines = message.toString('latin1').split('\r\n');
  const count = (wanted: (octet: number) => boolean) => message.reduce((sum, octet) => sum + Number(wanted(octet)), 0);
  return {
    bytes: message.length,
    lines: lines.length - 1,
    bareLf: 0,
    bareCr: 0,
    nul: count((octet) => octet === 0),
    eightBit: count((octet) => octet > 0x7f),
    longestLine: lines.reduce((most, { length }) => Math.max(most, length), 0),
    overLimit: false,
  };
}
