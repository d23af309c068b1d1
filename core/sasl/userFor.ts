// Users of receivers that live for one case: derived from their passwords as cheaply as the settings allow, and only once.
import { createHash } from 'node:crypto';
import type { Settings } from '../contract/settings/settings.ts';
import { createUser, type Deriving, type NewUser, type User } from './users.ts';

type Deciding = Pick<Settings, 'acceptance' | 'authentication' | 'listeners'>;

/** With what the settings have secrets derived: for the realm that DIGEST-MD5 will ask for, with their iterations. */
export function derivingOf({ acceptance, authentication }: Omit<Deciding, 'listeners'>): Deriving {
  return { realm: authentication.realm || acceptance.hostname, iterations: authentication.scramIterations };
}

/** Every mechanism that any listener offers, in clear or secured. */
export function listedMechanisms({ authentication, listeners }: Omit<Deciding, 'acceptance'>): readonly string[] {
  const own = listeners.map((listener) => listener.authentication).filter((lists) => lists.own);
  return [...new Set([authentication, ...own].flatMap(({ clear, secured }) => [...clear, ...secured]))].sort();
}

/** Users that are remembered; forgotten together when there are more. */
const most = 2000;
const made = new Map<string, User>();

/**
 * A user for a private receiver: what the listed mechanisms need and no more. Its salts follow from its name alone, so that
 * a case draws the same chance whether the user was made for an earlier case or not. Never for a table that is kept.
 * @throws {RangeError} as `createUser`
 */
export function userFor(input: Omit<NewUser, 'created'>, settings: Deciding): User {
  const deriving = { ...derivingOf(settings), mechanisms: listedMechanisms(settings) };
  const key = JSON.stringify([input, deriving]);
  const known = made.get(key);
  if (known) return known;
  let drawn = 0;
  const salt = (octets: number) => createHash('sha256').update(`${drawn++}:${input.name}`).digest().subarray(0, octets);
  const user = createUser({ ...input, created: 0 }, salt, deriving);
  if (made.size >= most) made.clear();
  made.set(key, user);
  return user;
}
