// The calls about senders: DNS and its zone, what would happen to a sender, greylisting, and the workers.
import type { DnsQuestion, Stage } from './facts.ts';
import { z } from './schema.ts';
import { call, none } from './userCalls.ts';
import type { Verdict } from './verdict.ts';

const typed = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);
const name = z.string().max(255);

/** A mistake in a zone: where, what, and how to fix it. */
const zoneProblem = z.strictObject({ line: z.number(), message: z.string() });

/** One question of the receiver, and who asked it. */
export interface LoggedQuestion extends DnsQuestion {
  /** Wall clock, ms since 1970. */
  readonly at: number;
  /** The session, and the number of its event that tells of it. */
  readonly session: string;
  readonly event: number;
  /** Name of the check that asked, e.g. `spf-mail`. */
  readonly check: string;
}

/** One stage of a sender that is tried. */
export interface TriedStage {
  readonly stage: Stage;
  /** What stage rcpt, for one, was asked about. */
  readonly about: string;
  readonly verdict: Verdict;
  /** The reply as a client would hear it, without CRLF. */
  readonly reply: string;
}

export const workersState = z.strictObject({
  /** Workers there are, and at work. */
  running: z.number(),
  working: z.number(),
  /** Messages waiting for one. */
  waiting: z.number(),
  /** As the settings have them. */
  least: z.number(),
  most: z.number(),
  queue: z.number(),
  /** Since the receiver was started. */
  done: z.number(),
  failed: z.number(),
  turnedAway: z.number(),
  /** Share of the time of `most` workers that was work, 0 to 1, for each of the last 60 s, the oldest first. */
  use: z.array(z.number()),
});
export type WorkersState = z.output<typeof workersState>;

export const senderCalls = {
  /** Asks one question, of the draft's zone and settings where there is a draft. */
  'dns.ask': call(
    z.strictObject({
      name,
      type: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'TXT']),
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
    z.strictObject({
      question: typed<DnsQuestion>(),
      /** Why the answer is what it is, e.g. `the zone has the name, on line 3`. */
      because: z.string(),
    }),
  ),
  /** The last questions of the receiver, the newest first; of all it keeps 1,000. */
  'dns.recent': call(
    z.strictObject({ limit: z.number().int().min(1).max(1000).default(200) }),
    z.strictObject({ questions: z.array(typed<LoggedQuestion>()), total: z.number() }),
  ),
  /** Reads a BIND zone file (RFC 1035 section 5) into lines of a zone; what cannot be taken stands among the problems. */
  'dns.import': call(
    z.strictObject({ text: z.string().max(8_000_000), origin: name.default('') }),
    z.strictObject({ zone: z.string(), records: z.number(), problems: z.array(zoneProblem) }),
  ),
  /** Writes a zone as a BIND zone file; faults have no place there. */
  'dns.export': call(
    z.strictObject({ zone: z.string().max(8_000_000) }),
    z.strictObject({ text: z.string(), problems: z.array(zoneProblem) }),
  ),
  /** Runs the real checks on a sender, without a session: what would happen, and why. */
  'test.sender': call(
    z.strictObject({
      listener: z.string().max(64),
      peer: z.string().max(64),
      ehlo: z.string().max(512),
      mailFrom: z.string().max(320),
      recipient: z.string().max(320).default(''),
      /** The From field; with it a message is made up of it. */
      from: z.string().max(998).default(''),
      /** The message itself, in place of one made up. */
      message: z.string().max(2_000_000).default(''),
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
    z.strictObject({ stages: z.array(typed<TriedStage>()), problems: z.array(z.string()) }),
  ),
  'greylist.list': call(
    z.strictObject({ limit: z.number().int().min(1).max(5000).default(500) }),
    z.strictObject({
      total: z.number(),
      waiting: z.number(),
      entries: z.array(
        z.strictObject({
          network: z.string(),
          sender: z.string(),
          recipient: z.string(),
          first: z.number(),
          last: z.number(),
          passed: z.boolean(),
        }),
      ),
    }),
  ),
  'greylist.clear': call(none, z.strictObject({ removed: z.number() })),
  'workers.state': call(none, workersState),
} as const;
