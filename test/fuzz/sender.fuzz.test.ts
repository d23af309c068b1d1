// Messages, records and From fields changed at random: never an exception, a bounded number of questions, and printable lines.
import { describe, expect, it } from 'vitest';
import { readRecord } from '../../core/message/dmarcRecord.ts';
import { readFrom } from '../../core/message/fromField.ts';
import { examined } from '../message/examining.ts';
import { firstWrong, ours, type Subject } from './senderCase.ts';

const patience = { timeout: 120_000 };

describe('senders', () => {
  it.each([1, 2, 3, 4])('are read whatever they say (%#)', patience, async (seed) => {
    expect(await firstWrong(ours, seed, 5000)).toBeUndefined();
  });

  const broken: readonly (readonly [string, Subject])[] = [
    ['that throws', { ...ours, readFrom: (text) => (text.includes('ü') ? JSON.parse(text) : readFrom(text)) as never }],
    [
      'that tells a record as it stands',
      { ...ours, readRecord: (text) => ({ ...(readRecord(text) as object), text }) as never },
    ],
    [
      'that writes what it was given',
      { ...ours, results: (of) => `Authentication-Results: x; spf=none\r\n\tsmtp.mailfrom=${of.mailFrom ?? ''}\r\n` },
    ],
    [
      'that leaves something behind',
      {
        ...ours,
        readRecord: (text) => {
          Object.assign(Object.prototype, { polluted: 1 });
          setImmediate(() => delete (Object.prototype as { polluted?: number }).polluted);
          return readRecord(text);
        },
      },
    ],
  ];
  it.each(broken)('a reader %s is found out', patience, async (_, subject) => {
    expect(await firstWrong(subject, 1, 2500)).toBeDefined();
  });

  it.each(['a', ' ', '"', '\\', '(', '()', ':', ';', ',', '=', 'a=', ';a=b', 'a@', '<', '[', '%', '.', '\t', '\r\n '])(
    '%j many times takes time in proportion',
    patience,
    async (piece) => {
      const text = piece.repeat(100_000);
      // What grew with the square would take minutes; the test's own limit finds it.
      readFrom(text);
      readRecord(`v=DMARC1; ${text}`);
      readRecord(`v=DMARC1; rua=mailto:${text.slice(0, 8000)}`);
      for (const name of [
        'From',
        'DKIM-Signature',
        'ARC-Seal',
        'ARC-Message-Signature',
        'Authentication-Results',
        'Content-Type',
      ])
        for (const begin of [
          '',
          'v=1; a=rsa-sha256; d=a.example; s=s; bh=x; b=x; h=',
          'i=1; cv=none; ',
          'multipart/mixed; boundary="',
        ])
          await examined(`${name}: ${begin}${text}\r\n\r\nbody\r\n`, {
            want: ['dkim', 'dmarc', 'arc', 'header', 'removed', 'parts'],
          });
    },
  );
});
