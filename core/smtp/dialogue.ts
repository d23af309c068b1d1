// One session's state, and the only ways it acts: record, ask policy, answer, close. Knows no socket and no library.
import type { CloseReason, EventBody } from '../contract/event.ts';
import type {
  ConnectionFacts,
  LineFacts,
  LoginFacts,
  SessionFacts,
  Stage,
  TransactionFacts,
} from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding, Verdict } from '../contract/verdict.ts';
import type { MessageLog } from '../journal/journal.ts';
import type { PolicyContext } from '../policy/check.ts';
import { decide, spoken } from '../policy/decide.ts';
import type { ProtectionVisit } from '../policy/protection.ts';
import type { ReasonKey } from '../policy/reasons.table.ts';
import type { Collected } from '../workers/collected.ts';
import { type Asking, awaited } from './asking.ts';
import { keepFate } from './fate.ts';
import { isPlain } from './faultBytes.ts';
import { SessionFaults } from './faults.ts';
import { carryOut, type Pace } from './pace.ts';
import type { Leniency } from './grammar.ts';
import { keepMarks } from './marks.ts';
import { type Prepared, Replies } from './replies.ts';
import type { LoginUnderWay, Opening, Wire } from './opening.ts';
import { relativeStack } from './stack.ts';
import type { Chunked } from './verbs/bdat.ts';

type Growing<T> = { -readonly [K in keyof T]: T[K] };

/** Facts while they grow: policy sees them read-only. */
export interface GrowingFacts {
  /** Another one after XCLIENT. */
  connection: ConnectionFacts;
  session: SessionFacts;
  transaction?: Growing<TransactionFacts>;
  login?: LoginFacts;
  line?: LineFacts;
}

/** What a verb leads to: a verdict to speak, and what happens then. */
export interface Answer {
  readonly verdict: Verdict;
  /** Values for placeholders that no finding carries. */
  readonly values?: Readonly<Record<string, string>>;
  /** What of the reply proves that somebody knows a password: it is said, and never recorded. */
  readonly secret?: string;
  /** Lines behind the first, as EHLO has them. */
  readonly lines?: readonly string[];
  /** Unknown, malformed or out of order: counted against `errors.maxErrors`. */
  readonly wrong?: boolean;
  /** `chunk`: nothing is said yet, a chunk is read first. */
  readonly then?: 'quit' | 'tls' | 'chunk';
  /** The reply's event is on record already, with the message it tells of. */
  readonly recorded?: Prepared;
  /** Why the session ends, when it does: told in its close event in place of the verdict's sentence. */
  readonly end?: string;
}

/** What is known of a session when it begins. */
export function newSession(): SessionFacts {
  return { wrongCommands: 0, failedLogins: 0, messages: 0, commands: 0, junk: 0 };
}

