// Handshakes that come in pieces, and the words for those that fail.
import { connect as tcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as tlsOver } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import { foldTranscript } from '../../core/contract/transcript.ts';
import { alertOf, handshakeError } from '../../core/smtp/handshake.ts';
import { Client, grounds, mx, ofKind } from './playground.ts';

const start = grounds();

/** A connection whose TLS records are cut before they leave; `cut` makes pieces of one record's content. */
function cutting(socket: Socket, cut: (record: Buffer) => readonly Buffer[]): Duplex {
  const through = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      for (let at = 0; at < chunk.length;) {
        const end = at + 5 + chunk.readUInt16BE(at + 3);
        for (const piece of cut(chunk.subarray(at, end))) socket.write(piece);
        at = end;
      }
      done();
    },
  });
  socket.on('data', (data) => through.push(data));
  socket.on('end', () => through.push(null));
  socket.on('error', () => undefined);
  return through;
}

/** Handshake records (RFC 8446 section 5.1) with one octet in each; other records as they are. */
function records(record: Buffer): readonly Buffer[] {
  if (record[0] !== 0x16) return [record];
  return [...record.subarray(5)].map((octet) => Buffer.from([0x16, record[1] ?? 3, record[2] ?? 1, 0, 1, octet]));
}

const octets = (record: Buffer): readonly Buffer[] => Array.from(record, (octet) => Buffer.from([octet]));

async function greeting(port: number, cut: typeof records): Promise<string> {
  const socket = tcp({ port, host: '127.0.0.1', noDelay: true });
  const secured = tlsOver({ socket: cutting(socket, cut), rejectUnauthorized: false });
  const client = new Client(secured);
  const heard = await client.reply();
  socket.destroy();
  return heard;
}

test.each([
  ['records of one octet each', records],
  ['segments of one octet each', octets],
] as const)('a handshake in %s is understood', async (_name, cut) => {
  const g = await start({ listeners: [{ ...mx, tls: 'implicit' }] });
  expect(await greeting(g.port(), cut)).toMatch(/^220/);
  expect(ofKind(g.journal.sessions[0]?.events ?? [], 'tls').map(({ state }) => state)).toEqual(['starting', 'up']);
});

const failure = (code: string, reason?: string) => Object.assign(new Error('00AB:error:0A000418'), { code, reason });

describe('a failed handshake', () => {
  test.each([
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'unknown ca'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'certificate expired'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'bad certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate required'],
    ['ERR_SSL_NO_SHARED_CIPHER', undefined],
    ['ECONNRESET', undefined],
  ])('with %s is by the alert %s', (code, alert) => {
    expect(alertOf(failure(code))).toBe(alert);
    const end = handshakeError(failure(code), { place: 'implicit', first: '\x16\x03\x01' });
    expect(end.by).toBe(code === 'ERR_SSL_NO_SHARED_CIPHER' ? 'us' : 'client');
    if (alert !== undefined) expect(end.detail).toBe(`the client ended the TLS handshake with the alert: ${alert}`);
  });

  test.each([
    ['unsupported protocol', 'security.versions'],
    ['no shared cipher', 'security.ciphers'],
    ['wrong version number', 'another TLS version'],
    ['no application protocol', 'ALPN'],
  ])('by %s says what that means', (reason, meaning) => {
    const { detail } = handshakeError(failure('ERR_SSL_X', reason), { place: 'implicit', first: '\x16\x03\x01' });
    expect(detail).toMatch(new RegExp(`^the TLS handshake failed: ${reason}, .*${meaning}`));
  });

  test('of which nothing is known but its message says that', () => {
    const end = handshakeError(failure('ERR_SSL_X'), { place: 'starttls', first: '\x16' });
    expect(end).toEqual({ by: 'us', reason: 'tls-error', detail: 'the TLS handshake failed: error:0A000418' });
  });
});

test('the transcript tells what a handshake came to', async () => {
  const g = await start({ listeners: [{ ...mx, tls: 'implicit', certificate: { sni: [{ name: 'mail.example' }] } }] });
  const client = await Client.implicit(g.port(), { servername: 'mail.example', maxVersion: 'TLSv1.2' });
  await client.reply();
  await client.ask('QUIT');
  const plain = await Client.open(g.port());
  plain.send('EHLO client.example\r\n');
  await plain.over();
  const lines = (events: readonly Event[]) =>
    foldTranscript(events).flatMap((item) => (item.kind === 'tls' ? [item.text] : []));
  expect(lines(await g.events(0))).toEqual([
    'handshake',
    expect.stringMatching(/^TLSv1\.2 · ECDHE\S+ · SNI mail\.example · certificate of mail\.example · \d+ ms$/),
  ]);
  expect(lines(await g.events(1))).toEqual([
    'handshake',
    'the client spoke plain SMTP on an implicit TLS listener (wrong version number)',
  ]);
});
