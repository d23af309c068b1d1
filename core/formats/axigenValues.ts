// How single values stand in AXIGEN's files: each way of writing is read back to the value it was made from.
import type { z } from '../contract/schema.ts';
import type { Meta } from '../contract/settings/leaf.ts';
import { hostPort, parseHostPort, parseIp, parseIpSet } from '../contract/settings/network.ts';
import { settingsSchema } from '../contract/settings/settings.ts';
import { unstorable } from './axigenCfgTokens.ts';
import { OWN_CIPHERS } from './axigenTemplate.ts';
import { accepts, defaultOf, metaOf, schemaAt } from './settingsTree.ts';

/**
 * What a text stands for; `note` says why it is not simply that. `expected` says what it should have been instead,
 * `unknown` that it may well mean something to the product, but not to us.
 */
export type Reading =
  { readonly value: unknown; readonly note?: string } | { readonly expected: string } | { readonly unknown: true };

/** What to write: a word, a text the product keeps in quotes, or a set of words; `why` when the product cannot store the value. */
export type Written =
  | { readonly text: string; readonly quoted?: boolean }
  | { readonly words: readonly string[] }
  | { readonly why: string };

/** One way of writing a setting. Reading gets the settings path, so that ranges and words come from the schema; a set of words comes as one text with blanks. */
export type Codec = {
  readonly read: (text: string, setting: string) => Reading;
  readonly write: (value: unknown) => Written;
  /** The value stands in the file as a set of words. */
  readonly isSet?: true;
};

const KEEPS = 'the file keeps its own';

type About = { readonly schema: z.core.$ZodType; readonly meta: Partial<Meta>; readonly standing: unknown };
const known = new Map<string, About>();

/** What the schema says of a setting; `*` stands for any item of a list. `standing` is its default. */
export const settingAt = (setting: string): About => {
  const found = known.get(setting);
  if (found !== undefined) return found;
  const schema = schemaAt(settingsSchema, setting.split('.'));
  if (schema === undefined) throw new Error(`no setting ${setting}`);
  const about = { schema, meta: metaOf(schema), standing: defaultOf(schema) };
  known.set(setting, about);
  return about;
};

/** A whole number; one beyond our range becomes the nearest of ours, and that is said. */
const whole: Codec = {
  read: (text, setting) => {
    if (!/^\d{1,15}$/.test(text)) return { expected: 'a whole number' };
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = settingAt(setting).meta;
    const value = Math.min(Math.max(Number(text), min), max);
    if (value === Number(text)) return { value };
    return { value, note: `only ${min} to ${max} can be had here, so ${value} is used; ${KEEPS}` };
  },
  write: (value) => ({ text: String(value) }),
};

/** A whole number in which 0 stands for `unlimited`: assumed, as for the limits of flow control (axigen.md 5). */
const zeroUnlimited: Codec = {
  read: (text, setting) => (/^0+$/.test(text) ? { value: 'unlimited' } : whole.read(text, setting)),
  write: (value) => {
    if (value === 0) return { why: '0 stands for unlimited in axigen.cfg (assumed), so none at all cannot be stored' };
    return { text: value === 'unlimited' ? '0' : String(value) };
  },
};

/** One of two words, `yes` and `no` in any case. */
const either = (yes: unknown, no: unknown): Codec => ({
  read: (text) => {
    if (!/^(yes|no)$/i.test(text)) return { expected: 'yes or no' };
    return { value: text.toLowerCase() === 'yes' ? yes : no };
  },
  write: (value) => ({ text: value === yes ? 'yes' : 'no' }),
});

/** One of the words of the setting itself, in any case; `wordless` says why one of ours has no word there. */
const words = (wordless: Readonly<Record<string, string>> = {}): Codec => ({
  read: (text, setting) => {
    const options = settingAt(setting).meta.options ?? [];
    const value = options.map((option) => option.value).find((word) => word === text.toLowerCase());
    return value === undefined || value in wordless ? { unknown: true } : { value };
  },
  write: (value) => {
    const why = wordless[String(value)];
    return why === undefined ? { text: String(value) } : { why };
  },
});

const quotedText = (text: string): Written => {
  const why = unstorable(text);
  return why === undefined ? { text, quoted: true } : { why };
};

const text: Codec = { read: (value) => ({ value }), write: (value) => quotedText(String(value)) };

/** The certificate of a fresh installation (axigen.md 2.3); it stands for a certificate of the server's own, as empty does here. */
const OWN_CERTIFICATE = 'axigen_cert.pem';

const certFile: Codec = {
  read: (value) => ({ value: value === 'none' || value === OWN_CERTIFICATE ? '' : value }),
  write: (value) => {
    if (value === 'none' || value === OWN_CERTIFICATE) {
      return { why: `${String(value)} stands for the server's own certificate in axigen.cfg` };
    }
    return quotedText(value === '' ? OWN_CERTIFICATE : String(value));
  },
};

/** A file named in quotes, where `none` means there is none (axigen.md 2.3). */
const file: Codec = {
  read: (value) => ({ value: value === 'none' ? '' : value }),
  write: (value) => {
    if (value === 'none') return { why: 'none stands for no file in axigen.cfg' };
    return quotedText(value === '' ? 'none' : String(value));
  },
};

