// Reads a stored message for the eye: header fields in order, and the parts with their text; the bytes stay as they are.
import PostalMime from 'postal-mime';

export interface ReadMessage {
  /** In order, unfolded; the value as it was written. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly parts: readonly {
    readonly type: string;
    readonly name?: string;
    /** Octets after decoding. */
    readonly size: number;
    readonly text?: string;
  }[];
  /** What could not be understood, in words. */
  readonly problems: readonly string[];
}

/** The most text of one part that is handed over, characters; the source has it all. */
const TEXT = 2_000_000;

/** Reads a message (RFC 5322, MIME). Never throws: what cannot be read is a problem, and the headers are still split. */
export async function readMessage(bytes: Uint8Array): Promise<ReadMessage> {
  const headers = splitHeaders(bytes);
  try {
    const mail = await PostalMime.parse(bytes, { attachmentEncoding: 'arraybuffer' });
    const parts: ReadMessage['parts'][number][] = [];
    const size = (text: string) => new TextEncoder().encode(text).length;
    if (mail.text !== undefined && mail.text !== '')
      parts.push({ type: 'text/plain', size: size(mail.text), text: mail.text.slice(0, TEXT) });
    if (mail.html !== undefined && mail.html !== '')
      parts.push({ type: 'text/html', size: size(mail.html), text: mail.html.slice(0, TEXT) });
    for (const one of mail.attachments) {
      const content = new Uint8Array(one.content as ArrayBuffer);
      const isText = one.mimeType.startsWith('text/') || one.mimeType.startsWith('message/');
      parts.push({
        type: one.mimeType,
        ...(one.filename ? { name: one.filename } : {}),
        size: content.length,
        ...(isText ? { text: new TextDecoder().decode(content).slice(0, TEXT) } : {}),
      });
    }
    return { headers, parts, problems: [] };
  } catch (error) {
    return {
      headers,
      parts: [],
      problems: [`the parts could not be read: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
}

/** The header block up to the first empty line, folded lines joined (RFC 5322 section 2.2.3). */
function splitHeaders(bytes: Uint8Array): { name: string; value: string }[] {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, 1_000_000));
  const fields: { name: string; value: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === '') break;
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last) last.value += ` ${line.trim()}`;
    else {
      const colon = line.indexOf(':');
      if (colon <= 0) {
        fields.push({ name: '', value: line });
        continue;
      }
      fields.push({ name: line.slice(0, colon).trimEnd(), value: line.slice(colon + 1).trim() });
    }
  }
  return fields;
}
