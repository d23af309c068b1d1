// The messages of SCRAM, to the letter of their grammar (RFC 5802 section 7).
import { isUtf8 } from 'node:buffer';
import { decodeBase64 } from './base64.ts';
import { type Failure, malformed, maxField } from './mechanism.ts';
import { prepared } from './prepare.ts';
import { fromSaslname } from './saslname.ts';

export interface ClientFirst {
  /** The GS2 header as it stands, its last comma included: the beginning of what `c` must hold. */
  readonly header: string;
  /** `n`: the client cannot bind; `y`: it could, but thinks that we cannot; else the type of binding after `p=`. */
  readonly flag: 'n' | 'y' | { readonly type: string };
  readonly authzid?: string;
  /** Prepared as a query (section 5.1). */
  readonly user: string;
  readonly nonce: string;
  /** client-first-message-bare, which both sides hash. */
  readonly bare: string;
}

export interface ClientFinal {
  /** What `c` holds: the GS2 header and the data of the binding. */
  readonly binding: Buffer;
  readonly nonce: string;
  readonly proof: Buffer;
  /** client-final-message-without-proof, which both sides hash. */
  readonly bare: string;
}

const firstMessage = /^((?:(n|y)|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,)(.*)$/su;
const firstBare = /^n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)((?:,[^,]*)*)$/u;
const finalMessage = /^(c=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)((?:,[^,]*)*)),p=([^,]*)$/u;

export function parseClientFirst(message: Buffer): ClientFirst | Failure {
  const text = textOf(message);
  if (text === undefined) return malformed('not UTF-8, or with a NUL');
  const [, header, plainFlag, type, authzid, bare] = (firstMessage.exec(text) ?? []) as Groups;
  if (header === undefined || bare === undefined) return malformed('no GS2 header');
  // Section 5.1: an extension that must be understood; none is.
  if (bare.startsWith('m=')) return malformed('an extension (m) that is not supported');
  const [, name, nonce, extensions = ''] = (firstBare.exec(bare) ?? []) as Groups;
  if (name === undefined || nonce === undefined)
    return malformed('no user name (n) and nonce (r) behind the GS2 header');
  if (!areExtensions(extensions)) return malformed('what stands behind the nonce is no extension');
  if (nonce.length > maxField) return malformed('the nonce is too long');
  const acting = authzid === undefined ? undefined : fromSaslname(authzid);
  if (authzid !== undefined && acting === undefined) return malformed('the authorisation identity is no name');
  const raw = fromSaslname(name);
  const user = raw === undefined ? undefined : prepared(raw, 'query');
  if (user === undefined) return malformed('the user name is none (=2C and =3D stand for , and =; RFC 4013)');
  const flag = type === undefined ? (plainFlag as 'n' | 'y') : { type };
  return { header, flag, ...(acting !== undefined && { authzid: acting }), user, nonce, bare };
}

export function parseClientFinal(message: Buffer): ClientFinal | Failure {
  const text = textOf(message);
  if (text === undefined) return malformed('not UTF-8, or with a NUL');
  const [, bare, channel = '', nonce, extensions = '', proofText = ''] = (finalMessage.exec(text) ?? []) as Groups;
  if (bare === undefined || nonce === undefined) return malformed('no channel binding (c), nonce (r) and proof (p)');
  if (!areExtensions(extensions)) return malformed('what stands behind the nonce is no extension');
  const [binding, proof] = [decodeBase64(channel), decodeBase64(proofText)];
  if (binding === null || binding.length === 0) return malformed('the channel binding (c) is not base64');
  if (proof === null) return malformed('the proof (p) is not base64');
  return { binding, nonce, proof, bare };
}

type Groups = readonly (string | undefined)[];

function textOf(message: Buffer): string | undefined {
  return isUtf8(message) && !message.includes(0) ? message.toString() : undefined;
}

/** Optional extensions are passed over (section 5.1), but none may pass for an attribute that has a meaning. */
function areExtensions(text: string): boolean {
  return text
    .split(',')
    .slice(1)
    .every((one) => /^(?![aceimnprsv])[A-Za-z]=./su.test(one));
}
