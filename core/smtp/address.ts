// Addresses as SMTP writes them: paths, mailboxes, domains and address literals (RFC 5321 sections 4.1.2, 4.1.3, 4.5.3.1).
import type { Mailbox } from '../contract/facts.ts';
import { fromUtf8, hasTrueALabels, isAscii, toALabels } from './international.ts';

/** Why a text is no address. */
export type AddressProblem =
  /** Nothing where an address should be. */
  | 'empty'
  /** `<` without `>`, or text behind the mailbox. */
  | 'brackets'
  | 'local-part'
  /** A quoted local part without an end, or with a control character. */
  | 'quoted-string'
  /** A local part alone, and it is not postmaster. */
  | 'no-domain'
  | 'domain'
  /** `[...]` that is no IPv4, IPv6 or tagged literal. */
  | 'literal'
  | 'source-route'
  /** Octets above 0x7F that are no UTF-8. */
  | 'utf-8'
  /** Labels above ASCII that have no A-label. */
  | 'no-a-label'
  | 'local-part-too-long'
  | 'domain-too-long'
  | 'path-too-long';

/** What was taken although the grammar does not have it; refusing it is for the strict. */
export type AddressLeniency =
  /** `MAIL FROM:a@b` */
  | 'no-brackets'
  /** A dot at either end of the local part, or two in a row. */
  | 'dots-in-local-part'
  /** A host name no DNS label syntax forbids, but RFC 5321 does. */
  | 'underscore-in-domain'
  /** `a@192.0.2.1`: a domain by grammar, an address without brackets by intent. */
  | 'bare-ip-address'
  /** `[2001:db8::1]`: by grammar a tag 2001 nobody registered, an address without its tag by intent (section 4.1.3). */
  | 'untagged-ipv6'
  /** `<@one,@two:a@b>`: within the grammar, but RFC 5321 section 3.6.1 lets a server decline it. */
  | 'source-route'
  /** `xn--...` that stands for nothing. */
  | 'fake-a-label'
  /** A label above ASCII that IDNA writes otherwise: another case, or another normal form. */
  | 'u-label-not-normal';

export type DomainKind = 'name' | 'ipv4' | 'ipv6' | 'general';

/** An address that was understood. `raw`, `local` and `domain` as in the contract; `local` without quotes and backslashes. */
export interface Address extends Mailbox {
  readonly ok: true;
  /** `null`: `<>`, no sender. `postmaster`: `<postmaster>`, which needs no domain (section 4.1.1.3). */
  readonly form: 'mailbox' | 'null' | 'postmaster';
  /** Absent where there is no domain. */
  readonly domainKind?: DomainKind;
  /** The hosts of an obsolete source route, to be ignored (section 4.1.1.3, appendix C). */
  readonly route: readonly string[];
  /** Holds octets above 0x7F; lawful only with SMTPUTF8 (RFC 6531), and then read by {@link international}. */
  readonly nonAscii: boolean;
  readonly lenient: readonly AddressLeniency[];
  /** Where the text behind the address begins. */
  readonly end: number;
}

/** No address; `at` is where reading stopped. */
export interface NoAddress {
  readonly ok: false;
  readonly why: AddressProblem;
  readonly at: number;
}

/** Octets a receiver must take (sections 4.5.3.1.1 to 4.5.3.1.3); more is refused. The path counts its brackets and route. */
export const addressLimits = { localPart: 64, domain: 255, path: 256 } as const;

/** Atoms and dots as they come; where the dots may stand is looked at afterwards. */
const dotString = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\x80-\xff]+/y;
/** Quoted-string: printable ASCII and blanks, a backslash in front of any of them; UTF-8 without one (RFC 6531 section 3.3). */
const quotedString = /"((?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*)"/y;
const domainName = /[A-Za-z0-9._\-\x80-\xff]*/y;
const addressLiteral = /\[([^\]]*)\]/y;
/** sub-domain = Let-dig [Ldh-str], at most 63 octets (RFC 1035 section 2.3.4); the underscore is our leniency. */
const label = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
/** A U-label may have more octets than its A-label; whether there is one is seen later. */
const wideLabel = /^[A-Za-z0-9_\x80-\xff](?:[A-Za-z0-9_\-\x80-\xff]*[A-Za-z0-9_\x80-\xff])?$/;

type Parts = Pick<Address, 'form' | 'raw' | 'local' | 'domain' | 'domainKind' | 'lenient' | 'end'>;

