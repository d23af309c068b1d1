// What a listener says to EHLO, in clear and when secured: the one list the client hears and the window shows.
import type { ConnectionFacts, SessionFacts } from '../contract/facts.ts';
import type { Listener } from '../contract/settings/listeners.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { effectiveSettings } from '../policy/effective.ts';
import { networkHolding } from '../policy/networks.ts';
import { replyFor } from '../policy/reply.ts';
import { xclientAttributes } from './xclientAttributes.ts';

/** 0 in the settings is "no limit", as RFC 1870 section 4 has it for SIZE. */
export function maxDataOctets(settings: Settings): number {
  return settings.acceptance.maxDataSize * 1024;
}

/** What is known of the client's TLS, if it has any. */
type ClientTls = SessionFacts['tls'];

/** Mechanisms offered now; an empty list means no AUTH at all. EXTERNAL is for clients that showed a certificate we trust. */
export function offeredMechanisms(settings: Settings, secured: boolean, tls?: ClientTls): readonly string[] {
  const list: readonly string[] = secured ? settings.authentication.secured : settings.authentication.clear;
  return isCertified(tls) || !list.includes('EXTERNAL') ? list : list.filter((name) => name !== 'EXTERNAL');
}

function isCertified(tls: ClientTls): boolean {
  const client = tls?.client;
  return client !== undefined && client !== 'none' && client.trusted;
}

/** Whether STARTTLS is offered now (RFC 3207 section 4: not again once secured). */
export function offersStartTls(settings: Settings, listener: Listener, secured: boolean): boolean {
  return !secured && listener.tls === 'starttls' && settings.acceptance.extensions.startTls;
}

/** RFC 3030 section 3: BINARYMIME comes with CHUNKING or not at all. */
export function offersBinary({ acceptance: { extensions } }: Settings): boolean {
  return extensions.binaryMime && extensions.chunking;
}

/** RFC 6531 section 3.1: SMTPUTF8 comes with 8BITMIME or not at all. */
export function offersSmtpUtf8({ acceptance: { extensions } }: Settings): boolean {
  return extensions.smtpUtf8 && extensions.eightBitMime;
}

/** Whether the client, as it counts now, may use XCLIENT (Postfix, XCLIENT_README). */
export function offersXclient({ listener, peer }: Pick<ConnectionFacts, 'listener' | 'peer'>): boolean {
  return networkHolding(listener.xclient, peer.address) >= 0;
}

/** RFC 9422 section 3: numbers from 1 to 999,999; undefined when there is no limit to tell. */
function limits({ errors, acceptance }: Settings): string | undefined {
  const told = [
    ['MAILMAX', errors.session.maxMessages],
    ['RCPTMAX', acceptance.maxRcptCount],
  ] as const;
  const words = told.flatMap(([name, limit]) =>
    typeof limit === 'number' && limit >= 1 && limit <= 999_999 ? [`${name}=${limit}`] : [],
  );
  return words.length === 0 ? undefined : `LIMITS ${words.join(' ')}`;
}

/** What a client is offered depends on, beside the settings. */
export interface Offer {
  readonly listener: Listener;
  readonly secured: boolean;
  /** Absent where nobody is asking: XCLIENT is for some peers only. */
  readonly peer?: ConnectionFacts['peer'];
  /** EXTERNAL is for some clients only. */
  readonly tls?: ClientTls;
}

/** Worked out once for each listener of a settings value: in clear and secured, without and with XCLIENT and a certificate. */
const kept = new WeakMap<Settings, WeakMap<Listener, (readonly string[] | undefined)[]>>();

/**
 * The keywords behind the first line of the EHLO reply, in the order AXIGEN was observed to send them; without codes.
 * Frozen, and the same array for the same offer.
 */
export function keywords(settings: Settings, { listener, secured, peer, tls }: Offer): readonly string[] {
  let listeners = kept.get(settings);
  if (!listeners) kept.set(settings, (listeners = new WeakMap()));
  let offers = listeners.get(listener);
  if (!offers) listeners.set(listener, (offers = Array<undefined>(8).fill(undefined)));
  const xclient = peer !== undefined && offersXclient({ listener, peer });
  const certified = isCertified(tls);
  return (offers[(secured ? 1 : 0) + (xclient ? 2 : 0) + (certified ? 4 : 0)] ??= Object.freeze(
    made(settings, { listener, secured, xclient, tls }),
  ));
}

