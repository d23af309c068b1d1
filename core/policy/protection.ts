// Counts over all sessions what a peer, an account, a recipient or everybody does, and who is held off for it (settings `protection`).
import type { Ban, FailedLogins, Mailbox, Rate } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { networkHolding } from './networks.ts';
import { Oldest } from './oldest.ts';
import { peerOf } from './peerOf.ts';
import { mostRemembered, Remembered } from './remembered.ts';
import type { SlidingWindow } from './window.ts';

/** What a session asks and tells. What is not limited is undefined, and nothing is looked up for it. */
export interface ProtectionVisit {
  /** What stands against the connection. */
  ban(): Ban | undefined;
  /**
   * What stands against a login; without a user, against one of the peer. Users are counted whether they exist or not.
   * `quota`: failed logins of that user before it is held off, in place of `protection.failedLogins.account.maxRetry`.
   */
  loginBan(user?: string, quota?: number | null): Ban | undefined;
  /** A login failed, and no ban stood against it; `quota` as in `loginBan`. */
  failed(user: string | undefined, quota?: number | null): readonly FailedLogins[] | undefined;
  succeeded(user: string, quota?: number | null): void;
  /** A MAIL, counted with this; `account`: whose login it is, if it is one. */
  message(account?: string): readonly Rate[] | undefined;
  /** A RCPT, counted with this; `account` as in `message`. */
  recipient(account?: string): readonly Rate[] | undefined;
  /**
   * A RCPT of a message from the null sender, counted with this. Checks may wait for DNS: until they have decided it has its
   * place, so that no two are let in on one.
   */
  nullSender(recipient: Mailbox): NullSender | undefined;
}

export interface NullSender {
  readonly rates: readonly Rate[];
  /** It was not accepted: for the recipient it does not count. */
  readonly giveBack: () => void;
}

type Limits = Settings['protection'];
type Scope = Ban['of'];

/** The one key of what is counted overall. */
const everybody = 'everybody';

/** Octets of the longest name a user can have (RFC 4616 section 2); of longer ones the beginning counts. */
const longestName = 255;

const nothing = () => undefined;

/** Of peers nothing is counted of. */
const uncounted: ProtectionVisit = {
  ban: nothing,
  loginBan: nothing,
  failed: nothing,
  succeeded: nothing,
  message: nothing,
  recipient: nothing,
  nullSender: nothing,
};

/** All counters of a receiver. They outlive changes of the settings; limits are read from the settings of each visit. */
export class Protection {
  readonly #memory: Memory;

  /** `elapsed` is a monotonic clock, ms. */
  constructor(elapsed: () => number) {
    this.#memory = new Memory(elapsed);
  }

  /** Of the peer at this address: as policy sees it, behind PROXY and XCLIENT the one they name. */
  visit(settings: Settings, address: string): ProtectionVisit {
    if (networkHolding(settings.protection.exempt, address) >= 0) return uncounted;
    return new Visit(this.#memory, settings, address);
  }

  /** Peers, accounts and recipients remembered over all counters: what memory grows with. */
  get remembered(): number {
    return this.#memory.size;
  }
}

class Memory {
  readonly elapsed: () => number;
  readonly failed = { peer: new Remembered(), account: new Remembered(), overall: new Remembered() };
  readonly messages = { peer: new Remembered(), account: new Remembered() };
  readonly recipients = { peer: new Remembered(), account: new Remembered() };
  readonly nullSenders = { peer: new Remembered(), recipient: new Remembered() };
  /** When an account last logged in from a peer, in that order. */
  readonly known = new Oldest<number>();

  constructor(elapsed: () => number) {
    this.elapsed = elapsed;
  }

  get size(): number {
    const { failed, messages, recipients, nullSenders } = this;
    const all = [failed, messages, recipients, nullSenders].flatMap((group) => Object.values<Remembered>(group));
    return all.reduce((sum, { size }) => sum + size, this.known.size);
  }
}

class Visit implements ProtectionVisit {
  readonly #memory: Memory;
  readonly #limits: Limits;
  readonly #flow: Settings['flow'];
  readonly #address: string;
  #known: string | undefined;

  constructor(memory: Memory, { protection, flow }: Settings, address: string) {
    this.#memory = memory;
    this.#limits = protection;
    this.#flow = flow;
    this.#address = address;
  }

  /** Worked out when it is asked for: most sessions are not counted at all. */
  get #peer(): string {
    return (this.#known ??= peerOf(this.#address, this.#flow));
  }

  ban(): Ban | undefined {
    return this.#limits.failedLogins.peer.maxRetry === 0 ? undefined : this.#ban('peer', this.#peer);
  }