/**
 * Reads `<...>` at `from`, or a mailbox without brackets up to the next blank. Text is one character per octet.
 * Nothing is decided here: a source route, octets above 0x7F and every tolerance are named in the result.
 */
export function readPath(text: string, from = 0): Address | NoAddress {
  if (text[from] !== '<') {
    const mailbox = readMailbox(text, from, /[ \t]/);
    if (!mailbox.ok) return mailbox;
    return finish(text, from, { ...mailbox, lenient: ['no-brackets', ...mailbox.lenient] });
  }
  if (text[from + 1] === '>') {
    const nobody = { form: 'null', raw: '', local: '', domain: '', lenient: [] } as const;
    return finish(text, from, { ...nobody, end: from + 2 });
  }
  const route = readRoute(text, from + 1);
  if (!route.ok) return route;
  const mailbox = readMailbox(text, route.end, />/);
  if (!mailbox.ok) return mailbox;
  if (text[mailbox.end] !== '>') return no('brackets', mailbox.end);
  return finish(text, from, { ...mailbox, end: mailbox.end + 1, route: route.hosts });
}

/** Reads `local@domain` as the whole of a text, without brackets or route. */
export function parseMailbox(text: string): Address | NoAddress {
  const mailbox = readMailbox(text, 0, /$^/);
  if (!mailbox.ok) return mailbox;
  return mailbox.end < text.length ? no('brackets', mailbox.end) : finish(text, 0, mailbox);
}

function no(why: AddressProblem, at: number): NoAddress {
  return { ok: false, why, at };
}

function finish(
  text: string,
  from: number,
  parts: Parts & { readonly route?: readonly string[] },
): Address | NoAddress {
  const { form, raw, local, domain, domainKind, route = [], lenient, end } = parts;
  if (end - from > addressLimits.path) return no('path-too-long', from + addressLimits.path);
  const nonAscii = !isAscii(text.slice(from, end));
  return {
    ok: true,
    form,
    raw,
    local,
    domain,
    ...(domainKind && { domainKind }),
    route,
    nonAscii,
    lenient: route.length > 0 ? [...lenient, 'source-route'] : lenient,
    end,
  };
}

/** An address above ASCII as SMTPUTF8 has it: UTF-8, its domain in A-labels (RFC 6531 section 3.3). */
export function international(address: Address): Address | NoAddress {
  const { nonAscii, end } = address;
  if (!nonAscii) return address;
  const raw = fromUtf8(address.raw);
  const local = fromUtf8(address.local);
  const name = fromUtf8(address.domain);
  if (raw === undefined || local === undefined || name === undefined) return no('utf-8', end);
  if (isAscii(name)) return { ...address, raw, local };
  const labels = toALabels(name);
  if (!labels) return no('no-a-label', end);
  const lenient: readonly AddressLeniency[] = labels.isNormal
    ? address.lenient
    : [...address.lenient, 'u-label-not-normal'];
  return { ...address, raw, local, domain: labels.ascii, lenient };
}

/** A-d-l = At-domain *( "," At-domain ), with the ":" behind it; no hosts when there is none. */
function readRoute(text: string, from: number): { ok: true; hosts: string[]; end: number } | NoAddress {
  const hosts: string[] = [];
  let at = from;
  while (text[at] === '@') {
    const domain = readDomain(text, at + 1);
    if (!domain.ok) return domain;
    hosts.push(domain.domain);
    at = domain.end + 1;
    if (text[domain.end] === ':') return { ok: true, hosts, end: at };
    if (text[domain.end] !== ',') return no('source-route', domain.end);
  }
  return hosts.length > 0 ? no('source-route', at) : { ok: true, hosts, end: at };
}

/** Mailbox = Local-part "@" ( Domain / address-literal ), or postmaster alone in brackets; `stop` ends a path. */
function readMailbox(text: string, from: number, stop: RegExp): ({ readonly ok: true } & Parts) | NoAddress {
  const ends = (at: number) => at >= text.length || stop.test(text[at]!);
  if (ends(from)) return no('empty', from);
  const [local, end] = readLocalPart(text, from);
  if (local === null) return no(text[from] === '"' ? 'quoted-string' : 'local-part', from);
  if (end - from > addressLimits.localPart) return no('local-part-too-long', from + addressLimits.localPart);
  const lenient: AddressLeniency[] = [];
  if (text[from] !== '"' && /^\.|\.\.|\.$/.test(local)) lenient.push('dots-in-local-part');
  if (text[end] !== '@') {
    if (!ends(end)) return no('local-part', end);
    if (text[from] === '"' || !isPostmaster(local) || text[end] !== '>') return no('no-domain', end);
    return { ok: true, form: 'postmaster', raw: text.slice(from, end), local, domain: '', lenient, end };
  }
  const domain = readDomain(text, end + 1);
  if (!domain.ok) return domain;
  lenient.push(...domain.lenient);
  return { ...domain, form: 'mailbox', raw: text.slice(from, domain.end), local, lenient };
}

