// smtpFilters.script: what is parsed prints the same bytes, what always runs is read, and only values are changed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilters, printFilters, type Filters } from '../../core/formats/smtpFilters.ts';
import { assign, assignments, deciding, leftovers, RECEIVING_EVENTS } from '../../core/formats/smtpFiltersVariables.ts';
import './seed.ts';

const sample = readFileSync(join(import.meta.dirname, 'samples/smtpFilters.script'), 'utf8');

const parsed = (text: string): Filters => {
  const result = parseFilters(text);
  if ('error' in result) throw new Error(JSON.stringify(result.error));
  return result.filters;
};

const values = (text: string): Record<string, string> =>
  Object.fromEntries(assignments(parsed(text)).map((one) => [one.variable, one.value]));

const blank = fc.constantFrom(' ', '\n', '\r\n\t', ' # why }\n', '\n/* set (a, "b"); */ ');
const statement = fc.letrec<{ statement: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.tuple(fc.string(), blank).map(([text, b]) => `set${b}(x, "${text.replace(/["\\\0-\x1f\x7f]/g, '')}");`),
    fc.constantFrom(
      'call (m);',
      'export (x);',
      'else { }',
      'switch (a) { case 1; }',
      ';',
      'odd words (with, "text")\n;',
    ),
    fc.tuple(blank, tie('statement')).map(([b, inner]) => `if${b}(anyOf (is (x, "1"))) {${b}${inner} }`),
  ),
})).statement;
const script = fc
  .array(
    fc.tuple(
      blank,
      fc.constantFrom('event onEhlo', 'method m', 'event onRelay'),
      fc.array(statement, { maxLength: 4 }),
    ),
  )
  .map((blocks) => blocks.map(([b, head, body]) => `${b}${head}${b}{${body.join(b)}}`).join('\n'));

