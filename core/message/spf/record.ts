// The grammar of an SPF record (RFC 7208 sections 4.5, 4.6, 5, 6 and 12): text in, terms out.
import { parseIp } from '../../contract/settings/network.ts';
import { type MacroString, readMacros } from './macros.ts';
import { shown } from './names.ts';

export type Qualifier = '+' | '-' | '~' | '?';
export type MechanismName = 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists';

export interface Mechanism {
  readonly kind: 'mechanism';
  readonly name: MechanismName;
  readonly text: string;
  readonly qualifier: Qualifier;
  /** Absent where the domain itself is meant. */
  readonly spec?: MacroString;
  /** Of ip4 and ip6. */
  readonly network?: bigint;
  /** Bits that are compared, of each family. */
  readonly prefix4: number;
  readonly prefix6: number;
}

export interface Modifier {
  readonly kind: 'modifier';
  readonly name: 'redirect' | 'exp' | 'unknown';
  readonly text: string;
  readonly spec: MacroString;
}

/** A term that is no term. */
export interface Mistake {
  readonly kind: 'mistake';
  readonly text: string;
  readonly why: string;
}

export type Term = Mechanism | Modifier | Mistake;

/** How records are read; `lenient` takes one also with white space before it. */
export type Reading = 'strict' | 'lenient';

/** Version, and a blank or the end (section 4.5); in any case of letters, as ABNF has it. */
export function isRecord(text: string, reading: Reading): boolean {
  return reading === 'strict' ? /^v=spf1(?: |$)/i.test(text) : /^\s*v=spf1(?:\s|$)/i.test(text);
}

/** The terms of a record that `isRecord`. */
export function readRecord(text: string): readonly Term[] {
  const words = text.trimStart().slice('v=spf1'.length).split(' ');
  const once = new Set<string>();
  const terms: Term[] = [];
  for (const word of words) {
    if (word === '') continue;
    const term = readTerm(word);
    if (term.kind === 'modifier' && term.name !== 'unknown') {
      if (once.has(term.name)) {
        terms.push({ kind: 'mistake', text: word, why: `${term.name} stands there twice` });
        continue;
      }
      once.add(term.name);
    }
    terms.push(term);
  }
  return terms;
}

function readTerm(text: string): Term {
  // A name and = at once, before any colon or slash, make a modifier (section 4.6.1).
  const modifier = /^([a-z][a-z0-9\-_.]*)=/i.exec(text);
  if (modifier) return readModifier(text, (modifier[1] ?? '').toLowerCase());
  const [, sign = '', written = '', rest = ''] = /^([+\-~?]?)([^:/]*)(.*)$/s.exec(text) ?? [];
  const name = written.toLowerCase();
  const read = isMechanism(name) ? readers[name](rest) : `unknown mechanism ${shown(written, 40)}`;
  if (typeof read === 'string') return { kind: 'mistake', text, why: read };
  return {
    ...{ kind: 'mechanism', name: name as MechanismName, text, prefix4: 32, prefix6: 128, ...read },
    qualifier: sign === '' ? '+' : (sign as Qualifier),
  };
}

function readModifier(text: string, name: string): Term {
  const known = name === 'redirect' || name === 'exp';
  const spec = readMacros(text.slice(name.length + 1), known ? 'domain' : 'modifier');
  if ('mistake' in spec) return { kind: 'mistake', text, why: `${shown(name, 40)}: ${spec.mistake}` };
  return { kind: 'modifier', name: known ? name : 'unknown', text, spec };
}

type Read = Partial<Pick<Mechanism, 'spec' | 'network' | 'prefix4' | 'prefix6'>> | string;

function isMechanism(name: string): name is MechanismName {
  return Object.hasOwn(readers, name);
}

/** By mechanism: what stands behind its name, with the colon or slash; or what is wrong with it. */
const readers: Readonly<Record<MechanismName, (rest: string) => Read>> = {
  all: (rest) => (rest === '' ? {} : 'all takes nothing'),
  include: (rest) => needed('include', rest),
  exists: (rest) => needed('exists', rest),
  ptr: (rest) => (rest === '' ? {} : needed('ptr', rest)),
  a: (rest) => dual('a', rest),
  mx: (rest) => dual('mx', rest),
  ip4: (rest) => network('ip4', rest),
  ip6: (rest) => network('ip6', rest),
};

function needed(name: string, rest: string): Read {
  if (!rest.startsWith(':')) return `${name} needs a domain`;
  const spec = readMacros(rest.slice(1), 'domain');
  return 'mistake' in spec ? `${name}: ${spec.mistake}` : { spec };
}

/** [ ":" domain-spec ] [ dual-cidr-length ]: the lengths are what stands at the end, since a domain-spec may hold slashes. */
function dual(name: string, rest: string): Read {
  const tail = /(?:\/(0|[1-9]\d?))?(?:\/\/(0|[1-9]\d{0,2}))?$/.exec(rest.slice(-8)) ?? [];
  const [all = '', four = '32', six = '128'] = tail;
  const [prefix4, prefix6] = [Number(four), Number(six)];
  if (prefix4 > 32 || prefix6 > 128) return `${name}: no such prefix length: ${all}`;
  const own = rest.slice(0, rest.length - all.length);
  if (own === '') return { prefix4, prefix6 };
  const read = needed(name, own);
  return typeof read === 'string' ? read : { ...read, prefix4, prefix6 };
}

/** Sections 5.6 and 12: no leading zeros; an ip6 network is written as RFC 4291 section 2.2 has it. */
function network(name: 'ip4' | 'ip6', rest: string): Read {
  const [, written = '', length] = /^:([0-9a-f.:]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/i.exec(rest) ?? [];
  const ip = parseIp(written);
  if (ip === undefined || written.includes(':') !== (name === 'ip6'))
    return `${name} needs an address: ${shown(rest, 60)}`;
  const bits = name === 'ip4' ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return `${name}: no such prefix length: /${prefix}`;
  // An IPv4-mapped network stays one of IPv6: no client is in it, they count as IPv4 (section 5).
  const value = name === 'ip6' && ip.family === 4 ? ip.value | (0xffffn << 32n) : ip.value;
  return name === 'ip4' ? { network: value, prefix4: prefix } : { network: value, prefix6: prefix };
}
