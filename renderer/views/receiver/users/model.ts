// The table of users as the window works with it: filtered, told in words, read from fields. Pure.
import type { UserRow } from '../../../../core/contract/userCalls.ts';
import { count } from '../../../ui/figures.ts';

/** A row of the list: a user, known by its name. */
export interface ListedUser extends UserRow {
  readonly id: string;
}

export function listed(users: readonly UserRow[]): readonly ListedUser[] {
  return users.map((user) => ({ ...user, id: user.name }));
}

/** Every word must stand in the name, an alias, or the label of a token. */
export function matching(users: readonly ListedUser[], filter: string): readonly ListedUser[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return users;
  return users.filter((user) => {
    const texts = [user.name, ...user.aliases, ...user.tokens.map(({ label }) => label)].map((t) => t.toLowerCase());
    return words.every((word) => texts.some((text) => text.includes(word)));
  });
}

/** How many mechanisms the user can log in with, of how many. */
export function usable({ mechanisms }: UserRow): { readonly some: number; readonly of: number } {
  return { some: mechanisms.filter((one) => one.usable).length, of: mechanisms.length };
}

/** `3`, `as all`. */
export function quotaWords(quota: number | null): string {
  return quota === null ? 'as all' : count(quota);
}

export interface ReadAliases {
  readonly aliases: readonly string[];
  readonly error?: string;
}

/** The most characters of an alias, and the most aliases of a user: the contract takes no more. */
const LONGEST = 320;
const MOST = 1000;

/** Aliases as they are written, one in each line. */
export function readAliases(text: string): ReadAliases {
  const lines = text.split('\n').map((line) => line.trim());
  const aliases = lines.filter((line) => line !== '');
  const wrong = lines.findIndex((line) => /\s|,|;/.test(line));
  if (wrong >= 0) return { aliases, error: `Line ${wrong + 1}: one alias in each line, without spaces or commas.` };
  const long = lines.findIndex((line) => line.length > LONGEST);
  if (long >= 0) return { aliases, error: `Line ${long + 1} is longer than ${LONGEST} characters: no address is.` };
  const twin = lines.findIndex((line, n) => line !== '' && lines.indexOf(line) < n);
  if (twin >= 0) return { aliases, error: `Line ${twin + 1}: ${lines[twin]} stands there already.` };
  if (aliases.length > MOST)
    return { aliases, error: `${count(aliases.length)} are too many: at most ${count(MOST)}.` };
  return { aliases };
}

/** A quota as it is typed: nothing stands for none of its own. */
export function readQuota(text: string): { readonly quota: number | null; readonly error?: string } {
  const plain = text.trim();
  if (plain === '') return { quota: null };
  if (!/^[1-9]\d{0,6}$/.test(plain) || Number(plain) > 1_000_000)
    return { quota: null, error: `“${plain}” does not fit: write a whole number from 1 to 1,000,000, or nothing.` };
  return { quota: Number(plain) };
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password nobody guesses: 20 letters and digits that are not mistaken for one another, about 99 bits. */
export function generate(): string {
  let password = '';
  while (password.length < 20)
    // Octets above the last whole turn are thrown away, so that every letter is as likely.
    for (const octet of crypto.getRandomValues(new Uint8Array(32)))
      if (octet < 248 && password.length < 20) password += letters[octet % letters.length] ?? '';
  return password;
}
