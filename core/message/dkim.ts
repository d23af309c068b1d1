// DKIM signatures of a message, each with its result and its evidence (RFC 6376, RFC 8301, RFC 8463, RFC 8601 section 2.7.1).
import { createHash } from 'node:crypto';
import type { PublicKey, Signature } from 'mailauth/lib/tools.js';
import type { DkimAnswer, DkimSignature } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { DkimResult } from '../contract/settings/sender/message.ts';
import type { BodyDigest, BodyWanted } from './bodyHash.ts';
import { type Asked, Keys, NoKey } from './dkimKey.ts';
import { coveredBy, namesOf, notOversigned } from './dkimFields.ts';
import { fieldOctets, type MessageHeader, mostFields } from './headerFields.ts';
import type { Mailauth } from './mailauth.ts';
import { printable } from './printable.ts';

/** Octets of one signature field that are read: h= and b= of the largest that are in use make up 4,000. */
export const mostSignatureOctets = 65_536;

/** Names in h= that are looked at. */
export const mostNames = 1000;

/** Octets of header one signature may cover: its fields are canonicalised anew for each signature. */
export const mostCoveredOctets = 1_000_000;

export interface Signing {
  readonly parts: Mailauth;
  readonly header: MessageHeader;
  readonly settings: Settings['sender']['dkim'];
  /** ms since 1970. */
  readonly now: number;
}

/** A signature whose tags were read. */
export interface Prepared {
  readonly signature: Signature;
  /** Its own place in the header. */
  readonly place: number;
  readonly names: readonly string[];
  readonly covered: readonly number[];
  /** Which hash of the body it needs; absent when it is not looked at further. */
  readonly body?: BodyWanted;
  /** Why it is not looked at further. */
  readonly unread?: Outcome;
}

interface Outcome {
  readonly result: Exclude<DkimResult, 'none'>;
  readonly why?: string;
}

/** Reads the signatures from the top of the header, at most `maxSignatures`; DNS is asked for nothing. */
export function prepareDkim(signing: Signing): readonly Prepared[] {
  const { header, settings } = signing;
  const places = header.places.get('dkim-signature') ?? [];
  return places.slice(0, settings.maxSignatures).map((place) => prepare(signing, place, 'DKIM'));
}

/** Reads one signature field; a seal's message signature has the same tags (RFC 8617 section 4.1.2). */
export function prepare({ parts, header, now }: Signing, place: number, type: 'DKIM' | 'ARC'): Prepared {
  const field = header.fields[place];
  const line = field === undefined ? Buffer.alloc(0) : fieldOctets(header, field);
  const signature = parts.parseDkimHeaders(line.subarray(0, mostSignatureOctets), { strict: true });
  signature.type = type;
  const verifier = new parts.DkimVerifier({ strict: true, curTime: new Date(now), resolver: undefined });
  verifier.prepareSignature(signature);
  const names = namesOf(textOf(signature, 'h'));
  const covered = names.length > mostNames ? [] : coveredBy(header, names, place);
  const unread = whyUnread({ header, signature, names, covered, octets: line.length });
  const { bodyCanon, hashAlgo, maxBodyLength } = signature;
  const body: BodyWanted = {
    canonical: bodyCanon === 'relaxed' ? 'relaxed' : 'simple',
    algorithm: hashAlgo === 'sha1' ? 'sha1' : 'sha256',
    ...(typeof maxBodyLength === 'number' ? { length: maxBodyLength } : {}),
  };
  return { signature, place, names, covered, ...(unread === undefined ? { body } : { unread }) };
}

interface Reading {
  readonly header: MessageHeader;
  readonly signature: Signature;
  readonly names: readonly string[];
  readonly covered: readonly number[];
  readonly octets: number;
}

function whyUnread({ header, signature, names, covered, octets }: Reading): Outcome | undefined {
  if (octets > mostSignatureOctets)
    return neutral(`the field has ${octets} octets, more than the ${mostSignatureOctets} that are read`);
  if (header.more) return neutral(`the header has more than ${mostFields} fields and is not judged`);
  // RFC 8601 section 2.7.1: neutral is what cannot be read, permerror what lacks something it needs.
  const { skip, invalid } = signature;
  if (skip !== undefined) return neutral(skip);
  if (invalid !== undefined)
    return invalid === 'From field not signed' || invalid === 'domain mismatch'
      ? { result: 'permerror', why: told(invalid) }
      : neutral(told(invalid));
  if (names.length > mostNames)
    return neutral(`h= names ${names.length} fields, more than the ${mostNames} that are looked at`);
  if (!header.places.has('from')) return { result: 'permerror', why: 'there is no From field that it could cover' };
  const size = covered.reduce((sum, place) => {
    const field = header.fields[place];
    return sum + (field === undefined ? 0 : field.end - field.start);
  }, 0);
  if (size > mostCoveredOctets)
    return neutral(`it covers ${size} octets of header, more than the ${mostCoveredOctets} that are looked at`);
  return undefined;
}

