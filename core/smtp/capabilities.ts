// What a listener says to EHLO, in clear and when secured: the one list the client hears and the window shows.
import type { Listener } from '../contract/settings/listeners.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { replyFor } from '../policy/reply.ts';

/** 0 in the settings is "no limit", as RFC 1870 section 4 has it for SIZE. */
export function maxDataOctets(settings: Settings): number {
  return settings.acceptance.maxDataSize * 1024;
}

/** Mechanisms offered now; an empty list means no AUTH at all. */
export function offeredMechanisms(settings: Settings, secured: boolean): readonly string[] {
  return secured ? settings.authentication.secured : settings.authentication.clear;
}

/** Whether STARTTLS is offered now (RFC 3207 section 4: not again once secured). */
export function offersStartTls(settings: Settings, listener: Listener, secured: boolean): boolean {
  return !secured && listener.tls === 'starttls' && settings.acceptance.extensions.startTls;
}

/** The keywords behind the first line of the EHLO reply, in the order AXIGEN was observed to send them; without codes. */
export function keywords(settings: Settings, listener: Listener, secured: boolean): string[] {
  const { extensions, dialect } = settings.acceptance;
  const mechanisms = offeredMechanisms(settings, secured).join(' ');
  const lines: string[] = [];
  if (extensions.pipelining) lines.push('PIPELINING');
  if (mechanisms !== '') lines.push(`AUTH ${mechanisms}`);
  if (mechanisms !== '' && extensions.authEquals) lines.push(`AUTH=${mechanisms}`);
  if (offersStartTls(settings, listener, secured)) lines.push('STARTTLS');
  if (extensions.eightBitMime) lines.push('8BITMIME');
  // RFC 1870 section 4: without a number there is no fixed limit.
  if (extensions.size) lines.push(maxDataOctets(settings) === 0 ? 'SIZE' : `SIZE ${maxDataOctets(settings)}`);
  if (extensions.enhancedStatusCodes) lines.push('ENHANCEDSTATUSCODES');
  if (extensions.help) lines.push('HELP');
  // AXIGEN's last line was observed to be "250 OK".
  if (dialect === 'axigen') lines.push('OK');
  return lines;
}

/** The whole EHLO reply of a listener without codes, for the window: in clear, and when secured, where it can be. */
export function ehloReply(settings: Settings, listener: Listener): { clear?: string[]; secured?: string[] } {
  const first = replyFor('ehlo-ok', { settings, stage: 'ehlo' }).lines;
  const reply = (secured: boolean) => [...first, ...keywords(settings, listener, secured)];
  const canSecure = listener.tls === 'implicit' || offersStartTls(settings, listener, false);
  return { ...(listener.tls !== 'implicit' && { clear: reply(false) }), ...(canSecure && { secured: reply(true) }) };
}
