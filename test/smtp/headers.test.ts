// Holds the header scan to RFC 5322: folded fields, any case, top level only, whatever the chunks.
import { describe, expect, test } from 'vitest';
import { HeaderCap } from '../../core/smtp/headerCap.ts';
import { HeaderScan } from '../../core/smtp/headers.ts';

function scan(
  message: string,
  size = message.length,
  recipients?: ReadonlySet<string>,
): ReturnType<HeaderScan['facts']> {
  const headers = new HeaderScan({ recipients });
  const bytes = Buffer.from(message, 'latin1');
  for (let at = 0; at < bytes.length; at += size) headers.take(bytes.subarray(at, at + size));
  return headers.facts();
}

describe('the header scan', () => {
  describe('looks for Delivered-To fields of recipients', () => {
    const mine = new Set(['alice@example.com', 'postmaster']);
    test.each([
      ['Delivered-To: alice@example.com\r\n\r\n', 'alice@example.com'],
      ['dELIVERED-tO :\r\n\t<Alice@EXAMPLE.com>\r\nTo: x\r\n y\r\n\r\n', 'Alice@EXAMPLE.com'],
      ['To: x\r\nDelivered-To: carol@example.com\r\nDelivered-To:\r\n Postmaster \r\nSubject: x\r\n\r\n', 'Postmaster'],
      ['To: x\r\nDelivered-To: alice@example.com\r\nTo: x\r\n folded\r\n', 'alice@example.com'],
      ['To: x\r\nDelivered-To: alice@example.com', undefined],
      ['X-Delivered-To: alice@example.com\r\n\r\n', undefined],
      ['Delivered-To: alice@example.com.example\r\n\r\n', undefined],
      ['Subject: x\r\n\r\nDelivered-To: alice@example.com\r\n', undefined],
      ['Date: x\r\n Delivered-To: alice@example.com\r\n\r\n', undefined],
    ])('in %j: %j', (message, found) => {
      for (const size of [1, 2, 7, 1000]) expect(scan(message, size, mine).deliveredTo).toBe(found);
      expect(scan(message).deliveredTo).toBe(undefined);
    });
  });

  describe('reads every From field for who may write it', () => {
    const authors = (text: string, size: number) => {
      const headers = new HeaderScan({ authors: true });
      const bytes = Buffer.from(text, 'latin1');
      for (let at = 0; at < bytes.length; at += size) headers.take(bytes.subarray(at, at + size));
      const { addresses = [], problem } = headers.facts().authors ?? {};
      return problem ?? addresses.map(({ raw }) => raw);
    };
    const long = `From: ${'a'.repeat(2100)}@b.example`;
    test.each([
      ['From: a@b.example\r\n\r\n', ['a@b.example']],
      ['fROM :\r\n A\r\n\t<a@b.example>,\r\n c@d.example\r\nTo: x\r\n folded\r\n\r\n', ['a@b.example', 'c@d.example']],
      ['From: a@b.example\r\nTo: x\r\nfrom: c@d.example\n\r\n', ['a@b.example', 'c@d.example']],
      ['From: a@b.example\r\n\r\nFrom: body@b.example\r\n', ['a@b.example']],
      ['To: x\r\n From: folded@b.example\r\nX-From: c@d.example\r\n\r\n', 'there is no From field'],
      ['no header, From: a@b.example\r\n', 'there is no From field'],
      ['From: a@b.example\r\nFrom: who\r\n\r\n', 'From cannot be read: it holds a name and no address'],
      ['From: A:;\r\n\r\n', 'From names nobody'],
      [`${long}\r\n\r\n`, expect.stringContaining('longer than 2000 octets')],
      [`From: a@b.example\r\n ${'('.repeat(1990)}\r\n\r\n`, expect.stringContaining('longer than 2000 octets')],
      [`${'From: a@b.example\r\n'.repeat(11)}\r\n`, expect.stringContaining('more than 10 times')],
    ])('%j', (text, found) => {
      for (const size of [1, 7, 4000]) expect(authors(text, size)).toEqual(found);
    });

    test('and only where it is asked', () => expect(scan('From: a@b.example\r\n\r\n').authors).toBe(undefined));
  });

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
      size: { octets: Buffer.byteLength(message.slice(0, message.indexOf('\r\n\r\n') + 2)), fields: 9 },
    });
  });

  test('takes a bare LF for a line end, as readers of stored mail do', () => {
    expect(scan('Received: a\nReceived: b\n\nReceived: c\n')).toEqual({
      received: 2,
      complete: true,
      size: { octets: 24, fields: 2 },
    });
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

describe('a message that begins with its text', () => {
  test('has no header', () => {
    expect(scan('Hello\r\nSubject: no\r\nReceived: no\r\n'.repeat(100))).toEqual({
      received: 0,
      complete: true,
      size: { octets: 0, fields: 0 },
    });
  });
});

describe('the header cap', () => {
  function capped(message: string, caps: { octets?: number; fields?: number }, size = message.length) {
    let kept = '';
    const take = (chunk: Buffer) => {
      kept += chunk.toString('latin1');
      return true;
    };
    const cap = new HeaderCap({ octets: 1000, fields: 1000, ...caps }, take);
    const bytes = Buffer.from(message, 'latin1');
    for (let at = 0; at < bytes.length; at += size) cap.take(bytes.subarray(at, at + size));
    cap.finish();
    return { kept, removed: cap.removed };
  }
  const body = '\r\nSubject: in the body\r\n \r\n:\r\nlast';

  describe.each([1, 2, 3, 5, 1000])('in chunks of %d', (size) => {
    test.each([
      [
        'three fields of two',
        'A: 1\r\nB: 2\r\n\tfolded\r\nC: 3\r\n\tgone\r\nD: 4\r\n',
        { fields: 2 },
        'A: 1\r\nB: 2\r\n\tfolded\r\n',
      ],
      ['as many as allowed', 'A: 1\r\nB: 2\r\n', { fields: 2 }, 'A: 1\r\nB: 2\r\n'],
      ['octets in the middle of a field', 'A: 1\r\nB: 23456\r\nC: 3\r\n', { octets: 12 }, 'A: 1\r\nB: 2\r\n'],
      ['octets, exactly', 'A: 1\r\nB: 2\r\n', { octets: 12 }, 'A: 1\r\nB: 2\r\n'],
      ['lines that are no field, among fields', 'A: 1\r\nwhat\r\nC: 3\r\n', { fields: 2 }, 'A: 1\r\nwhat\r\n'],
    ])('%s', (_what, header, caps, stays) => {
      const { kept, removed } = capped(header + body, caps, size);
      expect(kept).toBe(stays + body);
      expect(removed).toBe(header.length - stays.length);
    });

    test('text is no header', () => {
      expect(capped('no field\r\nA: 1\r\nB: 2\r\n', { fields: 1, octets: 10 }, size)).toEqual({
        kept: 'no field\r\nA: 1\r\nB: 2\r\n',
        removed: 0,
      });
    });

    test('a header without end is cut as well', () => {
      expect(capped('A: 1\r\nBBBBBBBBBBBBBBBBB', { octets: 10 }, size).kept).toMatch(/^A: 1\r\n(?:BB\r\n)?$/);
    });
  });
});
