// A worker's program for tests: the text of the message says what becomes of the worker.
import { threadId } from 'node:worker_threads';
import type { Found } from '../../core/message/examine.ts';
import { type Parcel, unpacker } from '../../core/workers/parcel.ts';

const unpack = unpacker();
const settingsRead: unknown[] = [];

export default async function work(parcel: Parcel): Promise<Found> {
  const { chunks, dns, sender } = unpack(parcel);
  const text = Buffer.concat(chunks).toString('latin1');
  if (text.includes('EXIT')) process.exit(7);
  if (text.includes('SPIN')) for (;;);
  if (text.includes('WAIT')) await new Promise(() => undefined);
  if (text.includes('THROW')) throw new Error(`cannot read\r\n\x1b[31mthis ${'x'.repeat(1000)}`);
  if (text.includes('GREED'))
    for (const kept: unknown[] = []; ;) kept.push(Array.from({ length: 100_000 }, () => ({})));
  if (text.includes('SLOW')) await new Promise((resolve) => setTimeout(resolve, 100));
  // What the tests ask for, in place of a hash.
  if (!settingsRead.includes(dns)) settingsRead.push(dns);
  const told = {
    thread: threadId,
    octets: chunks.reduce((sum, { length }) => sum + length, 0),
    chunks: chunks.length,
    zone: dns.zone.length,
    results: sender.results.write,
    settingsRead: settingsRead.length,
  };
  return { sha256: JSON.stringify(told) };
}
