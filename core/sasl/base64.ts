// Base64 as SMTP AUTH wants it: anything but the canonical form is refused (RFC 4648 sections 3.3, 3.5; RFC 4954 section 4).

/**
 * Decodes canonical base64: alphabet of RFC 4648 section 4, padded, no line breaks, no bits left over. `Buffer.from`
 * skips what it does not know, which would give one credential many spellings; so what does not encode back to the
 * same text is refused. The empty text is zero octets.
 * @returns null when the text is not base64
 */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** The text of a 334 challenge (RFC 4954 section 4). */
export function encodeBase64(bytes: Buffer): string {
  return bytes.toString('base64');
}
