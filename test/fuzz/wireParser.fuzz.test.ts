// WireParser against the reference on random conversations in random segments: same lines, same messages, same facts.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { LineEndPolicy } from '../../core/smtp/wireLine.ts';
import { WireParser } from '../../core/smtp/wireParser.ts';
import { reference, type Heard, type Rules } from './wireReference.ts';

type Random = (below: number) => number;
type Parser = new (options: ConstructorParameters<typeof WireParser>[0]) => WireParser;
interface Case {
  readonly input: string;
  readonly rules: Rules;
  /** Offsets at which a segment begins. */
  readonly cuts: readonly number[];
  /** How the session answers: bit 1, later rather than at once; bit 2, the consumer asks for pauses. */
  readonly manner: number;
}

/** mulberry32: a small generator that gives the same cases for the same seed everywhere. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const policies: readonly LineEndPolicy[] = ['reject', 'normalise', 'allow'];
const pieces = ['DATA\r\n', 'NOOP\r\n', '\r\n.\r\n', '\r\n', '\n', '\r', '.', '..', '\0', '\xe4', 'a', 'hello'];
const rarities = [
  'DATA\n',
  'DATA\r',
  '\n.\n',
  '\r.\r',
  '\r\n.\n',
  '\n.\r\n',
  '\n.\ra',
  '\r.\n',
  '\r\n..\r\n',
  '\t',
  '\x0f\x10\x7f\x80',
];

function randomCase(random: Random): Case {
  let input = random(3) > 0 ? 'DATA\r\n' : '';
  for (let n = random(30); n > 0; n--) {
    const kind = random(20);
    if (kind === 6 && random(6) === 0) input += ['\r\n..', '\n', '\r', '\0'][random(4)]!.repeat(1 + random(120));
    else if (kind === 0) input += 'x'.repeat(random(40));
    else if (kind === 1 && random(4) === 0) input += 'y'.repeat(980 + random(40));
    else if (kind < 6) input += rarities[random(rarities.length)]!;
    else input += pieces[random(pieces.length)]!;
  }
  const rules = {
    maxLine: 8 + random(30),
    limit: random(3) === 0 ? random(60) : Infinity,
    bareLf: policies[random(3)]!,
    bareCr: policies[random(3)]!,
  };
  const often = 1 + random(20);
  const cuts = Array.from(input, (_, index) => index).filter((index) => index > 0 && random(often) === 0);
  return { input, rules, cuts, manner: random(4) };
}

/** Plays a case. What `next`, drains and later turns wait for is queued here and done one at a time. */
function play(Subject: Parser, { input, rules, cuts, manner }: Case): Heard[] {
  const heard: Heard[] = [];
  const turns: (() => void)[] = [];
  const settle = () => {
    for (let turn = turns.shift(); turn; turn = turns.shift()) turn();
  };
  const goOn = (next: () => void) => (manner & 1 ? turns.push(next) : next());
  const parser = new Subject({
    now: () => 0,
    later: (turn) => turns.push(turn),
    maxLine: rules.maxLine,
    bareCr: rules.bareCr,
    onLine: ({ bytes, started: _s, arrival: _a, segments: _n, bufferedAfter: _b, ...facts }, next) => {
      const line = bytes.toString('latin1');
      heard.push({ line, facts });
      if (line === 'DATA' && facts.terminator !== 'none') startMessage();
      goOn(next);
    },
  });
  let body = '';
  const startMessage = () => {
    body = '';
    parser.startData({
      ...rules,
      onChunk: (chunk) => {
        if (chunk.length === 0) throw new Error('an empty chunk');
        body += chunk.toString('latin1');
        if (!(manner & 2)) return true;
        turns.push(() => parser.resumeData());
        return false;
      },
      onEnd: ({ segments: _segments, ...facts }, next) => {
        heard.push({ message: body, facts });
        goOn(next);
      },
    });
  };
  const bytes = Buffer.from(input, 'latin1');
  [0, ...cuts].forEach((from, index) => {
    parser.write(bytes.subarray(from, cuts[index] ?? bytes.length));
    if (index % 3 === 0) settle();
  });
  settle();
  parser._final(() => undefined);
  if (parser.dataFacts !== null) heard.push({ cut: body });
  return heard;
}

