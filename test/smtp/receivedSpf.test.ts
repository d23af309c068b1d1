// The Received-SPF field (RFC 7208 section 9.1): its grammar, its keys, and text from outside in it.
import { expect, it } from 'vitest';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import { traceFields } from '../../core/smtp/trace.ts';
import { spfAnswer } from '../policy/facts.ts';

const written = (answer: SpfAnswer, over: { peer?: string; raw?: string; name?: string } = {}) => {
  const { peer = '192.0.2.1', raw = 'anna@a.example', name = 'mail.a.example' } = over;
  const trace = traceFields({
    ...{ host: 'gate.example', session: 's', message: 'm', helo: { verb: 'EHLO', name }, peer, secured: false },
    ...{ sender: { raw, local: 'anna', domain: 'a.example' }, recipients: [], at: 0, spf: [answer] },
  });
  return /^Received-SPF: .*(?:\r\n\t.*)*/m.exec(trace)?.[0];
};

const atom = String.raw`[\w!#$%&'*+\-/=?^\x60{|}~]+`;
const value = String.raw`(?:${atom}(?:\.${atom})*|"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*")`;
const field = new RegExp(String.raw`^Received-SPF: [a-z]+ \([^()\\\r\n]*\)(?:\r\n\t(?:[a-z-]+)=${value};)+$`);

it('tells who, why and what matched', () => {
  expect(
    written(spfAnswer({ result: 'pass', identity: 'mailfrom', domain: 'a.example', matched: 'ip4:192.0.2.1' })),
  ).toBe(
    [
      'Received-SPF: pass (gate.example: domain of a.example designates 192.0.2.1 as permitted sender)',
      'client-ip=192.0.2.1;',
      'envelope-from="anna@a.example";',
      'helo=mail.a.example;',
      'receiver=gate.example;',
      'identity=mailfrom;',
      'mechanism="ip4:192.0.2.1";',
    ].join('\r\n\t'),
  );
});

it.each<[string, Partial<SpfAnswer> & Pick<SpfAnswer, 'result' | 'identity'>, object, string[], string[]]>([
  [
    'without a match it is the default',
    { result: 'neutral', identity: 'mailfrom' },
    {},
    ['mechanism=default;'],
    ['problem'],
  ],
  [
    'an error has a problem',
    { result: 'permerror', identity: 'mailfrom', detail: 'moo (x)' },
    {},
    ['problem="moo (x)";'],
    ['mechanism'],
  ],
  [
    'of the EHLO name no envelope',
    { result: 'fail', identity: 'helo', matched: '-all' },
    {},
    ['identity=helo;', 'mechanism=-all;'],
    ['envelope-from'],
  ],
  [
    'the null sender is postmaster',
    { result: 'none', identity: 'mailfrom' },
    { raw: '' },
    ['envelope-from="postmaster@mail.a.example";'],
    ['mechanism'],
  ],
  ['IPv6 is quoted', { result: 'pass', identity: 'helo' }, { peer: '2001:db8::1' }, ['client-ip="2001:db8::1";'], []],
  [
    'quotes and backslashes are escaped',
    { result: 'pass', identity: 'mailfrom' },
    { raw: '"a\\"b"@x.example' },
    ['envelope-from="\\"a\\\\\\"b\\"@x.example";'],
    [],
  ],
  [
    'what cannot be printed is not',
    { result: 'fail', identity: 'helo', domain: 'a)\r\nX: b(' },
    { name: 'x\r\nEvil: 1' },
    ['helo="x??Evil: 1";'],
    ['\r\nX:', '\r\nEvil'],
  ],
])('%s', (_, answer, over, has, hasNot) => {
  const text = written(spfAnswer(answer), over) ?? '';
  expect(text).toMatch(field);
  for (const each of has) expect(text).toContain(each);
  for (const each of hasNot) expect(text).not.toContain(each);
});
