// Deadlines of a session: which one comes next, by what the session has noted of its progress (settings `errors.deadlines`).
import type { Settings } from '../contract/settings/settings.ts';
import { grouped } from '../policy/wording.ts';

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
}

interface Given {
  readonly limits: Limits;
  /** `listeners.*.idleTimeout`, s. */
  readonly idle: number;
}

/** The deadline that is next, or has passed; undefined when none runs. */
export function nextDue({ limits, idle }: Given, p: Progress): Due | undefined {
  const dues: Due[] = [];
  const add = (
    reason: Due['reason'],
    from: number | undefined,
    what: readonly [limit: number | 'unlimited', detail: string],
  ) => {
    const [limit, detail] = what;
    if (from !== undefined && limit !== 'unlimited') dues.push({ at: from + limit * 1000, reason, detail });
  };
  const s = (limit: number | 'unlimited') => `${limit} s`;
  add('lookup-deadline', p.asked, [limits.lookup, `the checks of one stage took longer than ${s(limits.lookup)}`]);
  add('slow-reader', p.unread, [limits.slowReader, `the client read no reply for ${s(limits.slowReader)}`]);
  if (!p.working) {
    add('session-deadline', p.begun, [limits.session, `the session took longer than ${s(limits.session)}`]);
    add('command-deadline', p.line, [limits.commandLine, `a command line took longer than ${s(limits.commandLine)}`]);
    add('data-deadline', p.body?.began, [limits.data, `the message took longer than ${s(limits.data)}`]);
    if (p.body && limits.leastRate > 0) dues.push(rateDue(limits, p.body));
    add('idle', p.lastInput, [idle, `nothing came for ${s(idle)}`]);
  }
  return dues.reduce<Due | undefined>((first, due) => (first && first.at <= due.at ? first : due), undefined);
}

/** When the average falls below the least rate, if nothing more comes. */
function rateDue({ leastRate, rateGrace }: Limits, { began, octets }: NonNullable<Progress['body']>): Due {
  const at = began + Math.max(rateGrace * 1000, (octets / leastRate) * 1000);
  const detail = `the message came with less than ${grouped(leastRate)} octets/s`;
  return { at, reason: 'data-rate', detail };
}

/**
 * Longest time between two looks, ms: no deadline that begins behind a look is due before the next one, so nothing else
 * ever has to move the timer.
 */
export function lookEvery({ limits, idle }: Given): number {
  const { commandLine, data, session, slowReader, lookup, leastRate, rateGrace } = limits;
  const all = [idle, commandLine, data, session, slowReader, lookup, leastRate > 0 ? rateGrace : 'unlimited'];
  return Math.min(...all.flatMap((limit) => (limit === 'unlimited' ? [] : [Number(limit) * 1000])));
}
