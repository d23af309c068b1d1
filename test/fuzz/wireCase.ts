// Random conversations for WireParser: made from a seed, played in random segments, compared with the reference, shrunk.
import { isDeepStrictEqual } from 'node:util';
import { DataReader } from '../../core/smtp/wireData.ts';
import type { LineEndPolicy } from '../../core/smtp/wireLine.ts';
import { WireParser } from '../../core/smtp/wireParser.ts';
import { asked, type Heard, reference, type Rules } from './wireReference.ts';

export type Random = (below: number) => number;

/** A parser, and the reader that makes one message of chunks. */
export interface Subject {
  readonly WireParser: typeof WireParser;
  readonly DataReader: typeof DataReader;
}

export const ours: Subject = { WireParser, DataReader };

export interface Case {
  readonly input: string;
  readonly rules: Rules;
  /** Offsets at which a segment begins. */
  readonly cuts: readonly number[];
  /** How the session answers: bit 1, later rather than at once; bit 2, the consumer asks for pauses. */
  readonly manner: number;
}

/** mulberry32: a small generator that gives the same cases for the same seed everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const policies: readonly LineEndPolicy[] = ['reject', 'normalise', 'allow'];
const pieces = [
  'DATA\r\n',
  'NOOP\r\n',
  '\r\n.\r\n',
  '\r\n',
  '\n',
  '\r',
  '.',
  '..',
  '\0',
  '\xe4',
  'a',
  'hello',
  'BDAT ',
];
const rarities = [
  ...['DATA\n', 'DATA\r', '\n.\n', '\r.\r', '\r\n.\n', '\n.\r\n', '\n.\ra', '\r.\n', '\r\n..\r\n', '\r\n\r\n', '\t'],
  ...['\x0f\x10\x7f\x80', '\x8a\x8d\xae', 'BDAT 0\r\n', 'BDAT 0 LAST\r\n', 'BDAT 1\r\n', 'BDAT 3\n'],
];

const chunk = (random: Random, most: number) => `BDAT ${random(most)}${random(3) === 0 ? ' LAST' : ''}\r\n`;

export function randomCase(random: Random): Case {
  let input = ['DATA\r\n', 'DATA\r\n', chunk(random, 40), ''][random(4)]!;
  for (let n = random(30); n > 0; n--) {
    const kind = random(20);
    if (kind === 6 && random(3) === 0)
      input += ['\r\n..', '\r\n.hello', '\n', '\r', '\0', '\xff'][random(6)]!.repeat(1 + random(120));
    else if (kind === 0) input += 'x'.repeat(random(random(4) === 0 ? 300 : 40));
    else if (kind === 1 && random(4) === 0) input += 'y'.repeat(980 + random(40));
    else if (kind === 2) input += chunk(random, random(8) === 0 ? 1200 : 30);
    else if (kind < 6) input += rarities[random(rarities.length)]!;
    else input += pieces[random(pieces.length)]!;
  }
  const word = () => policies[random(3)]!;
  const rules = {
    maxLine: 8 + random(30),
    longLine: word(),
    commandBareCr: word(),
    limit: random(3) === 0 ? random(random(2) === 0 ? 60 : 400) : Infinity,
    bareLf: word(),
    bareCr: word(),
    nul: word(),
    eightBit: word(),
    longTextLine: word(),
    maxTextLine: random(2) === 0 ? 1000 : 80 + random(20),
  };
  // Whole conversations in one segment as well: some paths are taken only where much comes at once.
  const often = random(3) === 0 ? 400 : 1 + random(20);
  const cuts: number[] = [];
  for (let index = 1; index < input.length; index++) if (random(often) === 0) cuts.push(index);
  return { input, rules, cuts, manner: random(4) };
}

/** Plays a case. What `next`, drains and later turns wait for is queued here and done one at a time. */
export function play(subject: Subject, { input, rules, cuts, manner }: Case): Heard[] {
  const heard: Heard[] = [];
  const turns: (() => void)[] = [];
  const settle = () => {
    for (let turn = turns.shift(); turn; turn = turns.shift()) turn();
  };
  const goOn = (next: () => void) => (manner & 1 ? turns.push(next) : next());
  // What has come of the message in hand, and of the one in chunks that may be waiting behind it.
  let current = { body: '' };
  const options = (into: { body: string }) => ({
    ...rules,
    longLine: rules.longTextLine,
    onChunk: (octets: Buffer) => {
      if (octets.length === 0) throw new Error('an empty chunk');
      into.body += octets.toString('latin1');
      if (!(manner & 2)) return true;
      turns.push(() => parser.resumeData());
      return false;
    },
  });
  const message = () => {
    const own = (current = { body: '' });
    parser.startData({
      ...options(own),
      onEnd: ({ segments: _segments, ...facts }, next) => {
        heard.push({ message: own.body, facts });
        goOn(next);
      },
    });
  };
  let chunked: { readonly sink: { body: string }; readonly reader: DataReader } | null = null;
  const begun = () => {
    const sink = { body: '' };
    return { sink, reader: new subject.DataReader({ ...options(sink), dots: false }) };
  };
  const startChunk = (octets: number, last: boolean) => {
    const { sink, reader } = (chunked ??= begun());
    current = sink;
    parser.startChunk({
      octets,
      onChunk: (segment) => {
        if (segment.length === 0) throw new Error('an empty chunk');
        reader.take(segment, 0);
        const goesOn = !reader.full;
        reader.full = false;
        return goesOn;
      },
      onEnd: (facts, next) => {
        heard.push({ chunk: facts.octets, announced: facts.announced });
        if (last) {
          reader.finish();
          const { segments: _segments, ...seen } = reader.facts();
          heard.push({ message: sink.body, facts: seen });
          chunked = null;
        }
        goOn(next);
      },
    });
  };
  const parser = new subject.WireParser({
    now: () => 0,
    later: (turn) => turns.push(turn),
    maxLine: rules.maxLine,
    longLine: rules.longLine,
    bareCr: rules.commandBareCr,
    onLine: ({ bytes, started: _s, arrival: _a, segments: _n, bufferedAfter: _b, ...facts }, next) => {
      const line = bytes.toString('latin1');
      heard.push({ line, facts });
      const wanted = facts.terminator === 'none' ? undefined : asked(line);
      if (wanted === 'message') message();
      else if (wanted !== undefined) startChunk(wanted.octets, wanted.last);
      goOn(next);
    },
  });
  const bytes = Buffer.from(input, 'latin1');
  for (let index = 0, from = 0; index <= cuts.length; index++) {
    const to = cuts[index] ?? bytes.length;
    parser.write(bytes.subarray(from, to));
    from = to;
    if (index % 3 === 0) settle();
  }
  settle();
  parser._final(() => undefined);
  const left = parser.chunkFacts;
  if (left !== null) heard.push({ chunk: left.octets, announced: left.announced });
  if (parser._dataMode) heard.push({ cut: current.body });
  return heard;
}

