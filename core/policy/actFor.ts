// May a user act for another, as the authorisation identity of a login asks (RFC 4422 section 2)?
import type { Settings } from '../contract/settings/settings.ts';

interface Account {
  readonly name: string;
  /** As in `LoggedIn`: addresses and `@domains`. */
  readonly aliases: readonly string[];
}

/**
 * `authentication.actFor`: for itself a user may always act. An alias that is a whole domain (`@example.com`) names nobody
 * to act for.
 */
export function mayActFor(
  { actFor }: Pick<Settings['authentication'], 'actFor'>,
  { name, aliases }: Account,
  authzid: string,
): boolean {
  if (authzid === name) return true;
  switch (actFor) {
    case 'nobody':
      return false;
    case 'anyone':
      return true;
    case 'alias':
      return !authzid.startsWith('@') && aliases.includes(authzid);
  }
}
