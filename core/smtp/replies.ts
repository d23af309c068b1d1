// Verdicts as bytes on the wire: worded by policy, put into lines, and kept when the same will be said again.
import { type EventBody, redacted } from '../contract/event.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Verdict } from '../contract/verdict.ts';
import { replyFor, replyTo, type Reply } from '../policy/reply.ts';
import type { ReasonKey } from '../policy/reasons.table.ts';
import type { Answer } from './dialogue.ts';
import type { Course } from './faultBytes.ts';

export interface Said {
  /** One character per octet, CRLF included. */
  readonly bytes: string;
  readonly code: number;
  readonly enhanced?: string;
}

/** A reply on its way: its bytes, and the event that explains it. */
export interface Prepared {
  readonly bytes: string;
  readonly body: EventBody;
  /** What of its bytes is not in its event. */
  readonly secret?: string;
  /** A fault has it sent otherwise than in one piece. */
  readonly course?: Course;
}

export class Replies {
  static readonly #all = new WeakMap<Settings, Replies>();
  readonly #settings: Settings;
  readonly #kept = new Map<string, Map<string, Said>>();

  /** One for each settings value: sessions with the same settings say the same. */
  static of(settings: Settings): Replies {
    let replies = Replies.#all.get(settings);
    if (!replies) Replies.#all.set(settings, (replies = new Replies(settings)));
    return replies;
  }

  readonly #prepared = new WeakMap<Verdict, Prepared>();
  /** Of verdicts with lines of their own behind the first, as EHLO has them: the last one for the same lines. */
  readonly #withLines = new WeakMap<readonly string[], { readonly verdict: Verdict; readonly prepared: Prepared }>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** What the answer is on the wire and in the record; the same frozen object for the same verdict, when nothing else is said. */
  prepared(answer: Answer, joined: boolean): Prepared {
    const { verdict, values, lines } = answer;
    const isKept = !joined && values === undefined && Object.isFrozen(verdict);
    if (!isKept) return this.#made(answer, joined);
    if (lines !== undefined) return Object.isFrozen(lines) ? this.#listed(answer, lines) : this.#made(answer, false);
    let prepared = this.#prepared.get(verdict);
    if (!prepared) {
      prepared = this.#made(answer, false);
      Object.freeze(prepared.body);
      this.#prepared.set(verdict, prepared);
    }
    return prepared;
  }

  #listed(answer: Answer, lines: readonly string[]): Prepared {
    const { verdict } = answer;
    const last = this.#withLines.get(lines);
    if (last?.verdict === verdict) return last.prepared;
    const prepared = this.#made(answer, false);
    Object.freeze(prepared.body);
    this.#withLines.set(lines, { verdict, prepared });
    return prepared;
  }

  #made(answer: Answer, joined: boolean): Prepared {
    const { bytes, code, enhanced } = this.to(answer);
    const { secret, verdict } = answer;
    const plain = { kind: 'reply', bytes: withoutSecret(bytes, secret), code, verdict } as const;
    const body = enhanced === undefined ? plain : { ...plain, enhanced };
    return { bytes, body: joined ? { ...body, joined } : body, ...(secret !== undefined && { secret }) };
  }

  to(answer: Answer): Said {
    const { verdict, values, lines } = answer;
    if (verdict.decider !== undefined || values !== undefined || lines !== undefined) return this.#worded(answer);
    let stage = this.#kept.get(verdict.stage);
    if (!stage) this.#kept.set(verdict.stage, (stage = new Map<string, Said>()));
    let said = stage.get(verdict.reason);
    if (!said) stage.set(verdict.reason, (said = this.#worded(answer)));
    return said;
  }

  #worded({ verdict, values, lines }: Answer): Said {
    const settings = this.#settings;
    const reply =
      values === undefined
        ? replyTo(verdict, settings)
        : replyFor(verdict.reason as ReasonKey, { settings, stage: verdict.stage, values });
    return inLines({ ...reply, lines: lines === undefined ? reply.lines : [...reply.lines, ...lines] });
  }
}

/** Bytes as they may be recorded: each octet of what is secret becomes U+25AE. */
export function withoutSecret(bytes: string, secret: string | undefined): string {
  return secret === undefined ? bytes : bytes.replaceAll(secret, redacted.repeat(secret.length));
}

/** RFC 5321 section 4.2.1: a hyphen behind the code of every line but the last. */
function inLines(reply: Reply): Said {
  const last = reply.lines.length - 1;
  const bytes = reply.lines.map((line, index) => `${reply.code}${index < last ? '-' : ' '}${line}\r\n`).join('');
  return { bytes, code: reply.code, ...(reply.enhanced !== undefined && { enhanced: reply.enhanced }) };
}
