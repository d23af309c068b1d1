// A receiver with one listener for each TLS mode, the letter every peer hands over, and what came of it.
import { join } from 'node:path';
import type { Event } from '../../core/contract/event.ts';
import type { TlsFacts } from '../../core/contract/facts.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Envelope } from '../../core/journal/journal.ts';
import { derivingOf } from '../../core/sasl/userFor.ts';
import { createUser } from '../../core/sasl/users.ts';
import { UserTable } from '../../core/sasl/userTable.ts';
import { authorityFile } from '../../core/smtp/certificates.ts';
import { realWorld } from '../../core/world/real.ts';
import { certificates, type Ground, ground, ofKind, password, settingsOf, user } from '../smtp/playground.ts';

export const modes = ['clear', 'starttls', 'implicit'] as const;
export type Mode = (typeof modes)[number];

/** The CA that signed what our listeners show; there once a receiver has started. */
export const authority = join(certificates, authorityFile);

type ListenerInput = NonNullable<SettingsInput['listeners']>[number];

/** Mail between servers: every mode on an mx listener, named like the mode. */
export const relay = modes.map((tls): ListenerInput => ({
  name: tls,
  role: 'mx',
  address: '0.0.0.0:25',
  lab: '127.0.0.1:0',
  tls,
}));

/** Mail programs, who must log in: every mode on a submission listener, named like the mode. */
export const submission = modes.map((tls): ListenerInput => ({
  name: tls,
  role: tls === 'implicit' ? 'submissions' : 'submission',
  address: '0.0.0.0:587',
  lab: '127.0.0.1:0',
  tls,
}));

export const yard = (listeners: readonly ListenerInput[], over: SettingsInput = {}): Promise<Ground> =>
  ground({ ...over, listeners: [...listeners] });

export const sender = 'ann@client.example';

/** The user of a login with the sender among its aliases: who logs in to a hardened receiver writes as itself. */
export function people(): UserTable {
  const row = createUser(
    { name: user, password, created: 0, aliases: [sender] },
    realWorld.random,
    derivingOf(settingsOf()),
  );
  return new UserTable([row], { key: realWorld.random(32) });
}

const line = 'Zeile mit Umlauten: äöü ÄÖÜ ß, und mit Blanks am Ende   ';
const paragraph = ['.', '..', '.Punkt', '', line, 'From the start of a line', 'x'.repeat(900), '\tTab'];

/** 100 KB of 8-bit text with dots wherever they hurt; LF line ends, as programs on Unix read it. */
export const body = Buffer.from(
  `${[...Array.from({ length: 95 }, () => paragraph).flat(), '.', '', '.'].join('\n')}\n`,
);

/** The header has all that a server would add of itself, so that it adds nothing but its Received. */
export function letter(to: string): Buffer {
  const header = [
    `From: Ann <${sender}>`,
    `To: ${to}`,
    'Date: Sun, 01 Nov 2026 12:00:00 +0000',
    'Message-ID: <letter@client.example>',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  return Buffer.concat([Buffer.from(`${header.join('\n')}\n\n`), body]);
}

/** As it crosses: CRLF line ends. */
export const crossed = (text: Buffer): Buffer =>
  Buffer.from(text.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');

export interface Arrival {
  readonly envelope: Envelope;
  readonly header: string;
  /** Exactly the octets behind the first empty line. */
  readonly body: Buffer;
  readonly events: readonly Event[];
  /** Command lines, without those of a login. */
  readonly lines: readonly string[];
  readonly tls?: TlsFacts;
  /** Octets of each BDAT chunk; none when DATA was used. */
  readonly chunks: readonly number[];
  /** Lines behind which more had arrived already: the client did not wait. */
  readonly pipelined: number;
  readonly closed: string;
}

/** All messages that were stored, with their sessions, once no session is open any more. */
export async function arrivals({ journal }: Ground): Promise<readonly Arrival[]> {
  await journal.settled();
  return journal.messages.map(({ session, bytes, envelope }) => {
    const events = journal.sessions.find(({ id }) => id === session)?.events ?? [];
    const text = Buffer.from(bytes);
    const end = text.indexOf('\r\n\r\n');
    const up = ofKind(events, 'tls').find(({ state }) => state === 'up');
    const said = ofKind(events, 'line').filter(({ secret }) => secret !== true);
    return {
      envelope,
      header: text.subarray(0, end + 2).toString('latin1'),
      body: text.subarray(end + 4),
      events,
      lines: said.map(({ bytes: octets }) => octets),
      ...(up?.state === 'up' && { tls: up.facts }),
      chunks: ofKind(events, 'chunk').map(({ octets }) => octets),
      pipelined: said.filter(({ behind }) => behind > 0).length,
      closed: ofKind(events, 'close')[0]?.reason ?? 'open',
    };
  });
}

/** The one message that arrived; throws when there is none, or more than one. */
export async function arrival(g: Ground): Promise<Arrival> {
  const all = await arrivals(g);
  const [first] = all;
  if (first === undefined || all.length > 1) {
    const heard = g.journal.sessions.flatMap(({ events }) =>
      ofKind(events, 'reply').map(({ bytes }) => bytes.trimEnd()),
    );
    throw new Error(`${all.length} messages were stored; the replies were:\n${heard.join('\n')}`);
  }
  return first;
}
