// Holds redaction to its rule: what may be a credential becomes as many U+25AE, and nothing else is touched.
import { describe, expect, test } from 'vitest';
import { redactLine, type Secrecy } from '../../core/smtp/redact.ts';

const table: [Secrecy, string, string][] = [
  ['plain', 'EHLO dGVzdA', 'EHLO dGVzdA'],
  ['plain', 'dGVzdA==', 'dGVzdA=='],
  ['plain', 'AUTH PLAIN', 'AUTH PLAIN'],
  ['plain', 'AUTH PLAIN dGVzdA==', 'AUTH PLAIN ▮▮▮▮▮▮▮▮'],
  ['plain', 'auth cram-md5 =', 'auth cram-md5 ▮'],
  ['plain', 'Auth SCRAM-SHA-256-PLUS biws', 'Auth SCRAM-SHA-256-PLUS ▮▮▮▮'],
  ['plain', 'AUTH dGVzdA==', 'AUTH ▮▮▮▮▮▮▮▮'],
  ['plain', 'AUTH\0PLAIN\0dGVzdA', 'AUTH\0PLAIN\0▮▮▮▮▮▮'],
  ['plain', ' \tAUTH  PLAIN  a b', ' \tAUTH  PLAIN  ▮ ▮'],
  ['plain', 'AUTH:PLAIN secret', '▮▮▮▮▮▮▮▮▮▮ ▮▮▮▮▮▮'],
  ['suspect', 'dGVzdA==', '▮▮▮▮▮▮▮▮'],
  ['suspect', 'FOO bar', 'FOO bar'],
  ['suspect', 'Pa$$w0rd!', '▮▮▮▮▮▮▮▮▮'],
  ['suspect', '*', '▮'],
  ['suspect', 'PASS dGVzdA==', '▮▮▮▮ ▮▮▮▮▮▮▮▮'],
  ['suspect', 'quit', 'quit'],
  ['suspect', 'VRFY administrator', 'VRFY administrator'],
  ['suspect', 'MAIL FROM:<abcd@b.example>', 'MAIL FROM:<abcd@b.example>'],
  ['exchange', 'dGVzdA==', '▮▮▮▮▮▮▮▮'],
  ['exchange', '*', '*'],
  ['exchange', 'QUIT', '▮▮▮▮'],
  ['exchange', 'a b\tc', '▮▮▮▮▮'],
  ['exchange', '', ''],
];

describe('a line', () => {
  test.each(table)('%s %j is shown as %j', (secrecy, line, shown) => {
    expect(redactLine(line, secrecy)).toEqual({ bytes: shown, secret: shown !== line });
    expect(shown.length).toBe(line.length);
  });
});
