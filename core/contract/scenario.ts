// The scenario format: one YAML file that says who talks, what is sent byte for byte, and what must be heard.
import { z } from './schema.ts';
import { parseIp } from './settings/network.ts';

/** The settings a case can be played against. `mine` is the person's own; the others are the presets. */
export const presets = ['axigen-10.3', 'hardened-mx', 'hardened-submission', 'weak'] as const;
export type Preset = (typeof presets)[number];
export type Base = Preset | 'mine';

/** What a case shows about the receiver. For a good citizen `held` means served, `breached` means turned away. */
export const outcomes = ['held', 'breached', 'notApplicable', 'inconclusive'] as const;
export type Outcome = (typeof outcomes)[number];

const replyPattern = z
  .union([
    z
      .number()
      .int()
      .min(200, 'expected a code from 200 to 599, or a class such as 5xx')
      .max(599, 'expected a code from 200 to 599, or a class such as 5xx'),
    z
      .string()
      .regex(
        /^[2-5](\d\d|xx)( [2-5]\.\d{1,3}\.\d{1,3})?$/,
        'expected a code such as 250, a class such as 5xx, or a code with enhanced code such as "550 5.7.1"',
      ),
  ])
  .meta({ title: 'Reply', description: 'A code (250), a class (5xx), or both codes (550 5.7.1).' });

const replies = z.union([replyPattern, z.array(replyPattern).min(1)]);
/** One or several replies, any of which will do. */
export type Replies = z.output<typeof replies>;

const count = z.union([
  z.number().int().min(0),
  z.strictObject({ least: z.number().int().min(0).optional(), most: z.number().int().min(0).optional() }),
]);

const duration = z.number().int().min(0).max(120_000).meta({ description: 'ms' });

/** What is sent as it stands: text with the escapes \\r \\n \\t \\0 \\\\ and \\xHH, or a piece repeated. */
const bytes = z.union([
  z.string(),
  z.strictObject({ repeat: z.string(), times: z.number().int().min(1).max(10_000_000) }),
]);

const expectation = z.strictObject({
  reply: replies.optional().meta({ description: 'The next reply must be this.' }),
  text: z.string().optional().meta({ description: 'The reply must contain this text.' }),
  closed: z
    .boolean()
    .optional()
    .meta({ description: 'The server must (or must not) close the connection next, within the wait.' }),
  within: duration.optional().meta({ description: 'ms to wait, 5000 unless said' }),
});

const step = z.union([
  z
    .strictObject({
      hear: replies,
      else: z
        .literal('stop')
        .optional()
        .meta({ description: 'A client that hears another one, or is closed, leaves quietly; marks count the rest.' }),
    })
    .meta({
      title: 'hear',
      description: 'Reads one reply that the attack needs on its way; another one makes the case inconclusive.',
    }),
  z.strictObject({ expect: z.union([replies, expectation]) }).meta({
    title: 'expect',
    description: 'Reads one reply (or the close) that is the point; another one is a breach.',
  }),
  z.strictObject({ skip: replies }).meta({
    title: 'skip',
    description: 'Reads replies as long as they are these, however many; the first other one is left to the next step.',
  }),
  z
    .strictObject({ say: z.string() })
    .meta({ title: 'say', description: 'Sends the text and CRLF in one segment. Escapes as in send.' }),
  z.strictObject({ send: z.union([bytes, z.array(bytes).min(1)]), pause: duration.optional() }).meta({
    title: 'send',
    description:
      'Sends bytes as they stand, nothing added; a list is sent as one segment each, with the pause between.',
  }),
  z
    .strictObject({ starttls: z.literal(true) })
    .meta({ title: 'starttls', description: 'Says STARTTLS, hears 220, makes the handshake.' }),
  z
    .strictObject({
      login: z.strictObject({
        mechanism: z.enum(['PLAIN', 'LOGIN', 'CRAM-MD5']),
        user: z.string(),
        password: z.string(),
        times: z
          .number()
          .int()
          .min(1)
          .max(1000)
          .optional()
          .meta({ description: 'That many exchanges in a row, each reply read.' }),
        fault: z.enum(['cancel', 'bad-base64', 'no-nul', 'empty']).optional(),
        hear: replies.optional().meta({ description: 'What each exchange must end with; another one is a breach.' }),
      }),
    })
    .meta({ title: 'login', description: 'Computes and plays a whole AUTH exchange.' }),
  z
    .strictObject({
      mail: z.strictObject({
        from: z.string(),
        to: z.union([z.string(), z.array(z.string()).min(1)]),
        subject: z.string().optional(),
        text: z.string().optional(),
        html: z.string().optional(),
        headers: z.record(z.string(), z.string()).optional(),
        user: z.string().optional(),
        password: z.string().optional(),
        tls: z.boolean().optional().meta({ description: 'STARTTLS first; implicit TLS listeners are always secured.' }),
      }),
    })
    .meta({
      title: 'mail',
      description: 'A well-behaved client (nodemailer) connects, sends one message and must be served.',
    }),
  z.strictObject({ wait: duration }).meta({ title: 'wait', description: 'Does nothing for that many ms.' }),
  z.strictObject({ meet: z.literal(true) }).meta({
    title: 'meet',
    description: 'Waits until every other client of the population has got this far, or has ended.',
  }),
  z
    .strictObject({ mark: z.string() })
    .meta({ title: 'mark', description: 'Counts that this client got here; see after.marks.' }),
  z
    .strictObject({ end: z.enum(['quit', 'fin', 'rst']) })
    .meta({ title: 'end', description: 'quit says QUIT and reads 221; fin half-closes; rst resets.' }),
]);
export type Step = z.output<typeof step>;

