// Which mechanisms a user can log in with, and why not with the others: in words for the administrator.
import { type MechanismName, mechanismNames, mechanismTable } from '../contract/mechanisms.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { derivingOf } from './userFor.ts';
import { unpreparedProblem } from './userFields.ts';
import { secretKinds, type User } from './users.ts';

/** A mechanism that cannot be offered to anybody. */
export interface NotOffered {
  readonly mechanism: string;
  readonly why: string;
}

export interface Usable {
  readonly name: MechanismName;
  readonly usable: boolean;
  /** Empty where it is usable. */
  readonly why: string;
}

/** Every mechanism there is, in the order of the table. `unavailable`: what cannot be offered to anybody now. */
export function usableMechanisms(
  user: User,
  settings: Pick<Settings, 'acceptance' | 'authentication'>,
  unavailable: readonly NotOffered[],
): readonly Usable[] {
  return mechanismNames.map((name) => {
    const always = unavailable.find(({ mechanism }) => mechanism === name)?.why;
    const why = user.enabled ? (always ?? whyNot(user, name, settings)) : 'the user is disabled';
    return { name, usable: why === '', why };
  });
}

const AGAIN = 'set the password again';

function whyNot(
  { name: user, secrets, tokens }: User,
  name: MechanismName,
  settings: Pick<Settings, 'acceptance' | 'authentication'>,
): string {
  const { oauth, source } = settings.authentication;
  const { needs } = mechanismTable[name];
  if (needs === 'certificate' || needs === 'ticket') return '';
  if (needs === 'token') {
    if (oauth.keySet.trim() !== '') return '';
    if (!oauth.tokens || source.kind === 'bind') return 'no token of the list is taken (authentication.oauth.tokens)';
    return tokens.length > 0 ? '' : 'no token was given out';
  }
  if ('sealed' in secrets) return `${secrets.why}; ${AGAIN}`;
  const kind = secretKinds[name];
  if (needs === 'password' || kind === undefined) return '';
  const kept = secrets[kind];
  // Older tables took such names.
  const lost = kind.startsWith('scram') ? unpreparedProblem(user) : null;
  if (lost !== null) return `${lost}; add the user anew`;
  if (kept && 'realm' in kept) {
    const { realm } = derivingOf(settings);
    if (kept.realm === realm) return '';
    return `its DIGEST-MD5 secret holds for the realm ${kept.realm}, not for ${realm}; ${AGAIN}`;
  }
  if (kept) return '';
  if ('imported' in secrets.password) return `imported hash: only PLAIN and LOGIN; ${AGAIN}`;
  if (secrets.waiting !== undefined) return `its password was sealed by another host; ${AGAIN}`;
  return kind.startsWith('scram') && secrets['cram-md5']
    ? 'its password has characters that SASLprep does not take (RFC 4013)'
    : `nothing is kept for it; ${AGAIN}`;
}
