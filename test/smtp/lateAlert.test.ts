// TLS that breaks behind a finished handshake ends the session at once, and an alert is named (RFC 8446 section 6.2).
import { createCipheriv, createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as tlsOver } from 'node:tls';
import { expect, test } from 'vitest';
import { foldTranscript, transcriptText } from '../../core/contract/transcript.ts';
import { bodies, Client, grounds, mx, ofKind } from './playground.ts';

const start = grounds();
const suite = 'TLS_AES_256_GCM_SHA384';

/** HKDF-Expand-Label with no context (RFC 8446 section 7.1), one block of SHA-384. */
function expanded(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac('sha384', secret).update(info).digest().subarray(0, length);
}

/** A record of the client behind the handshake, `number` records after the first: a fatal alert (RFC 8446 sections 5.2 and 6), AES-256-GCM. */
function alertRecord(secret: Buffer, description: number, number: number): Buffer {
  const inner = Buffer.from([2, description, 21]);
  const head = Buffer.from([23, 3, 3, 0, inner.length + 16]);
  const nonce = expanded(secret, 'iv', 12);
  nonce.writeUInt8(nonce.readUInt8(11) ^ number, 11);
  const cipher = createCipheriv('aes-256-gcm', expanded(secret, 'key', 32), nonce);
  cipher.setAAD(head);
  return Buffer.concat([head, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

/** The connection as TLS sees it: what is written to the socket itself goes past it. */
function beside(socket: Socket): Duplex {
  const through = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, () => done()),
  });
  socket.on('data', (data) => through.push(data));
  socket.on('end', () => through.push(null));
  return through;
}

test.each([
  [48, 'unknown ca', 'implicit'],
  [48, 'unknown ca', 'starttls'],
  [42, 'bad certificate', 'implicit'],
  [45, 'certificate expired', 'starttls'],
] as const)('%d is the alert %s, told as TLS that failed (%s)', async (number, alert, tls) => {
  const g = await start({ listeners: [{ ...mx, tls }] });
  const client = await g.connect();
  const raw = client.socket;
  if (tls === 'starttls') {
    await client.hello();
    await client.ask('STARTTLS');
  }
  raw.removeAllListeners('data');
  const secured = tlsOver({ socket: beside(raw), rejectUnauthorized: false, minVersion: 'TLSv1.3', ciphers: suite });
  const secret = new Promise<Buffer>((resolve) => {
    secured.on('keylog', (line: Buffer) => {
      const [label, , hex] = line.toString().trim().split(' ');
      if (label === 'CLIENT_TRAFFIC_SECRET_0') resolve(Buffer.from(hex ?? '', 'hex'));
    });
  });
  const within = new Client(secured);
  await once(secured, 'secureConnect');
  expect(await (tls === 'implicit' ? within.reply() : within.ask('EHLO client.example'))).toMatch(/^2[25]0/);
  raw.write(alertRecord(await secret, number, tls === 'implicit' ? 0 : 1));
  await within.over();
  const events = await g.events();
  expect(ofKind(events, 'tls').map((event) => event.state)).toEqual(['starting', 'up', 'failed']);
  expect(ofKind(events, 'tls').at(-1)).toMatchObject({ alert, error: `the client ended TLS with the alert: ${alert}` });
  expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'client', reason: 'tls-error' });
  expect(transcriptText(foldTranscript(events))).toContain(
    `closed by the client: the client ended TLS with the alert: ${alert}`,
  );
});

test('a record that nobody can read ends the session at once', async () => {
  const g = await start({ listeners: [{ ...mx, tls: 'implicit' }] });
  const client = await g.connect();
  const raw = client.socket;
  raw.removeAllListeners('data');
  const within = new Client(tlsOver({ socket: beside(raw), rejectUnauthorized: false }));
  await within.reply();
  raw.write(Buffer.from([23, 3, 3, 0, 20, ...Buffer.alloc(20)]));
  await within.over();
  expect(bodies(await g.events()).at(-1)).toMatchObject({
    by: 'us',
    reason: 'tls-error',
    detail: 'TLS failed: ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  });
});