describe('parsing', () => {
  it('prints what it parsed, byte for byte', () => {
    expect(printFilters(parsed(sample))).toBe(sample);
    fc.assert(
      fc.property(script, (text) => {
        expect(printFilters(parsed(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('prints whatever it accepts the same, also after a byte was changed, lost or added', () => {
    const damage = fc.tuple(
      fc.nat(sample.length - 1),
      fc.constantFrom('', '(', ')', '{', '}', '"', '#', ';', '\n'),
      fc.nat(2),
    );
    fc.assert(
      fc.property(damage, ([at, added, lost]) => {
        const text = sample.slice(0, at) + added + sample.slice(at + lost);
        const result = parseFilters(text);
        if ('filters' in result) expect(printFilters(result.filters)).toBe(text);
        else expect(result.error.remedy).toMatch(/\w/);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['event onEhlo {\n', 2, 1, 'expected }, got the end of the file'],
    ['event on Ehlo { }', 1, 1, 'expected `event NAME {`'],
    ['method { }', 1, 1, 'expected `method NAME {`'],
    ['}', 1, 1, 'expected an event, a method or the end of the file, got "}"'],
    ['event a {\n set (x, "y);\n}', 2, 10, 'expected a closing quote'],
    ['event a { if (x { } }', 1, 21, 'expected ), got "}"'],
    ['event a { ) }', 1, 11, 'expected a statement, got ")"'],
    ['event a { /* }', 1, 11, 'expected the comment to end with */'],
    ['event a { \u0001 }', 1, 11, 'expected text, got the control character 0x01'],
    [`event a { ${'if (x) {'.repeat(100)}`, 1, 530, 'expected at most 64 conditions inside each other'],
  ])('names the place of %j', (text, line, column, message) => {
    expect(parseFilters(text, 'my.script')).toMatchObject({ error: { file: 'my.script', line, column, message } });
  });
});

describe('reading', () => {
  it('follows the methods that are always called, in the order they run, and nothing else', () => {
    expect(values(sample)).toEqual({
      allowedCountries_0: '',
      smtpGreeting: 'mail.example.net says "hello"',
      maxDataSize: '20480',
      maxReceivedHeaders: '40',
      maxRcptCount: '200',
      waitProcessingTimeout: '10',
      allowStartTLS: 'yes',
      allow8bitMime: 'no',
      allowBinaryData: 'yes',
      allowPipelining: 'yes',
      localDelivery: 'auth',
      allowDSN: 'no',
      remoteDelivery: 'auth',
    });
  });

  it('takes the last set of several, and survives methods that call each other', () => {
    const text =
      'event onEhlo { set (x, "1"); call (a); set (y, "1"); } method a { call (b); set (X, "2"); } method b { call (a); }';
    expect(deciding(parsed(text), 'x', ['onEhlo'])).toMatchObject({ value: '2', line: 1 });
    expect(deciding(parsed(text), 'x', ['onConnect'])).toBeUndefined();
  });

  it('lists everything it does not understand with its line', () => {
    const modelled = new Set(['smtpgreeting', 'maxdatasize', 'maxreceivedheaders', 'maxrcptcount', 'localdelivery']);
    const left = leftovers(parsed(`${sample}\nstray words;\n`), (name) => modelled.has(name.toLowerCase()));
    expect(left.map(({ line, text, why }) => `${line} ${text}: ${why}`)).toMatchInlineSnapshot(`
      [
        "3 set (allowedCountries_0, "");: sets a variable that is not modelled here",
        "10 call (checkSPF);: calls a method of the product",
        "18 if (anyOf (is (authUser, ""))) {: depends on a condition, and may change maxRcptCount",
        "23 event onRelay {: belongs to a stage that is not modelled here",
        "35 set (waitProcessingTimeout, "10");: sets a variable that is not modelled here",
        "36 set (allowStartTLS, "yes");: sets a variable that is not modelled here",
        "37 set (allow8bitMime, "no");: sets a variable that is not modelled here",
        "38 set (allowBinaryData, "yes");: sets a variable that is not modelled here",
        "39 set (allowPipelining, "yes");: sets a variable that is not modelled here",
        "41 set (allowDSN, "no");: sets a variable that is not modelled here",
        "45 set (remoteDelivery, "auth");: sets a variable that is not modelled here",
        "49 if (: depends on a condition, and may change localDelivery",
        "58 method Relay {: does not always run when mail is received",
        "63 method Notice {: does not always run when mail is received",
        "68 stray words;: stands outside every event and method",
      ]
    `);
  });
});

describe('changing', () => {
  const events = RECEIVING_EVENTS;

  it('touches the value that decides and nothing else', () => {
    const filters = assign(parsed(sample), { variable: 'maxdatasize', events, home: 'onEhlo' }, '1');
    expect(printFilters(filters)).toBe(sample.replace('"20480"', '"1"'));
    expect(assign(filters, { variable: 'maxDataSize', events, home: 'onEhlo' }, '1')).toBe(filters);
  });

  it('puts a new set behind the sets the event begins with, or makes the event', () => {
    let filters = parsed('event onEhlo {\n  set (a, "1"); # one\n  call (x);\n}\nevent onConnect {}');
    filters = assign(filters, { variable: 'b', events, home: 'onEhlo' }, 'say "hi"');
    filters = assign(filters, { variable: 'c', events, home: 'onConnect' }, '1');
    filters = assign(filters, { variable: 'd', events, home: 'onRcptTo' }, '1');
    expect(printFilters(filters)).toBe(
      'event onEhlo {\n  set (a, "1"); # one\n  set (b, "say \\"hi\\"");\n  call (x);\n}\nevent onConnect {\n\tset (c, "1");\n}\n\nevent onRcptTo {\n\tset (d, "1");\n}\n',
    );
  });

  it('always gives a script in which the variable has the value', () => {
    fc.assert(
      fc.property(script, fc.string({ unit: 'grapheme' }), (text, value) => {
        // eslint-disable-next-line no-control-regex -- control characters are refused elsewhere
        const plain = value.replace(/[\0-\x08\x0b\x0e-\x1f\x7f]|\\+$/g, '');
        const filters = assign(parsed(text), { variable: 'y', events, home: 'onEhlo' }, plain);
        expect(deciding(parsed(printFilters(filters)), 'Y', events)?.value).toBe(plain);
      }),
      { numRuns: 300 },
    );
  });
});
