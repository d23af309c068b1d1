// What is collected of a message: the same octets in the same order, in pieces whose buffers are their own.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Collected, Room } from '../../core/workers/collected.ts';

test('however it comes, it is handed over octet by octet, in buffers that can be given away', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 300_000 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const room = new Room();
      const collected = new Collected(room);
      let octet = 0;
      const sent = lengths.map((length) =>
        Buffer.from(Uint8Array.from({ length }, () => (octet = (octet * 31 + 7) & 0xff))),
      );
      for (const chunk of sent) collected.take(chunk);
      const pieces = collected.handOver() ?? [];
      expect(Buffer.compare(Buffer.concat(pieces), Buffer.concat(sent))).toBe(0);
      for (const { byteLength, buffer } of pieces) expect(byteLength).toBe(buffer.byteLength);
      expect(pieces.every(({ byteLength }) => byteLength <= 256 * 1024)).toBe(true);
      collected.release();
      expect(room.held).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('a chunk may be used again once it was taken', () => {
  const collected = new Collected(new Room());
  const chunk = Buffer.from('first');
  collected.take(chunk);
  chunk.write('other');
  collected.take(chunk);
  expect(Buffer.concat(collected.handOver() ?? []).toString()).toBe('firstother');
});
