// Command lines beyond the limit, chunks of a known size, and what is given up: the parser's options beside policy for line ends.
import { describe, expect, it } from 'vitest';
import type { WireLine } from '../../core/smtp/wireLine.ts';
import { mostLine } from '../../core/smtp/wireLine.ts';
import { WireParser, type WireParserOptions } from '../../core/smtp/wireParser.ts';

/** A parser that answers each line at once unless told otherwise, and the lines it handed out. */
function make(options: Partial<WireParserOptions> = {}) {
  const lines: WireLine[] = [];
  const parser = new WireParser({
    now: () => 0,
    later: () => undefined,
    onLine: (line, next) => {
      lines.push(line);
      next();
    },
    ...options,
  });
  const write = (...segments: string[]) => {
    for (const segment of segments) parser.write(Buffer.from(segment, 'latin1'));
  };
  return { parser, lines, write };
}

/** What is to be seen of a line in one row. */
const row = ({ bytes, terminator, tooLong, cut, length, skippedBefore }: WireLine) => ({
  text: bytes.toString('latin1'),
  ...{ terminator, tooLong, cut, length, skippedBefore },
});

describe('a line beyond maxLine', () => {
  const whole = {
    terminator: 'crlf',
    tooLong: false,
    cut: false,
    skippedBefore: 0,
  };

  it.each([[['NOOP 12345\r\nNOOP\r\n']], [[...'NOOP 12345\r\nNOOP\r\n']], [['NOOP 123', '45\r', '\nNOOP\r\n']]])(
    'is cut off there under normalise, and handed out at its end: %j',
    (segments) => {
      const { lines, write } = make({ maxLine: 10, longLine: 'normalise' });
      write(...segments);
      expect(lines.map(row)).toEqual([
        { ...whole, text: 'NOOP 123', cut: true, length: 12 },
        { ...whole, text: 'NOOP', length: 6 },
      ]);
    },
  );

  it('is not cut off when only its end is beyond', () => {
    const { lines, write } = make({ maxLine: 10, longLine: 'normalise' });
    write('12345678\r', '\n12345678\r\n12345678\n');
    expect(lines.map(({ cut, length }) => [cut, length])).toEqual([
      [false, 10],
      [false, 10],
      [false, 9],
    ]);
  });

  it('is never held beyond the limit, however long it is', () => {
    const { parser, lines, write } = make({
      maxLine: 512,
      longLine: 'normalise',
    });
    for (let n = 0; n < 100; n++) write('x'.repeat(10_000));
    expect([lines.length, parser.buffered]).toEqual([0, 511]);
    write('\r\n');
    expect(lines.map(({ cut, length, segments }) => [cut, length, segments])).toEqual([[true, 1_000_002, 101]]);
  });

  it('that never ends is no command', () => {
    const { parser, lines, write } = make({
      maxLine: 10,
      longLine: 'normalise',
    });
    write('NOOP 1234567');
    parser.end();
    parser._final(() => undefined);
    expect(lines.map(({ terminator, cut }) => [terminator, cut])).toContainEqual(['none', true]);
  });

  it('is taken up to 1 MiB under allow, and refused beyond', () => {
    const { lines, write } = make({ maxLine: 512, longLine: 'allow' });
    write(`${'a'.repeat(mostLine - 2)}\r\n`, `${'b'.repeat(mostLine - 1)}\r\nNOOP\r\n`);
    expect(lines.map(({ tooLong, length }) => [tooLong, length])).toEqual([
      [false, mostLine],
      [true, mostLine + 1],
      [false, 6],
    ]);
  });

  it('keeps its facts whole: a NUL behind the cut is still seen', () => {
    const { lines, write } = make({ maxLine: 10, longLine: 'normalise' });
    write('12345678901\0\xe4\rx\r\n');
    expect(lines.map(({ hasNul, hasEightBit, hasBareCr }) => [hasNul, hasEightBit, hasBareCr])).toEqual([
      [true, true, true],
    ]);
  });
});