/** What a local part means and where it ends; null when there is none. */
function readLocalPart(text: string, from: number): [string | null, number] {
  const quoted = text[from] === '"';
  const pattern = quoted ? quotedString : dotString;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null) return [null, from];
  return [quoted ? match[1]!.replace(/\\(.)/g, '$1') : match[0], from + match[0].length];
}

type Domain = Pick<Address, 'ok' | 'domain' | 'lenient' | 'end'> & { readonly domainKind: DomainKind };

function readDomain(text: string, from: number): Domain | NoAddress {
  if (text[from] === '[') {
    addressLiteral.lastIndex = from;
    const match = addressLiteral.exec(text);
    const domainKind = match && literalKind(match[1]!);
    if (!domainKind) return no('literal', from);
    if (match[0].length > addressLimits.domain) return no('domain-too-long', from + addressLimits.domain);
    const lenient: readonly AddressLeniency[] = domainKind === 'general' && isIPv6(match[1]!) ? ['untagged-ipv6'] : [];
    return { ok: true, domain: match[0], domainKind, lenient, end: from + match[0].length };
  }
  domainName.lastIndex = from;
  const domain = domainName.exec(text)![0];
  if (domain.length > addressLimits.domain) return no('domain-too-long', from + addressLimits.domain);
  if (!isDomain(domain)) return no('domain', from);
  const lenient: AddressLeniency[] = [];
  if (domain.includes('_')) lenient.push('underscore-in-domain');
  if (isIPv4(domain)) lenient.push('bare-ip-address');
  if (domain.includes('--') && isAscii(domain) && !hasTrueALabels(domain)) lenient.push('fake-a-label');
  return { ok: true, domain, domainKind: 'name', lenient, end: from + domain.length };
}

/** RFC 5321 section 4.5.1: postmaster in any case. */
export function isPostmaster(localPart: string): boolean {
  return localPart.toLowerCase() === 'postmaster';
}

/** Domain = sub-domain *("." sub-domain), underscores allowed for whoever wants to be lenient. */
export function isDomain(text: string): boolean {
  if (text.length > addressLimits.domain) return false;
  return text.split('.').every((part) => label.test(part) || (!isAscii(part) && wideLabel.test(part)));
}

/** What stands between the brackets of an address literal (section 4.1.3); null when it is none. */
export function literalKind(text: string): Exclude<DomainKind, 'name'> | null {
  if (isIPv4(text)) return 'ipv4';
  if (/^ipv6:/i.test(text)) return isIPv6(text.slice(5)) ? 'ipv6' : null;
  return /^[A-Za-z0-9-]*[A-Za-z0-9]:[\x21-\x5a\x5e-\x7e]+$/.test(text) ? 'general' : null;
}

/** Snum 3("." Snum): each 0 to 255 in one to three digits. */
export function isIPv4(text: string): boolean {
  const numbers = text.split('.');
  return numbers.length === 4 && numbers.every((number) => /^\d{1,3}$/.test(number) && Number(number) <= 255);
}

/** IPv6-full, IPv6-comp, IPv6v4-full or IPv6v4-comp: eight groups, one run of them elided, the last two perhaps as IPv4. */
export function isIPv6(text: string): boolean {
  const [before = '', after, ...more] = text.split('::');
  if (more.length > 0) return false;
  const groups = [before, after ?? ''].flatMap((side) => (side === '' ? [] : side.split(':')));
  const last = groups.at(-1) ?? '';
  const tail = last.includes('.') && !text.endsWith('::');
  const count = groups.length + (tail ? 1 : 0);
  const hex = tail ? groups.slice(0, -1) : groups;
  if ((tail && !isIPv4(last)) || !hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  // RFC 5321 section 4.1.3: "::" stands for at least two groups.
  return after === undefined ? count === 8 : count <= 6;
}
