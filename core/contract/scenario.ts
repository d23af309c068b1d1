// The scenario format: one YAML file that says who talks, what is sent byte for byte, and what must be heard.
import { closeReasons } from './event.ts';
import { isSociety, networkConditions, population } from './scenarioPopulation.ts';
import { literal } from './scenarioBytes.ts';
import { address, step } from './scenarioStep.ts';
import { scenarioWorld, type WorldName } from './scenarioWorld.ts';
import { z } from './schema.ts';
import type { Timeline } from './timeline.ts';
import { actions } from './verdict.ts';

/** The settings a case can be played against. `mine` is the person's own; the others are the presets. */
export const presets = ['axigen-10.3', 'hardened-mx', 'hardened-submission', 'weak'] as const;
export type Preset = (typeof presets)[number];
export type Base = Preset | 'mine';

/** What a case shows about the receiver. For a good citizen `held` means served, `breached` means turned away. */
export const outcomes = ['held', 'breached', 'notApplicable', 'inconclusive'] as const;
export type Outcome = (typeof outcomes)[number];

const count = z.union([
  z.number().int().min(0),
  z.strictObject({ least: z.number().int().min(0).optional(), most: z.number().int().min(0).optional() }),
]);

const after = z.strictObject({
  stored: count.optional().meta({ description: 'Messages the receiver has stored.' }),
  marks: z.record(z.string(), count).optional().meta({ description: 'How many clients got to each mark.' }),
  verdict: z
    .strictObject({ reason: z.string().optional(), stage: z.string().optional(), count: count.optional() })
    .optional()
    .meta({ description: 'At least one verdict (or that many) with this reason and stage.' }),
  finding: z
    .strictObject({
      check: z.string(),
      text: z.string().optional(),
      least: z.enum(actions).optional().meta({
        description: 'Its action is this one or a stronger one; mark: whoever comes after us is told at least.',
      }),
    })
    .optional()
    .meta({ description: 'Some finding of this check, with this text in it.' }),
  questions: z
    .array(z.string())
    .optional()
    .meta({ description: 'DNS questions that must have been asked, e.g. "example.com TXT".' }),
  contains: z
    .string()
    .optional()
    .meta({ description: 'Some stored message contains these bytes. Escapes as in send.' }),
  lacks: z.string().optional().meta({ description: 'No stored message contains these bytes.' }),
  equals: literal
    .optional()
    .meta({ description: 'Some stored message is exactly these bytes. Written as in send; a list is put together.' }),
  trace: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .meta({
      description: 'The trace fields we would add to some stored message contain each of these texts, unfolded.',
    }),
  lacksTrace: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .meta({ description: 'The trace fields of no stored message contain any of these texts.' }),
  handedOn: z.strictObject({ contains: z.string().optional(), lacks: z.string().optional() }).optional().meta({
    description:
      'Some message as it would be handed on, our trace fields in front and what is removed left out, contains these bytes; none contains those. Escapes as in send.',
  }),
  quarantined: count.optional().meta({ description: 'Messages stored, but kept apart.' }),
  discarded: count.optional().meta({ description: 'Messages that were answered with 250 and thrown away.' }),
  answer: z
    .looseObject({ kind: z.string().optional(), result: z.union([z.string(), z.array(z.string())]).optional() })
    .optional()
    .meta({
      description:
        'Some finding has an answer with these members, e.g. { kind: dkim, result: pass }: of a mapping those that are named, of a list each of them in some place of it.',
    }),
  octets: count.optional().meta({ description: 'Octets of each stored message.' }),
  closed: z
    .strictObject({ reason: z.enum(closeReasons), count: count.optional() })
    .optional()
    .meta({ description: 'At least one session (or that many) ended for this reason.' }),
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

const disk = z
  .strictObject({ full: z.number().int().min(1).max(1000) })
  .meta({ description: 'The disk is full when each of the first that many messages is to be stored; then it is not.' });

const variant = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and -'),
  about: z.string().optional(),
  from: address.optional(),
  population: population.optional(),
  network: networkConditions.optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  zone: z.string().optional(),
  disk: disk.optional(),
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
    knobs: z
      .array(z.string())
      .meta({ description: 'Paths of the settings that decide. None: it must hold whatever the settings are.' }),
    checks: z
      .array(z.string())
      .default([])
      .meta({ description: 'Names of the checks (stages.ts) this scenario proves.' }),
    world: scenarioWorld,
    zone: z.string().optional().meta({
      description:
        'DNS records, one a line: name type data. `s1._domainkey.example.org DKIM rsa2048a t=s` stands for the TXT record of that test key, with tags if need be. example.com, example.net and example.org have an MX unless a line is about them.',
    }),
    users: z
      .array(
        z.strictObject({
          name: z.string(),
          password: z.string(),
          aliases: z.array(z.string()).optional(),
          enabled: z.boolean().optional(),
          quota: z.number().int().min(1).optional(),
          tokens: z.array(z.string()).optional().meta({ description: 'Opaque tokens for OAUTHBEARER and XOAUTH2.' }),
        }),
      )
      .optional(),
    settings: z.record(z.string(), z.unknown()).optional().meta({
      description:
        'Settings the scenario needs, other than its knobs; merged over the base. A mapping for `listeners` is laid on each of them.',
    }),
    from: address.optional().meta({ description: 'Address the receiver sees; 127.0.0.1 unless said.' }),
    population: population.optional(),
    network: networkConditions.optional(),
    disk: disk.optional(),
    opening: talk.optional().meta({ description: 'Steps in front of every talk.' }),
    talk: talk.optional(),
    closing: talk.optional().meta({ description: 'Steps behind every talk.' }),
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
    const hasTalk = ({ talk, population = scenario.population }: Pick<ScenarioCase, 'talk' | 'population'>) =>
      talk !== undefined || (population !== undefined && isSociety(population));
    // Groups may have talks of their own: whether each has one is looked at where the file is loaded.
    if (!hasTalk(scenario) && !(scenario.cases !== undefined && scenario.cases.every(hasTalk)))
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
  readonly world: WorldName;
  readonly outcome: Outcome;
  /** Only when the presets are proved, and this host has what the case needs beside the settings, such as a Kerberos ticket. */
  readonly expected?: Outcome;
  readonly ms: number;
  /** One sentence: the first thing that differed, or why it held. */
  readonly why: string;
  /** For a breach: what the attacker gained, where the scenario says so. */
  readonly gained?: string;
  /** The talk of the client that differed (or of the first), at most 500 lines. */
  readonly lines: readonly TalkLine[];
  /** Of a simulated case with groups, its course. */
  readonly timeline?: Timeline;
  /** Ids of the sessions the case made, the one that differed first; at most 1000. */
  readonly sessions: readonly string[];
}
