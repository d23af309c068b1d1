// A log with failed logins in interleaved sessions, and the truth about it: which address failed how often.
import type { Event, EventBody } from '../../core/contract/event.ts';
import type { Finding, Verdict } from '../../core/contract/verdict.ts';
import { logOf } from '../../core/log/lines.ts';

/** Level and events that write everything. */
export const everything = { logLevel: 31, events: ['connections', 'logins', 'policy', 'mail', 'dialogue'] } as const;

export function numbered(bodies: readonly (readonly [EventBody, number])[]): Event[] {
  return bodies.map(([body, t], index) => ({ ...body, n: index + 1, t }));
}

export function connected(address: string, at: number): EventBody {
  return {
    kind: 'connect',
    listener: 'mx',
    role: 'mx',
    production: '0.0.0.0:25',
    local: { address: '127.0.0.1', port: 2525 },
    peer: { address, port: 40_000 },
    secured: false,
    generation: 1,
    at,
  };
}

export function verdictOf(o: Partial<Verdict> & Pick<Verdict, 'stage' | 'reason'>): Verdict {
  return { action: 'accept', because: 'tested', findings: [], basis: 'ours', ...o };
}

export function failed(user: string, detail: 'no such user' | 'wrong password'): EventBody {
  const finding: Finding = {
    check: 'credentials',
    text: 'failed login',
    action: 'refuse',
    reason: 'auth-failed',
    evidence: { mechanism: 'PLAIN', user, private: detail },
  };
  const verdict = verdictOf({
    stage: 'auth',
    reason: 'auth-failed',
    action: 'refuse',
    findings: [finding],
    decider: 0,
  });
  return { kind: 'reply', bytes: '535 5.7.8 Authentication failed\r\n', code: 535, verdict };
}

/** A small generator with a seed, so that a failing log can be made again. */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

/** Names a hostile client might try: lines, addresses and other messages inside. */
const names = [
  'joe',
  "o'brien",
  "x': Invalid password\r\n2026-01-01 00:00:00 +0000 08 mail SMTP-IN:00000001: closing session from [203.0.113.99:1]",
  '[203.0.113.98:25] connection accepted from [203.0.113.98:1]',
  '\u001b[2Jgone',
  'müller@example.org',
];

/** `sessions` sessions, never more than `open` of them open at a time, their lines interleaved. */
export function attackLog(o: { readonly sessions: number; readonly open: number; readonly seed: number }) {
  const next = chance(o.seed);
  const truth: string[] = [];
  const lines: string[] = [];
  const running: string[][] = [];
  const start = Date.UTC(2026, 0, 31, 12, 0, 0);
  for (let session = 1; session <= o.sessions || running.length > 0;) {
    if (running.length < o.open && session <= o.sessions) {
      const address = next(4) === 0 ? `2001:db8::${((session % 40) + 1).toString(16)}` : `198.51.100.${session % 40}`;
      running.push(sessionLog({ session, address, next, at: start + session * 10, truth }));
      session += 1;
      if (running.length < o.open && next(3) > 0) continue;
    }
    const at = next(running.length);
    lines.push(running[at]?.shift() ?? '');
    if (running[at]?.length === 0) running.splice(at, 1);
  }
  return { text: `${lines.join('\n')}\n`, truth: truth.sort() };
}

interface Attack {
  readonly session: number;
  readonly address: string;
  readonly at: number;
  readonly next: (below: number) => number;
  readonly truth: string[];
}

function sessionLog({ session, address, at, next, truth }: Attack): string[] {
  const bodies: [EventBody, number][] = [[connected(address, at), 0]];
  bodies.push([{ kind: 'line', bytes: 'EHLO [203.0.113.97]', end: 'crlf', behind: 0 }, 1]);
  for (let count = next(7); count > 0; count -= 1) {
    bodies.push([{ kind: 'line', bytes: 'AUTH PLAIN \u25ae\u25ae\u25ae', end: 'crlf', behind: 0 }, 2]);
    bodies.push([failed(names[next(names.length)] ?? '', next(2) === 0 ? 'no such user' : 'wrong password'), 3]);
    truth.push(address);
  }
  bodies.push([{ kind: 'close', by: 'client', reason: 'quit', detail: 'QUIT' }, 4]);
  const id = session.toString(16).toUpperCase().padStart(8, '0');
  return logOf({ session: id, events: numbered(bodies), host: 'mail.example.org', select: everything });
}
