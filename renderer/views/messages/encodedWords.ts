// Header text as people read it: encoded words (RFC 2047) and raw UTF-8 (RFC 6532) are decoded, what is broken stays as it is. Pure.

const word = /=\?([^?\s*]{1,60})(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/gi;
/** Blanks between two encoded words belong to neither (RFC 2047 section 6.2). */
const between = /(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bq]\?[^?\s]*\?=)/gi;

/** The text of a header field's value, decoded. */
export function decodeHeader(value: string): string {
  const parts: { text?: string; charset?: string; octets?: string }[] = [];
  const joined = value.replace(between, '$1');
  let at = 0;
  for (const match of joined.matchAll(word)) {
    const [whole, charset = '', encoding = '', text = ''] = match;
    const octets = encoding.toLowerCase() === 'b' ? fromBase64(text) : fromQ(text);
    if (match.index > at) parts.push({ text: joined.slice(at, match.index) });
    const last = parts.at(-1);
    if (octets === undefined) parts.push({ text: whole });
    // A character may be split over two words of one charset, against the rules but often.
    else if (last?.octets !== undefined && last.charset === charset.toLowerCase()) last.octets += octets;
    else parts.push({ charset: charset.toLowerCase(), octets });
    at = match.index + whole.length;
  }
  parts.push({ text: joined.slice(at) });
  return parts
    .map(({ text, charset, octets }) => (octets === undefined ? raw(text ?? '') : inCharset(octets, charset ?? '')))
    .join('');
}

function fromBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}

function fromQ(text: string): string {
  return text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const bytesOf = (octets: string) => Uint8Array.from(octets, (c) => c.charCodeAt(0));

function inCharset(octets: string, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytesOf(octets));
  } catch {
    return octets;
  }
}

/** One character per octet, where the octets are UTF-8. */
function raw(text: string): string {
  // eslint-disable-next-line no-control-regex -- octets are what is meant
  if (!/[\u0080-\u00ff]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(text));
  } catch {
    return text;
  }
}
