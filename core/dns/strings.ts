// The character strings of TXT records (RFC 1035 sections 3.3 and 5.1), and text of strangers on one printable line.

/** Octets a character string may have. */
const LONGEST = 255;

/** Text as octets, one character each: what is not ASCII has the octets of UTF-8. */
export function octetsOf(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * The strings of TXT data: quoted ones, with \" \\ and \DDD; text without quotes is one, cut where it must be.
 * Undefined when a quote is left open, something stands beside the quotes, a string is too long, or \DDD is no octet.
 */
export function readStrings(data: string): readonly string[] | undefined {
  if (!data.startsWith('"')) return octetsOf(data).match(/[\s\S]{1,255}/g) ?? undefined;
  const strings: string[] = [];
  for (let at = 0; at < data.length;) {
    const quoted = quotedAt(data, at);
    if (quoted === undefined || quoted.text.length > LONGEST) return undefined;
    strings.push(quoted.text);
    at = quoted.end;
    while (at < data.length && /\s/.test(data[at] ?? '')) at += 1;
    if (at < data.length && at === quoted.end) return undefined;
  }
  return strings;
}

/** The string whose opening quote stands at `from`, escapes read; undefined when it is not closed or an escape is wrong. */
export function quotedAt(data: string, from: number): { readonly text: string; readonly end: number } | undefined {
  if (data[from] !== '"') return undefined;
  let text = '';
  for (let at = from + 1; at < data.length;) {
    const character = data[at] ?? '';
    if (character === '"') return { text, end: at + 1 };
    if (character === '\\') {
      const escaped = escapeAt(data, at);
      if (escaped === undefined) return undefined;
      text += escaped.character;
      at = escaped.end;
      continue;
    }
    const stop = nextSpecial(data, at);
    text += octetsOf(data.slice(at, stop));
    at = stop;
  }
  return undefined;
}

/** What a backslash at `at` stands for: \DDD an octet, else the character itself. */
export function escapeAt(data: string, at: number): { readonly character: string; readonly end: number } | undefined {
  const digits = /^\d{3}$/.exec(data.slice(at + 1, at + 4))?.[0];
  if (digits !== undefined)
    return Number(digits) > 255 ? undefined : { character: String.fromCharCode(Number(digits)), end: at + 4 };
  const next = data.codePointAt(at + 1);
  if (next === undefined || /\d/.test(data[at + 1] ?? '')) return undefined;
  const character = String.fromCodePoint(next);
  return { character: octetsOf(character), end: at + 1 + character.length };
}

function nextSpecial(data: string, from: number): number {
  for (let at = from; at < data.length; at += 1) if (data[at] === '"' || data[at] === '\\') return at;
  return data.length;
}

/** Octets as a quoted string of a zone file. */
export function quoted(octets: string): string {
  return `"${octets.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, decimal)}"`;
}

/** One printable line of at most `longest` characters; other octets are written \DDD, other characters \u{X}. */
export function printable(text: string, longest = 100): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(/[^\x20-\x7e…]/gu, decimal);
}

function decimal(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 256 ? `\\${String(code).padStart(3, '0')}` : `\\u{${code.toString(16)}}`;
}
