// The attributes of XCLIENT (Postfix, XCLIENT_README): in whose name a trusted client speaks.
import { isDomain, isIPv4, isIPv6 } from './address.ts';
import { fromXtext } from './dsn.ts';
import { isAscii } from './international.ts';

/** In the order EHLO names them. */
export const xclientAttributes = ['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO', 'LOGIN', 'DESTADDR', 'DESTPORT'] as const;
type Attribute = (typeof xclientAttributes)[number];

/** What was said; null for what is said to be unknown. A member that is absent was not said and stays as it is. */
export interface XclientSaid {
  readonly name?: string | null;
  readonly address?: string | null;
  readonly port?: number | null;
  readonly protocol?: 'SMTP' | 'ESMTP';
  readonly helo?: string | null;
  readonly login?: string | null;
  readonly localAddress?: string | null;
  readonly localPort?: number | null;
}

export type XclientRead =
  { readonly ok: true; readonly said: XclientSaid } | { readonly ok: false; readonly because: string };

const no = (because: string): XclientRead => ({ ok: false, because });

/** Reads `NAME=value ...`; each at most once, values in xtext. */
export function readXclient(argument: string): XclientRead {
  const said: Partial<Record<Attribute, string | null>> = {};
  for (const text of argument.split(/[ \t]+/)) {
    const [, word = '', xtext = ''] = /^([A-Za-z]+)=(.+)$/.exec(text) ?? [];
    const attribute = xclientAttributes.find((one) => one === word.toUpperCase());
    if (word === '') return no('XCLIENT takes attribute=value');
    if (!attribute) return no(`there is no attribute ${word.toUpperCase()}`);
    if (attribute in said) return no(`${attribute} came twice`);
    const value = unknown(xtext) ? null : fromXtext(xtext);
    if (value === undefined) return no(`the value of ${attribute} is no xtext (RFC 3461 section 4)`);
    if (!fits(attribute, value)) return no(`the value of ${attribute} is none`);
    said[attribute] = value;
  }
  return { ok: true, said: meant(said) };
}

/** `[UNAVAILABLE]`: nobody knows, and will not; `[TEMPUNAVAIL]`: nobody knows for now. In any case of letters. */
const unknown = (value: string) => /^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(value);

function fits(attribute: Attribute, value: string | null): boolean {
  if (value === null) return attribute !== 'PROTO';
  switch (attribute) {
    case 'NAME':
      return isAscii(value) && isDomain(value);
    case 'ADDR':
    case 'DESTADDR':
      return addressOf(value) !== undefined;
    case 'PORT':
    case 'DESTPORT':
      return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
    case 'PROTO':
      return /^E?SMTP$/i.test(value);
    case 'HELO':
      return value.length <= 255 && /^[\x21-\x7e]+$/.test(value);
    case 'LOGIN':
      return value.length <= 255 && /^[^\x00-\x1f\x7f]+$/.test(value);
  }
}

/** An IPv4 address, or an IPv6 one behind `IPV6:`; without the tag some clients send it too. */
function addressOf(value: string): string | undefined {
  if (isIPv4(value)) return value.split('.').map(Number).join('.');
  const six = value.replace(/^ipv6:/i, '');
  return isIPv6(six) ? six.toLowerCase() : undefined;
}

const present = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;

function meant(said: Partial<Record<Attribute, string | null>>): XclientSaid {
  const number = (value: string | null | undefined) => (typeof value === 'string' ? Number(value) : value);
  const address = (value: string | null | undefined) => (typeof value === 'string' ? addressOf(value) : value);
  return {
    ...present('name', said.NAME),
    ...present('address', address(said.ADDR)),
    ...present('port', number(said.PORT)),
    ...present('protocol', said.PROTO?.toUpperCase() as 'SMTP' | 'ESMTP' | undefined),
    ...present('helo', said.HELO),
    ...present('login', said.LOGIN),
    ...present('localAddress', address(said.DESTADDR)),
    ...present('localPort', number(said.DESTPORT)),
  };
}
