// axigen.cfg: what is parsed prints the same bytes, mistakes are named with their place, edits touch nothing else.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCfg, printCfg, scalarOf, type Cfg } from '../../core/formats/axigenCfg.ts';
import { get, insertObject, remove, set } from '../../core/formats/axigenCfgEdit.ts';
import { scalarText, tokenize, tokenValue, unstorable } from '../../core/formats/axigenCfgTokens.ts';
import './seed.ts';

const sample = readFileSync(join(import.meta.dirname, 'samples/axigen.cfg'), 'utf8');

const parsed = (text: string): Cfg => {
  const result = parseCfg(text);
  if ('error' in result) throw new Error(JSON.stringify(result.error));
  return result.cfg;
};

const blank = fc.constantFrom(' ', '\n', '\r\n', '\t', '  # why\n', '\n/* two\n lines */ ', '\n    ');
const word = fc.stringMatching(/^[A-Za-z0-9*:.[\]!+-]{1,12}$/);
const scalar = fc.oneof(
  word,
  fc
    .string({ unit: 'grapheme' })
    .filter((text) => unstorable(text) === undefined)
    .map((text) => scalarText(text, true)),
);
const value = fc.letrec<{ value: string; set: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, depthSize: 'small' }, scalar, tie('set'), tie('object')),
  set: fc
    .array(fc.tuple(blank, tie('value')), { maxLength: 4 })
    .map((items) => `(${items.map(([b, v]) => b + v).join('')} )`),
  object: fc
    .array(fc.tuple(blank, word, tie('value')), { maxLength: 4 })
    .map((items) => `{${items.map(([b, n, v]) => `${b}${n} = ${v}`).join('')}\n}`),
}));
const file = fc
  .tuple(
    fc.constantFrom('', '\uFEFF', '# head\n', '\r\n'),
    value.object,
    fc.constantFrom('', '\n', ' # end', '\r\n\r\n'),
  )
  .map(([head, object, end]) => `${head}Server ${object}${end}`);

