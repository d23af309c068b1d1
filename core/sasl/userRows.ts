// The shape of a user's row: version 2, and version 1 which kept the password; messages never hold a value.
import { z } from '../contract/schema.ts';
import { decodeBase64 } from './base64.ts';
import { importedProblem } from './importedHash.ts';
import { hashLength, isScryptCost } from './passwordHash.ts';
import { aliasProblem, nameProblem, quotaProblem } from './userFields.ts';

/** Version of the rows below; a newer one is refused. */
export const rowVersion = 2;

const text = (message: string, holds: (value: string) => boolean) =>
  z.string({ error: message }).refine(holds, { error: message });
const whole = (message: string, least: number) =>
  z.custom<number>((value) => Number.isSafeInteger(value) && (value as number) >= least, { error: message });
/** Octets in base64: as many as said, or `least` or more. */
const octets = ({ exactly, least = 1 }: { readonly exactly?: number; readonly least?: number }) => {
  const message = `must be ${exactly ?? `${least} or more`} octets in base64`;
  return text(message, (value) => {
    const { length } = decodeBase64(value) ?? { length: -1 };
    return exactly === undefined ? length >= least : length === exactly;
  }).transform((value) => Buffer.from(value, 'base64'));
};

const name = text('must be 1 to 255 octets without control characters', (value) => nameProblem(value) === null);
const created = whole('must be milliseconds since 1970', 0);

const COST = 'must be cost (a power of two), block and parallel, 256 MiB together at most';
const scryptHash = z.strictObject(
  {
    scrypt: z
      .strictObject({ cost: whole(COST, 1), block: whole(COST, 1), parallel: whole(COST, 1) }, { error: COST })
      .refine(isScryptCost, { error: COST }),
    salt: octets({ least: 8 }),
    hash: octets({ exactly: hashLength }),
  },
  { error: 'must be an object with scrypt, salt and hash' },
);
const importedHash = z.strictObject({
  imported: text('must be a hash that is known here', (value) => importedProblem(value) === null),
});
const isImported = (value: unknown) => typeof value === 'object' && value !== null && 'imported' in value;

const scram = (length: number) =>
  z
    .strictObject({
      salt: octets({ least: 8 }),
      iterations: whole('must be a whole number', 1),
      storedKey: octets({ exactly: length }),
      serverKey: octets({ exactly: length }),
    })
    .optional();

/** What is sealed, or lies there under `plain`. */
export const secretsSchema = z.strictObject(
  {
    // A union would tell of both shapes at once.
    password: z.unknown().transform((value, context) => {
      const read = (isImported(value) ? importedHash : scryptHash).safeParse(value);
      if (read.success) return read.data;
      context.issues.push(...read.error.issues.map((issue) => ({ ...issue, input: undefined }) as never));
      return z.NEVER;
    }),
    'scram-sha-1': scram(20),
    'scram-sha-256': scram(32),
    'cram-md5': z.strictObject({ inner: octets({ exactly: 16 }), outer: octets({ exactly: 16 }) }).optional(),
    'digest-md5': z.strictObject({ realm: text('must be text', () => true), hash: octets({ exactly: 16 }) }).optional(),
    waiting: text('must be base64', (value) => decodeBase64(value) !== null).optional(),
  },
  { error: 'must be an object with password and what mechanisms need' },
);

const HOLDER = 'must be {"plain": secrets} or {"sealed": base64}';
const base64 = octets({ least: 1 });

export const rowSchema = z.strictObject(
  {
    version: z.literal(rowVersion),
    name,
    created,
    enabled: z.boolean({ error: 'must be true or false' }),
    aliases: z.array(
      text('must be an address, @domain, or the name of a user', (value) => aliasProblem(value) === null),
      { error: 'must be a list' },
    ),
    quota: z.custom<number | null>(
      (value) => value === null || (typeof value === 'number' && quotaProblem(value) === null),
      {
        error: 'must be a whole number from 1 to 1000000, or null',
      },
    ),
    tokens: z.array(
      z.strictObject({
        id: text('must be 1 to 64 letters and digits', (value) => /^[A-Za-z0-9]{1,64}$/.test(value)),
        label: text('must be text', () => true),
        created,
        hash: octets({ exactly: 32 }),
      }),
      { error: 'must be a list' },
    ),
    secrets: z
      .strictObject({ plain: z.unknown().optional(), sealed: base64.optional() }, { error: HOLDER })
      .refine(({ plain, sealed }) => (plain === undefined) !== (sealed === undefined), { error: HOLDER }),
  },
  { error: 'must be an object' },
);

const SECRET = 'must be null, {"plain": text} or {"sealed": base64}';

/** Version 1: a hash, and the password itself for mechanisms that compute with it. */
export const oldRowSchema = z.strictObject(
  {
    name,
    created,
    password: scryptHash,
    secret: z
      .strictObject({ plain: z.string().optional(), sealed: base64.optional() }, { error: SECRET })
      .refine(({ plain, sealed }) => (plain === undefined) !== (sealed === undefined), { error: SECRET })
      .nullable(),
  },
  { error: 'must be an object' },
);

/** The row of the table itself, under the one name that no user can have: the key of what is made up for unknown names. */
export const keySchema = z.strictObject({
  version: z.literal(rowVersion),
  name: z.literal(''),
  key: octets({ exactly: 32 }),
});
