// Deadlines of a session: which one comes next, by what the session has noted of its progress (settings `errors.deadlines`).
import type { Stage, Stress } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding, Verdict } from '../contract/verdict.ts';
import { spoken } from '../policy/decide.ts';
import { type Pressed, pressed } from '../policy/stress.ts';
import { grouped } from '../policy/wording.ts';
import type { HandshakeEnd } from './handshake.ts';

type Limits = Settings['errors']['deadlines'];

/** What a session notes as it goes on; ms of the world's monotonic clock. */
export interface Progress {
  /** The connection came. */
  readonly begun: number;
  /** Octets came, or the client has been waiting for us since. */
  readonly lastInput: number;
  /** The first octet of a line that has not ended. */
  readonly line: number | undefined;
  /** A message or chunk that is coming: since when, and how much of it is here. */
  readonly body: { readonly began: number; readonly octets: number } | undefined;
  /** Since when replies wait for the client to read them. */
  readonly unread: number | undefined;
  /** Since when the checks of a stage wait for something outside. */
  readonly asked: number | undefined;
  /** The client waits for us: only what holds us up counts. */
  readonly working: boolean;
}

export interface Due {
  readonly at: number;
  readonly reason:
    | 'idle'
    | 'command-deadline'
    | 'data-deadline'
    | 'data-rate'
    | 'session-deadline'
    | 'slow-reader'
    | 'lookup-deadline';
  readonly detail: string;
  /** The setting that says how long, and what it says. */
  readonly setting: string;
  readonly value: number | 'unlimited';
}

interface Given {
  readonly limits: Limits;
  /** `listeners.*.idleTimeout`, s. */
  readonly idle: number;
  readonly listenerIndex: number;
  readonly tight: Settings['errors']['stress'];
  /** Undefined while there is none. */
  readonly stress: Stress | undefined;
}

/** The deadline that is next, or has passed; undefined when none runs. */
export function nextDue({ limits, idle, listenerIndex, tight, stress }: Given, p: Progress): Due | undefined {
  const dues: Due[] = [];
  const due = (reason: Due['reason'], from: number | undefined, told: Pressed & { readonly what: string }) => {
    const { limit: value, setting, why, what } = told;
    if (from === undefined || value === 'unlimited') return;
    dues.push({ at: from + value * 1000, reason, detail: `${what} ${value} s${why}`, setting, value });
  };
  const add = (reason: Due['reason'], from: number | undefined, told: readonly [name: keyof Limits, what: string]) => {
    const [name, what] = told;
    due(reason, from, { limit: limits[name], setting: `errors.deadlines.${name}`, why: '', what });
  };
  add('lookup-deadline', p.asked, ['lookup', 'the checks of one stage took longer than']);
  add('slow-reader', p.unread, ['slowReader', 'the client read no reply for']);
  // What is being stored is stored; checks that wait for something outside are not waited for.
  if (!p.working || p.asked !== undefined)
    add('session-deadline', p.begun, ['session', 'the session took longer than']);
  if (!p.working) {
    const line = { limit: limits.commandLine, setting: 'errors.deadlines.commandLine' };
    due('command-deadline', p.line, {
      ...pressed(line, { limit: tight.commandLine, name: 'commandLine' }, stress),
      what: 'a command line took longer than',
    });
    add('data-deadline', p.body?.began, ['data', 'the message took longer than']);
    if (p.body && limits.leastRate > 0) dues.push(rateDue(limits, p.body));
    const silence = { limit: idle, setting: `listeners.${listenerIndex}.idleTimeout` };
    due('idle', p.lastInput, {
      ...pressed(silence, { limit: tight.idleTimeout, name: 'idleTimeout' }, stress),
      what: 'nothing came for',
    });
  }
  return dues.reduce<Due | undefined>((first, next) => (first && first.at <= next.at ? first : next), undefined);
}

/** When the average falls below the least rate, if nothing more comes. */
function rateDue({ leastRate, rateGrace }: Limits, { began, octets }: NonNullable<Progress['body']>): Due {
  const at = began + Math.max(rateGrace * 1000, (octets / leastRate) * 1000);
  const detail = `the message came with less than ${grouped(leastRate)} octets/s`;
  return {
    at,
    reason: 'data-rate',
    detail,
    setting: 'errors.deadlines.leastRate',
    value: leastRate,
  };
}

/** What the session's deadline leaves to a TLS handshake, at least 1 ms, and how it ends then; `passed`: ms since the connect. */
export function timeLeft(
  { session }: Limits,
  passed: number,
): { readonly ms: number; readonly end: HandshakeEnd } | undefined {
  if (session === 'unlimited') return undefined;
  const detail = `the session took longer than ${session} s`;
  return {
    ms: Math.max(1, session * 1000 - passed),
    end: { by: 'us', reason: 'session-deadline', detail },
  };
}

/** What is said when the time is up, and why: 421, by the setting that says how long. */
export function overdue(due: Due & { readonly reason: Exclude<Due['reason'], 'slow-reader'> }, stage: Stage): Verdict {
  const { reason, detail: text, setting, value } = due;
  const finding: Finding = {
    check: 'deadline',
    action: 'drop',
    reason,
    text,
    setting,
    value,
  };
  return { ...spoken(reason, stage, text), findings: [finding], decider: 0 };
}

/**
 * Longest time between two looks, ms: no deadline that begins behind a look is due before the next one, so nothing else
 * ever has to move the timer.
 */
export function lookEvery({ limits, idle, tight }: Given): number {
  const { commandLine, data, session, slowReader, lookup, leastRate, rateGrace } = limits;
  const all = [idle, commandLine, data, session, slowReader, lookup, leastRate > 0 ? rateGrace : 'unlimited'];
  // Stress may begin at any time.
  if (tight.at !== 'unlimited') all.push(tight.idleTimeout, tight.commandLine);
  return Math.min(...all.flatMap((limit) => (limit === 'unlimited' ? [] : [Number(limit) * 1000])));
}
