// The bytes of a session as rows of sixteen, in hex and as text, from its events. Pure.
import { type Event, redacted } from '../../../core/contract/event.ts';

export type RawRow =
  | { readonly kind: 'head'; readonly n: number; readonly text: string; readonly side: Side }
  | {
      readonly kind: 'bytes';
      readonly n: number;
      readonly offset: number;
      readonly hex: string;
      readonly text: string;
      readonly side: Side;
    }
  | { readonly kind: 'note'; readonly n: number; readonly text: string };

type Side = 'client' | 'server';

const ENDS = { crlf: '\r\n', lf: '\n', cr: '\r', none: '' } as const;
const WIDTH = 16;

/** Bytes of one event, one character per octet, and who sent them; undefined for events without bytes. */
export function bytesOf(event: Event): { readonly side: Side; readonly bytes: string } | undefined {
  if (event.kind === 'line') return { side: 'client', bytes: event.bytes + ENDS[event.end] };
  if (event.kind === 'octets') return { side: 'client', bytes: event.bytes };
  if (event.kind === 'reply') return { side: 'server', bytes: event.bytes };
  return undefined;
}

/** The rows of these events; offsets count from the first byte of each. */
export function rawRows(events: readonly Event[]): RawRow[] {
  const rows: RawRow[] = [];
  for (const event of events) {
    const found = bytesOf(event);
    const { n } = event;
    if (found) {
      rows.push({ kind: 'head', n, side: found.side, text: `${found.side}, line ${n}, ${found.bytes.length} octets` });
      for (let offset = 0; offset < found.bytes.length; offset += WIDTH) {
        rows.push({ kind: 'bytes', n, offset, side: found.side, ...dump(found.bytes.slice(offset, offset + WIDTH)) });
      }
      if (event.kind === 'octets' && event.length > found.bytes.length)
        rows.push({ kind: 'note', n, text: `${event.length - found.bytes.length} more octets were not kept` });
    } else if (event.kind === 'chunk') {
      const kept = event.refused === true ? 'swallowed' : 'kept once, with the message';
      rows.push({ kind: 'note', n, text: `chunk of ${event.octets} octets: ${kept}` });
    } else if (event.kind === 'data') {
      rows.push({ kind: 'note', n, text: `message of ${event.facts.bytes} octets: kept once, with the message` });
    } else if (event.kind === 'tls' && event.state === 'up') {
      rows.push({ kind: 'note', n, text: `${event.facts.protocol}: what follows is shown as it was inside TLS` });
    }
  }
  return rows;
}

function dump(bytes: string): { hex: string; text: string } {
  let hex = '';
  let text = '';
  for (const [index, octet] of [...bytes].entries()) {
    const code = octet.charCodeAt(0);
    if (index > 0) hex += index === WIDTH / 2 ? '  ' : ' ';
    hex += octet === redacted ? '▮▮' : code.toString(16).padStart(2, '0');
    text += octet === redacted || (code >= 0x20 && code < 0x7f) ? octet : '·';
  }
  return { hex, text };
}

/** The rows as text for the clipboard. */
export function rawText(rows: readonly RawRow[]): string {
  return rows
    .map((row) =>
      row.kind === 'bytes'
        ? `${row.offset.toString(16).padStart(6, '0')}  ${row.hex.padEnd(WIDTH * 3)}  ${row.text}`
        : `-- ${row.text}`,
    )
    .join('\n')
    .concat('\n');
}
