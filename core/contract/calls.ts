// The call table: everything a window can ask of its host, with the shape of question and answer.
import type { Event } from './event.ts';
import { eventSchema } from './event.ts';
import { type CaseResult, outcomes, presets } from './scenario.ts';
import { worlds } from './scenarioWorld.ts';
import { senderCalls } from './senderCalls.ts';
import { call, none, userCalls } from './userCalls.ts';
import { z } from './schema.ts';
import type { Settings } from './settings/settings.ts';
import type { SessionRow } from './summary.ts';
import type { Pace, Timeline } from './timeline.ts';

const typed = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);
const binary = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const id = z.string().min(1).max(200);
const base = z.enum([...presets, 'mine', 'presets']);

/** A mistake in something a person wrote: where, what, and how to fix it. */
const problem = z.strictObject({
  /** The file it stands in, where several were handed over. */
  file: z.string().optional(),
  path: z.string(),
  line: z.number().optional(),
  column: z.number().optional(),
  message: z.string(),
});
export type Problem = z.output<typeof problem>;

/** How a listener stands now. */
const listenerState = z.strictObject({
  name: z.string(),
  role: z.string(),
  production: z.string(),
  /** Where it is bound, with the real port; empty when it is not. */
  bound: z.string(),
  wanted: z.string(),
  state: z.enum(['listening', 'disabled', 'failed', 'stopped']),
  tls: z.enum(['clear', 'starttls', 'implicit']),
  loopback: z.boolean(),
  /** What went wrong and what to do about it. */
  error: z.string().optional(),
  /** A free lab address to offer when the port was taken. */
  offer: z.string().optional(),
  /** The EHLO reply a client sees in clear and when secured, without codes. */
  ehlo: z.strictObject({ clear: z.array(z.string()).optional(), secured: z.array(z.string()).optional() }),
  openSessions: z.number(),
});
export type ListenerState = z.output<typeof listenerState>;

const receiverState = z.strictObject({
  running: z.boolean(),
  generation: z.number(),
  listeners: z.array(listenerState),
  /** Mechanisms that are listed but not offered, and why; when there are any. */
  unavailable: z.array(z.strictObject({ mechanism: z.string(), why: z.string() })).optional(),
  /** Names of the faults in force, when there are any: clients hear wrong answers. */
  faults: z.array(z.string()).optional(),
});
export type ReceiverState = z.output<typeof receiverState>;

const settingsState = z.strictObject({
  /** The person's text, comments and all. */
  yaml: z.string(),
  settings: typed<Settings>(),
  revision: z.number(),
  /** True when the configuration came with --config and is never written back. */
  readOnly: z.boolean(),
});
export type SettingsState = z.output<typeof settingsState>;

const checked = z.strictObject({
  problems: z.array(problem),
  /** The text as it would be saved, when there is nothing wrong. */
  yaml: z.string().optional(),
  settings: typed<Settings>().optional(),
  /** Names of the listeners that would be bound anew. */
  restarts: z.array(z.string()),
});
export type Checked = z.output<typeof checked>;

const draft = z.union([
  z.strictObject({ yaml: z.string().max(8_000_000) }),
  z.strictObject({
    settings: z.record(z.string(), z.unknown()),
    /** The text whose comments and order are kept, when it is not the one in force. */
    over: z.string().max(8_000_000).optional(),
  }),
]);

const messageRow = z.strictObject({
  id: z.string(),
  session: z.string(),
  at: z.number(),
  size: z.number(),
  sender: z.string(),
  recipients: z.array(z.string()),
  subject: z.string(),
  messageId: z.string(),
  from: z.string(),
  /** For remote domains: held and shown, never sent. */
  remote: z.boolean(),
  /** Kept apart from other mail: the check that said so. */
  quarantine: z.string().optional(),
  user: z.string().optional(),
});
export type MessageRow = z.output<typeof messageRow>;

const messagePart = z.strictObject({
  type: z.string(),
  name: z.string().optional(),
  size: z.number(),
  text: z.string().optional(),
});

const scenarioRow = z.strictObject({
  id: z.string(),
  theme: z.string(),
  title: z.string(),
  row: z.string(),
  kind: z.enum(['attack', 'citizen']),
  role: z.string(),
  about: z.string(),
  knobs: z.array(z.string()),
  sources: z.array(z.string()),
  cases: z.array(z.string()),
  /** Where it can be played; when only in one world, why. */
  worlds: z.array(z.enum(worlds)),
  because: z.string().optional(),
  /** It has groups of clients, and so a course over time. */
  population: z.boolean(),
  /** Expected outcome per preset and what a breach gains. */
  presets: z.record(z.string(), z.strictObject({ outcome: z.enum(outcomes), gained: z.string().optional() })),
  problems: z.array(problem),
});
export type ScenarioRow = z.output<typeof scenarioRow>;

