// The logins of a session as its login panel shows them: a pure fold of its events.
import { type Event, type EventBody, redacted, type SaslSaid } from './event.ts';
import type { LoginFacts } from './facts.ts';
import type { Counter, Verdict } from './verdict.ts';

/** One move of a login, decoded: what the client's response said, and what the challenge to it says. */
export interface LoginMove {
  /** Number of its event. */
  readonly n: number;
  /** ms since the connect. */
  readonly t: number;
  /** From 1. */
  readonly move: number;
  readonly heard?: SaslSaid;
  readonly asks?: SaslSaid;
}

/** A counter of failed logins, this one included, or that of who is held off. */
export interface LoginCounter {
  /** `session`: of this session alone, which nobody else is held off for. */
  readonly of: 'session' | 'peer' | 'account' | 'overall';
  /** The peer's address, the user as the client named it, or `everybody`; of a session its peer too. */
  readonly who: string;
  readonly failures: number;
  readonly limit: Counter['limit'];
  /** ms that it is held off from here; 0 when it is not. */
  readonly relief: number;
}

/** One AUTH, from its command to its last reply. */
export interface LoginAccount {
  /** Number of the event of its AUTH line. */
  readonly n: number;
  /** ms since the connect. */
  readonly t: number;
  /** As the client named it, in upper case; empty when none could be read. */
  readonly mechanism: string;
  readonly secured: boolean;
  /** Who it claimed to be, when that was said. */
  readonly user?: string;
  /** Whom it wanted to act for. */
  readonly authzid?: string;
  /** What proved it where that is no password. */
  readonly principal?: string;
  /** The channel binding that was checked. */
  readonly binding?: string;
  readonly moves: readonly LoginMove[];
  /** `open`: there is no end yet. `refused`: it never began, or policy refused it whatever it came to. */
  readonly outcome: 'open' | 'refused' | Exclude<LoginFacts['result'], 'pending'>;
  /** Why, in one private sentence: for whoever runs the receiver, never on the wire. */
  readonly why?: string;
  /** The last reply. */
  readonly code?: number;
  /** What policy said last. */
  readonly verdict?: Verdict;
  readonly counters: readonly LoginCounter[];
}

type Draft = { -readonly [K in keyof LoginAccount]: LoginAccount[K] };

/** Folds the events of one session, in order, into its logins. */
export function foldLogins(events: readonly Event[]): readonly LoginAccount[] {
  const logins: LoginAccount[] = [];
  let secured = false;
  let peer = '';
  let line: Extract<Event, { kind: 'line' }> | undefined;
  let open: Draft | undefined;
  const current = (event: Event): Draft => {
    if (!open) logins.push((open = begun(line ?? event, secured)));
    return open;
  };
  for (const event of events) {
    if (event.kind === 'connect' || event.kind === 'xclient') peer = event.peer.address;
    if (event.kind === 'connect') ({ secured } = event);
    else if (event.kind === 'tls' && event.state === 'up') secured = true;
    else if (event.kind === 'line') line = event;
    else if (event.kind === 'sasl') moved(current(event), event);
    else if (event.kind === 'reply' || event.kind === 'verdict') {
      if (event.verdict.stage !== 'auth' && !open) continue;
      const login = current(event);
      if (!answered(login, event)) continue;
      login.counters = countersOf(event.verdict, login.user, peer);
      open = undefined;
    } else if (event.kind === 'close') open = undefined;
  }
  return logins;
}

function begun({ n, t, ...body }: Event, secured: boolean): Draft {
  const [, name = ''] = body.kind === 'line' ? (/^\s*AUTH\s+(\S+)/i.exec(body.bytes) ?? []) : [];
  const mechanism = name.includes(redacted) ? '' : name.toUpperCase();
  return { n, t, mechanism, secured, moves: [], outcome: 'open', counters: [] };
}

function moved(login: Draft, { n, t, mechanism, move, heard, asks, ended }: Extract<Event, { kind: 'sasl' }>): void {
  login.mechanism = mechanism;
  login.moves = [...login.moves, { n, t, move, ...(heard && { heard }), ...(asks && { asks }) }];
  if (!ended) return;
  login.outcome = ended.result;
  if (ended.user !== undefined) login.user = ended.user;
  if (ended.detail !== undefined) login.why = ended.detail;
}

/** What was said to it; true when that was the last word. */
function answered(login: Draft, event: Extract<EventBody, { kind: 'reply' | 'verdict' }>): boolean {
  const { verdict } = event;
  login.verdict = verdict;
  if (event.kind === 'reply') {
    login.code = event.code;
    if (event.code === goOn) return false;
  }
  const { findings, action } = verdict;
  const isLetIn = action === 'accept';
  if (login.outcome === 'open' || (login.outcome === 'ok' && !isLetIn)) login.outcome = 'refused';
  if (login.outcome === 'refused') login.why = findings[verdict.decider ?? -1]?.text ?? verdict.because;
  const evidence = findings.find(({ check }) => check === 'credentials')?.evidence;
  for (const name of ['user', 'authzid', 'principal', 'binding'] as const) {
    const value = evidence?.[name];
    if (value !== undefined) login[name] = value;
  }
  return true;
}

/** What the counters of failed logins are called in findings. */
const scopes = {
  'failed logins': 'session',
  'failed logins of the peer': 'peer',
  'failed logins as the user': 'account',
  'failed logins of everybody': 'overall',
} as const;

function countersOf({ findings }: Verdict, user: string | undefined, peer: string): readonly LoginCounter[] {
  return findings
    .flatMap(({ counter, counters = [] }) => (counter ? [counter, ...counters] : counters))
    .flatMap(({ name, value, limit, relief = 0 }) => {
      const of = Object.hasOwn(scopes, name) ? scopes[name as keyof typeof scopes] : undefined;
      if (of === undefined) return [];
      const who = of === 'overall' ? 'everybody' : of === 'account' ? (user ?? '') : peer;
      return [{ of, who, failures: value, limit, relief }];
    });
}

/** RFC 4954 section 4: more is asked for. */
const goOn = 334;
