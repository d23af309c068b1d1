// Asks SPF of zones written as text, in the two readings, and mailauth the same beside it.
import { spf } from 'mailauth/lib/spf/index.js';
import type { DNSResolver } from 'mailauth';
import type { Mailbox } from '../../core/contract/facts.ts';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import type { SpfResult } from '../../core/contract/settings/sender.ts';
import { parseZone } from '../../core/dns/zone.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';
import { checkSpf, type SpfQuestion } from '../../core/message/spf/spf.ts';

/** Waits take no time. */
export const world = {
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
  elapsed: () => 0,
  after: (ms: number, fire: () => void) => {
    // What waits for an answer fires at once, the limit of the whole evaluation not at all.
    if (ms < 20_000) queueMicrotask(fire);
    return { cancel: () => undefined };
  },
};

/** One reading of RFC 7208, and what it is read from. */
export interface SpfCase {
  /** Of RFC 7208, or of the RFC named. */
  readonly section: string;
  readonly is: string;
  readonly result: SpfResult;
  /** Record of a.example. */
  readonly record?: string;
  /** More lines of the zone. */
  readonly zone?: string;
  /** anna@a.example. */
  readonly from?: string;
  /** 192.0.2.1. */
  readonly ip?: string;
  /** helo.example. */
  readonly helo?: string;
  readonly identity?: 'helo';
  readonly explanation?: string | null;
  readonly lookups?: number;
  readonly voids?: number;
  readonly detail?: string;
  readonly matched?: string;
  /** Another result that mailauth's strict reading comes to, and why ours is what the RFC says. */
  readonly mailauth?: readonly [SpfResult, string];
}

export const four = '192.0.2.1';
export const six = '2001:db8::1';

export function zoneOf({ record, zone = '' }: Pick<SpfCase, 'record' | 'zone'>): string {
  return record === undefined ? zone : `a.example TXT ${record}\n${zone}`;
}

export function mailbox(from: string): Mailbox {
  const at = from.lastIndexOf('@');
  return { raw: from, local: from.slice(0, Math.max(at, 0)), domain: from.slice(at + 1) };
}

export function resolver(zone: string) {
  const { zone: read, errors } = parseZone(zone);
  if (errors.length > 0) throw new Error(errors.map(({ line, message }) => `line ${line}: ${message}`).join('\n'));
  return zoneResolver(read, { world, timeout: 5 });
}

export function ask(one: Partial<SpfCase>, over: Partial<SpfQuestion> = {}): Promise<SpfAnswer> {
  const { from = 'anna@a.example', ip = four, helo = 'helo.example', identity } = one;
  return checkSpf({
    identity: identity ?? 'mailfrom',
    ip,
    helo,
    ...(identity === undefined && { sender: mailbox(from) }),
    hostname: 'gate.example',
    asked: resolver(zoneOf(one)),
    world,
    reading: 'strict',
    timeLimit: 20,
    ...over,
  });
}

export async function askMailauth(one: Partial<SpfCase>, strict = true): Promise<SpfResult> {
  const { from = 'anna@a.example', ip = four, helo = 'helo.example', identity } = one;
  const { status } = await spf({
    ip,
    helo,
    sender: identity === 'helo' ? `postmaster@${helo}` : from,
    mta: 'gate.example',
    strict,
    resolver: resolver(zoneOf(one)).resolve as DNSResolver,
  });
  return status.result as SpfResult;
}
