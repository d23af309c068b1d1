// One user changed: what a change names becomes new, all else stays; a new password gives everything derived from it anew.
import type { Parsed } from '../contract/calls.ts';
import { HostError } from '../contract/rpc.ts';
import { hashPassword, type PasswordHash, saltLength } from '../sasl/passwordHash.ts';
import { prepared } from '../sasl/prepare.ts';
import { aliasProblem, quotaProblem } from '../sasl/userFields.ts';
import { createUser, derived, type Deriving, type User } from '../sasl/users.ts';
import type { World } from '../world/world.ts';

/** What making secrets needs beside the password. */
export interface Making {
  readonly world: Pick<World, 'random' | 'now'>;
  readonly deriving: Deriving;
}

/** @throws {HostError} `bad-input` where the change cannot be made; the message holds no password */
export function changedUser(old: User | undefined, change: Parsed<'users.set'>, { world, deriving }: Making): User {
  const fields = {
    enabled: change.enabled ?? old?.enabled ?? true,
    aliases: unique(change.aliases ?? old?.aliases ?? []),
    quota: change.quota === undefined ? (old?.quota ?? null) : change.quota,
  };
  if (change.password === undefined && old) {
    const problem = quotaProblem(fields.quota) ?? fields.aliases.map(aliasProblem).find((one) => one !== null) ?? null;
    if (problem !== null) throw new HostError('bad-input', problem);
    return { ...old, ...fields };
  }
  const created = old?.created ?? world.now();
  const input = { name: change.name, password: change.password ?? '', created, ...fields };
  try {
    const user = createUser(input, (octets) => world.random(octets), deriving);
    return { ...user, tokens: old?.tokens ?? [] };
  } catch (error) {
    throw error instanceof RangeError ? new HostError('bad-input', error.message) : error;
  }
}

/** A user whose password an older version of the table kept: what mechanisms need is derived, and the password is gone. */
export function upgraded(user: User, password: string, { world, deriving }: Making): User {
  const random = (octets: number) => world.random(octets);
  if ('sealed' in user.secrets) return user;
  // The old hash is of the password as it came.
  const asItWas = (prepared(password, 'query') ?? password) === password;
  const hash: PasswordHash = asItWas ? user.secrets.password : hashPassword(password, Buffer.from(random(saltLength)));
  return { ...user, secrets: { password: hash, ...derived({ name: user.name, password }, random, deriving) } };
}

const unique = (values: readonly string[]) => [...new Set(values)];
