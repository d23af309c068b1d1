// The words of a transcript: what is said of one event, in a line.
import { type Event, redacted, type ReplyFault, type SaslSaid } from './event.ts';
import type { ProxyFacts, TlsFacts } from './facts.ts';

type Sasl = Extract<Event, { kind: 'sasl' }>;

/** A message of a login on one line; of a secret its length alone. */
export function saidText({ what, octets, fields }: SaslSaid): string {
  const told = fields.map((field) => {
    if ('secret' in field) return `${field.name} ${redacted.repeat(2)} ${counted(field.secret)}`;
    return `${field.name} ${field.value === '' ? 'empty' : readable(field.value)}`;
  });
  return [`${what}, ${counted(octets)}`, ...told].join(' · ');
}

const counted = (octets: number) => `${octets} octet${octets === 1 ? '' : 's'}`;

const ends = {
  ok: 'logged in',
  credentials: 'failed login',
  malformed: 'malformed, no failed login',
  cancelled: 'cancelled, no failed login',
  temporary: 'not checked, no failed login',
} as const;

export function endText({ result, user, detail }: NonNullable<Sasl['ended']>): string {
  const who = user === undefined ? '' : ` as ${readable(user)}`;
  return `${ends[result]}${who}${detail === undefined ? '' : `: ${readable(detail)}`}`;
}

export function lineNotes(event: Extract<Event, { kind: 'line' }>): string[] {
  const notes: string[] = [];
  if (event.end === 'lf') notes.push('ends in bare LF');
  if (event.end === 'cr') notes.push('ends in bare CR');
  if (event.end === 'none') notes.push('no line end');
  if (event.bytes.includes('\0')) notes.push('holds NUL');
  // A chunk comes behind its BDAT (RFC 3030 section 2).
  if (event.behind > 0 && !/^\s*BDAT/i.test(event.bytes)) notes.push(`${event.behind} bytes already behind it`);
  if (event.segments !== undefined && event.segments > 1) notes.push(`in ${event.segments} segments`);
  if (event.took !== undefined) notes.push(`${(event.took / 1000).toFixed(1)} s from first to last octet`);
  return notes;
}

export function faultText({ rule, did, meant, octets }: ReplyFault): string {
  const cut = octets === undefined ? '' : `; ${octets} bytes in all`;
  return `fault ${rule}: ${did}${cut}; meant ${readable(meant.replace(/\r\n$/, ''))}`;
}

export function octetsText({ what, bytes, length }: Extract<Event, { kind: 'octets' }>): string {
  if (what === 'foreign') return `${length} bytes that are no SMTP`;
  if (!isProxyHeader({ what, bytes })) return `in place of a PROXY header, ${length} bytes`;
  const text = bytes.startsWith('PROXY ') ? `: ${shortened(bytes.split('\r\n', 1)[0] ?? '')}` : '';
  return `PROXY header, ${length} bytes${text}`;
}

export function isProxyHeader({ what, bytes }: Pick<Extract<Event, { kind: 'octets' }>, 'what' | 'bytes'>): boolean {
  return what === 'proxy' && (bytes.startsWith('PROXY ') || bytes.startsWith('\r\n\r\n\0\r\nQUIT\n'));
}

/** As many octets as tell what it is; all of them are in the raw view. */
const telling = 100;

export function shortened(bytes: string): string {
  return `${readable(bytes.slice(0, telling))}${bytes.length > telling ? '…' : ''}`;
}

export function proxyText(
  { peer }: Extract<Event, { kind: 'connect' }>,
  { version, command, through }: ProxyFacts,
): string {
  const said = `PROXY version ${version} from ${through.address}`;
  if (command === 'local') return `${said}: the proxy itself is calling`;
  if (command === 'unknown') return `${said}: it does not know who is calling`;
  return `${said}: this counts as ${peer.address}, port ${peer.port}`;
}

export function chunkText({ octets, announced, last }: Extract<Event, { kind: 'chunk' }>): string {
  const short = octets < announced ? ` of ${announced} announced` : '';
  return `chunk of ${octets} bytes${short}${last ? ', the last' : ''}`;
}

