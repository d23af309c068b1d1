// The transcript: what a person reads of a session, a pure fold of its events.
import { type Event, redacted, type ReplyFault, type SaslSaid } from './event.ts';
import type { ProxyFacts, Stage, TlsFacts } from './facts.ts';
import { assertNever } from './never.ts';
import type { Verdict } from './verdict.ts';

export type TranscriptItem =
  | { readonly kind: 'stage'; readonly stage: string; readonly n: number }
  | {
      readonly kind: 'client';
      readonly n: number;
      readonly t: number;
      /** Readable text: control characters shown as <NUL>, <CR>, <LF>, \xHH. */
      readonly text: string;
      readonly bytes: string;
      readonly end: string;
      /** What is unusual about the line, e.g. `ends in bare LF`, `sent before the reply`. */
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'server';
      readonly n: number;
      readonly t: number;
      readonly lines: readonly string[];
      readonly bytes: string;
      readonly code: number;
      readonly verdict: Verdict;
      readonly joined: boolean;
      /** A fault changed what was sent: which rule, what it did, and what was meant. */
      readonly fault?: string;
    }
  | { readonly kind: 'silent'; readonly n: number; readonly t: number; readonly verdict: Verdict }
  /** What a line of a login said, or the challenge to it, decoded, or what the login came to; behind what it tells of. */
  | {
      readonly kind: 'sasl';
      readonly n: number;
      readonly t: number;
      readonly who: 'client' | 'server' | 'outcome';
      readonly mechanism: string;
      /** From 1, anew for each AUTH. */
      readonly move: number;
      readonly text: string;
    }
  /** What is known beside what was said, e.g. who a proxy says is calling. */
  | { readonly kind: 'note'; readonly n: number; readonly t: number; readonly text: string }
  | {
      readonly kind: 'data';
      readonly n: number;
      readonly t: number;
      readonly text: string;
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'tls';
      readonly n: number;
      readonly t: number;
      readonly state: 'starting' | 'up' | 'failed';
      readonly text: string;
    }
  | { readonly kind: 'stored'; readonly n: number; readonly t: number; readonly message: string; readonly text: string }
  /** Nothing happened for this long, ms. */
  | { readonly kind: 'gap'; readonly n: number; readonly ms: number }
  | { readonly kind: 'close'; readonly n: number; readonly t: number; readonly text: string; readonly reason: string }
  | { readonly kind: 'fault'; readonly n: number; readonly t: number; readonly text: string };

/** Silence of at least this long is shown as a gap, ms. */
export const gapFrom = 1000;

/** Folds the events of one session, in order, into its transcript. */
export function foldTranscript(events: readonly Event[]): TranscriptItem[] {
  const items: TranscriptItem[] = [];
  let stage = '';
  let last = 0;
  /** What the next reply asks for. */
  let asked: TranscriptItem | undefined;
  for (const [index, event] of events.entries()) {
    if (event.t - last >= gapFrom) items.push({ kind: 'gap', n: event.n, ms: event.t - last });
    last = event.t;
    const now = stageOf(event, events, index);
    if (now !== undefined && now !== stage) {
      stage = now;
      items.push({ kind: 'stage', stage, n: event.n });
    }
    items.push(...itemsOf(event));
    if (event.kind === 'sasl') asked = askedIn(event);
    if (asked === undefined || (event.kind !== 'reply' && event.kind !== 'verdict')) continue;
    items.push({ ...asked, n: event.n, t: event.t } as TranscriptItem);
    asked = undefined;
  }
  return items;
}

/** A line belongs to the stage of the reply that follows it. */
function stageOf(event: Event, events: readonly Event[], index: number): string | undefined {
  if (event.kind === 'connect') return 'connect';
  if (event.kind === 'close') return 'close';
  if (event.kind === 'reply') return event.joined === true ? undefined : named(event.verdict.stage, event.bytes);
  if (event.kind !== 'line') return undefined;
  for (let next = index + 1; next < events.length && next < index + 200; next += 1) {
    const later = events[next];
    if (later?.kind === 'reply') return later.joined === true ? undefined : named(later.verdict.stage, later.bytes);
    if (later?.kind === 'verdict' || later?.kind === 'close') return undefined;
  }
  return undefined;
}

function named(stage: Stage, reply: string): string | undefined {
  if (stage === 'line') return undefined;
  if (stage === 'command') return reply.startsWith('221') ? 'close' : undefined;
  if (stage === 'headers' || stage === 'body' || stage === 'message') return 'data';
  return stage;
}

