// Addresses above ASCII: UTF-8 as RFC 6531 has it, and names as IDNA has them (RFC 5890), with what Node's ICU knows.
import { domainToASCII, domainToUnicode } from 'node:url';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of one character per octet, read as UTF-8 (RFC 3629); undefined when it is none. */
export function fromUtf8(octets: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(octets, 'latin1'));
  } catch {
    return undefined;
  }
}

/** A name with labels above ASCII in A-labels, and whether it was written as IDNA writes it. */
export interface International {
  readonly ascii: string;
  /** False when ICU had to map it: another case, another normal form, characters that vanish. */
  readonly isNormal: boolean;
}

/** Undefined when the name has no A-labels (RFC 5891 section 4.4), or means an address. */
export function toALabels(name: string): International | undefined {
  const ascii = domainToASCII(name);
  if (ascii === '' || ascii.length > 255 || /^[\d.]+$/.test(ascii)) return undefined;
  const unicode = domainToUnicode(ascii).split('.');
  // ASCII is the same in any case (RFC 5890 section 2.3.2.4).
  const isNormal = name.split('.').every((label, at) => (isAscii(label) ? label.toLowerCase() : label) === unicode[at]);
  return { ascii, isNormal };
}

/** Whether each label that begins as an A-label does is one (RFC 5890 section 2.3.2.1): there is a U-label it stands for. */
export function hasTrueALabels(name: string): boolean {
  return name
    .toLowerCase()
    .split('.')
    .every((label) => !label.startsWith('xn--') || isALabel(label));
}

function isALabel(label: string): boolean {
  const unicode = domainToUnicode(label);
  return unicode !== label && unicode !== '' && domainToASCII(unicode) === label;
}

export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
