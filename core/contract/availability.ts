// Which mechanisms cannot be offered whatever the lists say, and why: the receiver leaves them out, the window says so.
import { type MechanismName, mechanismTable } from './mechanisms.ts';
import type { Settings } from './settings/settings.ts';

export interface Unavailable {
  readonly mechanism: MechanismName;
  /** A sentence for the administrator, with the setting that decides. */
  readonly why: string;
}

/** `kerberos`: why the host cannot accept tickets; undefined when it can, or when that is not known. */
export function unavailableMechanisms(
  { source, oauth }: Pick<Settings['authentication'], 'source' | 'oauth'>,
  kerberos?: string,
): readonly Unavailable[] {
  const names = Object.keys(mechanismTable) as readonly MechanismName[];
  return names.flatMap((mechanism): Unavailable[] => {
    const { needs } = mechanismTable[mechanism];
    if (needs === 'secret' && source.kind === 'bind')
      return [
        { mechanism, why: 'a directory that is asked by binding gives out no secrets (authentication.source.kind)' },
      ];
    const listed = oauth.tokens && source.kind === 'table';
    if (needs === 'token' && !listed && oauth.keySet.trim() === '')
      return [
        {
          mechanism,
          why: `no token can be checked: there is no key set (authentication.oauth.keySet), and ${oauth.tokens ? 'a directory that is asked by binding has no list of tokens (authentication.source.kind)' : 'those of the list are not taken (authentication.oauth.tokens)'}`,
        },
      ];
    if (needs === 'ticket' && kerberos !== undefined) return [{ mechanism, why: kerberos }];
    return [];
  });
}
