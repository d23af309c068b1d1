// What clients sent, made fit for a log line: nothing in it can end the line, steer a terminal or pass for another field.

/** Longer fields are cut, characters; the log says how many are missing. */
const LONGEST = 512;

/** Control characters, backslash, and what is invisible or turns the reading direction (Unicode categories Cc, Cf, Zl, Zp, Cs, Co, Cn). */
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\\]/gu;
// eslint-disable-next-line no-control-regex -- octets that need no decoding
const plain = /^[\u0020-\u005b\u005d-\u007e\u25ae]*$/;

/** Text of any origin. Backslash is doubled, so that what was escaped can be told from what was sent. */
export function printable(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...(${text.length - longest} more)` : text;
  if (plain.test(cut)) return cut;
  return cut.replace(unfit, (character) => {
    if (character === '\\') return '\\\\';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** A field in quotes or brackets, which must not hold the mark that ends it. */
export function printableWithin(text: string, end: string): string {
  return printable(text).replaceAll(end, `\\x${end.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Octets, one character each: shown as the UTF-8 they are, or octet by octet. */
export function printableOctets(bytes: string): string {
  if (plain.test(bytes)) return printable(bytes);
  const octets = Buffer.from(bytes, 'latin1');
  if (bytes.includes('\u25ae')) return printable(escaped(bytes));
  const text = octets.toString('utf8');
  return text.includes('\ufffd') ? printable(bytes).replace(/[\u0080-\u00ff]/g, hex) : printable(text);
}

/** A redacted line: octets around the redaction marks, which no octet is. */
const escaped = (bytes: string) => bytes.replace(/[\u0080-\u00ff]/g, '\ufffd');
const hex = (character: string) => `\\x${character.charCodeAt(0).toString(16)}`;
