// The steps of a scenario's talk: what one client sends byte for byte, hears, expects and does to its connection.
import { mechanismNames, type MechanismName } from './mechanisms.ts';
import { bytes, literal } from './scenarioBytes.ts';
import { message, signed } from './scenarioMessage.ts';
import { z } from './schema.ts';
import { parseIp } from './settings/network.ts';
import { span } from './span.ts';

const replyPattern = z
  .union([
    z
      .number()
      .int()
      .min(200, 'expected a code from 200 to 599, or a class such as 5xx')
      .max(599, 'expected a code from 200 to 599, or a class such as 5xx'),
    z
      .string()
      .regex(
        /^[2-5](\d\d|xx)( [2-5]\.\d{1,3}\.\d{1,3})?$/,
        'expected a code such as 250, a class such as 5xx, or a code with enhanced code such as "550 5.7.1"',
      ),
  ])
  .meta({ title: 'Reply', description: 'A code (250), a class (5xx), or both codes (550 5.7.1).' });

const replies = z.union([replyPattern, z.array(replyPattern).min(1)]);
/** One or several replies, any of which will do. */
export type Replies = z.output<typeof replies>;

/** An address, or a network to take addresses from. */
export const address = z
  .string()
  .refine(
    (value) => parseIp(value.split('/')[0] ?? '') !== undefined,
    'expected an address, or a network to take addresses from',
  );

const expectation = z.strictObject({
  reply: replies.optional().meta({ description: 'The next reply must be this.' }),
  text: z.string().optional().meta({ description: 'The reply must contain this text.' }),
  lacks: z.string().optional().meta({ description: 'The reply must not contain this text.' }),
  closed: z
    .boolean()
    .optional()
    .meta({ description: 'The server must (or must not) close the connection next, within the wait.' }),
  within: span.optional().meta({ description: 'How long to wait, 5 s unless said.' }),
});

const tlsVersion = z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);

/** What a client can do wrong in a login beside a wrong password. Not every mechanism can have every fault: a mistake in the file says so. */
export const loginFaults = [
  /** `*` at the first challenge. */
  'cancel',
  'bad-base64',
  /** PLAIN without its NULs, other responses without their separator. */
  'no-nul',
  'empty',
  /** The last message in place of the first. */
  'wrong-order',
  /** The responses of the login before, once more, octet for octet. */
  'replay',
  /** A nonce that is not the server's. */
  'wrong-nonce',
  /** 12 KiB in one response. */
  'oversized',
  /** Says that the server offers no -PLUS, as if somebody in the middle had taken it out (RFC 5802 section 6). */
  'downgrade',
  /** Bound to another TLS connection. */
  'wrong-binding',
  'wrong-realm',
  /** DIGEST-MD5 for another service or host. */
  'wrong-uri',
  /** DIGEST-MD5 with qop=auth-int, GSSAPI with a security layer. */
  'integrity',
] as const;
export type LoginFault = (typeof loginFaults)[number];

/** What nodemailer can log in with by itself. */
const mailMethods = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const;

/** The client certificates a scenario can show; all but `none` are made when they are first needed. */
const clientCertificates = [
  'none',
  'good',
  'expired',
  'not-yet-valid',
  'wrong-ca',
  'wrong-usage',
  'self-signed',
  'weak-key',
  'deep',
  'revoked',
] as const;
export type ClientCertificateKind = (typeof clientCertificates)[number];

