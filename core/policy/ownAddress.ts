// Whose address is it? Which addresses a client may write as, once it has logged in (RFC 6409 section 6.1).
import type { Mailbox, SessionFacts } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';

/** `authentication.senderLogin` and `authentication.fromLogin`. */
export type SenderRule = Settings['authentication']['senderLogin'];

export interface Writer {
  readonly name: string;
  /** Addresses and `@domains`. */
  readonly aliases: readonly string[];
}

/**
 * Who writes in this session; undefined before a login. Aliases are those of the login, so who acts for another writes as
 * that one alone; a name that XCLIENT gave has none that we know.
 */
export function writerOf({ user, login }: Pick<SessionFacts, 'user' | 'login'>): Writer | undefined {
  if (user === undefined) return undefined;
  return { name: user, aliases: login?.login === user ? login.aliases : [] };
}

/** Whose login it is: what is counted of an account is counted of this one, whomever it acts for. */
export function accountOf({ user, login }: Pick<SessionFacts, 'user' | 'login'>): string | undefined {
  return login?.login ?? user;
}

/**
 * Domains are compared in any case, local parts exactly, as names are at a login; a quoted local part is what it quotes. A
 * name without a domain stands for itself at every local one.
 */
export function isOwn(settings: Settings, rule: SenderRule, { writer, address }: Writing): boolean {
  const { name, aliases } = writer;
  switch (rule) {
    case 'any':
      return true;
    case 'exact':
      return matches(settings, name, address);
    case 'alias':
      return [name, ...aliases].some((each) => matches(settings, each, address));
    case 'domain':
      return [name, ...aliases].some((each) => isIn(settings, each, address));
  }
}

export interface Writing {
  readonly writer: Writer;
  readonly address: Pick<Mailbox, 'local' | 'domain'>;
}

function matches(settings: Settings, name: string, address: Writing['address']): boolean {
  const local = localOf(name);
  return (local === '' || local === unquoted(address.local)) && isIn(settings, name, address);
}

function isIn({ domains }: Settings, name: string, { domain }: Writing['address']): boolean {
  if (domain === '') return false;
  const at = name.lastIndexOf('@');
  const wanted = domain.toLowerCase();
  if (at >= 0) return name.slice(at + 1).toLowerCase() === wanted;
  return domains.local.some((each) => each.name.toLowerCase() === wanted);
}

/** Empty for a whole domain. */
function localOf(name: string): string {
  const at = name.lastIndexOf('@');
  return unquoted(at >= 0 ? name.slice(0, at) : name);
}

function unquoted(local: string): string {
  return /^".*"$/s.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, '$1') : local;
}