function fails(Subject: Parser, one: Case): boolean {
  try {
    return !isDeepStrictEqual(play(Subject, one), reference(one.input, one.rules));
  } catch {
    return true;
  }
}

/** The first case a subject fails; null when it passes them all. */
function firstFailure(Subject: Parser, seed: number, count: number): Case | null {
  const random = seeded(seed);
  for (let n = 0; n < count; n++) {
    const one = randomCase(random);
    if (fails(Subject, one)) return one;
  }
  return null;
}

/** Takes octets and cuts away for as long as the case still fails. */
function shrink(Subject: Parser, found: Case): Case {
  let best = found;
  for (let next: Case | undefined = best; next;) {
    best = next;
    const { input, cuts } = best;
    next = [
      ...cuts.map((_, n) => ({ ...best, cuts: cuts.filter((_cut, index) => index !== n) })),
      ...Array.from(input, (_, n) => ({
        ...best,
        input: input.slice(0, n) + input.slice(n + 1),
        cuts: [...new Set(cuts.map((cut) => (cut > n ? cut - 1 : cut)))].filter((cut) => cut > 0),
      })),
    ].find((one) => fails(Subject, one));
  }
  return best;
}

describe('WireParser', () => {
  it('hears in 20,000 random conversations what the reference hears, however they are cut', () => {
    const found = firstFailure(WireParser, 0x5321, 20_000);
    if (found) {
      const failure = shrink(WireParser, found);
      const expected = reference(failure.input, failure.rules);
      expect({ case: failure, heard: play(WireParser, failure) }).toEqual({ case: failure, heard: expected });
    }
    expect(found).toBeNull();
  });
});

describe('the random conversations', () => {
  it('reach every ending of a message, every kind of line and every exception', () => {
    const random = seeded(0x5321);
    const seen = new Set<string>();
    for (let n = 0; n < 3000; n++) {
      const { input, rules } = randomCase(random);
      for (const heard of reference(input, rules)) {
        if ('cut' in heard) seen.add('cut');
        else if ('line' in heard) seen.add(heard.facts.tooLong ? 'too long' : heard.facts.terminator);
        else {
          seen.add(heard.facts.ended!).add(heard.facts.overLimit ? 'over limit' : 'within limit');
          for (const { kind } of heard.facts.exceptions) seen.add(kind);
          if (heard.facts.exceptions.length === 100) seen.add('100 exceptions');
          if (heard.facts.dotsRemoved > 16) seen.add('17 dots');
        }
      }
    }
    const ends = ['crlf', 'lf', 'cr'];
    const kinds = ['bare-lf', 'bare-cr', 'nul', 'long-line', '100 exceptions', '17 dots'];
    const others = ['none', 'too long', 'cut', 'over limit', 'within limit', ...ends, ...kinds];
    expect([...seen].sort()).toEqual([...others, ...ends.flatMap((a) => ends.map((b) => `${a}.${b}`))].sort());
  });
});

describe('the comparison', () => {
  /** Forgets where it stood when a segment ends: the mistake that let segmentation choose the end of a message. */
  class Forgetful extends WireParser {
    override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
      super._write(chunk.length > 1 && chunk[0] === 0x2e ? chunk.subarray(1) : chunk, encoding, done);
    }
  }
  /** Takes a bare LF for a line end whatever the policy says. */
  class Lax extends WireParser {
    override startData(phase: Parameters<WireParser['startData']>[0]): void {
      super.startData({ ...phase, bareLf: phase.bareLf === 'reject' ? 'allow' : phase.bareLf });
    }
  }
  /** Has one octet less to spare than it says. */
  class Tight extends WireParser {
    constructor(options: ConstructorParameters<typeof WireParser>[0]) {
      super({ ...options, maxLine: (options.maxLine ?? 4096) - 1 });
    }
  }

  it.each([
    ['a parser that drops a dot at the start of a segment', Forgetful],
    ['a parser that ends messages at LF.LF under reject', Lax],
    ['a parser that is one octet out', Tight],
  ])('catches %s', (_name, Subject) => {
    expect(firstFailure(Subject, 0x5321, 2000)).not.toBeNull();
  });
});