function fails(subject: Subject, one: Case): boolean {
  try {
    return !isDeepStrictEqual(play(subject, one), reference(one.input, one.rules));
  } catch {
    return true;
  }
}

/** The first case a subject fails; null when it passes them all. */
export function firstFailure(subject: Subject, seed: number, count: number): Case | null {
  const random = seeded(seed);
  for (let n = 0; n < count; n++) {
    const one = randomCase(random);
    if (fails(subject, one)) return one;
  }
  return null;
}

/** Takes octets and cuts away for as long as the case still fails. */
export function shrink(subject: Subject, found: Case): Case {
  let best = found;
  for (let next: Case | undefined = best; next;) {
    best = next;
    next = smaller(best).find((one) => fails(subject, one));
  }
  return best;
}

function smaller(one: Case): Case[] {
  const { input, cuts } = one;
  const without = (from: number, count: number): Case => ({
    ...one,
    input: input.slice(0, from) + input.slice(from + count),
    cuts: [...new Set(cuts.map((cut) => (cut > from ? Math.max(from, cut - count) : cut)))].filter((cut) => cut > 0),
  });
  const half = Math.floor(input.length / 2);
  return [
    ...(input.length > 8 ? [without(0, half), without(half, input.length)] : []),
    ...cuts.map((_, n) => ({ ...one, cuts: cuts.filter((_cut, index) => index !== n) })),
    ...Array.from(input, (_, n) => without(n, 1)),
  ];
}
