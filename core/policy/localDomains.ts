// For whom mail is taken in: local domains and their recipients, made ready for asking.
import type { Mailbox } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';

export interface LocalDomain {
  readonly name: string;
  /** Path in the settings, e.g. `domains.local.0`. */
  readonly path: string;
  readonly accept: 'any' | 'listed';
  /** Lower case. */
  readonly listed: ReadonlySet<string>;
}

type Configured = Settings['domains']['local'];

const ready = new WeakMap<Configured, ReadonlyMap<string, LocalDomain>>();

/** The local domain of a mailbox, compared without regard to case; undefined when it is remote. */
export function localDomain(settings: Settings, mailbox: Mailbox): LocalDomain | undefined {
  const { local } = settings.domains;
  let domains = ready.get(local);
  if (domains === undefined) ready.set(local, (domains = compile(local)));
  return domains.get(mailbox.domain.toLowerCase());
}

/** The first of two entries for one domain counts. */
function compile(local: Configured): ReadonlyMap<string, LocalDomain> {
  const domains = new Map<string, LocalDomain>();
  for (const [index, { name, accept, recipients }] of local.entries()) {
    const key = name.toLowerCase();
    if (domains.has(key)) continue;
    const listed = new Set(recipients.map((each) => each.toLowerCase()));
    domains.set(key, { name, path: `domains.local.${index}`, accept, listed });
  }
  return domains;
}

/** postmaster of any domain, and a bare postmaster (RFC 5321 section 4.5.1); in any case. */
export function isPostmaster(mailbox: Mailbox): boolean {
  return mailbox.local.length === 10 && mailbox.local.toLowerCase() === 'postmaster';
}

/** A local part that names a further hop (RFC 1123 section 5.2.16): `user%other`, `other!user`, `"user@other"`. */
export function isRouted(mailbox: Mailbox): boolean {
  return /[%!@]/.test(mailbox.local);
}
