// WireParser: lines in order, messages byte for byte, policies for line ends, memory and patience bounded.
import { describe, expect, it } from 'vitest';
import type { WireDataFacts } from '../../core/smtp/wireMessage.ts';
import type { LineEndPolicy, WireLine } from '../../core/smtp/wireLine.ts';
import { WireParser, type WireParserOptions } from '../../core/smtp/wireParser.ts';

type Policies = { readonly bareLf: LineEndPolicy; readonly bareCr: LineEndPolicy };
type Message = { readonly body: string; readonly facts: WireDataFacts };

const strict: Policies = { bareLf: 'reject', bareCr: 'reject' };
const usual: Policies = { bareLf: 'normalise', bareCr: 'normalise' };
const lax: Policies = { bareLf: 'allow', bareCr: 'allow' };

/** A parser whose clock is `clock.now` and whose later turns wait in `turns`. */
function make(options: Partial<WireParserOptions> = {}) {
  const clock = { now: 0 };
  const turns: (() => void)[] = [];
  const parser = new WireParser({ now: () => clock.now, later: (turn) => turns.push(turn), ...options });
  return { parser, clock, turns };
}

/** Answers every line at once and reads a message after each DATA; lines of text and messages in the order they came. */
function converse(input: string | readonly string[], policies: Policies = strict, limit = Infinity) {
  const heard: (string | Message)[] = [];
  const { parser } = make({
    bareCr: policies.bareCr,
    onLine: (line, next) => {
      heard.push(line.bytes.toString('latin1'));
      if (heard.at(-1) === 'DATA') {
        const chunks: Buffer[] = [];
        parser.startData({
          limit,
          ...policies,
          onChunk: (chunk) => chunks.push(chunk) > 0,
          onEnd: (facts, goOn) => {
            heard.push({ body: Buffer.concat(chunks).toString('latin1'), facts });
            goOn();
          },
        });
      }
      next();
    },
  });
  for (const segment of typeof input === 'string' ? [input] : input) parser.write(Buffer.from(segment, 'latin1'));
  return heard;
}

/** Command lines and message bodies only. */
function gist(input: string, policies: Policies): string[] {
  return converse(input, policies).map((one) => (typeof one === 'string' ? one : `<${one.body}>`));
}

