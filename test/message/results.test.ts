// The Authentication-Results field by the grammar of RFC 8601, and what strangers write into it stays where it belongs.
import { describe, expect, it } from 'vitest';
import { authservId } from '../../core/message/removed.ts';
import { authenticationResults, type ResultsOf } from '../../core/message/results.ts';
import { examined, keyLine, plain, signed } from './examining.ts';
import { spf } from './spfAnswers.ts';

const written = (of: Partial<ResultsOf>) => authenticationResults({ hostname: 'gate.example', ...of });

it('nothing looked at is none (section 2.2)', () => {
  expect(written({})).toBe('Authentication-Results: gate.example;\r\n\tnone\r\n');
});

it('all methods, with their properties (section 2.7)', async () => {
  const found = await examined(await signed(plain), {
    want: ['dkim', 'dmarc', 'arc'],
    zone: `${keyLine()}\n_dmarc.a.example TXT v=DMARC1; p=reject`,
    spf: spf('a.example'),
  });
  const field = written({
    found,
    spf: spf('a.example'),
    mailFrom: 'anna@a.example',
    reverse: {
      kind: 'reverse',
      result: 'pass',
      address: '192.0.2.1',
      names: ['mail.a.example'],
      confirmed: 'mail.a.example',
      questions: [],
      ms: 0,
    },
    login: { user: 'anna', mechanism: 'SCRAM-SHA-256' },
  });
  expect(field.split('\r\n\t').map((line) => line.replace(/\s+/g, ' ').trim())).toEqual([
    'Authentication-Results: gate.example;',
    'auth=pass (SCRAM-SHA-256) smtp.auth=anna;',
    'iprev=pass (mail.a.example) policy.iprev=192.0.2.1;',
    'spf=pass smtp.mailfrom=anna@a.example;',
    'dkim=pass (2048-bit key) header.d=a.example header.s=s',
    'header.a=rsa-sha256;',
    'dmarc=pass header.from=a.example;',
    'arc=none',
  ]);
});

it('a policy that asks for refusal is told (RFC 9989 section 9.1)', async () => {
  const found = await examined(plain, { want: ['dmarc'], zone: '_dmarc.a.example TXT v=DMARC1; p=reject' });
  expect(written({ found })).toContain('dmarc=fail policy.dmarc=reject header.from=a.example');
});

describe('what strangers write', () => {
  it.each([
    ['line ends', 'a\r\nX-Evil: yes'],
    ['a semicolon and a method', 'a; dkim=pass header.d=bank.example'],
    ['a comment that ends early', 'a) dkim=pass (b'],
    ['quotes', '"; dkim=pass'],
    ['a backslash at the end', 'a\\'],
    ['controls', 'a\u0000\u0007\u007f\u0085b'],
    ['letters that turn the direction', 'a\u202eb'],
    ['letters beyond ASCII', 'bücher@bücher.example'],
    ['thousands of letters', 'x'.repeat(5000)],
  ])('%s', (_, text) => {
    const field = written({
      spf: { ...spf(text), detail: text },
      mailFrom: text,
      login: { user: text, mechanism: text },
    });
    expect(field).toMatch(/^[\x20-\x7e\t\r\n]*$/);
    expect(field.endsWith('\r\n')).toBe(true);
    // Every line but the first continues the field, and none is longer than mail may have it (RFC 5322 section 2.1.1).
    const lines = field.slice(0, -2).split('\r\n');
    for (const line of lines.slice(1)) expect(line).toMatch(/^\t/);
    for (const line of lines) expect(line.length).toBeLessThan(998);
    expect(authservId(field.slice(field.indexOf(':') + 1).replace(/\r\n/g, ''))).toBe('gate.example');
    // Without comments and quoted strings the methods alone are left.
    const bare = field.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/\((?:[^()\\]|\\.)*\)/g, '');
    expect([...bare.matchAll(/\b(\w+)=(?:pass|fail)\b/g)].map(([, method]) => method)).toEqual(['auth', 'spf']);
  });
});
