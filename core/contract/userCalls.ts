// The calls about users and logins: the table of users, what is imported into it, and a login that is tried.
import { z } from './schema.ts';

export const none = z.strictObject({});
export const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });

const user = z.strictObject({
  name: z.string(),
  created: z.number(),
  enabled: z.boolean(),
  /** Addresses and `@domains` it may send as, beside its own name. */
  aliases: z.array(z.string()),
  /** Failed logins before it is held off; null: as `protection.failedLogins.account` says. */
  quota: z.number().nullable(),
  /** Which of `mechanismSets` holds for the user: a place in it, from 0. */
  mechanisms: z.number().int().min(0),
  tokens: z.array(z.strictObject({ id: z.string(), label: z.string(), created: z.number() })),
});
/** Every mechanism there is, in the order of the table: whether a user can log in with it, and why not. */
const mechanismSet = z.array(z.strictObject({ name: z.string(), usable: z.boolean(), why: z.string() }));
export type MechanismSet = z.output<typeof mechanismSet>;

/** The users, and how their secrets lie on the disk. */
const userList = z.strictObject({
  users: z.array(user),
  /** Each set that some user has, once: thousands of users have few between them. */
  mechanismSets: z.array(mechanismSet),
  storage: z.strictObject({ sealed: z.boolean(), notice: z.string() }),
});

/** One move of a login that was tried, as the client saw it; secrets are named with their length. */
const triedMove = z.strictObject({ from: z.enum(['client', 'server']), text: z.string() });

type UserList = z.output<typeof userList>;

/** A user as it is told, with what it can log in with. */
export type UserRow = Omit<z.output<typeof user>, 'mechanisms'> & { readonly mechanisms: MechanismSet };

/** The users of a list, each with its mechanisms; users that have the same share one array. */
export function userRows({ users, mechanismSets }: Pick<UserList, 'users' | 'mechanismSets'>): readonly UserRow[] {
  return users.map((one) => ({ ...one, mechanisms: mechanismSets[one.mechanisms] ?? [] }));
}

export const userCalls = {
  /** Logs in to a listener of the receiver, with any mechanism; the session stands among the others afterwards. */
  'test.login': call(
    z.strictObject({
      listener: z.string().max(64),
      /** STARTTLS first; listeners with implicit TLS are always secured. */
      secured: z.boolean(),
      mechanism: z.string().max(20),
      user: z.string().max(1024),
      password: z.string().max(1024).default(''),
      /** OAUTHBEARER and XOAUTH2. */
      token: z.string().max(16_384).default(''),
      authzid: z.string().max(1024).default(''),
    }),
    z.strictObject({
      ok: z.boolean(),
      /** The last reply, or what kept it from coming. */
      reply: z.string(),
      moves: z.array(triedMove),
      session: z.string().optional(),
    }),
  ),
  'users.list': call(none, userList),
  /** Adds a user, or changes what is named of an old one; a new user needs a password. */
  'users.set': call(
    z.strictObject({
      name: z.string().min(1).max(255),
      password: z.string().min(1).max(1024).optional(),
      enabled: z.boolean().optional(),
      aliases: z.array(z.string().min(1).max(320)).max(1000).optional(),
      quota: z.number().int().min(1).max(1_000_000).nullable().optional(),
    }),
    userList,
  ),
  'users.remove': call(z.strictObject({ name: z.string() }), userList),
  /** Gives out an opaque token for OAUTHBEARER and XOAUTH2; it is told here and never again. */
  'users.token': call(
    z.strictObject({ name: z.string(), label: z.string().max(100) }),
    z.strictObject({ token: z.string(), list: userList }),
  ),
  'users.revoke': call(z.strictObject({ name: z.string(), id: z.string() }), userList),
  /** Reads CSV or htpasswd; without `apply` it only tells what would happen. Lines that cannot be taken stop nothing. */
  'users.import': call(
    z.strictObject({
      format: z.enum(['csv', 'htpasswd']),
      text: z.string().max(8_000_000),
      apply: z.boolean(),
    }),
    z.strictObject({
      rows: z.array(
        z.strictObject({
          line: z.number(),
          name: z.string(),
          what: z.enum(['new', 'changed', 'same', 'skipped']),
          /** Why it is skipped, or which mechanisms will not work; empty when there is nothing to say. */
          note: z.string(),
        }),
      ),
      /** Only where it was applied. */
      list: userList.optional(),
    }),
  ),
} as const;