function itemsOf(event: Event): TranscriptItem[] {
  const { n, t } = event;
  switch (event.kind) {
    case 'connect':
      return event.proxy ? [{ kind: 'note', n, t, text: proxyText(event, event.proxy) }] : [];
    case 'line':
      return [
        {
          kind: 'client',
          n,
          t,
          text: readable(event.bytes),
          bytes: event.bytes,
          end: event.end,
          notes: lineNotes(event),
        },
      ];
    case 'octets':
      return [
        { kind: 'data', n, t, text: octetsText(event), notes: isProxyHeader(event) ? [] : [shortened(event.bytes)] },
      ];
    case 'chunk':
      return [{ kind: 'data', n, t, text: chunkText(event), notes: event.refused === true ? ['swallowed'] : [] }];
    case 'sasl':
      return saslItems(event);
    case 'xclient':
      return [{ kind: 'note', n, t, text: xclientText(event) }];
    case 'data':
      return [{ kind: 'data', n, t, text: dataText(event), notes: dataNotes(event) }];
    case 'reply':
      return [
        {
          kind: 'server',
          n,
          t,
          lines: event.bytes
            .split('\r\n')
            .filter((line, index, all) => line !== '' || index < all.length - 1)
            .map(readable),
          bytes: event.bytes,
          code: event.code,
          verdict: event.verdict,
          joined: event.joined === true,
          ...(event.fault && { fault: faultText(event.fault) }),
        },
      ];
    case 'verdict':
      return [{ kind: 'silent', n, t, verdict: event.verdict }];
    case 'tls':
      return [{ kind: 'tls', n, t, state: event.state, text: tlsText(event) }];
    case 'stored':
      return [
        {
          kind: 'stored',
          n,
          t,
          message: event.message,
          text: storedText(event),
        },
      ];
    case 'discarded': {
      const { size, message, check } = event;
      const text = `message discarded by ${check}: ${size} octets answered with 250 and kept nowhere`;
      return [{ kind: 'stored', n, t, message, text }];
    }
    case 'close':
      return [
        {
          kind: 'close',
          n,
          t,
          text: `closed by ${event.by === 'us' ? 'us' : 'the client'}: ${event.detail}`,
          reason: event.reason,
        },
      ];
    case 'fault':
      return [{ kind: 'fault', n, t, text: event.error }];
    default:
      return assertNever(event);
  }
}

type Sasl = Extract<Event, { kind: 'sasl' }>;

const saslItem = ({ n, t, mechanism, move }: Sasl, who: 'client' | 'server' | 'outcome', text: string) =>
  ({ kind: 'sasl', n, t, who, mechanism, move, text }) as const;

function saslItems(event: Sasl): TranscriptItem[] {
  const { heard, ended } = event;
  return [
    ...(heard ? [saslItem(event, 'client', saidText(heard))] : []),
    ...(ended ? [saslItem(event, 'outcome', `${event.mechanism}: ${endText(ended)}`)] : []),
  ];
}

/** Stands behind the reply that carries it. */
function askedIn(event: Sasl): TranscriptItem | undefined {
  return event.asks && saslItem(event, 'server', saidText(event.asks));
}

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

function endText({ result, user, detail }: NonNullable<Sasl['ended']>): string {
  const who = user === undefined ? '' : ` as ${readable(user)}`;
  return `${ends[result]}${who}${detail === undefined ? '' : `: ${readable(detail)}`}`;
}