const runState = z.strictObject({
  id: z.string(),
  base,
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  done: z.number(),
  total: z.number(),
  /** Cases now being played, as `scenario case preset`. */
  playing: z.array(z.string()),
  /** Of those that can be played in both. */
  world: z.enum(worlds),
  /** How many of its cases are played in the simulated world. */
  simulated: z.enum(['none', 'some', 'all']),
  seed: z.number(),
  /** Of the simulated population now played: how its time goes on, how far it is and at which virtual ms it ends. */
  pace: typed<Pace>().optional(),
  clock: z
    .strictObject({
      now: z.number(),
      until: z.number(),
      /** Whose clock it is, and how many others are played at the same time: pace moves them all. */
      scenario: z.string(),
      others: z.number(),
    })
    .optional(),
  started: z.number(),
  error: z.string().optional(),
});
export type RunState = z.output<typeof runState>;

const exported = z.strictObject({
  files: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  losses: z.array(z.strictObject({ path: z.string(), value: z.string(), why: z.string() })),
});

const page = z.strictObject({ after: z.number().int().min(0), limit: z.number().int().min(1).max(5000) });

export const calls = {
  'workbench.info': call(
    none,
    z.strictObject({
      version: z.string(),
      workspace: z.string(),
      path: z.string(),
      host: z.enum(['electron', 'web', 'memory']),
      notes: z.array(z.string()),
      /** Shown once: the password of the user made on first start. */
      firstUser: z.strictObject({ name: z.string(), password: z.string() }).optional(),
      problems: z.array(problem),
    }),
  ),
  'receiver.state': call(none, receiverState),
  'receiver.start': call(none, receiverState),
  'receiver.stop': call(none, receiverState),
  /** Which access rule decides for an address on a listener, as a trace of every rule looked at. */
  'receiver.access': call(
    z.strictObject({
      address: z.string().max(64),
      listener: z.string().max(64),
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
    z.strictObject({ allowed: z.boolean(), because: z.string(), path: z.string(), trace: z.array(z.string()) }),
  ),
  /** What a client would see of each listener if these settings were applied: as in `receiver.state`, for a draft. */
  'receiver.ehlo': call(
    z.strictObject({ settings: z.record(z.string(), z.unknown()) }),
    z.strictObject({
      listeners: z.array(
        z.strictObject({
          name: z.string(),
          tls: z.enum(['clear', 'starttls', 'implicit']),
          clear: z.array(z.string()).optional(),
          secured: z.array(z.string()).optional(),
        }),
      ),
      unavailable: z.array(z.strictObject({ mechanism: z.string(), why: z.string() })),
    }),
  ),
  'settings.get': call(none, settingsState),
  'settings.check': call(draft, checked),
  /** Applies a draft made from `revision`; `conflict` when the settings have changed since. */
  'settings.apply': call(
    z.strictObject({ draft, revision: z.number() }),
    z.strictObject({ problems: z.array(problem), restarted: z.array(z.string()), state: settingsState }),
  ),
  'settings.export': call(z.strictObject({ format: z.enum(['axigen', 'yaml', 'schema', 'fail2ban']) }), exported),
  /** Reads files into a draft; nothing is applied. */
  'settings.import': call(
    z.strictObject({
      files: z
        .array(z.strictObject({ name: z.string().max(255), text: z.string().max(8_000_000) }))
        .min(1)
        .max(4),
    }),
    z.strictObject({
      problems: z.array(problem),
      settings: typed<Settings>().optional(),
      notes: z.array(
        z.strictObject({
          file: z.string(),
          line: z.number(),
          text: z.string(),
          kind: z.enum(['carried', 'ignored', 'changed']),
        }),
      ),
    }),
  ),
  'certificate.authority': call(none, z.strictObject({ pem: z.string(), path: z.string() })),
  'sessions.list': call(
    page,
    z.strictObject({
      revision: z.number(),
      rows: z.array(typed<SessionRow>()),
      removed: z.array(z.string()),
      total: z.number(),
      cleared: z.number(),
    }),
  ),
  'sessions.events': call(
    z.strictObject({ session: id, after: z.number().int().min(0) }),
    z.strictObject({ events: z.array(eventSchema as unknown as z.ZodType<Event>), done: z.boolean() }),
  ),
  'sessions.clear': call(none, z.strictObject({ removed: z.number() })),
  'messages.list': call(
    page,
    z.strictObject({
      revision: z.number(),
      rows: z.array(messageRow),
      removed: z.array(z.string()),
      total: z.number(),
      cleared: z.number(),
    }),
  ),
  /** `removed`: octets, from and to, that are left out where the message is handed on. */
  'messages.source': call(
    z.strictObject({ message: id }),
    z.strictObject({
      trace: z.string(),
      bytes: binary,
      removed: z.array(z.strictObject({ start: z.number(), end: z.number() })).optional(),
    }),
  ),
  'messages.parts': call(
    z.strictObject({ message: id }),
    z.strictObject({
      headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
      parts: z.array(messagePart),
      problems: z.array(z.string()),
    }),
  ),
  'messages.clear': call(none, z.strictObject({ removed: z.number() })),
  'log.tail': call(
    z.strictObject({ after: z.number().int().min(0) }),
    z.strictObject({ revision: z.number(), lines: z.array(z.string()) }),
  ),
  /** A well-behaved client sends one message to a listener of the receiver. */
  'test.send': call(
    z.strictObject({
      listener: z.string().max(64),
      from: z.string().max(320),
      to: z.string().max(320),
      subject: z.string().max(998).default('Test message'),
    }),
    z.strictObject({ ok: z.boolean(), reply: z.string() }),
  ),
  ...userCalls,
  ...senderCalls,
  'scenarios.list': call(
    none,
    z.strictObject({ scenarios: z.array(scenarioRow), checks: z.record(z.string(), z.string()) }),
  ),
  'scenarios.source': call(z.strictObject({ scenario: id }), z.strictObject({ yaml: z.string() })),
  /** Plays scenarios (by id or theme; empty = all) against a base; `presets` proves each against those it names. */
  'scenarios.run': call(
    z.strictObject({
      scenarios: z.array(z.string()).max(2000),
      base,
      /** Where scenarios are played that can be played in both worlds; the others go where they can. */
      world: z.enum(worlds).default('real'),
      seed: z.number().int().min(0).max(0xffff_ffff).default(0),
      /** Populations only: begin paused; and virtual ms a real ms, as fast as it can unless said. */
      paused: z.boolean().default(false),
      speed: z.number().positive().optional(),
    }),
    runState,
  ),
  /** Pauses, resumes or steps the simulated populations now played; `to` runs on to a virtual moment and pauses there. */
  'scenarios.pace': call(
    z.union([
      z.strictObject({ action: z.enum(['pause', 'step']) }),
      z.strictObject({ action: z.literal('resume'), speed: z.number().positive().optional() }),
      z.strictObject({ action: z.literal('to'), at: z.number().min(0) }),
    ]),
    z.strictObject({ pace: typed<Pace>().optional() }),
  ),
  /** The courses of populations, the one now played first; of earlier runs the last 20 are kept. */
  'scenarios.timelines': call(
    z.strictObject({
      /** False: only those of the run now on, or of the last; what is over stays as it is. */
      earlier: z.boolean().default(true),
    }),
    z.strictObject({
      timelines: z.array(
        z.strictObject({
          run: z.string(),
          scenario: z.string(),
          case: z.string(),
          base: z.string(),
          seed: z.number(),
          started: z.number(),
          state: z.enum(['running', 'paused', 'done', 'stopped']),
          outcome: z.enum(outcomes).optional(),
          why: z.string().optional(),
          /** The scenario's knobs and the values they had. */
          knobs: z.record(z.string(), z.string()),
          /** Names of the receiver's listeners, in the order in which paths of settings count them. */
          listeners: z.array(z.string()),
          timeline: typed<Timeline>(),
        }),
      ),
    }),
  ),
  'scenarios.cancel': call(none, z.strictObject({ cancelled: z.boolean() })),
  /** The run now on, or the last; results from index `after` on. */
  'scenarios.state': call(
    z.strictObject({ after: z.number().int().min(0) }),
    z.strictObject({ run: runState.optional(), results: z.array(typed<CaseResult>()) }),
  ),
} as const;

export type CallName = keyof typeof calls;
export const callNames = Object.keys(calls) as readonly CallName[];
export type Input<K extends CallName> = z.input<(typeof calls)[K]['input']>;
/** The input as the handler sees it: checked, defaults filled in. */
export type Parsed<K extends CallName> = z.output<(typeof calls)[K]['input']>;
export type Output<K extends CallName> = z.output<(typeof calls)[K]['output']>;

/** The push: which revision numbers have grown; sent at most 20 times a second. */
export const changedSchema = z.strictObject({
  sessions: z.number(),
  messages: z.number(),
  receiver: z.number(),
  settings: z.number(),
  scenarios: z.number(),
  log: z.number(),
});
export type Changed = z.output<typeof changedSchema>;
