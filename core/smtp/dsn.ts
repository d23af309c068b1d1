// What clients ask of delivery reports: RET, ENVID, NOTIFY and ORCPT (RFC 3461 section 4); read and kept, honoured by nobody.
import type { RecipientDsn } from '../contract/facts.ts';
import { fromUtf8, isAscii } from './international.ts';

/** xchar / hexchar: printable ASCII but + and =, or + and two upper-case hexadecimal digits (RFC 3461 section 4). */
const xtext = /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})+$/;

/** The meaning of xtext, one character per octet; undefined when it is none. */
export function fromXtext(text: string): string | undefined {
  if (!xtext.test(text)) return undefined;
  return text.replace(/\+(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/** Section 4.3. */
export function readRet(value: string): 'FULL' | 'HDRS' | undefined {
  const word = value.toUpperCase();
  return word === 'FULL' || word === 'HDRS' ? word : undefined;
}

/** Section 4.4: at most 100 characters of xtext that mean printable ASCII. */
export function readEnvid(value: string): string | undefined {
  return value.length > 100 ? undefined : printable(fromXtext(value));
}

type Notify = NonNullable<RecipientDsn['notify']>;
const words = ['SUCCESS', 'FAILURE', 'DELAY'] as const;

/** Section 4.1: NEVER alone, or a list of the other words; each counts once. */
export function readNotify(value: string): Notify | undefined {
  const asked = value.toUpperCase().split(',');
  if (asked.length === 1 && asked[0] === 'NEVER') return ['NEVER'];
  if (!asked.every((word) => (words as readonly string[]).includes(word))) return undefined;
  return words.filter((word) => asked.includes(word));
}

/** Section 4.2 and, for the type utf-8, RFC 6533 section 3; at most 500 characters. `addr-type;address`, decoded. */
export function readOrcpt(value: string, smtpUtf8: boolean): string | undefined {
  const [, type = '', address = ''] = /^([A-Za-z0-9!#$%&'*+\-/?^_`{|}~]+);(.+)$/.exec(value) ?? [];
  if (type === '' || value.length > 500) return undefined;
  const read = type.toLowerCase() === 'utf-8' ? readUtf8Address(address, smtpUtf8) : printable(fromXtext(address));
  return read === undefined ? undefined : `${type};${read}`;
}

/** RFC 6533 section 3: `\x{...}` for what is not printable ASCII; UTF-8 itself beside SMTPUTF8 only. */
function readUtf8Address(text: string, smtpUtf8: boolean): string | undefined {
  if (!isAscii(text) && !smtpUtf8) return undefined;
  const unicode = fromUtf8(text);
  if (unicode === undefined || !/^(?:\\x\{(?:[1-9A-F][0-9A-F]{1,5}|0[1-9A-F])\}|[^\\+=])+$/.test(unicode))
    return undefined;
  const points = [...unicode.matchAll(/\\x\{([0-9A-F]+)\}/g)].map(([, digits = '']) => parseInt(digits, 16));
  if (points.some((point) => point > 0x10_ff_ff || (point >= 0xd8_00 && point <= 0xdf_ff))) return undefined;
  return unicode.replace(/\\x\{([0-9A-F]+)\}/g, (_, digits: string) => String.fromCodePoint(parseInt(digits, 16)));
}

function printable(text: string | undefined): string | undefined {
  return text !== undefined && /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}
