// Which fault a reply gets: a pure choice from the rules, the session's number and what was answered before.
import type { FaultReply, FaultRule } from '../contract/settings/faults.ts';
import type { Settings } from '../contract/settings/settings.ts';

/** What a reply answers; `other` is any command no rule can name. */
export type Answered = Exclude<FaultReply, 'any'> | 'other';

/** What is done to one reply. */
export type Fault = Pick<FaultRule, 'name' | 'what' | 'code' | 'text' | 'pause' | 'size'>;

/** Where a reply stands in its session. */
export interface Occasion {
  readonly answered: Answered;
  /** Sessions under these settings, counted from 1. */
  readonly session: number;
  /** Replies to the same in this session, counted from 1. */
  readonly occurrence: number;
  /** All replies of this session, counted from 1. */
  readonly replies: number;
}

/** The first rule that fits; equal arguments give equal answers. */
export function chooseFault(faults: Settings['faults'], on: Occasion): FaultRule | undefined {
  return faults.rules.find((rule, index) => {
    if (rule.reply !== 'any' && rule.reply !== on.answered) return false;
    const occurrence = rule.reply === 'any' ? on.replies : on.occurrence;
    if (rule.when === 'every') return true;
    if (rule.when === 'nth') return rule.nth === occurrence;
    return drawn(faults.seed, [index, on.session, occurrence]) < rule.percent;
  });
}

/** A number in [0, 100) that depends on the arguments alone: the finalizer of MurmurHash3 over each of them. */
function drawn(seed: number, parts: readonly number[]): number {
  let hash = seed >>> 0;
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x9e3779b1) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
    hash = (hash ^ (hash >>> 16)) >>> 0;
  }
  return (hash / 2 ** 32) * 100;
}

/** The fault an address asks for: `bounce+550+5.1.1-no-such-user` has 550 5.1.1 no such user. */
export function addressFault(local: string): Fault | undefined {
  const match = /^bounce\+([45]\d\d)(?:\+([\x20-\x7e]*))?$/i.exec(local);
  if (!match) return undefined;
  const code = Number(match[1]);
  const text = (match[2] ?? '').replaceAll('-', ' ').trim();
  const what = code === 421 ? 'close' : 'answer';
  return { name: 'the address', what, code, text: text === '' ? 'as the address asks' : text, pause: 0, size: 0 };
}

/** Whether the fault decides: what the client asked for is then not done. */
export const refuses = ({ what, code }: Fault): boolean => what === 'close' || (what === 'answer' && code >= 400);

const named: readonly string[] = ['STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'BDAT', 'RSET', 'NOOP', 'VRFY', 'QUIT'];

/** What the reply to a line will answer. */
export function answeredBy(line: string): Answered {
  const verb = (/^[ \t]*([A-Za-z]+)/.exec(line)?.[1] ?? '').toUpperCase();
  if (verb === 'EHLO' || verb === 'HELO') return 'EHLO';
  return named.includes(verb) ? (verb as Answered) : 'other';
}
