// Populations: how many clients, from where, how they arrive, behave and come again, and what must be true of them all.
import { z } from './schema.ts';
import { address, step } from './scenarioStep.ts';
import { span } from './span.ts';

const perSecond = z.number().positive().max(100_000);
const clients = z.number().int().min(1).max(1_000_000);

/** How the clients of a group begin, one after the other. Without: all at once. */
const arrival = z
  .union([
    z.literal('at-once'),
    z.strictObject({ every: span.meta({ description: 'Between one client and the next.' }) }),
    z.strictObject({ poisson: perSecond.meta({ description: 'Clients a second on average, at random.' }) }),
    z.strictObject({
      ramp: z.strictObject({
        from: z.number().min(0).max(100_000),
        to: perSecond,
        over: span,
      }),
    }),
    z.strictObject({
      diurnal: z.strictObject({
        mean: perSecond.meta({ description: 'Clients a second over the day.' }),
        swing: z.number().min(0).max(1).meta({ description: '0: the same all day; 1: none at the quietest hour.' }),
        peak: z
          .string()
          .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 10:30')
          .meta({ description: 'Time of day (UTC) of most arrivals.' }),
      }),
    }),
  ])
  .meta({
    description:
      'at-once, every (evenly), poisson (at random), ramp (clients a second, growing or falling evenly), or diurnal (a day with a busy hour). Simulated chance comes from the seed.',
  });
export type Arrival = z.output<typeof arrival>;

/** What a client does that was turned away for now: a 4xx reply, no connection, or a connection that ended before its end. */
const retry = z
  .union([
    z.enum(['honest', 'impatient', 'never']),
    z.strictObject({
      after: z
        .array(span)
        .min(1)
        .max(100)
        .meta({ description: 'Waits, one for each retry; the last one again and again.' }),
      spread: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .meta({ description: 'Each wait is longer or shorter by up to this part of it.' }),
      giveUp: span.meta({ description: 'Nothing is tried again so long after the first try.' }),
    }),
  ])
  .meta({
    description:
      'honest: waits 30 min and more, gives up after 5 days (RFC 5321 section 4.5.4.1); impatient: comes again after seconds, for an hour; never; or waits of its own. A 5xx reply ends every client’s tries.',
  });
export type Retry = z.output<typeof retry>;

const talk = z.array(step).min(1);

const group = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and -'),
  kind: z.enum(['citizen', 'bot']).meta({ description: 'A citizen should be served, a bot should not.' }),
  clients,
  from: z.union([address, z.array(address).min(1).max(1000)]).meta({
    description: 'Addresses or networks; clients take the next address of each in turn.',
  }),
  addresses: clients
    .optional()
    .meta({ description: 'So many addresses for all clients of the group; one each unless said.' }),
  arrival: arrival.optional(),
  begins: span.optional().meta({ description: 'When the first of the group arrives; at once unless said.' }),
  retry: retry.optional().meta({ description: 'never unless said' }),
  talk: talk.optional().meta({ description: 'What each does; the scenario’s talk unless said.' }),
  mix: z
    .array(z.strictObject({ name: z.string(), share: z.number().positive().max(1_000_000), talk }))
    .min(2)
    .optional()
    .meta({ description: 'Several behaviours in one group, by share, at random.' }),
});
export type Group = z.output<typeof group>;

/** The talks of a group with their shares; undefined for that of the scenario. */
export function groupTalks({
  talk,
  mix,
}: Group): readonly { readonly talk: Group['talk'] | undefined; readonly share: number }[] {
  return mix ?? [{ talk, share: 1 }];
}

const amount = z.union([
  z.number().min(0),
  z.string().regex(/^(100(\.0+)?|\d{1,2}(\.\d+)?) ?%$/, 'expected a number or a percentage such as 99 %'),
]);
const amounts = z.strictObject({ least: amount.optional(), most: amount.optional() });
const number = z.strictObject({ least: z.number().min(0).optional(), most: z.number().min(0).optional() });

const of = z.string().optional().meta({ description: 'A group, citizens, bots, or all (unless said).' });

const expectation = z.union([
  z
    .strictObject({ of, served: amounts })
    .meta({ title: 'served', description: 'Clients that got through to the end of their talk, sooner or later.' }),
  z
    .strictObject({
      of,
      waits: z.strictObject({
        most: span,
        for: z
          .string()
          .regex(/^\d{1,3}(\.\d+)? ?%$/)
          .optional(),
      }),
    })
    .meta({
      title: 'waits',
      description:
        'From a client’s first try until it is served; for all of them unless a part is said. One that is never served waits for ever.',
    }),
  z.strictObject({ of, turnedAway: amounts, before: z.enum(['greeting', 'mail', 'message']).optional() }).meta({
    title: 'turnedAway',
    description:
      'Connections that were refused, dropped or closed: before the 220 greeting, before a MAIL was accepted, or before a message was.',
  }),
  z.strictObject({ of, tries: number }).meta({ title: 'tries', description: 'Connections of any one client.' }),
  z
    .strictObject({ of, gaveUp: amounts })
    .meta({ title: 'gaveUp', description: 'Clients that stopped trying, or were refused for good.' }),
  z.strictObject({ of, sessionsAtOnce: number, each: z.literal('address').optional() }).meta({
    title: 'sessionsAtOnce',
    description: 'Sessions open (greeted, not closed) at any moment, of all together or of each address.',
  }),
]);
export type PopulationExpectation = z.output<typeof expectation>;

/** The simple form: so many clients, all the same, each plays the talk once. */
const crowd = z.strictObject({
  clients: z.number().int().min(1).max(5000),
  from: address
    .optional()
    .meta({ description: 'One address, or a network: each client takes the next address of it.' }),
  every: span.optional().meta({ description: 'Between clients; 0 = all at once.' }),
  oneByOne: z.boolean().optional().meta({ description: 'Each client begins when the one before it has ended.' }),
});

/** Groups of clients that arrive, are turned away and come again; in the simulated world. */
const society = z.strictObject({
  groups: z.array(group).min(1).max(20),
  until: span.meta({ description: 'Virtual time after which it ends, whoever is still waiting.' }),
  expect: z.array(expectation).max(50).optional(),
});

export const population = z.union([
  crowd.meta({ title: 'crowd' }),
  society.meta({
    title: 'groups',
    description:
      'In a talk of a group, `hear` and `expect` say how an orderly try goes on; another reply ends the try.',
  }),
]);
export type Crowd = z.output<typeof crowd>;
export type Society = z.output<typeof society>;
export type Population = Crowd | Society;

export const isSociety = (population: Population): population is Society => 'groups' in population;

/** What the network between clients and receiver is like. */
export const networkConditions = z
  .strictObject({
    latency: span.optional().meta({ description: 'One way.' }),
    bandwidth: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Octets a second, each way, of each connection.' }),
    segment: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ description: 'Most octets that come at once; 1460 unless said where there is a bandwidth.' }),
    loss: z
      .strictObject({
        of: z.enum(['client', 'server']),
        after: z.number().int().min(0),
        how: z.enum(['reset', 'silence']),
      })
      .optional()
      .meta({ description: 'The connection breaks behind so many octets of one side: both are told, or nobody is.' }),
  })
  .meta({ description: 'Simulated world only.' });
export type NetworkConditions = z.output<typeof networkConditions>;
