// Bodies as mailauth hashes them: the same hash and the same lengths, however lines end and wherever a chunk is cut.
import { dkimBody } from 'mailauth/lib/dkim/body/index.js';
import { expect, test } from 'vitest';
import { type BodyWanted, hashBody } from '../../core/message/bodyHash.ts';
import { type Random, seeded } from '../fuzz/wireCase.ts';

const words = [
  'a',
  'bc',
  ' ',
  '  ',
  '\t',
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\n\n',
  '\0',
  '\xff',
  '.',
  'x'.repeat(99),
];

const randomBody = (random: Random) =>
  Buffer.from(Array.from({ length: random(40) }, () => words[random(words.length)] ?? '').join(''), 'latin1');

function cut(body: Uint8Array, random: Random): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const octets = 1 + random(30);
    chunks.push(body.subarray(at, at + octets));
    at += octets;
  }
  return chunks;
}

/** Its reader of messages has made CRLF of every line end before it hashes. */
function theirs(body: Buffer, { canonical, algorithm, length }: BodyWanted) {
  const hasher = dkimBody(canonical, algorithm, length);
  hasher.update(Buffer.from(body.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'));
  const hash = hasher.digest('base64');
  return { hash, hashed: hasher.bodyHashedBytes, all: hasher.canonicalizedLength };
}

function wantedOf(random: Random, most: number): BodyWanted[] {
  return (['simple', 'relaxed'] as const).flatMap((canonical) =>
    (['sha1', 'sha256'] as const).flatMap((algorithm): BodyWanted[] => [
      { canonical, algorithm },
      { canonical, algorithm, length: random(most + 5) },
      { canonical, algorithm, length: random(most + 5) },
    ]),
  );
}

const different = (body: Buffer, chunks: readonly Uint8Array[], wanted: readonly BodyWanted[]) => {
  const ours = hashBody(chunks, wanted);
  return wanted.flatMap((want) => {
    const { hash, hashed, all } = ours(want) ?? { hash: '', hashed: -1, all: -1 };
    const expected = theirs(body, want);
    return JSON.stringify({ hash, hashed, all }) === JSON.stringify(expected)
      ? []
      : [{ want, hash, hashed, all, expected }];
  });
};

test('1,000 random bodies are hashed as mailauth hashes them', () => {
  const random = seeded(1);
  for (let n = 0; n < 1000; n += 1) {
    const body = randomBody(random);
    const found = different(body, cut(body, random), wantedOf(random, body.length));
    expect({ body: body.toString('latin1'), found }).toEqual({ body: body.toString('latin1'), found: [] });
  }
});

test.each([
  ['one line', 'x', 200_000],
  ['lines', 'seven boats \t are in the harbour \r\n', 6000],
  ['empty lines and a last one', '\r\n', 40_000],
  ['returns', '\r', 100_000],
])('%s, longer than what is hashed at once', (_, piece, times) => {
  const random = seeded(times);
  const body = Buffer.from(`${piece.repeat(times)}end`, 'latin1');
  const chunks = [body.subarray(0, 65_536), body.subarray(65_536, 65_537), body.subarray(65_537)];
  const near = [65_535, 65_536, 65_537, 131_072].map((length): BodyWanted => ({
    canonical: 'simple',
    algorithm: 'sha256',
    length,
  }));
  expect(different(body, chunks, [...near, ...wantedOf(random, body.length)])).toEqual([]);
});