const neutral = (why: string): Outcome => ({ result: 'neutral', why });

export interface Verifying extends Signing {
  readonly keys: Keys;
  readonly digest: (want: BodyWanted) => BodyDigest | undefined;
}

export interface Verified {
  readonly outcome: Outcome;
  readonly key?: PublicKey;
  /** The key record, as it stands. */
  readonly record?: string;
  readonly body?: BodyDigest;
}

/** Verifies one signature; of several key records at one name the first one that fits counts. */
export async function verify(verifying: Verifying, prepared: Prepared): Promise<Verified> {
  const { keys, digest, settings } = verifying;
  if (prepared.body === undefined) return { outcome: prepared.unread ?? neutral('it cannot be read') };
  const body = digest(prepared.body);
  if (body === undefined) return { outcome: neutral('the body was not hashed') };
  const { length } = prepared.body;
  if (length !== undefined && length > body.all)
    // RFC 6376 section 3.5: l= must not be larger than the canonical body; mailauth does not look.
    return { outcome: { result: 'permerror', why: `l=${length} is more than the ${body.all} octets there are` }, body };
  const { signature } = prepared;
  if (textOf(signature, 'bh') !== body.hash)
    return { outcome: { result: 'fail', why: 'the body is not the one that was signed' }, body };
  let records: readonly string[];
  try {
    records = await keys.records(`${signature.selector ?? ''}._domainkey.${signature.signingDomain ?? ''}`);
  } catch (error) {
    if (!(error instanceof NoKey)) throw error;
    return { outcome: { result: error.result, why: error.message }, body };
  }
  let first: Verified | undefined;
  for (const record of records) {
    const found = await verifyWith(verifying, prepared, { record, body });
    const judged = { ...found, outcome: judge(found, { settings, now: verifying.now, prepared }) };
    if (found.outcome.result === 'pass') return judged;
    first ??= judged;
  }
  return first ?? { outcome: neutral('there is no key'), body };
}

async function verifyWith(
  { parts, header, keys, settings, now }: Verifying,
  { signature, covered, place }: Prepared,
  { record, body }: { readonly record: string; readonly body: BodyDigest },
): Promise<Verified> {
  // An expired signature still counts for the clock skew.
  const curTime = new Date(now - settings.clockSkew * 1000);
  const verifier = new parts.DkimVerifier({ strict: true, curTime, resolver: undefined });
  verifier.rejectRsaSha1 = false;
  // Only what it covers: the same fields are chosen from these as from all, in time that does not grow with the header.
  const parsed = covered.flatMap((one) => {
    const field = header.fields[one];
    return field === undefined || one === place
      ? []
      : [{ key: field.key, casedKey: field.name, line: fieldOctets(header, field) }];
  });
  verifier.headers = { parsed };
  let key: PublicKey | undefined;
  verifier.keyCache = keys.of(record, (seen) => (key = seen));
  signature.bodyHashKey = 'body';
  verifier.bodyHashes.set('body', {
    hash: body.hash,
    bodyHashedBytes: body.hashed,
    canonicalizedLength: body.all,
    byteLength: body.source,
  });
  const { status } = await verifier.verifySignature(signature);
  return {
    outcome: outcomeOf(status.result, status.comment || '', record),
    ...(key === undefined ? {} : { key }),
    record,
    body,
  };
}

/** mailauth tells of all that is not to be had of a key as neutral; RFC 8601 section 2.7.1 has permerror for it. */
function outcomeOf(result: string, comment: string, record: string): Outcome {
  switch (result) {
    case 'pass':
      return { result };
    case 'fail':
      return { result, why: told(comment) };
    case 'temperror':
      return { result, why: printable(comment, 200) };
  }
  if (/(^|;)\s*p\s*=\s*(;|$)/.test(record)) return { result: 'permerror', why: 'the key was revoked: p= is empty' };
  return { result: 'permerror', why: told(comment) };
}

const words: Readonly<Record<string, string>> = {
  'bad signature': 'the signature does not fit: the header was changed, or another key signed',
  'body hash did not verify': 'the body is not the one that was signed',
  'domain mismatch': 'i= is not within d=, or below it where the key forbids that (t=s)',
  expired: 'it has expired (x=)',
  'From field not signed': 'h= leaves out From',
  'inappropriate hash algorithm': 'the key is not meant for this hash (h=)',
  'inappropriate key algorithm': 'the key is for another algorithm (k=)',
  'incompatible version': 'v= is not 1',
  'invalid expiration': 'x= is not behind t=',
  'invalid public key': 'the key cannot be read',
  'key not for email': 'the key is not meant for mail (s=)',
  'signature missing required tag': 'a tag that is required is missing',
  'signature syntax error': 'its tags cannot be read',
  'unknown key type': 'the key is of a kind that is not known (k=)',
  'unknown key version': 'the key record is of a version that is not known (v=)',
  'unsupported query method': 'q= asks for the key in a way that is not known',
};