describe('command lines', () => {
  it('carry what was seen of them', () => {
    const lines: WireLine[] = [];
    const { parser, clock } = make({ onLine: (line, next) => (lines.push(line), next()) });
    parser.write(Buffer.from('EHLO a\r\nNO'));
    clock.now = 5;
    parser.write(Buffer.from('OP\0\r'));
    clock.now = 9;
    parser.write(Buffer.from('x\nA\xe4\r\n\r\n', 'latin1'));
    const plain = { hasNul: false, hasEightBit: false, hasBareCr: false, tooLong: false, cut: false, skippedBefore: 0 };
    expect(lines).toEqual([
      {
        ...plain,
        ...{ bytes: Buffer.from('EHLO a'), terminator: 'crlf', length: 8, bufferedAfter: 2 },
        ...{ started: 0, arrival: 0, segments: 1 },
      },
      {
        ...plain,
        ...{ bytes: Buffer.from('NOOP\0\rx'), terminator: 'lf', length: 8, bufferedAfter: 6 },
        ...{ started: 0, arrival: 9, segments: 3, hasNul: true, hasBareCr: true },
      },
      {
        ...plain,
        ...{ bytes: Buffer.from('A\xe4', 'latin1'), terminator: 'crlf', length: 4, bufferedAfter: 2 },
        ...{ started: 9, arrival: 9, segments: 1, hasEightBit: true },
      },
      {
        ...plain,
        ...{ bytes: Buffer.from(''), terminator: 'crlf', length: 2, bufferedAfter: 0 },
        ...{ started: 9, arrival: 9, segments: 1 },
      },
    ]);
  });

  it('come one at a time: the next waits for next(), which works once', () => {
    const waiting: [string, () => void][] = [];
    const { parser, clock } = make({
      onLine: (line, next) => waiting.push([`${line.bytes.toString()}@${line.arrival}`, next]),
    });
    parser.write(Buffer.from('A\r\nB\r\n'));
    clock.now = 3;
    parser.write(Buffer.from('C\r\nD\r\n'));
    clock.now = 7;
    const names = () => waiting.map(([name]) => name);
    expect([names(), parser.buffered]).toEqual([['A@0'], 9]);
    waiting[0]![1]();
    waiting[0]![1]();
    expect([names(), parser.buffered]).toEqual([['A@0', 'B@0'], 6]);
    waiting[1]![1]();
    waiting[0]![1]();
    expect([names(), parser.buffered]).toEqual([['A@0', 'B@0', 'C@3'], 3]);
  });

  it('count what is behind them in later segments too', () => {
    const behind: number[] = [];
    const waiting: (() => void)[] = [];
    const { parser } = make({ onLine: (line, next) => (behind.push(line.bufferedAfter), waiting.push(next)) });
    parser.write(Buffer.from('A\r\nB\r\n'));
    parser.write(Buffer.from('C\r\nxyz'));
    for (let next = waiting.shift(); next; next = waiting.shift()) next();
    expect([behind, parser.buffered]).toEqual([[3, 6, 3], 3]);
  });

  it('stay one line around a bare CR, unless a bare CR is allowed to end lines', () => {
    const input = 'MAIL FROM:<a@b>\rRCPT TO:<c@d>\r\nNOOP\r\r\n';
    expect(gist(input, strict)).toEqual(['MAIL FROM:<a@b>\rRCPT TO:<c@d>', 'NOOP\r']);
    expect(gist(input, usual)).toEqual(['MAIL FROM:<a@b>\rRCPT TO:<c@d>', 'NOOP\r']);
    expect(gist(input, lax)).toEqual(['MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'NOOP', '']);
  });

  it('over maxLine are handed out once, as soon as that is known, and swallowed to their end', () => {
    const lines: WireLine[] = [];
    const { parser } = make({ maxLine: 10, onLine: (line, next) => (lines.push(line), next()) });
    parser.write(Buffer.from('12345678\r\n12345678'));
    expect(lines.map((line) => line.tooLong)).toEqual([false]);
    parser.write(Buffer.from('9'));
    expect(lines.slice(1)).toEqual([
      {
        ...{ bytes: Buffer.from('12345678'), terminator: 'none', tooLong: true, length: 11 },
        ...{ hasNul: false, hasEightBit: false, hasBareCr: false, cut: false, skippedBefore: 0 },
        ...{ started: 0, arrival: 0, segments: 2, bufferedAfter: 0 },
      },
    ]);
    parser.write(Buffer.from('0'.repeat(1000)));
    parser.write(Buffer.from('\r\nNOOP\r\n'));
    expect(lines.slice(2).map((line) => [line.bytes.toString(), line.skippedBefore])).toEqual([['NOOP', 1002]]);
  });

  it('may be longer once the session says so', () => {
    const lengths: [number, boolean][] = [];
    const { parser } = make({
      maxLine: 512,
      onLine: (line, next) => {
        lengths.push([line.length, line.tooLong]);
        parser.maxLine = 12_288;
        next();
      },
    });
    parser.write(Buffer.from('a'.repeat(511) + '\r\n' + 'b'.repeat(12_286) + '\r\n'));
    expect(lengths).toEqual([
      [513, true],
      [12_288, false],
    ]);
  });

  it('that the client left unfinished are shown, with no terminator', async () => {
    const lines: [string, string][] = [];
    const { parser } = make({ onLine: (line, next) => (lines.push([line.bytes.toString(), line.terminator]), next()) });
    parser.end(Buffer.from('NOOP\r\nQUI'));
    await new Promise((resolve) => parser.once('finish', resolve));
    expect(lines).toEqual([
      ['NOOP', 'crlf'],
      ['QUI', 'none'],
    ]);
  });

  it('come by the million without recursion, and others get their turn', () => {
    let count = 0;
    let turnsTaken = 0;
    const { parser, turns } = make({ onLine: (_line, next) => (count++, next()) });
    const segment = Buffer.from('NOOP\r\n'.repeat(10_000));
    for (let n = 0; n < 100; n++) {
      parser.write(segment);
      for (let turn = turns.shift(); turn; turn = turns.shift()) {
        turnsTaken++;
        turn();
      }
    }
    expect([count, turnsTaken >= 9_900]).toEqual([1_000_000, true]);
  });
});

describe('a message', () => {
  it('is handed over byte for byte, its facts with it, and commands go on behind it', () => {
    const body = 'a\0b\r\n..dots\r\n.x\r\n\xe4\n\r\rtail\r\n';
    const [command, message, after] = converse(`DATA\r\n${body}.\r\nNOOP\r\n`) as [string, Message, string];
    expect([command, after]).toEqual(['DATA', 'NOOP']);
    expect(message).toEqual({
      body: 'a\0b\r\n.dots\r\nx\r\n\xe4\n\r\rtail\r\n',
      facts: {
        ...{ bytes: 25, lines: 4, bareLf: 1, bareCr: 2, nul: 1, eightBit: 1, longestLine: 10, dotsRemoved: 2 },
        ...{ longLines: 0, overLimit: false, segments: 1, ended: 'crlf.crlf' },
        exceptions: [
          { offset: 1, kind: 'nul' },
          { offset: 16, kind: 'bare-lf' },
          { offset: 17, kind: 'bare-cr' },
          { offset: 18, kind: 'bare-cr' },
        ],
      },
    });
  });

  it('may be empty', () => {
    const facts = (converse('DATA\r\n.\r\n')[1] as Message).facts;
    expect([facts.bytes, facts.lines, facts.ended]).toEqual([0, 0, 'crlf.crlf']);
  });

  it.each(['.', '..', '.x', '..x', '...', '. ', '.\0', 'a.', '', '.\t.'])(
    'keeps the line %j as it was (SMG-10)',
    (line) => {
      const text = `first\r\n${line}\r\nlast\r\n${line}\r\n`;
      const stuffed = text.replace(/^\./gm, '..');
      const whole = `DATA\r\n${stuffed}.\r\n`;
      expect((converse(whole)[1] as Message).body).toBe(text);
      expect((converse([...whole])[1] as Message).body).toBe(text);
    },
  );

  const forged = (end: string) => `DATA\r\nfirst${end}MAIL FROM:<x@y>\r\n.\r\nNOOP\r\n`;
  const endings: [string, string, string | null][] = [
    ['SMG-01', '\n.\n', 'lf.lf'],
    ['SMG-02', '\n.\r\n', 'lf.crlf'],
    ['SMG-03', '\r\n.\n', 'crlf.lf'],
    ['SMG-04', '\r.\r', 'cr.cr'],
    ['SMG-04', '\r.\n', 'cr.lf'],
    ['SMG-04', '\r.\r\n', 'cr.crlf'],
    ['SMG-04', '\n.\r', 'lf.cr'],
    ['SMG-04', '\r\n.\r', 'crlf.cr'],
    ['SMG-05', '\r\n.\r\r\n', 'crlf.cr'],
    ['SMG-05', '\r\r\n.\r\r\n', 'crlf.cr'],
    ['SMG-06', '\r\n\0.\r\n', null],
    ['SMG-06', '\r\n.\0\r\n', null],
  ];
  it.each(endings)('%s: %j ends it only where allowed', (_row, end, ended) => {
    const summary = (policies: Policies) =>
      converse(forged(end), policies).map((one) => (typeof one === 'string' ? one : one.facts.ended));
    const whole = ['DATA', 'crlf.crlf', 'NOOP'];
    expect(summary(strict)).toEqual(whole);
    expect(summary(usual)).toEqual(whole);
    // After a CR that ended the message, what is left of the forged end is an empty command line.
    const rest = end.endsWith('\r\r\n') ? ['', 'MAIL FROM:<x@y>'] : ['MAIL FROM:<x@y>'];
    expect(summary(lax)).toEqual(ended === null ? whole : ['DATA', ended, ...rest, '.', 'NOOP']);
  });

  it('is stored as policy says: as it came, or with CRLF for each bare LF and CR', () => {
    const input = 'DATA\r\na\nb\r\r\nc\n.\nd\r\n.\r\n';
    expect(gist(input, strict)).toEqual(['DATA', '<a\nb\r\r\nc\n.\nd\r\n>']);
    expect(gist(input, usual)).toEqual(['DATA', '<a\r\nb\r\n\r\nc\r\n.\r\nd\r\n>']);
    expect(gist(input, lax)).toEqual(['DATA', '<a\nb\r\r\nc\n>', 'd', '.']);
  });

  it('over its limit is read to the true end, cut exactly there (SMG-07)', () => {
    const heard = converse('DATA\r\n12345678\n.\nRSET\r\n.\r\nNOOP\r\n', strict, 5) as [string, Message, string];
    expect([heard[1].body, heard[1].facts.bytes, heard[1].facts.overLimit, heard[2]]).toEqual([
      '12345',
      17,
      true,
      'NOOP',
    ]);
    const exact = converse('DATA\r\n123\r\n.\r\n', strict, 5)[1] as Message;
    expect([exact.body, exact.facts.overLimit]).toEqual(['123\r\n', false]);
  });

  it('keeps the first 100 exceptions and counts them all', () => {
    const { facts } = converse(`DATA\r\n${'\0'.repeat(250)}${'y'.repeat(900)}\r\n.\r\n`, strict)[1] as Message;
    expect([facts.nul, facts.exceptions.length, facts.longestLine]).toEqual([250, 100, 1152]);
    const long = converse(`DATA\r\nab\r\n${'y'.repeat(2000)}\r\n.\r\n`, strict)[1] as Message;
    expect(long.facts.exceptions).toEqual([{ offset: 1004, kind: 'long-line' }]);
  });

  it('comes as views of the segments while dots are few, together when they are many', () => {
    const sizes = (input: string) => {
      const found: number[] = [];
      const { parser } = make({
        onLine: (_line, next) => {
          parser.startData({
            limit: Infinity,
            ...strict,
            onChunk: (chunk) => found.push(chunk.length) > 0,
            onEnd: () => {},
          });
          next();
        },
      });
      parser.write(Buffer.from(`DATA\r\n${input}\r\n.\r\n`));
      return found;
    };
    expect(sizes('hello\r\n..\r\nworld')).toEqual([7, 10]);
    expect(sizes('..\r\n'.repeat(1000))).toEqual([...Array<number>(16).fill(3), 2954]);
  });

  it('waits for the reply to its dot before anything behind it is read (PIP-02)', () => {
    const heard: string[] = [];
    const { parser } = make({
      onLine: (line, next) => {
        heard.push(line.bytes.toString());
        if (heard.length === 1) {
          parser.startData({
            limit: Infinity,
            ...strict,
            onChunk: () => true,
            onEnd: (_facts, goOn) => (replied = goOn),
          });
        }
        next();
      },
    });
    let replied = () => {};
    parser.write(Buffer.from('DATA\r\nx\r\n.\r\nRSET\r\n'));
    expect([heard, parser.buffered]).toEqual([['DATA'], 6]);
    replied();
    expect([heard, parser.buffered]).toEqual([['DATA', 'RSET'], 0]);
  });

  it('pauses when its reader is full and goes on when told', () => {
    const bodies: string[] = [];
    let ended = 0;
    const { parser } = make({
      onLine: (_line, next) => {
        const onChunk = (chunk: Buffer) => bodies.push(chunk.toString()) === 0;
        parser.startData({ limit: Infinity, ...strict, onChunk, onEnd: () => ended++ });
        next();
      },
    });
    parser.write(Buffer.from('DATA\r\none\r\n'));
    const accepted = parser.write(Buffer.from('two\r\n' + 'x'.repeat(parser.writableHighWaterMark)));
    parser.write(Buffer.from('\r\n.\r\n'));
    expect([bodies.length, accepted, ended]).toEqual([1, false, 0]);
    parser.resumeData();
    expect([bodies.length, ended]).toEqual([2, 0]);
    parser.resumeData();
    expect([bodies.length, ended]).toEqual([3, 0]);
    parser.resumeData();
    parser.resumeData();
    expect([bodies.length, ended]).toEqual([3, 1]);
  });

  it('cut off in the middle leaves what is known of it', () => {
    const { parser } = make({
      onLine: (_line, next) => {
        parser.startData({ limit: Infinity, ...strict, onChunk: () => true, onEnd: () => {} });
        next();
      },
    });
    parser.write(Buffer.from('DATA\r\nSubject: x\r\n\r\nhal'));
    expect(parser.dataFacts).toEqual({
      ...{ bytes: 17, lines: 2, bareLf: 0, bareCr: 0, nul: 0, eightBit: 0, longestLine: 12, dotsRemoved: 0 },
      ...{ longLines: 0, overLimit: false, segments: 1, ended: null, exceptions: [] },
    });
  });

  it('cannot start inside a line or inside another message', () => {
    const { parser } = make({ onLine: () => {} });
    const phase = { limit: Infinity, ...strict, onChunk: () => true, onEnd: () => {} };
    parser.write(Buffer.from('half'));
    expect(() => parser.startData(phase)).toThrow('between command lines');
    const { parser: other } = make({ onLine: () => {} });
    other.startData(phase);
    expect(() => other.startData(phase)).toThrow('between command lines');
  });
});
