// Signs messages as DKIM and ARC do (RFC 6376 section 3.7, RFC 8617 section 5.1): what is composed for scenarios and tests.
import { createHash, type KeyObject, sign as signBytes } from 'node:crypto';

/** A message as its octets, one character each: whole header fields from the top without their last CRLF, and the body. */
export interface Signable {
  readonly fields: readonly string[];
  readonly body: string;
}

export const signAlgorithms = ['rsa-sha256', 'rsa-sha1', 'ed25519-sha256'] as const;
export type SignAlgorithm = (typeof signAlgorithms)[number];

/** In the order they stand; a tag that is left out is null. */
export type Tags = Readonly<Record<string, string | null>>;

export interface Signing {
  readonly name: 'DKIM-Signature' | 'ARC-Message-Signature';
  /** E.g. `relaxed/simple`. */
  readonly canonicalization: string;
  readonly hash: 'sha256' | 'sha1';
  /** h=: the lowest field of each name that is not taken yet is signed (section 5.4.2). */
  readonly names: readonly string[];
  /** Those in front of h=. */
  readonly tags: Tags;
  /** Laid over all tags before it is signed. */
  readonly instead?: Tags | undefined;
  /** l=: octets of the canonical body, or all there are. */
  readonly length?: number | 'all' | undefined;
  /** Characters in a line of it; 76 unless said. */
  readonly width?: number | undefined;
  /** The body whose hash bh= is, where it is not that of the message. */
  readonly hashed?: string | undefined;
  /** Makes b= of what is to be signed. */
  readonly prove: (canonical: Buffer) => string;
}

const draw = () =>
  Promise.all([import('mailauth/lib/dkim/header/index.js'), import('mailauth/lib/dkim/body/index.js')]);
let parts: Awaited<ReturnType<typeof draw>> | undefined;

/** Draws mailauth's canonicalization in: before anything is signed, and before virtual time begins. */
export async function loadSigning(): Promise<void> {
  parts ??= await draw();
}

function drawn() {
  if (parts === undefined) throw new Error('loadSigning() comes before signing');
  const [header, body] = parts;
  return { header, body };
}

/** The signature field of the message, to be put on top of it. */
export function signatureOf(message: Signable, signing: Signing): string {
  const [inHeader = 'simple', inBody = 'simple'] = signing.canonicalization.split('/');
  const most = typeof signing.length === 'number' ? signing.length : false;
  const hashing = drawn().body.dkimBody(inBody, signing.hash, most);
  hashing.update(octets(signing.hashed ?? message.body));
  const bh = hashing.digest('base64');
  const tags: Tags = {
    ...signing.tags,
    ...(signing.length === undefined ? {} : { l: String(hashing.bodyHashedBytes) }),
    h: signing.names.join(':'),
    bh,
    ...signing.instead,
  };
  const lines = signedFields(message.fields, (tags.h ?? '').split(':'));
  return proven(signing.name, { tags, lines, inHeader, width: signing.width, prove: signing.prove });
}

interface Proving {
  readonly tags: Tags;
  /** Fields that are signed, in order. */
  readonly lines: readonly string[];
  readonly inHeader: string;
  readonly width?: number | undefined;
  readonly prove: (canonical: Buffer) => string;
}

/** A field of tags that ends in b=, which proves the other fields and itself. */
export function proven(name: string, { tags, lines, inHeader, width = 76, prove }: Proving): string {
  const line = new Folding(`${name}:`, width);
  for (const [tag, value] of Object.entries(tags)) {
    if (value === null) continue;
    for (const piece of piecesOf(tag, value)) line.add(piece);
    line.add(';');
  }
  line.add(' b=');
  const { canonicalizedHeader } = drawn().header.generateCanonicalizedHeader(
    'DKIM',
    { headers: lines.map((one) => ({ line: octets(one) })), keys: '' },
    { canonicalization: inHeader, signatureHeaderLine: line.text },
  );
  for (const character of prove(canonicalizedHeader)) line.add(character);
  return line.text;
}

/** Where a tag may be broken: lists behind a colon, base64 anywhere. */
function piecesOf(tag: string, value: string): readonly string[] {
  if (tag === 'bh') return [' bh=', ...value];
  return tag === 'h' ? [' h=', ...(value.match(/[^:]*:|[^:]+$/g) ?? [])] : [` ${tag}=${value}`];
}

/** A field that is broken into lines as it grows. */
class Folding {
  text: string;
  readonly #width: number;
  #used: number;

  constructor(text: string, width: number) {
    this.text = text;
    this.#width = width;
    this.#used = text.length;
  }

  add(piece: string): void {
    if (this.#used + piece.length > this.#width && this.#used > 1) {
      this.text += `\r\n ${piece.trimStart()}`;
      this.#used = 1 + piece.trimStart().length;
      return;
    }
    this.text += piece;
    this.#used += piece.length;
  }
}

/** The fields that h= names, the lowest of each name first; what is not there counts as nothing. */
function signedFields(fields: readonly string[], names: readonly string[]): readonly string[] {
  const left = [...fields];
  return names.flatMap((name) => {
    const at = left.findLastIndex((field) => fieldName(field) === name.trim().toLowerCase());
    return at < 0 ? [] : left.splice(at, 1);
  });
}

/** In lower case, without the blanks that some put in front of the colon. */
export const fieldName = (field: string): string => (/^([^:\r\n]*):/.exec(field)?.[1] ?? '').trim().toLowerCase();

/** b= by a key: RSA signs the octets themselves, Ed25519 their SHA-256 (RFC 8463 section 3). */
export function proofBy(key: KeyObject, hash: 'sha256' | 'sha1'): (canonical: Buffer) => string {
  const isRsa = key.asymmetricKeyType === 'rsa';
  return (canonical) =>
    (isRsa
      ? signBytes(hash, canonical, key)
      : signBytes(null, createHash('sha256').update(canonical).digest(), key)
    ).toString('base64');
}

const octets = (text: string) => Buffer.from(text, 'latin1');