describe('a chunk', () => {
  /** Reads a chunk of so many octets behind each BDAT; what was heard in order. */
  function chunked(...segments: string[]) {
    const heard: unknown[] = [];
    const { parser, write } = make({
      onLine: ({ bytes }, next) => {
        const line = bytes.toString('latin1');
        heard.push(line);
        const octets = /^BDAT (\d+)/.exec(line)?.[1];
        let body = '';
        if (octets !== undefined)
          parser.startChunk({
            octets: Number(octets),
            onChunk: (chunk) => {
              body += chunk.toString('latin1');
              return true;
            },
            onEnd: (facts, goOn) => {
              heard.push({ body, ...facts });
              goOn();
            },
          });
        next();
      },
    });
    write(...segments);
    return { heard, parser };
  }

  it('is counted, and nothing in it means anything', () => {
    const body = '.\r\n\r\n.\r\nQUIT\r\n\0\n';
    const input = `BDAT ${body.length} LAST\r\n${body}NOOP\r\n`;
    const after = { body, octets: body.length, announced: body.length };
    expect(chunked(input).heard).toEqual([`BDAT ${body.length} LAST`, { ...after, segments: 1 }, 'NOOP']);
    expect(chunked(...input).heard).toEqual([`BDAT ${body.length} LAST`, { ...after, segments: body.length }, 'NOOP']);
  });

  it('of no octets is over at once, before any other octet comes', () => {
    expect(chunked('BDAT 0\r\n').heard).toEqual(['BDAT 0', { body: '', octets: 0, announced: 0, segments: 0 }]);
    expect(chunked('BDAT 0\r\nBDAT 1\r\naBDAT 0 LAST\r\n').heard).toHaveLength(6);
  });

  it('cut off in the middle says how much there was', () => {
    const { heard, parser } = chunked('BDAT 9\r\nabc', 'de');
    expect([heard, parser.chunkFacts, parser._dataMode]).toEqual([
      ['BDAT 9'],
      { octets: 5, announced: 9, segments: 2 },
      true,
    ]);
  });

  it('pauses when its reader is full and goes on when told', () => {
    const bodies: string[] = [];
    let ended = 0;
    const { parser, write } = make({
      onLine: (_line, next) => {
        const onChunk = (chunk: Buffer) => bodies.push(chunk.toString()) === 0;
        parser.startChunk({ octets: 6, onChunk, onEnd: () => ended++ });
        next();
      },
    });
    write('BDAT 6\r\nabc', 'def', 'ghi');
    expect([bodies, ended]).toEqual([['abc'], 0]);
    parser.resumeData();
    expect([bodies, ended]).toEqual([['abc', 'def'], 0]);
    parser.resumeData();
    expect([bodies, ended, parser.buffered]).toEqual([['abc', 'def'], 1, 3]);
  });
});

describe('what is buffered', () => {
  it('is given up in order, once: the segment in work, what waits in the stream', () => {
    const { parser, lines, write } = make({
      onLine: (line) => void lines.push(line),
    });
    write('STARTTLS\r\nEHLO a\r\n', 'MAIL', ' FROM:<>\r\n');
    expect(parser.buffered).toBe(22);
    expect(parser.takeBuffered().toString()).toBe('EHLO a\r\nMAIL FROM:<>\r\n');
    expect([parser.isClosed, parser.buffered, parser.takeBuffered().length, lines.length]).toEqual([true, 0, 0, 1]);
    write('RSET\r\n');
    expect(lines).toHaveLength(1);
  });

  it('is given up from within the line that asks for it', () => {
    let taken = '';
    const { parser, write } = make({
      onLine: () => (taken = parser.takeBuffered().toString()),
    });
    write('STARTTLS\r\nRSET\r\n');
    expect([taken, parser.buffered]).toEqual(['RSET\r\n', 0]);
  });

  it('includes an unfinished line', () => {
    const { parser, write } = make();
    write('NOOP\r\nEH', 'LO');
    expect(parser.takeBuffered().toString()).toBe('EHLO');
  });
});
