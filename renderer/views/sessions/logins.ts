// The logins of a session in words: how each ended, what a message of it said, what was counted. Pure.
import type { LoginAccount, LoginCounter } from '../../../core/contract/login.ts';
import type { Tone } from '../../ui/Chip.tsx';
import { count, counted, duration } from '../../ui/figures.ts';

interface Look {
  readonly tone: Tone;
  readonly shape: string;
  readonly word: string;
}

/** How each end of a login looks, and what it is called. */
export const loginLooks: Readonly<Record<LoginAccount['outcome'], Look>> = {
  ok: { tone: 'ok', shape: '✓', word: 'logged in' },
  credentials: { tone: 'refuse', shape: '■', word: 'wrong credentials' },
  malformed: { tone: 'refuse', shape: '■', word: 'malformed' },
  refused: { tone: 'refuse', shape: '■', word: 'refused' },
  temporary: { tone: 'defer', shape: '▲', word: 'not now' },
  cancelled: { tone: 'quiet', shape: '○', word: 'cancelled' },
  open: { tone: 'open', shape: '●', word: 'no end' },
};

/** The login a line belongs to: the last that began at or before it. */
export function loginAt(logins: readonly LoginAccount[], line: number | undefined): LoginAccount | undefined {
  if (line === undefined) return logins.at(-1);
  return logins.findLast(({ n }) => n <= line) ?? logins[0];
}

/** Who logged in last and stayed so, and what proved it where that is no password. */
export function whoIsIn(logins: readonly LoginAccount[]): LoginAccount | undefined {
  return logins.findLast(({ outcome }) => outcome === 'ok');
}

/** Which move failed; none of a login that went well, has no end, or never came to one. */
export function failedMove({ outcome, moves }: LoginAccount): number | undefined {
  return outcome === 'ok' || outcome === 'open' ? undefined : moves.at(-1)?.move;
}

/** Who a login is, in as few words as there are: whom it acts for, then whose password it was. */
export function whoWords({ user, authzid }: LoginAccount): string {
  if (user === undefined) return 'nobody named';
  return authzid === undefined || authzid === user ? user : `${user} for ${authzid}`;
}

const scopeWords: Readonly<Record<LoginCounter['of'], string>> = {
  session: 'this session',
  peer: 'the peer',
  account: 'the user',
  overall: 'everybody',
};

/** `the peer 127.0.0.1`; of a session and of everybody no more is to be said. */
export function scopeText({ of, who }: LoginCounter): string {
  return of === 'session' || of === 'overall' || who === '' ? scopeWords[of] : `${scopeWords[of]} ${who}`;
}

/** `3 of 5 failed logins, held off for 9 min 58 s`. */
export function counterSentence({ failures, limit, relief }: LoginCounter): string {
  const held = relief > 0 ? `, held off for ${duration(relief)}` : '';
  const isLimited = limit !== 'unlimited' && limit > 0;
  return `${isLimited ? `${count(failures)} of ${counted(limit, 'failed login')}` : `${counted(failures, 'failed login')}, unlimited`}${held}`;
}