function lineNotes(event: Extract<Event, { kind: 'line' }>): string[] {
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

function faultText({ rule, did, meant, octets }: ReplyFault): string {
  const cut = octets === undefined ? '' : `; ${octets} bytes in all`;
  return `fault ${rule}: ${did}${cut}; meant ${readable(meant.replace(/\r\n$/, ''))}`;
}

function octetsText({ what, bytes, length }: Extract<Event, { kind: 'octets' }>): string {
  if (what === 'foreign') return `${length} bytes that are no SMTP`;
  if (!isProxyHeader({ what, bytes })) return `in place of a PROXY header, ${length} bytes`;
  const text = bytes.startsWith('PROXY ') ? `: ${shortened(bytes.split('\r\n', 1)[0] ?? '')}` : '';
  return `PROXY header, ${length} bytes${text}`;
}

function isProxyHeader({ what, bytes }: Pick<Extract<Event, { kind: 'octets' }>, 'what' | 'bytes'>): boolean {
  return what === 'proxy' && (bytes.startsWith('PROXY ') || bytes.startsWith('\r\n\r\n\0\r\nQUIT\n'));
}

/** As many octets as tell what it is; all of them are in the raw view. */
const telling = 100;

function shortened(bytes: string): string {
  return `${readable(bytes.slice(0, telling))}${bytes.length > telling ? '…' : ''}`;
}

function proxyText({ peer }: Extract<Event, { kind: 'connect' }>, { version, command, through }: ProxyFacts): string {
  const said = `PROXY version ${version} from ${through.address}`;
  if (command === 'local') return `${said}: the proxy itself is calling`;
  if (command === 'unknown') return `${said}: it does not know who is calling`;
  return `${said}: this counts as ${peer.address}, port ${peer.port}`;
}

function chunkText({ octets, announced, last }: Extract<Event, { kind: 'chunk' }>): string {
  const short = octets < announced ? ` of ${announced} announced` : '';
  return `chunk of ${octets} bytes${short}${last ? ', the last' : ''}`;
}

function storedText({ size, recipients, dsn }: Extract<Event, { kind: 'stored' }>): string {
  const asked = recipients.filter((recipient) => recipient.dsn !== undefined).length;
  const wishes = [
    dsn?.ret && `RET=${dsn.ret}`,
    dsn?.envid !== undefined && `ENVID=${dsn.envid}`,
    asked > 0 && `delivery reports asked for ${asked}, none is sent`,
  ].filter(Boolean);
  const text = `stored, ${size} bytes, ${recipients.length} recipient${recipients.length === 1 ? '' : 's'}`;
  return [text, ...wishes].join(', ');
}

function xclientText({ peer, xclient }: Extract<Event, { kind: 'xclient' }>): string {
  const { through, name, helo, login } = xclient;
  const who = [name && `name ${name}`, helo && `HELO ${helo}`, login && `logged in as ${login}`].filter(Boolean);
  const as = who.length > 0 ? `, ${who.join(', ')}` : '';
  return `from here on this counts as ${peer.address}${as} (XCLIENT from ${through.address})`;
}

function dataText(event: Extract<Event, { kind: 'data' }>): string {
  const { bytes, lines } = event.facts;
  return `${bytes} bytes, ${lines} line${lines === 1 ? '' : 's'} of message in ${event.segments} segment${event.segments === 1 ? '' : 's'}`;
}

function dataNotes(event: Extract<Event, { kind: 'data' }>): string[] {
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

function tlsText(event: Extract<Event, { kind: 'tls' }>): string {
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

/** A verdict nobody heard; one that lets go on is there for what it found. */
function silentText({ action, because, findings }: Verdict): string {
  const found = findings.map(({ text }) => text).join('; ');
  return action === 'accept' && found !== '' ? `noted: ${found}` : `${action}, without a word: ${because}`;
}

const heading = { client: 'C says: ', server: 'S asks: ', outcome: '' } as const;

/** The transcript as clean text for the clipboard. */
export function transcriptText(items: readonly TranscriptItem[]): string {
  const rows: string[] = [];
  const at = (t: number) => (t / 1000).toFixed(3).padStart(9);
  for (const item of items) {
    if (item.kind === 'stage') rows.push(`-- ${item.stage}`);
    else if (item.kind === 'gap') rows.push(`          (${(item.ms / 1000).toFixed(1)} s of silence)`);
    else if (item.kind === 'client')
      rows.push(`${at(item.t)}  C: ${item.text}${item.notes.length > 0 ? `   (${item.notes.join(', ')})` : ''}`);
    else if (item.kind === 'server') {
      for (const line of item.lines) rows.push(`${at(item.t)}  S: ${line}`);
      if (item.fault !== undefined) rows.push(`${at(item.t)}     (${item.fault})`);
    } else if (item.kind === 'sasl') rows.push(`${at(item.t)}     ${heading[item.who]}${item.text}`);
    else if (item.kind === 'silent') rows.push(`${at(item.t)}     ${silentText(item.verdict)}`);
    else
      rows.push(
        `${at(item.t)}     ${item.text}${item.kind === 'data' && item.notes.length > 0 ? `   (${item.notes.join(', ')})` : ''}`,
      );
  }
  return `${rows.join('\n')}\n`;
}
