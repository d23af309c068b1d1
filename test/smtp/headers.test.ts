// Holds the header scan to RFC 5322: folded fields, any case, top level only, whatever the chunks.
import { describe, expect, test } from 'vitest';
import { HeaderScan } from '../../core/smtp/headers.ts';

function scan(message: string, size = message.length): ReturnType<HeaderScan['facts']> {
  const headers = new HeaderScan();
  const bytes = Buffer.from(message, 'latin1');
  for (let at = 0; at < bytes.length; at += size) headers.take(bytes.subarray(at, at + size));
  return headers.facts();
}

describe('the header scan', () => {
  const message = [
    'Received: from a',
    'rEcEiVeD: from b',
    ' Received: only folded',
    'Received\t: from c',
    'X-Received: no',
    'Subject: =?utf-8?q?x?=',
    '\tfolded',
    'SUBJECT: second',
    'From:  A <a@b.example>  ',
    'Message-id:<1@b.example>',
    'no colon here',
    '',
    'Received: in the body',
    'Subject: in the body',
    '',
  ].join('\r\n');

  test.each([1, 2, 3, 7, 1000])('reads fields in chunks of %d', (size) => {
    expect(scan(message, size)).toEqual({
      received: 3,
      subject: '=?utf-8?q?x?= folded',
      from: 'A <a@b.example>',
      messageId: '<1@b.example>',
      complete: true,
    });
  });

  test('takes a bare LF for a line end, as readers of stored mail do', () => {
    expect(scan('Received: a\nReceived: b\n\nReceived: c\n')).toEqual({ received: 2, complete: true });
  });

  test('counts on where no empty line comes, and keeps little of long fields', () => {
    const facts = scan(
      `Subject: ${'x'.repeat(5000)}\r\n${' y\r\n'.repeat(5000)}${'Received: z\r\n'.repeat(1500)}`,
      4096,
    );
    expect(facts.received).toBe(1500);
    expect(facts.complete).toBe(false);
    expect(facts.subject?.length).toBe(2000);
  });
});
