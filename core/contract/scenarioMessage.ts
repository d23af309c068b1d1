// A message a scenario composes: its header and body as they leave the author, and what happens to it on its way.
import { z } from './schema.ts';
import { bytes, literal } from './scenarioBytes.ts';
import { span } from './span.ts';

/** Names of the keys in core/simulate/testKeys.table.ts: their secret halves are public. */
export const signingKeys = ['rsa2048a', 'rsa2048b', 'rsa1024', 'rsa512', 'rsa4096', 'ed25519a', 'ed25519b'] as const;
const key = z.enum(signingKeys);

const fieldName = z.string().regex(/^[!-9;-~]+$/, 'expected the name of a header field, without its colon');
const names = z.array(fieldName).min(1);
const domain = z.string().regex(/^[^\s;]+$/, 'expected a domain name');

/** A moment seen from the one at which the message is composed. */
const moment = z
  .union([z.strictObject({ ago: span }), z.strictObject({ in: span })])
  .meta({ description: 'Relative to the moment of composing: { ago: 1d } or { in: 1h }.' });
export type Moment = z.output<typeof moment>;

/** What can be wrong with a signature beside what happens to the message behind it. */
export const signFaults = [
  /** By another key than the one that is named: the header does not verify. */
  'wrong-key',
  /** bh= is that of another body. */
  'wrong-body',
  /** Over other header fields than the message has. */
  'wrong-header',
  /** b= is made up. */
  'forged',
  /** From is not among the signed fields (RFC 6376 section 5.4 says it must be). */
  'no-from',
  /** b= holds what is no base64. */
  'no-base64',
] as const;

const sign = z.strictObject({
  domain: domain.meta({ description: 'd=' }),
  selector: domain.optional().meta({ description: 's=, s1 unless said: the zone needs s1._domainkey of the domain.' }),
  key: key.optional().meta({ description: 'Test key it is signed with, rsa2048a unless said.' }),
  algorithm: z
    .enum(['rsa-sha256', 'rsa-sha1', 'ed25519-sha256'])
    .optional()
    .meta({ description: 'That of the key unless said.' }),
  canonicalization: z
    .enum(['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'])
    .optional()
    .meta({ description: 'Of the header and of the body; relaxed/relaxed unless said.' }),
  fields: names.optional().meta({
    description:
      'Fields to sign, the lowest of each first: a name twice covers two. Unless said, each of the usual ones that is there (RFC 6376 section 5.4.1).',
  }),
  oversign: z
    .union([z.literal(true), names])
    .optional()
    .meta({
      description:
        'Fields named once more than they are there, so that none can be added; true: From, To, Subject and Date.',
    }),
  length: z
    .union([z.number().int().min(0), z.literal('all')])
    .optional()
    .meta({ description: 'l=: octets of the body that are covered; all there are at this point.' }),
  signed: z
    .union([moment, z.literal('unsaid')])
    .optional()
    .meta({ description: 't=: the moment of composing unless said.' }),
  expires: moment.optional().meta({ description: 'x=: never unless said.' }),
  identity: z.string().optional().meta({ description: 'i=' }),
  tags: z
    .record(z.string().regex(/^[A-Za-z]\w*$/), z.union([z.string(), z.null()]))
    .optional()
    .meta({ description: 'Tags to add or replace before it is signed, e.g. v; null leaves one out.' }),
  width: z
    .number()
    .int()
    .min(10)
    .max(900)
    .optional()
    .meta({ description: 'Characters in a line of the signature, 76 unless said.' }),
  times: z.number().int().min(1).max(1000).optional().meta({ description: 'So many signatures, all the same.' }),
  fault: z.enum(signFaults).optional().meta({ description: 'What is wrong with it.' }),
});
export type Sign = z.output<typeof sign>;

const change = z.strictObject({
  prefix: z.string().optional().meta({ description: 'Put in front of the subject.' }),
  append: bytes.optional().meta({ description: 'Put behind the body.' }),
  set: z
    .record(fieldName, z.string())
    .optional()
    .meta({ description: 'New values; a field that is not there is added.' }),
  add: z.array(bytes).min(1).optional().meta({ description: 'Whole fields put on top, the first uppermost.' }),
  remove: names.optional().meta({ description: 'Every field of these names.' }),
  rename: z.record(fieldName, fieldName).optional(),
  fold: names.optional().meta({ description: 'Broken into two lines at the last blank of each.' }),
  wrap: z
    .number()
    .int()
    .min(10)
    .max(900)
    .optional()
    .meta({ description: 'Lines of the body are broken at so many octets.' }),
  encode: z
    .literal('quoted-printable')
    .optional()
    .meta({ description: 'What an 8-bit body becomes where 8BITMIME is not offered.' }),
});
export type Change = z.output<typeof change>;

