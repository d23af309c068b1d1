// The transcript: what a person reads of a session, a pure fold of its events.
import type { Event } from './event.ts';
import type { Stage } from './facts.ts';
import { assertNever } from './never.ts';
import {
  chunkText,
  dataNotes,
  dataText,
  endText,
  faultText,
  isProxyHeader,
  lineNotes,
  octetsText,
  proxyText,
  shortened,
  readable,
  saidText,
  storedText,
  tlsText,
  xclientText,
} from './transcriptWords.ts';
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
  | {
      readonly kind: 'stored';
      readonly n: number;
      readonly t: number;
      /** Absent where it was discarded. */
      readonly message?: string;
      /** Stored, but apart from other mail. */
      readonly apart?: true;
      readonly text: string;
    }
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
          ...(event.quarantine === undefined ? {} : { apart: true }),
          text: storedText(event),
        },
      ];
    case 'discarded': {
      const { size, check } = event;
      const text = `message discarded by ${check}: ${size} octets answered with 250 and kept nowhere`;
      return [{ kind: 'stored', n, t, text }];
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
