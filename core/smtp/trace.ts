// The trace fields a receiver adds to a message it takes in (RFC 5321 section 4.4): kept apart from the client's bytes.
import type { Mailbox } from '../contract/facts.ts';
import type { SpfAnswer } from '../contract/senderAnswers.ts';

export interface TraceOf {
  readonly host: string;
  readonly session: string;
  readonly message: string;
  readonly helo: { readonly verb: 'EHLO' | 'HELO'; readonly name: string };
  readonly peer: string;
  readonly secured: boolean;
  /** MAIL had SMTPUTF8. */
  readonly smtpUtf8?: boolean;
  readonly user?: string;
  readonly sender: Mailbox;
  readonly recipients: readonly Mailbox[];
  /** ms since 1970. */
  readonly at: number;
  readonly spf?: SpfAnswer;
}

/** The fields as text with CRLF line ends, newest first as a message carries them. */
export function traceFields(of: TraceOf): string {
  const fields = [`Return-Path: <${of.sender.raw}>`];
  if (of.spf) fields.push(receivedSpf(of, of.spf));
  fields.push(
    [
      `Received: from ${of.helo.name} (${literal(of.peer)})`,
      `\tby ${of.host} with ${protocol(of)} id ${of.message}`,
      // RFC 5321 section 7.2: naming one of several recipients would tell the others.
      ...(of.recipients.length === 1 ? [`\tfor <${of.recipients[0]?.raw ?? ''}>`] : []),
    ].join('\r\n') + `;\r\n\t${date(of.at)}`,
  );
  return fields.map((field) => `${field}\r\n`).join('');
}

/** RFC 3848: S when secured, A when logged in; RFC 6531 section 4.3: UTF8SMTP with SMTPUTF8. */
function protocol(of: TraceOf): string {
  if (of.helo.verb === 'HELO') return 'SMTP';
  return `${of.smtpUtf8 === true ? 'UTF8SMTP' : 'ESMTP'}${of.secured ? 'S' : ''}${of.user !== undefined ? 'A' : ''}`;
}

/** RFC 5321 section 4.1.3. */
function literal(address: string): string {
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}

/** RFC 7208 section 9.1. */
function receivedSpf(of: TraceOf, spf: SpfAnswer): string {
  const pairs = [
    `client-ip=${of.peer}`,
    `envelope-from=${quoted(of.sender.raw)}`,
    `helo=${quoted(of.helo.name)}`,
    `identity=${spf.identity}`,
  ];
  return `Received-SPF: ${spf.result} (${of.host}: domain of ${comment(spf.domain)})\r\n\t${pairs.join('; ')};`;
}

function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]|["\\]/g, '?')}"`;
}

function comment(text: string): string {
  return text.replace(/[^\x20-\x7e]|[()\\]/g, '?');
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let lastSecond = Number.NaN;
let lastDate = '';

/** RFC 5322 section 3.3, in UTC; many messages share a second. */
export function date(at: number): string {
  const second = Math.floor(at / 1000);
  if (second !== lastSecond) lastDate = written(new Date(second * 1000));
  lastSecond = second;
  return lastDate;
}

function written(d: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${days[d.getUTCDay()] ?? ''}, ${d.getUTCDate()} ${months[d.getUTCMonth()] ?? ''} ${d.getUTCFullYear()}`;
  return `${day} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
}