/** mailauth's comment in our words. */
const told = (comment: string): string => words[comment] ?? printable(comment, 200);

const day = 86_400_000;

/** What the settings make of a signature. */
function judge(
  { outcome, key, body }: Verified,
  { settings, now, prepared }: Pick<Signing, 'settings' | 'now'> & { readonly prepared: Prepared },
): Outcome {
  if (outcome.result !== 'pass') return outcome;
  const { signature } = prepared;
  const signed = signature.timestamp?.getTime();
  if (signed !== undefined && signed > now + settings.clockSkew * 1000)
    return { result: 'permerror', why: `it says it was made ${Math.ceil((signed - now) / 1000)} s from now (t=)` };
  const policy = (why: string): Outcome => ({ result: 'policy', why });
  if (signature.hashAlgo === 'sha1' && !settings.sha1) return policy('SHA-1 does not count (RFC 8301 section 3.1)');
  if (key?.keyType === 'rsa' && (key.modulusLength ?? 0) < settings.minRsaBits)
    return policy(`its key has ${key.modulusLength ?? 0} bits, and ${settings.minRsaBits} are required`);
  if (settings.maxAge > 0 && signed !== undefined && now - signed > settings.maxAge * day)
    return policy(`it was made ${Math.floor((now - signed) / day)} days ago, and ${settings.maxAge} are allowed`);
  if (prepared.body?.length !== undefined && body !== undefined) {
    if (settings.bodyLength === 'never') return policy('it has l=, which does not count here');
    if (settings.bodyLength === 'covered' && body.hashed < body.all)
      return policy(`l= covers ${body.hashed} of the ${body.all} octets of the body`);
  }
  return outcome;
}

/** What is told of one signature. */
export function describeSignature(header: MessageHeader, prepared: Prepared, verified: Verified): DkimSignature {
  const { signature, names, covered } = prepared;
  const { outcome, key, record, body } = verified;
  const text = (tag: string, most: number) => printable(textOf(signature, tag), most);
  const domain = text('d', 253);
  const identity = printable(signature.identity ?? '', 320);
  const bits = key === undefined ? undefined : key.keyType === 'ed25519' ? 256 : key.modulusLength;
  const isLimited = prepared.body?.length !== undefined && body !== undefined;
  return {
    result: outcome.result,
    ...(outcome.why === undefined ? {} : { why: outcome.why }),
    domain,
    selector: text('s', 253),
    algorithm: text('a', 40),
    canonicalization: text('c', 40) || 'simple/simple',
    ...(identity === '' || identity === `@${domain}` ? {} : { identity }),
    ...(bits === undefined ? {} : { bits }),
    ...moment('signed', signature.timestamp),
    ...moment('expires', signature.expiration),
    ...(key?.testing === true ? { testing: true } : {}),
    fields: names.slice(0, mostNames).map((name) => printable(name, 100)),
    covered,
    notOversigned: notOversigned(header, names),
    ...(isLimited ? { length: { covered: body.hashed, all: body.all }, bodyCovered: body.source } : {}),
    ...(record === undefined ? {} : { key: printable(record, 2000) }),
    id: createHash('sha256').update(textOf(signature, 'b')).digest('hex').slice(0, 16),
  };
}

function moment<Name extends string>(name: Name, at: Date | null | undefined): Partial<Record<Name, number>> {
  const time = at?.getTime();
  if (time === undefined || Number.isNaN(time)) return {};
  return { [name]: time } as Partial<Record<Name, number>>;
}

function textOf({ parsed }: Signature, tag: string): string {
  const value = parsed[tag]?.value;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** From best to worst. */
const order: readonly DkimResult[] = ['pass', 'temperror', 'policy', 'fail', 'permerror', 'neutral'];

/** Verifies all signatures that were read, their keys asked for at once. */
export async function examineDkim(
  verifying: Omit<Verifying, 'keys'>,
  prepared: readonly Prepared[],
  { asked, elapsed }: { readonly asked: Asked; readonly elapsed: () => number },
): Promise<DkimAnswer> {
  const began = elapsed();
  const keys = new Keys(verifying.parts, asked);
  const signatures = await Promise.all(
    prepared.map(async (one) => describeSignature(verifying.header, one, await verify({ ...verifying, keys }, one))),
  );
  return {
    kind: 'dkim',
    result: order.find((result) => signatures.some((one) => one.result === result)) ?? 'none',
    signatures,
    count: verifying.header.places.get('dkim-signature')?.length ?? 0,
    questions: [...asked.questions],
    ms: Math.round((elapsed() - began) * 10) / 10,
  };
}