const handshake = z.strictObject({
  least: tlsVersion.optional().meta({ description: 'Oldest version offered.' }),
  most: tlsVersion.optional().meta({ description: 'Newest version offered.' }),
  ciphers: z.string().optional().meta({ description: 'Cipher list in OpenSSL’s notation.' }),
  sni: z.string().min(1).max(255).optional().meta({ description: 'Name asked for, whatever it is; none unless said.' }),
  alpn: z.array(z.string()).min(1).optional().meta({ description: 'Protocols offered by ALPN.' }),
  certificate: z.enum(clientCertificates).optional().meta({
    description:
      'Certificate shown when the server asks for one; deep has six authorities above it; revoked is on the list that any clientCrlFile of the listener stands for.',
  }),
  hello: z
    .union([z.enum(['records', 'segments', 'half']), z.strictObject({ bytes: literal })])
    .optional()
    .meta({
      description:
        'How the ClientHello goes out: an octet a record, its first octets a segment each, only its first half, or other bytes in its place.',
    }),
  expect: z
    .union([
      z.enum(['up', 'refused', 'distrusted']),
      z.strictObject({
        version: tlsVersion.optional(),
        alpn: z.string().optional().meta({ description: 'Protocol the server chose.' }),
        name: z.string().optional().meta({ description: 'The certificate shown must be for this name.' }),
      }),
    ])
    .optional()
    .meta({
      description:
        'refused: an alert, or the end of the connection. distrusted: the client checks the certificate against the authority of the test bed and the name in sni, and must not believe it. Anything else than expected is a breach; unless said the handshake is a step on the way, and must succeed.',
    }),
  within: span.optional().meta({ description: 'How long to wait for the end of the handshake, 5 s unless said.' }),
});
export type Handshake = z.output<typeof handshake>;

const proxyHeader = z.union([
  bytes,
  z.strictObject({
    version: z.union([z.literal(1), z.literal(2)]),
    command: z
      .enum(['proxy', 'local', 'unknown'])
      .optional()
      .meta({ description: 'proxy unless said; local exists in version 2 only.' }),
    from: address
      .optional()
      .meta({ description: 'Client the proxy speaks for: an address, or a network to take one from for each client.' }),
    to: address.optional().meta({ description: 'Address the client called; 192.0.2.25 or 2001:db8::25 unless said.' }),
  }),
]);
export type ProxyHeader = z.output<typeof proxyHeader>;

const connect = z.strictObject({
  proxy: proxyHeader
    .optional()
    .meta({ description: 'PROXY header in front of everything, of its members or as exact bytes.' }),
  first: literal
    .optional()
    .meta({ description: 'Bytes sent before anything is heard, in one segment with the PROXY header.' }),
  plain: z
    .literal(true)
    .optional()
    .meta({ description: 'No handshake, although the listener begins with one (implicit TLS).' }),
  tls: handshake.optional().meta({ description: 'The handshake of a listener with implicit TLS.' }),
});
export type Connecting = z.output<typeof connect>;