export class Dialogue {
  readonly opening: Opening;
  /** Those that count for the client: others after XCLIENT. */
  settings: Settings;
  /** Of the peer that counts now: another one after XCLIENT. */
  protection: ProtectionVisit;
  readonly wire: Wire;
  readonly facts: GrowingFacts;
  /** A login under way: the next line belongs to it. */
  exchange?: LoginUnderWay;
  /** The message now being received or stored. */
  message?: MessageLog;
  /** Its octets as a worker will read them, where one will. */
  collected?: Collected;
  /** The message is with the workers, which has deadlines of its own; aborted when this session ends. */
  withWorker: AbortController | undefined;
  /** A message in chunks is being received. */
  chunked?: Chunked;
  /** The chunk that was announced last. */
  chunk?: { readonly last: boolean; readonly refused: boolean };
  /** A chunk was refused, and more of its message may be on their way (RFC 3030 section 2). */
  chunkRefused = false;
  /** AUTH was used since the last MAIL: stray lines that look like base64 may be credentials. */
  suspect = false;
  /** The connection was refused with 554 and waits for QUIT (RFC 5321 section 3.1). */
  refused = false;
  /** Octets sent behind a MAIL that was refused: lawful pipelining, so what is out of order in them is not counted. */
  excused = 0;
  /** The line now worked on is among them. */
  isExcused = false;
  /** What the line now worked on had that the strict grammar does not. */
  lenient: readonly Leniency[] = [];
  /** RCPT was refused in this transaction. */
  recipientRefused = false;
  /** What was noted about the line now worked on; its reply tells. */
  noted: readonly Finding[] | undefined;
  /** The checks of a stage wait for something outside. */
  asking: Asking | undefined;
  /** A check holds the answer back until then, ms of the world's monotonic clock. */
  heldUntil = 0;
  /** A line or message is being worked on: the client waits for us. */
  working = false;
  /** The receiver stops: this session ends as soon as no transaction is open. */
  draining = false;
  over = false;
  /** Undefined unless the settings have faults. */
  readonly faults: SessionFaults | undefined;
  /** A reply that a fault lets out slowly is on its way; the turn waits for it. */
  pace?: Pace;
  #context: PolicyContext;
  #replies: Replies;
  #lost?: {
    readonly by: 'us' | 'client';
    readonly reason: CloseReason;
    readonly detail: string;
  };

  constructor(opening: Opening, wire: Wire) {
    this.opening = opening;
    this.settings = opening.settings;
    this.protection = opening.protection.visit(opening.settings, opening.connection.peer.address);
    this.wire = wire;
    this.facts = { connection: opening.connection, session: newSession() };
    if (opening.tls) this.facts.session.tls = opening.tls;
    this.#replies = Replies.of(opening.settings);
    this.faults = SessionFaults.of(opening.settings);
    this.#context = this.#contextNow();
  }

  #contextNow(): PolicyContext {
    const { opening, settings, facts } = this;
    return {
      settings,
      facts,
      elapsed: () => opening.world.elapsed(),
      pause: (ms) => this.#pause(ms),
      stress: () => opening.visit.stress(),
      spf: (identity) => opening.spf({ settings, facts, identity }),
      inquiry: opening.inquiry(this),
    };
  }

  /** The client is gone: what is said now is not heard. */
  get gone(): boolean {
    return this.#lost !== undefined;
  }

  /** ms since the connect, to the microsecond. */
  get elapsed(): number {
    const { world, begun } = this.opening;
    return Math.round((world.elapsed() - begun) * 1000) / 1000;
  }

  record(body: EventBody): void {
    if (!this.over) this.opening.log.append(body, this.elapsed);
  }

  /** What is waited for on purpose is no lookup: these have their time again afterwards. */
  #pause(ms: number): Promise<void> {
    const { world } = this.opening;
    this.heldUntil = world.elapsed() + ms;
    return new Promise((resolve) => world.after(ms, () => resolve()));
  }

  /** The one place that asks policy. */
  ask(stage: Stage): Verdict | Promise<Verdict> {
    const decision = decide(stage, this.#context);
    const verdict =
      decision instanceof Promise
        ? awaited(this, decision, {
            stage,
            since: this.opening.world.elapsed(),
          })
        : decision;
    return verdict instanceof Promise ? verdict.then((late) => this.#judged(late)) : this.#judged(verdict);
  }

  #judged(verdict: Verdict): Verdict {
    keepFate(verdict, this.facts);
    keepMarks(verdict, this.facts);
    return this.faults?.judged(verdict, this.facts.transaction?.recipient) ?? verdict;
  }

  /** Asks, and goes on with the verdict: at once when every check was synchronous. */
  decided(stage: Stage, then: (verdict: Verdict) => Answer | Promise<Answer>): Answer | Promise<Answer> {
    const verdict = this.ask(stage);
    return verdict instanceof Promise ? verdict.then(then) : then(verdict);
  }

  /** An answer no check has a say in. */
  plain(stage: Stage, reason: ReasonKey, because: string): Answer {
    return { verdict: spoken(reason, stage, because) };
  }

  /** An unknown, malformed or out-of-order command; `detail` is told to the client, `because` is not. */
  wrong(stage: Stage, reason: ReasonKey, why: { readonly because: string; readonly detail?: string }): Answer {
    const verdict = spoken(reason, stage, why.because);
    return { verdict, wrong: true, ...(why.detail !== undefined && { values: { detail: why.detail } }) };
  }

  /** Out of order because MAIL was refused: not counted where the client could not know yet (RFC 2920 section 3.1). */
  outOfOrder(stage: Stage, reason: ReasonKey, because: string): Answer {
    return this.isExcused ? this.plain(stage, reason, because) : this.wrong(stage, reason, { because });
  }

  /** What the answer is on the wire, and the event that explains it. */
  reply(answer: Answer, joined = false): Prepared {
    const prepared = this.#replies.prepared(answer, joined);
    if (this.faults === undefined) return prepared;
    return this.faults.reply(prepared, answer.verdict.stage, (instead) => this.#replies.prepared(instead, false));
  }

  /** What a turn has come to; a fault may decide otherwise. */
  answered(answer: Answer): Answer {
    if (this.faults === undefined) return answer;
    const decided = this.faults.answered(answer);
    if (decided.verdict.reason === 'server-fault') {
      this.dropLogin();
      if (this.faults.refusesChunk) this.reset();
    }
    return decided;
  }

  /** The one place that writes: every reply leaves here, its event before it. */
  say(answer: Answer, joined = false): void {
    if (this.over) return;
    if (answer.recorded) return this.#send(answer.recorded);
    if (this.gone) return this.record({ kind: 'verdict', verdict: answer.verdict });
    const prepared = this.reply(answer, joined);
    this.record(prepared.body);
    this.#send(prepared);
  }

  #send({ bytes, course }: Prepared): void {
    this.faults?.said();
    if (course === undefined || isPlain(course)) return bytes === '' ? undefined : this.wire.write(bytes);
    const pace = carryOut(course, this.opening.world, (piece) => this.wire.write(piece));
    this.pace = pace;
    void pace.done.then(() => {
      delete this.pace;
      if (course.then !== undefined) this.close('server-fault', course.did, course.then);
    });
  }

  /** Runs when the last reply has been written: at once, unless a fault lets it out slowly. */
  whenSent(run: () => void): void {
    if (this.pace === undefined) run();
    else void this.pace.done.then(run);
  }

  /** A bug: the session goes on with 451, the event says where it is. */
  fault(error: unknown, stage: Stage): Answer {
    const { message, stack } = relativeStack(error);
    this.record({ kind: 'fault', stage, error: message, stack });
    return this.plain(stage, 'fault', 'a bug in the receiver, see the fault event');
  }

  /** Forgets the transaction, not the client (RFC 5321 section 4.1.1.5). */
  reset(): void {
    delete this.facts.transaction;
    this.recipientRefused = false;
    this.chunkRefused = false;
    delete this.chunked;
    this.#dropMessage();
  }

  #dropMessage(): void {
    this.message?.abort();
    delete this.message;
    this.collected?.abandon();
    delete this.collected;
  }

  /** Gives up the login under way; one that had failed already counts as failed. */
  dropLogin(): void {
    const login = this.exchange;
    if (login === undefined) return;
    delete this.exchange;
    const { failing, ban } = login;
    if (failing?.fail === 'credentials' && ban === undefined) {
      const account = failing.user === undefined ? undefined : this.opening.users.account(failing.user);
      this.protection.failed(failing.user, account?.quota);
    }
    login.exchange.drop?.();
  }

  /** RFC 3207 section 4.2: nothing from before counts; only the two counters of the client's mistakes go on. */
  forget(): void {
    this.reset();
    this.dropLogin();
    delete this.facts.login;
    const { wrongCommands, failedLogins, messages, commands, junk, reverse } = this.facts.session;
    this.facts.session = {
      wrongCommands,
      failedLogins,
      messages,
      commands,
      junk,
      // Not the client's word: DNS said so of its address.
      ...(reverse && { reverse }),
    };
  }

  /** Begins anew as the client XCLIENT named, under the settings for its address; TLS goes on, and so does how lines are read. */
  begin(connection: ConnectionFacts): void {
    const { tls } = this.facts.session;
    this.forget();
    const { settings, exempt, unavailable } = this.opening.effective(connection.peer.address);
    const { exempt: _exempt, unavailable: _unavailable, ban: _ban, ...rest } = connection;
    this.settings = settings;
    this.protection = this.opening.protection.visit(settings, connection.peer.address);
    const ban = this.protection.ban();
    this.facts.connection = {
      ...rest,
      ...(exempt.length > 0 && { exempt }),
      ...(unavailable.length > 0 && { unavailable }),
      ...(ban && { ban }),
    };
    this.facts.session = newSession();
    if (tls) this.facts.session.tls = tls;
    this.#replies = Replies.of(settings);
    this.#context = this.#contextNow();
  }

  /** Ends the session: the reason is recorded once, what was said is sent unless the connection is dropped. */
  close(reason: CloseReason, detail: string, how: 'end' | 'drop' = reason === 'drop' ? 'drop' : 'end'): void {
    if (this.over) return;
    this.pace?.stop();
    this.#finish(this.#lost ?? { by: 'us', reason, detail });
    if (how === 'drop') this.wire.drop();
    else this.wire.end();
  }

  /** Ends the session without a word; the verdict goes on record. */
  dropSilently(verdict: Verdict): void {
    this.record({ kind: 'verdict', verdict });
    this.close('drop', verdict.because);
  }

  /** The connection went away under us. A message whose bytes are complete is still stored first. */
  lost(by: 'us' | 'client', reason: CloseReason, detail: string): void {
    this.#lost ??= { by, reason, detail };
    this.pace?.stop();
    this.withWorker?.abort();
    if (!this.working) this.settle();
    // Nobody waits for the move of a login any more, so it is not waited for either.
    else if (this.exchange) this.asking?.giveUp(spoken('auth-cancelled', 'auth', detail));
  }

  /** Called when nothing is worked on any more: a lost connection ends now. */
  settle(): void {
    if (this.#lost) this.#finish(this.#lost);
  }

  #finish(end: { readonly by: 'us' | 'client'; readonly reason: CloseReason; readonly detail: string }): void {
    if (this.over) return;
    this.withWorker?.abort();
    this.#dropMessage();
    this.dropLogin();
    this.record({ kind: 'close', ...end });
    this.over = true;
    this.opening.log.end();
    this.opening.over();
  }
}