  loginBan(user?: string, quota?: number | null): Ban | undefined {
    const own = this.ban();
    if (own !== undefined || user === undefined) return own;
    const { account, overall } = this.#limits.failedLogins;
    const limit = quota ?? account.maxRetry;
    if ((limit === 0 && overall.maxRetry === 0) || this.#isKnown(user)) return undefined;
    const ban = limit === 0 ? undefined : this.#ban('account', accountOf(user));
    return ban ?? (overall.maxRetry === 0 ? undefined : this.#ban('overall', everybody));
  }

  #ban(of: Scope, who: string): Ban | undefined {
    const now = this.#memory.elapsed();
    const end = this.#memory.failed[of].banned(who, now);
    return end && { of, who, failures: end.count, relief: Math.ceil(end.until - now) };
  }

  failed(user: string | undefined, quota?: number | null): readonly FailedLogins[] | undefined {
    const { peer, account, overall } = this.#limits.failedLogins;
    const counted: FailedLogins[] = [];
    if (peer.maxRetry > 0) counted.push(this.#count('peer', this.#peer, peer.maxRetry));
    if (user === undefined || !this.#isKnown(user)) {
      const limit = quota ?? account.maxRetry;
      if (user !== undefined && limit > 0) counted.push(this.#count('account', accountOf(user), limit));
      if (overall.maxRetry > 0) counted.push(this.#count('overall', everybody, overall.maxRetry));
    }
    return counted.length > 0 ? counted : undefined;
  }

  #count(of: Scope, who: string, limit: number): FailedLogins {
    const { findTime, banTime } = this.#limits.failedLogins[of];
    const memory = this.#memory.failed[of];
    const now = this.#memory.elapsed();
    const count = memory.add(who, now, findTime * 1000).size(now, findTime * 1000);
    const isBanned = count >= limit;
    if (isBanned) memory.ban(who, { until: now + banTime * 1000, count });
    return { of, who, count, relief: isBanned ? banTime * 1000 : 0 };
  }

  succeeded(user: string, quota?: number | null): void {
    const { account, overall, knownTime } = this.#limits.failedLogins;
    if (knownTime === 0 || ((quota ?? account.maxRetry) === 0 && overall.maxRetry === 0)) return;
    const { known, elapsed } = this.#memory;
    known.set(`${accountOf(user)}\0${this.#peer}`, elapsed());
    if (known.size > mostRemembered && known.oldest !== undefined) known.delete(known.oldest.key);
  }

  #isKnown(user: string): boolean {
    const { knownTime } = this.#limits.failedLogins;
    const at = knownTime === 0 ? undefined : this.#memory.known.get(`${accountOf(user)}\0${this.#peer}`);
    return at !== undefined && this.#memory.elapsed() - at < knownTime * 1000;
  }

  message(account?: string): readonly Rate[] | undefined {
    const { peerMaxMessages: peer, accountMaxMessages } = this.#limits.rates;
    return this.#rates(this.#memory.messages, { peer, account: accountMaxMessages }, account);
  }

  recipient(account?: string): readonly Rate[] | undefined {
    const { peerMaxRecipients: peer, accountMaxRecipients } = this.#limits.rates;
    return this.#rates(this.#memory.recipients, { peer, account: accountMaxRecipients }, account);
  }

  #rates(
    memory: Memory['messages'],
    limits: { readonly peer: number; readonly account: number },
    account: string | undefined,
  ): readonly Rate[] | undefined {
    const { timeInterval } = this.#limits.rates;
    const rates: Rate[] = [];
    if (limits.peer > 0)
      rates.push(this.#rate(memory.peer, { of: 'peer', who: this.#peer, limit: limits.peer, timeInterval }));
    if (limits.account > 0 && account !== undefined)
      rates.push(
        this.#rate(memory.account, { of: 'account', who: accountOf(account), limit: limits.account, timeInterval }),
      );
    return rates.length > 0 ? rates : undefined;
  }

  nullSender(recipient: Mailbox): NullSender | undefined {
    const { peerMaxMessages, recipientMaxMessages: limit, timeInterval } = this.#limits.nullSenders;
    const { peer, recipient: recipients } = this.#memory.nullSenders;
    const rates: Rate[] = [];
    if (peerMaxMessages > 0)
      rates.push(this.#rate(peer, { of: 'peer', who: this.#peer, limit: peerMaxMessages, timeInterval }));
    if (limit === 0) return rates.length > 0 ? { rates, giveBack: nothing } : undefined;
    const who = addressOf(recipient);
    const now = this.#memory.elapsed();
    const relief = reliefOf(recipients.counted(who), now, { limit, timeInterval });
    const count = recipients.add(who, now, timeInterval * 1000).size(now, timeInterval * 1000);
    rates.push({ of: 'recipient', who, count, relief });
    return { rates, giveBack: () => recipients.counted(who)?.remove(now) };
  }

  #rate(memory: Remembered, { of, who, ...span }: Span & Pick<Rate, 'of' | 'who'>): Rate {
    const now = this.#memory.elapsed();
    const window = memory.add(who, now, span.timeInterval * 1000);
    const count = window.size(now, span.timeInterval * 1000);
    return { of, who, count, relief: reliefOf(window, now, span) };
  }
}

interface Span {
  readonly limit: number;
  /** s */
  readonly timeInterval: number;
}

/** ms until there is room for one more, if none comes meanwhile. */
function reliefOf(window: SlidingWindow | undefined, now: number, { limit, timeInterval }: Span): number {
  return window?.relief(now, { interval: timeInterval * 1000, left: limit - 1 }) ?? 0;
}

/** Users are compared exactly. */
function accountOf(user: string): string {
  return user.length > longestName ? user.slice(0, longestName) : user;
}

function addressOf({ local, domain }: Mailbox): string {
  return `${local}@${domain}`.toLowerCase();
}