export const step = z
  .union([
    z
      .strictObject({
        hear: replies,
        else: z.literal('stop').optional().meta({
          description: 'A client that hears another one, or is closed, leaves quietly; marks count the rest.',
        }),
      })
      .meta({
        title: 'hear',
        description: 'Reads one reply that the attack needs on its way; another one makes the case inconclusive.',
      }),
    z.strictObject({ expect: z.union([replies, expectation]) }).meta({
      title: 'expect',
      description: 'Reads one reply (or the close) that is the point; another one is a breach.',
    }),
    z.strictObject({ skip: replies }).meta({
      title: 'skip',
      description:
        'Reads replies as long as they are these, however many; the first other one is left to the next step.',
    }),
    z
      .strictObject({ say: z.string() })
      .meta({ title: 'say', description: 'Sends the text and CRLF in one segment. Escapes as in send.' }),
    z
      .strictObject({
        send: literal,
        pause: span.optional().meta({ description: 'Between segments.' }),
        cut: z
          .strictObject({ after: z.number().int().min(0).max(1_000_000_000), end: z.enum(['fin', 'rst']) })
          .optional()
          .meta({ description: 'Only that many octets are sent, then the connection is half-closed or reset.' }),
      })
      .meta({
        title: 'send',
        description:
          'Sends bytes as they stand, nothing added; a list is sent as one segment each, with the pause between, until the connection breaks.',
      }),
    z.strictObject({ connect }).meta({
      title: 'connect',
      description:
        'Opens a connection, the way it says; a connection that is open is given up. A talk that begins otherwise connects by itself.',
    }),
    z
      .strictObject({ starttls: z.union([z.literal(true), handshake]) })
      .meta({ title: 'starttls', description: 'Says STARTTLS, hears 220, makes the handshake.' }),
    z.strictObject({ tls: z.union([handshake, z.literal('off')]) }).meta({
      title: 'tls',
      description: 'Makes a handshake over what is open; off says close_notify, and what follows is sent in clear.',
    }),
    z.strictObject({ reading: z.boolean() }).meta({
      title: 'reading',
      description: 'false: takes nothing more from the network until true, so that what the server says piles up.',
    }),
    z
      .strictObject({
        login: z.strictObject({
          mechanism: z.enum(mechanismNames as [MechanismName, ...MechanismName[]]),
          user: z.string(),
          password: z.string().optional().meta({ description: 'Of every mechanism that has one.' }),
          token: z.string().optional().meta({ description: 'Of OAUTHBEARER and XOAUTH2: sent as it stands.' }),
          authzid: z.string().optional().meta({ description: 'Whom the user wants to act for.' }),
          initial: z.boolean().optional().meta({
            description:
              'Whether the first response stands in the AUTH command; where that is usual, unless said: everywhere but in LOGIN and where the server speaks first.',
          }),
          binding: z
            .enum(['tls-exporter', 'tls-server-end-point'])
            .optional()
            .meta({ description: 'Channel binding of a -PLUS mechanism; tls-exporter unless said.' }),
          times: z
            .number()
            .int()
            .min(1)
            .max(1000)
            .optional()
            .meta({ description: 'That many exchanges in a row, each reply read.' }),
          fault: z
            .enum(loginFaults)
            .optional()
            .meta({ description: 'What the client does wrong, computed for the mechanism.' }),
          hear: replies.optional().meta({ description: 'What each exchange must end with; another one is a breach.' }),
          asked: z.enum(['same', 'alike']).optional().meta({
            description:
              'The server must ask, and answer in the end, as in the login before: the same, nonces left out; alike: salts too. Else it is a breach.',
          }),
        }),
      })
      .meta({ title: 'login', description: 'Computes and plays a whole AUTH exchange.' }),
    z
      .strictObject({
        mail: z.strictObject({
          from: z.string(),
          to: z.union([z.string(), z.array(z.string()).min(1)]),
          subject: z.string().optional(),
          text: z.string().optional(),
          html: z.string().optional(),
          headers: z.record(z.string(), z.string()).optional(),
          user: z.string().optional(),
          password: z.string().optional(),
          token: z.string().optional().meta({ description: 'In place of the password, for XOAUTH2.' }),
          method: z
            .enum(mailMethods)
            .optional()
            .meta({ description: 'How the user logs in; the first that is offered and nodemailer knows unless said.' }),
          tls: z
            .boolean()
            .optional()
            .meta({ description: 'STARTTLS first; implicit TLS listeners are always secured.' }),
          sign: signed.optional().meta({ description: 'DKIM, as in the hops of compose.' }),
        }),
      })
      .meta({
        title: 'mail',
        description: 'A well-behaved client (nodemailer) connects, sends one message and must be served.',
      }),
    z.strictObject({ compose: message }).meta({
      title: 'compose',
      description:
        'Composes a message and sends it to its end, behind the 354 of DATA or with BDAT; the reply is left to the next step.',
    }),
    z.strictObject({ wait: span }).meta({ title: 'wait', description: 'Does nothing for that long.' }),
    z.strictObject({ meet: z.literal(true) }).meta({
      title: 'meet',
      description: 'Waits until every other client of the population has got this far, or has ended.',
    }),
    z
      .strictObject({ mark: z.string() })
      .meta({ title: 'mark', description: 'Counts that this client got here; see after.marks.' }),
    z
      .strictObject({ end: z.enum(['quit', 'fin', 'rst']) })
      .meta({ title: 'end', description: 'quit says QUIT and reads 221; fin half-closes; rst resets.' }),
  ])
  .meta({ id: 'step', description: 'One step of a talk.' });
export type Step = z.output<typeof step>;
