// Verdicts as bytes on the wire: worded by policy, put into lines, and kept when the same will be said again.
import type { Settings } from '../contract/settings/settings.ts';
import { replyFor, replyTo, type Reply } from '../policy/reply.ts';
import type { ReasonKey } from '../policy/reasons.table.ts';
import type { Answer } from './dialogue.ts';

export interface Said {
  /** One character per octet, CRLF included. */
  readonly bytes: string;
  readonly code: number;
  readonly enhanced?: string;
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

  constructor(settings: Settings) {
    this.#settings = settings;
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

/** RFC 5321 section 4.2.1: a hyphen behind the code of every line but the last. */
function inLines(reply: Reply): Said {
  const last = reply.lines.length - 1;
  const bytes = reply.lines.map((line, index) => `${reply.code}${index < last ? '-' : ' '}${line}\r\n`).join('');
  return { bytes, code: reply.code, ...(reply.enhanced !== undefined && { enhanced: reply.enhanced }) };
}