export function storedText({ size, recipients, dsn, quarantine, sha256, parts }: Stored): string {
  const asked = recipients.filter((recipient) => recipient.dsn !== undefined).length;
  const further = [
    dsn?.ret && `RET=${dsn.ret}`,
    dsn?.envid !== undefined && `ENVID=${dsn.envid}`,
    asked > 0 && `delivery reports asked for ${asked}, none is sent`,
    parts && partsText(parts),
    sha256 !== undefined && `SHA-256 ${sha256}`,
  ].filter(Boolean);
  const apart = quarantine === undefined ? '' : ` apart from other mail (${quarantine})`;
  const text = `stored${apart}, ${size} bytes, ${recipients.length} recipient${recipients.length === 1 ? '' : 's'}`;
  return [text, ...further].join(', ');
}

type Stored = Extract<Event, { kind: 'stored' }>;

function partsText({ count, more, named }: NonNullable<Stored['parts']>): string {
  const names = named.map(({ name = '', octets }) => `${name}, ${octets} octets`);
  const behind = names.length === 0 ? '' : ` (${names.join('; ')})`;
  return `${more ? 'more than ' : ''}${count} part${count === 1 ? '' : 's'}${behind}`;
}

export function xclientText({ peer, xclient }: Extract<Event, { kind: 'xclient' }>): string {
  const { through, name, helo, login } = xclient;
  const who = [name && `name ${name}`, helo && `HELO ${helo}`, login && `logged in as ${login}`].filter(Boolean);
  const as = who.length > 0 ? `, ${who.join(', ')}` : '';
  return `from here on this counts as ${peer.address}${as} (XCLIENT from ${through.address})`;
}

export function dataText(event: Extract<Event, { kind: 'data' }>): string {
  const { bytes, lines } = event.facts;
  return `${bytes} bytes, ${lines} line${lines === 1 ? '' : 's'} of message in ${event.segments} segment${event.segments === 1 ? '' : 's'}`;
}

export function dataNotes(event: Extract<Event, { kind: 'data' }>): string[] {
  const { facts } = event;
  const notes: string[] = [];
  const say = (count: number, what: string) => {
    if (count > 0) notes.push(`${count} ${what}`);
  };
  say(facts.bareLf, 'bare LF');
  say(facts.bareCr, 'bare CR');
  say(facts.nul, 'NUL');
  if (event.ended !== undefined && event.ended !== 'crlf.crlf')
    notes.push(`ended by ${event.ended.toUpperCase()}, not CRLF.CRLF: SMTP smuggling`);
  if (facts.overLimit) notes.push('larger than allowed: the rest was not kept');
  return notes;
}

export function tlsText(event: Extract<Event, { kind: 'tls' }>): string {
  if (event.state === 'starting')
    return event.discarded > 0
      ? `handshake; ${event.discarded} plaintext bytes behind STARTTLS discarded`
      : 'handshake';
  if (event.state === 'failed') return event.error;
  const { facts, ms } = event;
  return [
    facts.protocol,
    facts.cipher,
    facts.sni ? `SNI ${facts.sni}` : 'no SNI',
    facts.certificate === undefined ? '' : `certificate of ${facts.certificate}`,
    facts.alpn === undefined ? '' : `ALPN ${facts.alpn}`,
    facts.resumed ? 'resumed' : '',
    clientText(facts.client),
    `${ms.toFixed(0)} ms`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function clientText(client: TlsFacts['client']): string {
  if (client === undefined) return '';
  if (client === 'none') return 'no client certificate';
  return `client certificate ${client.subject}${client.trusted ? '' : `, not trusted: ${client.error ?? 'unknown'}`}`;
}

/** Bytes as text a person can read on one line: what cannot be printed is spelled out. */
export function readable(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is spelled out
  return decodeUtf8(bytes).replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => {
    if (c === '\0') return '<NUL>';
    if (c === '\r') return '<CR>';
    if (c === '\n') return '<LF>';
    if (c === '\t') return '<TAB>';
    return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function decodeUtf8(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- plain ASCII needs no decoding
  if (/^[\u0000-\u007f\u25ae]*$/.test(bytes)) return bytes;
  if (bytes.includes('\u25ae')) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
  } catch {
    return bytes;
  }
}