interface Made {
  readonly listener: Listener;
  readonly secured: boolean;
  readonly xclient: boolean;
  readonly tls: ClientTls;
}

function made(settings: Settings, { listener, secured, xclient, tls }: Made): string[] {
  const { extensions, dialect } = settings.acceptance;
  const mechanisms = offeredMechanisms(settings, secured, tls).join(' ');
  const lines: string[] = [];
  if (extensions.pipelining) lines.push('PIPELINING');
  if (mechanisms !== '') lines.push(`AUTH ${mechanisms}`);
  if (mechanisms !== '' && extensions.authEquals) lines.push(`AUTH=${mechanisms}`);
  if (offersStartTls(settings, listener, secured)) lines.push('STARTTLS');
  if (extensions.eightBitMime) lines.push('8BITMIME');
  if (offersBinary(settings)) lines.push('BINARYMIME');
  if (extensions.chunking) lines.push('CHUNKING');
  // RFC 1870 section 4: without a number there is no fixed limit.
  if (extensions.size) lines.push(maxDataOctets(settings) === 0 ? 'SIZE' : `SIZE ${maxDataOctets(settings)}`);
  if (offersSmtpUtf8(settings)) lines.push('SMTPUTF8');
  if (extensions.dsn) lines.push('DSN');
  // RFC 8689 section 2: inside TLS only.
  if (extensions.requireTls && secured) lines.push('REQUIRETLS');
  if (extensions.enhancedStatusCodes) lines.push('ENHANCEDSTATUSCODES');
  const limited = extensions.limits ? limits(settings) : undefined;
  if (limited !== undefined) lines.push(limited);
  if (extensions.expn !== 'off') lines.push('EXPN');
  if (extensions.etrn !== 'off') lines.push('ETRN');
  if (xclient) lines.push(`XCLIENT ${xclientAttributes.join(' ')}`);
  if (extensions.help) lines.push('HELP');
  // AXIGEN's last line was observed to be "250 OK".
  if (dialect === 'axigen') lines.push('OK');
  return lines;
}

interface Preview {
  readonly listenerIndex: number;
  /** As in {@link Place}. */
  readonly kerberos?: string | undefined;
}

/**
 * The whole EHLO reply of a listener without codes, for the window: in clear, and when secured, where it can be. Where the
 * listener asks for client certificates, as a client hears it that shows a good one.
 */
export function ehloReply(service: Settings, preview: Preview): { clear?: string[]; secured?: string[] } {
  const { listenerIndex } = preview;
  // Nobody's address: no network is exempt from anything in a preview.
  const { settings } = effectiveSettings(service, { ...preview, address: '' });
  const listener = settings.listeners[listenerIndex];
  if (!listener) throw new Error(`there is no listener ${listenerIndex}`);
  const first = replyFor('ehlo-ok', { settings, stage: 'ehlo' }).lines;
  const tls = listener.security.clientCertificate === 'off' ? undefined : shown;
  const reply = (secured: boolean) => [...first, ...keywords(settings, { listener, secured, ...(secured && { tls }) })];
  const canSecure = listener.tls === 'implicit' || offersStartTls(settings, listener, false);
  return { ...(listener.tls !== 'implicit' && { clear: reply(false) }), ...(canSecure && { secured: reply(true) }) };
}

/** What a preview takes for granted where certificates are asked for. */
const shown: ClientTls = {
  protocol: '',
  cipher: '',
  resumed: false,
  client: { subject: '', issuer: '', fingerprint: '', validFrom: 0, validTo: 0, depth: 0, trusted: true },
};

/** Path of the setting that says whether an extension is offered on the listener: its own, or that of the service. */
export function extensionSetting(
  { listener, listenerIndex }: ConnectionFacts,
  name: keyof Listener['extensions'],
): string {
  const isOwn = listener.extensions[name] !== 'service';
  return `${isOwn ? `listeners.${listenerIndex}` : 'acceptance'}.extensions.${name}`;
}
