// OAuth: which bearer tokens OAUTHBEARER and XOAUTH2 take.
import { flag, lines, list, record, text, whole } from './leaf.ts';
import { z } from '../schema.ts';

/** Why the text is no set of public keys; undefined when it is one, or empty. */
function keySetProblem(value: string): string | undefined {
  if (value.trim() === '') return undefined;
  let read: unknown;
  try {
    read = JSON.parse(value);
  } catch {
    return 'expected a JWK set in JSON: {"keys": [ ... ]} (RFC 7517 section 5)';
  }
  const keys = typeof read === 'object' && read !== null ? (read as { keys?: unknown }).keys : undefined;
  if (!Array.isArray(keys)) return 'expected a JWK set: an object with a list of keys (RFC 7517 section 5)';
  const secret = (keys as unknown[]).findIndex((key) => isRecord(key) && ('d' in key || 'k' in key));
  if (secret >= 0) return `key ${secret + 1} is a private or shared key: only public keys belong here`;
  const wrong = (keys as unknown[]).findIndex((key) => !isRecord(key) || typeof key.kty !== 'string');
  return wrong >= 0 ? `key ${wrong + 1} has no kty (RFC 7517 section 4.1)` : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const SOURCE = 'RFC 7628; RFC 9068';

const scope = z
  .string()
  .regex(
    /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/,
    'expected one scope: no blanks, quotes or backslashes, at most 200 characters',
  )
  .meta({
    title: 'Scope',
    help: 'One scope, as the provider names it.',
    source: 'RFC 6749 section 3.3',
    basis: 'ours',
    kind: 'text',
  });

export const oauth = record(
  {
    tokens: flag({
      title: 'Tokens of the list',
      help: 'Opaque tokens given out in the table of users are taken.',
      source: 'Gatehouse',
      basis: 'ours',
      default: true,
    }),
    keySet: lines({
      title: 'Key set',
      help: 'Public keys of who signs tokens, as a JWK set (RFC 7517 section 5): what the provider shows at its jwks_uri. Empty: no signed token is taken. Nothing is fetched.',
      source: SOURCE,
      basis: 'ours',
      default: '',
      max: 100_000,
    }).superRefine((value, context) => {
      const message = keySetProblem(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
    issuer: text({
      title: 'Issuer',
      help: 'What a signed token must have as iss. Empty: any.',
      source: SOURCE,
      basis: 'ours',
      default: '',
    }),
    audience: text({
      title: 'Audience',
      help: 'What a signed token must have as aud, or among it. Empty: any, also tokens meant for another service.',
      source: SOURCE,
      basis: 'ours',
      default: '',
    }),
    userClaim: text({
      title: 'User’s claim',
      help: 'The claim of a signed token that names the user.',
      source: SOURCE,
      basis: 'ours',
      default: 'email',
      max: 100,
    }),
    scopes: list(scope, {
      title: 'Scopes',
      help: 'A signed token must have all of these; a client that brings too few is told so (RFC 7628 section 3.2.2).',
      source: SOURCE,
      basis: 'ours',
      max: 20,
    }),
    clockSkew: whole({
      title: 'Clock skew',
      help: 'By how much the clock of the issuer may be wrong when exp, nbf and iat are looked at.',
      unit: 's',
      source: 'RFC 7519 section 4.1.4',
      basis: 'ours',
      min: 0,
      max: 600,
      default: 60,
    }),
    configuration: text({
      title: 'Discovery document',
      help: 'Told to clients whose token is refused, as openid-configuration (RFC 7628 section 3.2.2). Empty: nothing is told.',
      source: SOURCE,
      basis: 'ours',
      default: '',
      placeholder: 'https://login.example.com/.well-known/openid-configuration',
    }),
  },
  { title: 'OAuth', help: 'Which bearer tokens OAUTHBEARER and XOAUTH2 take.', source: SOURCE, basis: 'ours' },
);
