// Content-Type and Content-Disposition of a part: the type, and parameters also as RFC 2231 and RFC 2047 write them.

/** `type/subtype` in lower case (RFC 2045 section 5.1); undefined where it cannot be read. */
export function typeOf(value: string): string | undefined {
  const match = /^\s*([!#$%&'*+.^_`{|}~\w-]{1,100})\s*\/\s*([!#$%&'*+.^_`{|}~\w-]{1,100})/.exec(value);
  return match === null ? undefined : `${match[1] ?? ''}/${match[2] ?? ''}`.toLowerCase();
}

/** Parameters of one field that are read. */
const mostParameters = 100;

/** A parameter, pieced together from `name*0`, `name*1` and decoded from `name*` (RFC 2231 sections 3 and 4). */
export function parameterOf(value: string, name: string): string | undefined {
  const found = new Map<string, string>();
  const pattern = /;\s*([^\s=;"()]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;
  for (const [, key = '', quoted, plain = ''] of value.matchAll(pattern)) {
    if (found.size >= mostParameters) break;
    const low = key.toLowerCase();
    if (!found.has(low)) found.set(low, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
  }
  const whole = found.get(name);
  const extended = found.get(`${name}*`);
  if (extended !== undefined) return decoded(extended);
  if (found.has(`${name}*0`) || found.has(`${name}*0*`)) return joined(found, name);
  return whole === undefined ? undefined : words(Buffer.from(whole, 'latin1').toString('utf8'));
}

function joined(found: ReadonlyMap<string, string>, name: string): string {
  let text = '';
  let charset = 'utf-8';
  let isEncoded = false;
  for (let index = 0; index < mostParameters; index += 1) {
    const encoded = found.get(`${name}*${index}*`);
    const plain = found.get(`${name}*${index}`);
    if (encoded === undefined && plain === undefined) break;
    if (encoded === undefined) text += (plain ?? '').replaceAll('%', '%25');
    else if (index > 0) text += encoded;
    else {
      const [first = '', , ...rest] = encoded.split("'");
      charset = first;
      text += rest.join("'");
    }
    isEncoded ||= encoded !== undefined;
  }
  return isEncoded ? fromPercent(text, charset) : text.replaceAll('%25', '%');
}

/** `charset'language'text`. */
function decoded(text: string): string {
  const [charset = '', , ...rest] = text.split("'");
  return rest.length === 0 ? text : fromPercent(rest.join("'"), charset);
}

function fromPercent(text: string, charset: string): string {
  const octets = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return inCharset(Buffer.from(octets, 'latin1'), charset);
}

/** Encoded words, which RFC 2047 section 5 forbids here and many programs write all the same. */
function words(text: string): string {
  return text
    .replace(/(=\?[^?]*\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?([^?]{1,40})\?([bq])\?([^?]*)\?=/gi, (_, charset: string, kind: string, encoded: string) => {
      const octets =
        kind.toLowerCase() === 'b'
          ? Buffer.from(encoded, 'base64')
          : Buffer.from(
              encoded
                .replaceAll('_', ' ')
                .replace(/=([0-9a-f]{2})/gi, (__, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
              'latin1',
            );
      return inCharset(octets, charset);
    });
}

function inCharset(octets: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset).decode(octets);
  } catch {
    return octets.toString('utf8');
  }
}
