// The trace fields a receiver adds to a message it takes in (RFC 5321 section 4.4): kept apart from the client's bytes.
import type { Mailbox, Mark } from '../contract/facts.ts';
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
  /** What SPF found, of the identities a Received-SPF field tells of. */
  readonly spf?: readonly SpfAnswer[];
  /** Authentication-Results, folded, without its last line end. */
  readonly results?: string;
  /** Findings that the settings have told; SPF has its own field. */
  readonly marks?: readonly Mark[];
}

/**
 * The fields as text with CRLF line ends, newest first as a message carries them: Return-Path at the very top (RFC 5321
 * section 4.4), what was found above the Received of whoever found it (RFC 8601 section 4.1; RFC 7208 section 9.1).
 */
export function traceFields(of: TraceOf): string {
  const fields = [`Return-Path: <${of.sender.raw}>`];
  if (of.results !== undefined) fields.push(of.results);
  for (const answer of of.spf ?? []) fields.push(receivedSpf(of, answer));
  for (const mark of of.marks ?? []) fields.push(markField(mark));
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

/** The check, and what it found: one line of what others may have had a say in. */
function markField({ check, text }: Mark): string {
  return `X-Gatehouse-Mark: ${check};\r\n\t${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 900)}`;
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

/** Longest value of a key, characters: a line of a header has at most 998 octets (RFC 5322 section 2.1.1). */
const longestValue = 300;

/**
 * RFC 7208 section 9.1, of the identity that counted: key=value pairs, each on a line of its own, in the order in which the RFC lists
 * the keys.
 */
function receivedSpf(of: TraceOf, spf: SpfAnswer): string {
  const isHelo = spf.identity === 'helo';
  const isError = spf.result === 'temperror' || spf.result === 'permerror';
  const pairs: [string, string][] = [
    ['client-ip', of.peer],
    // The null sender is asked about as postmaster of the EHLO name (section 2.4).
    ...(isHelo ? [] : [['envelope-from', of.sender.raw || `postmaster@${of.helo.name}`] as [string, string]]),
    ['helo', of.helo.name],
    ...(isError ? [['problem', spf.detail ?? spf.result] as [string, string]] : []),
    ['receiver', of.host],
    ['identity', spf.identity],
    ...(isError || spf.result === 'none' ? [] : [['mechanism', spf.matched ?? 'default'] as [string, string]]),
  ];
  const said = `${of.host}: ${commented[spf.result](spf.domain, of.peer)}`;
  const written = pairs.map(([key, value]) => `${key}=${word(value)}`).join(';\r\n\t');
  return `Received-SPF: ${spf.result} (${comment(said)})\r\n\t${written};`;
}

/** What stands in the comment, as in the RFC's examples. */
const commented: Readonly<Record<SpfAnswer['result'], (domain: string, peer: string) => string>> = {
  pass: (domain, peer) => `domain of ${domain} designates ${peer} as permitted sender`,
  fail: (domain, peer) => `domain of ${domain} does not designate ${peer} as permitted sender`,
  softfail: (domain, peer) => `domain of ${domain} probably does not designate ${peer} as permitted sender`,
  neutral: (domain, peer) => `${peer} is neither permitted nor denied by domain of ${domain}`,
  none: (domain) => `domain of ${domain} has no SPF record`,
  temperror: (domain) => `DNS did not answer for domain of ${domain}`,
  permerror: (domain) => `record of domain of ${domain} cannot be understood`,
};

/** dot-atom where it is one, else quoted-string (RFC 5322 sections 3.2.3 and 3.2.4). */
function word(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?').slice(0, longestValue);
  if (/^[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*$/.test(plain)) return plain;
  return `"${plain.replace(/["\\]/g, '\\$&')}"`;
}

/** ctext (RFC 5322 section 3.2.2). */
function comment(text: string): string {
  return text.replace(/[^\x20-\x7e]|[()\\]/g, '?').slice(0, 2 * longestValue);
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