const forward = z.strictObject({
  by: domain.optional().meta({ description: 'Name of the forwarding host, forwarder.example unless said.' }),
  heard: domain.optional().meta({ description: 'Name of the host it came from, mail.example.org unless said.' }),
  address: z.string().optional().meta({ description: 'Address of that host, 192.0.2.10 unless said.' }),
  for: z.string().optional().meta({ description: 'The mailbox that forwards.' }),
  returnPath: z.string().optional().meta({ description: 'The sender it had there; without: no Return-Path is left.' }),
});
export type Forward = z.output<typeof forward>;

const list = z.strictObject({
  address: z.string().regex(/^[^\s@]+@[^\s@]+$/, 'expected the address of the list'),
  tag: z
    .string()
    .optional()
    .meta({ description: 'Put in front of the subject; [name of the list] unless said, none if empty.' }),
  footer: z.string().optional().meta({ description: 'Put behind the body; none if empty.' }),
  rewrite: z
    .boolean()
    .optional()
    .meta({ description: 'From becomes the list’s own address, and the author goes into Reply-To.' }),
});
export type List = z.output<typeof list>;

/** What can be wrong with a set of ARC (RFC 8617 section 4). */
export const sealFaults = [
  /** The instance before it is missing. */
  'gap',
  /** By another key than the one that is named: neither its seal nor its signature verifies. */
  'wrong-key',
  /** The set stands there twice. */
  'twice',
  /** b= of the seal is made up. */
  'forged',
  /** The set has no seal. */
  'no-seal',
  /** bh= is that of another body. */
  'wrong-body',
] as const;

const seal = z.strictObject({
  domain: domain.meta({ description: 'd=' }),
  selector: domain.optional().meta({ description: 's=, s1 unless said.' }),
  key: key.optional().meta({ description: 'Test key it is sealed with, rsa2048a unless said.' }),
  cv: z
    .enum(['none', 'pass', 'fail'])
    .optional()
    .meta({ description: 'none in the first set, else pass, unless said.' }),
  results: z.string().optional().meta({
    description:
      'What the sealing host found, behind its name: `spf=pass smtp.mailfrom=example.org`. spf=pass unless said.',
  }),
  instance: z.number().int().min(0).max(99).optional().meta({ description: 'i=: the next one unless said.' }),
  signed: moment.optional().meta({ description: 't=: the moment of composing unless said.' }),
  times: z.number().int().min(1).max(60).optional().meta({ description: 'So many sets, one upon the other.' }),
  fault: z.enum(sealFaults).optional().meta({ description: 'What is wrong with it.' }),
});
export type Seal = z.output<typeof seal>;

const hop = z.union([
  z.strictObject({ sign }).meta({ title: 'sign', description: 'DKIM signs it (RFC 6376).' }),
  z.strictObject({ change }).meta({ title: 'change', description: 'Changes it.' }),
  z
    .strictObject({ forward })
    .meta({ title: 'forward', description: 'A host passes it on unchanged: a Received, maybe a Return-Path.' }),
  z
    .strictObject({ list })
    .meta({ title: 'list', description: 'A mailing list passes it on: tag, footer, Sender, List-Id.' }),
  z.strictObject({ seal }).meta({ title: 'seal', description: 'ARC seals it (RFC 8617).' }),
]);
export type Hop = z.output<typeof hop>;

/** How a message may be signed by who sends it with `mail`. */
export const signed = z.union([sign, z.array(sign).min(1)]);

const attachment = z.strictObject({
  filename: z.string(),
  content: bytes,
  type: z.string().optional(),
});

export const message = z.strictObject({
  from: z.string().optional().meta({ description: 'Alice <alice@example.org> unless said.' }),
  to: z.string().optional().meta({ description: 'bob@example.com unless said.' }),
  subject: z.string().optional(),
  date: moment.optional().meta({ description: 'The moment of composing unless said.' }),
  messageId: z.string().optional().meta({ description: 'By chance, in the domain of from, unless said.' }),
  fields: z.array(bytes).optional().meta({
    description: 'Whole fields put below the others, exactly as they stand: in this order, twice, folded, odd.',
  }),
  without: names.optional().meta({ description: 'Fields it has not.' }),
  text: z.string().optional(),
  html: z.string().optional(),
  attachments: z.array(attachment).optional(),
  raw: literal.optional().meta({ description: 'The whole message instead, octet for octet. Escapes as in send.' }),
  hops: z.array(hop).optional().meta({ description: 'What happens to it on its way, in this order.' }),
  chunks: z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Sent with BDAT, so many octets each, in place of the dot; each chunk is answered.' }),
});
export type Composed = z.output<typeof message>;