describe('parsing', () => {
  it('prints what it parsed, byte for byte', () => {
    expect(printCfg(parsed(sample))).toBe(sample);
    fc.assert(
      fc.property(file, (text) => {
        expect(printCfg(parsed(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('prints whatever it accepts the same, also after a byte was changed, lost or added', () => {
    const damage = fc.tuple(
      fc.nat(sample.length - 1),
      fc.constantFrom('', '(', ')', '{', '}', '"', '#', '=', '\n', ' x '),
      fc.nat(2),
    );
    fc.assert(
      fc.property(damage, ([at, added, lost]) => {
        const text = sample.slice(0, at) + added + sample.slice(at + lost);
        const result = parseCfg(text);
        if ('cfg' in result) expect(printCfg(result.cfg)).toBe(text);
        else expect(result.error.line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('knows where each token stands', () => {
    const token = tokenize('Server {\r\n  a = "b"\n /* x\n */ c', 'f').at(-2);
    expect(token).toMatchObject({ text: 'c', line: 4, column: 5 });
  });

  it('reads names in any case, and the last of two attributes with one name', () => {
    const cfg = parsed('sErVeR { MAXERRORS = 1 maxErrors = "2" }');
    expect(scalarOf(get(cfg, ['maxerrors']))).toBe('2');
  });

  it('reads any text it writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, quote) => {
        if (unstorable(text) !== undefined) expect(() => scalarText(text, quote)).toThrow(RangeError);
        else {
          const [, token] = tokenize(`= ${scalarText(text, quote)}`, 'f');
          expect(token && tokenValue(token)).toBe(text);
        }
      }),
    );
  });
});

describe('mistakes', () => {
  it.each([
    ['', 1, 1, 'expected "Server", got the end of the file'],
    ['Client { }', 1, 1, 'expected "Server", got "Client"'],
    ['Server ( )', 1, 8, 'expected {, got "("'],
    ['Server {\n a = 1\n', 3, 1, 'expected an attribute name or }, got the end of the file'],
    ['Server {\n a 1\n}', 2, 4, 'expected = after "a", got "1"'],
    ['Server {\n name = my server\n}', 3, 1, 'expected = after "server", got "}"'],
    ['Server {\n a =\n b = 1 }', 2, 4, 'expected a value for "a" on the same line'],
    ['Server {\n a = }', 2, 6, 'expected a value, ( or {, got "}"'],
    ['Server {\n a = (1 2\n}', 3, 1, 'expected a value or ), got "}"'],
    ['Server {\n a = "x\n}', 2, 6, 'expected a closing quote before the end of the line'],
    ['Server { /* a = 1 }', 1, 10, 'expected the comment to end with */'],
    ['Server { } }', 1, 12, 'expected nothing after the closing }, got "}"'],
    ['Server { a = \0 }', 1, 14, 'expected text, got the control character 0x00'],
    [`Server { a = ${'('.repeat(65)}`, 1, 77, 'expected at most 64 objects inside each other'],
  ])('%j', (text, line, column, message) => {
    const result = parseCfg(text, 'my.cfg');
    expect(result).toMatchObject({ error: { file: 'my.cfg', line, column, message } });
    expect('error' in result && result.error.remedy).toMatch(/\w/);
  });
});

describe('edits', () => {
  it('change one value and no other byte, and keep its quotes', () => {
    const cfg = parsed(sample);
    expect(printCfg(set(cfg, ['smtpincoming', 'MAXERRORS'], '11'))).toBe(
      sample.replace('maxErrors = 10', 'maxErrors = 11'),
    );
    expect(printCfg(set(cfg, ['log', 'rules', 1, 'fileName'], 'a.txt'))).toBe(
      sample.replace('"default.txt"', '"a.txt"'),
    );
    expect(set(cfg, ['smtpIncoming', 'maxErrors'], '10')).toBe(cfg);
  });

  it("add attributes and objects in the product's style", () => {
    let cfg = parsed('Server {\n    a = { # first\n        b = 1 # last\n    }\n    s = ()\n}\n');
    cfg = set(cfg, ['a', 'c'], { quoted: 'x' });
    cfg = set(cfg, ['new', 'deep'], ['p', 'q']);
    cfg = insertObject(cfg, ['s'], { ipSet: '192.0.2.1', rules: [] });
    cfg = insertObject(cfg, ['s'], { ipSet: '192.0.2.2' });
    cfg = insertObject(cfg, ['t'], { x: '1' });
    const text = `Server {
    a = { # first
        b = 1 # last
        c = "x"
    }
    s = (
        {
            ipSet = 192.0.2.1
            rules = ()
        }
        {
            ipSet = 192.0.2.2
        }
    )
    new = {
        deep = (p q)
    }
    t = (
        {
            x = 1
        }
    )
}
`;
    expect(printCfg(cfg)).toBe(text);
    expect(printCfg(parsed(text))).toBe(text);
  });

  it("use the file's own line ends", () => {
    const cfg = set(parsed('Server {\r\n    a = 1\r\n}\r\n'), ['b'], '2');
    expect(printCfg(cfg)).toBe('Server {\r\n    a = 1\r\n    b = 2\r\n}\r\n');
  });

  it('take a line out and leave the comments', () => {
    const cfg = parsed('Server {\n    # about a\n    a = 1\n    b = 2 # about b\n    c = 3\n}\n');
    expect(printCfg(remove(cfg, ['b']))).toBe('Server {\n    # about a\n    a = 1\n     # about b\n    c = 3\n}\n');
    expect(printCfg(remove(cfg, ['a']))).toBe('Server {\n    # about a\n    b = 2 # about b\n    c = 3\n}\n');
    expect(remove(cfg, ['nothing', 'here'])).toBe(cfg);
    expect(printCfg(remove(parsed('Server { a = 1 # c\n b = 2 }'), ['b']))).toBe('Server { a = 1 # c\n  }');
    expect(printCfg(remove(parsed('Server { s = (x y z) }'), ['s', 1]))).toBe('Server { s = (x z) }');
  });

  it('always leave a file that parses, with the value where it was put', () => {
    const names = fc.constantFrom('a', 'b', 'C');
    const edit = fc.oneof(
      fc.record({ path: fc.array(names, { minLength: 1, maxLength: 3 }), text: word }),
      fc.record({ path: fc.array(names, { minLength: 1, maxLength: 2 }), text: fc.constant(undefined) }),
    );
    fc.assert(
      fc.property(
        fc.array(edit, { maxLength: 8 }),
        fc.constantFrom('Server { }', 'Server {# c\n a = 1 b = { } # d\n}'),
        (edits, text) => {
          let cfg = parsed(text);
          for (const { path, text: fresh } of edits) {
            const blocked = path.slice(0, -1).some((_, at) => {
              const there = get(cfg, path.slice(0, at + 1));
              return there !== undefined && there.kind !== 'object';
            });
            if (blocked) continue;
            cfg = fresh === undefined ? remove(cfg, path) : set(cfg, path, fresh);
            const again = parsed(printCfg(cfg));
            if (fresh !== undefined) expect(scalarOf(get(again, path))).toBe(fresh);
          }
        },
      ),
    );
  });
});
