// Faults of one session: what is being answered, the fault it gets, and the verdict and reply that come of it.
import type { Mailbox, Stage } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Verdict } from '../contract/verdict.ts';
import { spoken } from '../policy/decide.ts';
import type { Answer } from './dialogue.ts';
import { isPositive } from './fate.ts';
import { spoil } from './faultBytes.ts';
import { addressFault, type Answered, answeredBy, chooseFault, type Fault, refuses } from './faultChoice.ts';
import { type Prepared, withoutSecret } from './replies.ts';

/** Sessions there have been under each value of the settings. */
const numbers = new WeakMap<Settings['faults'], number>();

/** Octets of a huge reply that its event keeps. */
const mostKept = 4096;

/** Stages that come behind the message's end; only the last of them is answered when it accepts. */
const behindTheEnd: readonly Stage[] = ['headers', 'body', 'message'];
/** Asked when nothing is answered yet, or when the client has its reply already. */
const unanswered: readonly Stage[] = ['headers', 'body', 'command'];

export class SessionFaults {
  readonly #faults: Settings['faults'];
  readonly #host: string;
  readonly #session: number;
  readonly #counts = new Map<Answered, number>();
  #replies = 0;
  /** What the next reply answers; undefined while nothing was asked. */
  #answered: Answered | undefined;
  #fault: Fault | undefined;
  /** What would have been said, where the fault decided otherwise. */
  #instead: Answer | undefined;

  /** Undefined when there are none, so that a session without faults asks nothing more. */
  static of(settings: Settings): SessionFaults | undefined {
    const { enabled, rules, addressReplies } = settings.faults;
    return enabled && (rules.length > 0 || addressReplies) ? new SessionFaults(settings) : undefined;
  }

  private constructor({ faults, acceptance }: Settings) {
    this.#faults = faults;
    this.#host = acceptance.hostname;
    this.#session = (numbers.get(faults) ?? 0) + 1;
    numbers.set(faults, this.#session);
    this.#begin('greeting');
  }

  /** The client said a line: what is said next answers it. */
  heard(line: string, isLogin: boolean): void {
    this.#begin(isLogin ? 'AUTH' : answeredBy(line));
  }

  #begin(answered: Answered): void {
    this.#answered = answered;
    this.#instead = undefined;
    this.#replies += 1;
    const occurrence = (this.#counts.get(answered) ?? 0) + 1;
    this.#counts.set(answered, occurrence);
    const { session, replies } = { session: this.#session, replies: this.#replies };
    this.#fault = chooseFault(this.#faults, { answered, session, occurrence, replies });
  }

  /** What stands behind DATA begins with no line: the first that is asked or said about it begins its reply. */
  #here(stage: Stage): Fault | undefined {
    if (this.#answered === undefined && behindTheEnd.includes(stage)) this.#begin('dot');
    return this.#answered === undefined ? undefined : this.#fault;
  }

  /** What becomes of a verdict that accepts when a fault refuses. */
  judged(verdict: Verdict, recipient: Mailbox | undefined): Verdict {
    const { stage } = verdict;
    if (stage === 'rcpt' && recipient && this.#faults.addressReplies && this.#answered === 'RCPT')
      this.#fault = addressFault(recipient.local) ?? this.#fault;
    const fault = this.#here(stage);
    if (!fault || unanswered.includes(stage) || !isPositive(verdict) || !refuses(fault)) return verdict;
    this.#instead = { verdict };
    return this.#refusal(verdict, fault);
  }

  /** The answer of the turn: one no stage was asked about is refused here. A close always closes. */
  answered(answer: Answer): Answer {
    const { verdict } = answer;
    const fault = this.#here(verdict.stage);
    if (!fault || verdict.reason === 'server-fault' || verdict.closes !== undefined) return answer;
    if (fault.what !== 'close' && (!isPositive(verdict) || !refuses(fault))) return answer;
    this.#instead = answer;
    const { then, wrong } = answer;
    return {
      verdict: this.#refusal(verdict, fault),
      ...(wrong !== undefined && { wrong }),
      ...(then === 'quit' && { then }),
    };
  }

  /** A chunk that is refused takes its message with it (RFC 3030 section 2). */
  get refusesChunk(): boolean {
    return this.#answered === 'BDAT' && this.#fault !== undefined && refuses(this.#fault);
  }

  #refusal({ stage, findings }: Verdict, fault: Fault): Verdict {
    const { rfc, basis } = spoken('server-fault', stage, '');
    const closes = fault.what === 'close';
    return {
      stage,
      action: closes ? 'drop' : fault.code < 500 ? 'defer' : 'refuse',
      reason: 'server-fault',
      because: `fault ${fault.name}, on purpose`,
      findings,
      basis,
      ...(rfc !== undefined && { rfc }),
      ...(closes && { closes: 'reply' }),
    };
  }

  /** The reply as it is sent; unchanged when it answers nothing, or no rule fits. `prepare` makes a reply of an answer. */
  reply(prepared: Prepared, stage: Stage, prepare: (answer: Answer) => Prepared): Prepared {
    const fault = this.#here(stage);
    const { body } = prepared;
    if (!fault || body.kind !== 'reply') return prepared;
    const meant = this.#instead ? prepare(this.#instead).bytes : prepared.bytes;
    const course = spoil(meant, fault, this.#host);
    const bytes = course.pieces.join('');
    const isLong = bytes.length > meant.length + mostKept;
    const shown = withoutSecret(bytes, prepared.secret);
    const { code, enhanced, ...rest } = body;
    const isOther = fault.what === 'answer' || fault.what === 'close';
    const said = isOther ? bytes.slice(4) : '';
    const own = isOther ? /^[245]\.\d{1,3}\.\d{1,3}(?= )/.exec(said)?.[0] : enhanced;
    return {
      bytes,
      course,
      body: {
        ...rest,
        bytes: isLong ? shown.slice(0, mostKept) : shown,
        code: isOther ? Number(bytes.slice(0, 3)) : code,
        ...(own !== undefined && { enhanced: own }),
        fault: {
          rule: fault.name,
          did: course.did,
          meant: withoutSecret(meant, prepared.secret),
          ...(isLong && { octets: bytes.length }),
        },
      },
    };
  }

  /** The reply has been said: what is said before the client says more answers nothing. */
  said(): void {
    this.#answered = undefined;
    this.#fault = undefined;
    this.#instead = undefined;
  }
}
