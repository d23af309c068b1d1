// Domains of authors that look like a protected one and are another (Unicode Technical Standard 39, section 4).
import { domainToASCII, domainToUnicode } from 'node:url';
import type { Mailbox } from '../contract/facts.ts';
import type { HeaderFault } from '../contract/senderAnswers.ts';
import type { Authors } from './authors.ts';
import { fieldValue, type MessageHeader } from './headerFields.ts';
import { prototypes } from './lookAlike.table.ts';
import { printable } from './printable.ts';

/** Faults of the From fields: a domain that only looks like a protected one, or a name that shows an address of one. */
export function lookAlikes(
  header: MessageHeader,
  { addresses, places }: Pick<Authors, 'addresses' | 'places'>,
  protectedDomains: readonly string[],
): HeaderFault[] {
  if (protectedDomains.length === 0) return [];
  const known = new Map(protectedDomains.map((domain) => [ascii(domain), domain]));
  const looks = new Map(protectedDomains.map((domain) => [skeleton(domain), ascii(domain)]));
  const faults: HeaderFault[] = [];
  for (const { domain } of addresses) {
    const own = ascii(domain);
    const like = known.has(own) ? undefined : likeOne(own, { known, looks });
    if (like !== undefined)
      faults.push({
        rule: 'lookAlike',
        text: `The author’s domain ${shown(own)} looks like ${like}, and is not.`,
        fields: places,
      });
  }
  for (const place of places.slice(0, 10)) {
    const field = header.fields[place];
    if (field === undefined) continue;
    const name = namedDomain(fieldValue(header, field), addresses, { known, looks });
    if (name !== undefined)
      faults.push({
        rule: 'lookAlike',
        text: `The author’s name shows an address of ${name}, and the address is another.`,
        fields: [place],
      });
  }
  return faults;
}

interface Protected {
  /** By A-label. */
  readonly known: ReadonlyMap<string, string>;
  /** A-label by skeleton. */
  readonly looks: ReadonlyMap<string, string>;
}

/**
 * The protected domain that a domain is taken for. A sub-domain of a protected domain is the owner's own. A name with a
 * look-alike above its own labels, `mail.exаmple.com`, counts as well: each of its ends is held against the list.
 */
function likeOne(domain: string, { known, looks }: Protected): string | undefined {
  for (const end of endsOf(domain)) if (known.has(end)) return undefined;
  for (const end of endsOf(domain)) {
    const like = looks.get(skeleton(end));
    if (like !== undefined) return known.get(like);
  }
  return undefined;
}

function endsOf(domain: string): string[] {
  const labels = domain.split('.').slice(-20);
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/** A display name that holds an address of a protected domain, or of one that looks like it, while no author is of that domain. */
function namedDomain(value: string, addresses: readonly Mailbox[], list: Protected): string | undefined {
  const authors = new Set(addresses.flatMap(({ domain }) => endsOf(ascii(domain))));
  // The addresses themselves are no part of a name, within angle brackets or without.
  const names = addresses.reduce((text, { raw }) => text.replace(raw, ' '), value.slice(0, 10_000));
  for (const [, raw = ''] of names.matchAll(/@\s?([^\s@<>()",;:'\\]{3,253})/gu)) {
    const domain = ascii(raw.replace(/\.+$/, ''));
    const like = endsOf(domain).find((end) => list.known.has(end)) ?? likeOne(domain, list);
    if (like !== undefined && !authors.has(ascii(like))) return list.known.get(ascii(like)) ?? like;
  }
  return undefined;
}

/** The A-labels of a domain; what cannot be converted stays as it is. */
function ascii(domain: string): string {
  const plain = domain.trim().toLowerCase().replace(/\.$/, '');
  return domainToASCII(plain) || plain;
}

/** As people see it, with the A-labels behind it where they differ. */
function shown(domain: string): string {
  const seen = domainToUnicode(domain) || domain;
  return printable(seen === domain ? domain : `${seen} (${domain})`, 300);
}

/** What it looks like: U-labels, compatibility forms and accents taken off, every sign replaced by the one it is taken for. */
export function skeleton(domain: string): string {
  const seen = (domainToUnicode(ascii(domain)) || domain).toLowerCase();
  const plain = seen.normalize('NFKD').replace(/\p{M}/gu, '');
  const joined = plain.replace(/rn/g, 'm').replace(/vv/g, 'w').replace(/cl/g, 'd');
  return [...joined].map((sign) => prototypes.get(sign) ?? sign).join('');
}