/** The cipher list of a listener made here stands for a list of the product's own, as empty does for one of Node's. */
const ciphers: Codec = {
  read: (value) => ({ value: value === OWN_CIPHERS ? '' : value }),
  write: (value) => {
    if (value === OWN_CIPHERS) return { why: 'this list stands for the defaults of the server in an exported file' };
    return quotedText(value === '' ? OWN_CIPHERS : String(value));
  },
};

/** What the product calls the versions of TLS (axigen.md 2.3); `tls1` is assumed, the others are OpenSSL's names as well. */
const versionWords: Readonly<Record<string, string>> = {
  tls1: 'TLSv1',
  tls1_1: 'TLSv1.1',
  tls1_2: 'TLSv1.2',
  tls1_3: 'TLSv1.3',
};

const versions: Codec = {
  isSet: true,
  read: (text) => {
    const all = text.toLowerCase().split(' ');
    const value = all.flatMap((word) => versionWords[word] ?? []);
    const strange = all.filter((word) => !(word in versionWords));
    if (value.length === 0) return { unknown: true };
    if (strange.length === 0) return { value };
    return { value, note: `${strange.join(', ')} means nothing here, so it is left out; ${KEEPS}` };
  },
  write: (value) => {
    const taken = value as readonly string[];
    if (taken.length === 0) return { why: 'a listener of the product has one version of TLS at least' };
    const wordOf = (version: string) => Object.keys(versionWords).find((word) => versionWords[word] === version) ?? '';
    return { words: taken.map(wordOf) };
  },
};

/** Forms of an address the product does not support (axigen.md 10: link-local and IPv4-mapped IPv6; documented for listeners). */
const unsupported = (host: string): string | undefined => {
  const ip = host.includes(':') ? parseIp(host) : undefined;
  if (host.includes('%') || (ip?.family === 6 && ip.value >> 118n === 0x3fan))
    return 'link-local IPv6 addresses are not supported';
  return ip?.family === 4 ? 'IPv4-mapped IPv6 addresses are not supported' : undefined;
};

/** How an address set is written and compared: without blanks, in lower case. */
export const ipSetKey = (ipSet: string): string => ipSet.replaceAll(/\s+/g, '').toLowerCase();

const ipSet: Codec = {
  read: (value) => {
    if (parseIpSet(value) !== undefined) return { value };
    return { expected: 'an address, a range (a-b), a network (a/8) or a mask (a/255.0.0.0)' };
  },
  write: (value) => {
    const key = ipSetKey(String(value));
    const why = key
      .split(/[-/]/)
      .map(unsupported)
      .find((reason) => reason !== undefined);
    return why === undefined ? { text: key === String(value).toLowerCase() ? String(value) : key } : { why };
  },
};

/** `address:port`; IPv6 with brackets as we write it, or without, split at the last colon: the saved form is not known. */
const placeOf = (value: string): ReturnType<typeof parseHostPort> => {
  const bare = /^([^[\]]*:[^[\]]*):(\d+)$/.exec(value);
  return (
    parseHostPort(value) ?? (bare?.[1] === undefined ? undefined : parseHostPort(hostPort(bare[1], Number(bare[2]))))
  );
};

/** By what listeners are told apart: the address's number and the port (axigen.md 1.2: `IP:port` is the unique key). */
export const addressKey = (address: string): string | undefined => {
  const place = placeOf(address);
  const ip = place && parseIp(place.host);
  return place && ip && `${ip.family}/${ip.value}:${place.port}`;
};

const address: Codec = {
  read: (value) => {
    const place = placeOf(value);
    return place === undefined ? { expected: 'address:port' } : { value: hostPort(place.host, place.port) };
  },
  write: (value) => {
    const place = parseHostPort(String(value));
    if (place === undefined) return { why: 'it is no address with a port' };
    if (place.port === 0) return { why: 'port 0 means any free port, which a production listener cannot have' };
    const why = unsupported(place.host);
    return why === undefined ? { text: String(value) } : { why };
  },
};

export const codecs = {
  whole,
  zeroUnlimited,
  either,
  words,
  text,
  certFile,
  file,
  ciphers,
  versions,
  ipSet,
  address,
} as const;

/**
 * Reads a text as a setting. What only the product knows, what the schema does not accept, and what is not known before
 * it runs (no text) becomes the default, and that is said.
 */
export const readText = (
  codec: Codec,
  given: { readonly text: string | undefined; readonly setting: string },
): Exclude<Reading, { readonly unknown: true }> => {
  const reading: Reading = given.text === undefined ? { unknown: true } : codec.read(given.text, given.setting);
  if ('expected' in reading) return reading;
  const { schema, standing: value } = settingAt(given.setting);
  if ('value' in reading && accepts(schema, reading.value)) return reading;
  const because = given.text === undefined ? 'its value is known only when it runs' : 'it means nothing here';
  return { value, note: `${because}, so ${JSON.stringify(value)} is used; ${KEEPS}` };
};