const address = z
  .string()
  .refine(
    (value) => parseIp(value.split('/')[0] ?? '') !== undefined,
    'expected an address, or a network to take addresses from',
  );

const population = z.strictObject({
  clients: z.number().int().min(1).max(5000),
  from: address
    .optional()
    .meta({ description: 'One address, or a network: each client takes the next address of it.' }),
  every: duration.optional().meta({ description: 'ms between clients; 0 = all at once.' }),
  oneByOne: z.boolean().optional().meta({ description: 'Each client begins when the one before it has ended.' }),
});

const after = z.strictObject({
  stored: count.optional().meta({ description: 'Messages the receiver has stored.' }),
  marks: z.record(z.string(), count).optional().meta({ description: 'How many clients got to each mark.' }),
  verdict: z
    .strictObject({ reason: z.string().optional(), stage: z.string().optional(), count: count.optional() })
    .optional()
    .meta({ description: 'At least one verdict (or that many) with this reason and stage.' }),
  finding: z.strictObject({ check: z.string(), text: z.string().optional() }).optional(),
  questions: z
    .array(z.string())
    .optional()
    .meta({ description: 'DNS questions that must have been asked, e.g. "example.com TXT".' }),
  contains: z
    .string()
    .optional()
    .meta({ description: 'Some stored message contains these bytes. Escapes as in send.' }),
  lacks: z.string().optional().meta({ description: 'No stored message contains these bytes.' }),
  alive: z.boolean().optional().meta({ description: 'Afterwards a new client from 127.0.0.1 is greeted.' }),
});

const expected = z.union([
  z.enum(['held', 'notApplicable']),
  z.strictObject({
    outcome: z.literal('breached'),
    gained: z.string().min(10).meta({ description: 'One sentence: what the attacker gained.' }),
  }),
]);

const talk = z.array(step).min(1);

const variant = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and -'),
  about: z.string().optional(),
  from: address.optional(),
  population: population.optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  zone: z.string().optional(),
  talk: talk.optional(),
  after: after.optional(),
  presets: z.partialRecord(z.enum(presets), expected).optional(),
});

export const scenarioSchema = z
  .strictObject({
    title: z.string().min(5).max(80),
    row: z
      .string()
      .regex(/^[A-Z]{3,4}-\d\d(…\d\d)?$/, 'expected a catalogue row such as AUT-01')
      .meta({ description: 'Row of the attack catalogue.' }),
    kind: z.enum(['attack', 'citizen']).meta({ description: 'An attack must be held; a good citizen must be served.' }),
    role: z.enum(['mx', 'submission', 'submissions']).meta({ description: 'The listener the clients connect to.' }),
    about: z.string().min(20).meta({ description: 'What happens and why it matters, for a mail administrator.' }),
    sources: z.array(z.string()).optional().meta({ description: 'RFC sections, CVEs, manuals.' }),
    knobs: z.array(z.string()).min(1).meta({ description: 'Paths of the settings that decide.' }),
    checks: z
      .array(z.string())
      .default([])
      .meta({ description: 'Names of the checks (stages.ts) this scenario proves.' }),
    world: z.literal('real').default('real'),
    zone: z.string().optional().meta({ description: 'DNS records, one a line: name type data.' }),
    users: z.array(z.strictObject({ name: z.string(), password: z.string() })).optional(),
    settings: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Settings the scenario needs, other than its knobs; merged over the base.' }),
    from: address.optional().meta({ description: 'Address the receiver sees; 127.0.0.1 unless said.' }),
    population: population.optional(),
    talk: talk.optional(),
    after: after.optional(),
    presets: z
      .partialRecord(z.enum(presets), expected)
      .meta({ description: 'The outcome expected under each preset it applies to.' }),
    cases: z
      .array(variant)
      .min(1)
      .optional()
      .meta({ description: 'Variants; each member replaces that of the scenario.' }),
  })
  .superRefine((scenario, context) => {
    if (scenario.talk === undefined && !(scenario.cases ?? []).every((one) => one.talk !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['talk'],
        message: 'a scenario needs a talk, or one in each of its cases',
      });
    const names = (scenario.cases ?? []).map((one) => one.name);
    if (new Set(names).size !== names.length)
      context.addIssue({ code: 'custom', path: ['cases'], message: 'each case needs a name of its own' });
  });

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioCase = z.output<typeof variant>;
export type Expected = z.output<typeof expected>;

/** The outcome and, for a breach, the gain that a preset's entry stands for. */
export function expectedOutcome(expectation: Expected): { readonly outcome: Outcome; readonly gained?: string } {
  return typeof expectation === 'string' ? { outcome: expectation } : expectation;
}

/** One line of a comparison: what was sent, expected and heard. */
export interface TalkLine {
  readonly client: number;
  readonly step: number;
  readonly sent?: string;
  readonly expected?: string;
  readonly heard?: string;
  readonly ok: boolean;
}

/** The result of one case against one base. */
export interface CaseResult {
  /** Path of the file below scenarios/, without .yml, e.g. `auth/password-guessing`. */
  readonly scenario: string;
  /** Name of the case; `-` where the scenario has none. */
  readonly case: string;
  readonly preset: Base;
  readonly world: 'real';
  readonly outcome: Outcome;
  /** Only when the presets are proved. */
  readonly expected?: Outcome;
  readonly ms: number;
  /** One sentence: the first thing that differed, or why it held. */
  readonly why: string;
  /** For a breach: what the attacker gained, where the scenario says so. */
  readonly gained?: string;
  /** The talk of the client that differed (or of the first), at most 500 lines. */
  readonly lines: readonly TalkLine[];
  /** Ids of the sessions the case made, the one that differed first; at most 1000. */
  readonly sessions: readonly string[];
}
